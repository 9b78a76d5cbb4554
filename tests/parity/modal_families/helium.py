"""Helium."""

from __future__ import annotations

from ..decoder_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

PARITY = ModalFamily(
    family="helium",
    config="HeliumConfig",
    plain=PLAIN | dict(head_dim=8),
    inputs=inputs,
    main="HeliumForCausalLM",
    awkward={
        "biases": dict(attention_bias=True, mlp_bias=True, tie_word_embeddings=True),
        "odd": dict(
            hidden_size=40,
            head_dim=10,
            num_key_value_heads=1,
            vocab_size=101,
            hidden_act="gelu",
            rope_parameters=dict(rope_type="linear", rope_theta=500.0, factor=2.5),
        ),
    },
    wide=WIDE | dict(head_dim=24),
    prompt=prompt,
)
