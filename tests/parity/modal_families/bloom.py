"""BLOOM."""

from __future__ import annotations

from ..decoder_texts import inputs, prompt
from . import ModalFamily
from .gptj import PARITY as GPTJ
from .gptj import SIZES

PARITY = ModalFamily(
    family="bloom",
    config="BloomConfig",
    plain=SIZES,
    inputs=inputs,
    main="BloomForCausalLM",
    awkward={
        # Slopes of a number of heads that is no power of 2.
        "untied": dict(
            tie_word_embeddings=False,
            num_attention_heads=3,
            hidden_size=36,
            apply_residual_connection_post_layernorm=True,
            vocab_size=101,
        ),
    },
    wide=GPTJ.wide,
    prompt=prompt,
    packs=False,  # in transformers
)
