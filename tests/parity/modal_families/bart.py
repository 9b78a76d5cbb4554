"""BART."""

from __future__ import annotations

from ..written_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

PARITY = ModalFamily(
    family="bart",
    config="BartConfig",
    plain=PLAIN,
    inputs=inputs,
    main="BartForConditionalGeneration",
    awkward={
        # Three layers that read, other heads, no scale, nothing tied, another activation. Fewer layers that read than
        # write transformers cannot run in a decoder alone: its cache has as many as read.
        "untied": dict(
            tie_word_embeddings=False,
            d_model=12,
            encoder_layers=3,
            encoder_attention_heads=3,
            decoder_attention_heads=2,
            activation_function="relu",
            scale_embedding=False,
        ),
    },
    wide=WIDE,
    prompt=prompt,
)
