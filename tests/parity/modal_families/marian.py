"""Marian."""

from __future__ import annotations

from ..written_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

PARITY = ModalFamily(
    family="marian",
    config="MarianConfig",
    plain=PLAIN,
    inputs=inputs,
    main="MarianMTModel",
    awkward={
        # Two vocabularies, of which one decoder writes the larger one.
        "apart": dict(
            share_encoder_decoder_embeddings=False,
            decoder_vocab_size=41,
            d_model=15,
            encoder_attention_heads=3,
            decoder_attention_heads=5,
            activation_function="swish",
        ),
        "untied": dict(tie_word_embeddings=False, d_model=12, scale_embedding=False, encoder_layers=3),
    },
    # Its output embeddings are as many as are read, though others are written.
    refuses={"apart": ("MarianForCausalLM",)},
    computed=("embed_positions.weight",),
    wide=WIDE,
    prompt=prompt,
)
