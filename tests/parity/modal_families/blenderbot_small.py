"""Blenderbot 90M."""

from __future__ import annotations

from ..written_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

PARITY = ModalFamily(
    family="blenderbot-small",
    config="BlenderbotSmallConfig",
    # Version 5 of transformers lost the decoder's scale, which it still computes: test_written_texts.py has it.
    plain={**PLAIN, "scale_embedding": False},
    inputs=inputs,
    main="BlenderbotSmallForConditionalGeneration",
    awkward={
        "untied": dict(tie_word_embeddings=False, d_model=12, activation_function="relu"),
    },
    wide=WIDE,
    prompt=prompt,
)
