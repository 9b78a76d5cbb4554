"""Granite."""

from __future__ import annotations

from ..decoder_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

PARITY = ModalFamily(
    family="granite",
    config="GraniteConfig",
    plain=PLAIN | dict(embedding_multiplier=3.0, logits_scaling=2.5, residual_multiplier=0.6, attention_multiplier=0.2),
    inputs=inputs,
    main="GraniteForCausalLM",
    awkward={
        "biases": dict(attention_bias=True, mlp_bias=True, tie_word_embeddings=True, hidden_size=40),
        "plain": dict(
            embedding_multiplier=1.0,
            logits_scaling=1,
            residual_multiplier=1.0,
            attention_multiplier=1.0,
            num_key_value_heads=1,
            hidden_act="gelu",
            rope_parameters=dict(rope_type="linear", rope_theta=500.0, factor=2.5),
        ),
    },
    wide=WIDE,
    prompt=prompt,
)
