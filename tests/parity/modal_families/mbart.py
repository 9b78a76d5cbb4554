"""mBART."""

from __future__ import annotations

from ..written_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

PARITY = ModalFamily(
    family="mbart",
    config="MBartConfig",
    plain={**PLAIN, "decoder_start_token_id": None},
    inputs=inputs,
    main="MBartForConditionalGeneration",
    awkward={
        "untied": dict(tie_word_embeddings=False, d_model=12, decoder_layers=1, activation_function="gelu_new"),
    },
    wide=WIDE,
    prompt=prompt,
)
