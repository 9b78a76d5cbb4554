"""PEGASUS."""

from __future__ import annotations

from ..written_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

PARITY = ModalFamily(
    family="pegasus",
    config="PegasusConfig",
    plain=PLAIN,
    inputs=inputs,
    main="PegasusForConditionalGeneration",
    awkward={
        "untied": dict(tie_word_embeddings=False, d_model=12, scale_embedding=False, activation_function="relu"),
    },
    wide=WIDE,
    prompt=prompt,
)
