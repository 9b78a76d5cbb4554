"""Blenderbot."""

from __future__ import annotations

from ..written_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

PARITY = ModalFamily(
    family="blenderbot",
    config="BlenderbotConfig",
    plain=PLAIN,
    inputs=inputs,
    main="BlenderbotForConditionalGeneration",
    awkward={
        "untied": dict(tie_word_embeddings=False, d_model=12, scale_embedding=False, activation_function="relu"),
    },
    wide=WIDE,
    prompt=prompt,
)
