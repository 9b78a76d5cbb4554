"""GLM-4-0414."""

from __future__ import annotations

from ..decoder_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

PARITY = ModalFamily(
    family="glm4",
    config="Glm4Config",
    plain=PLAIN | dict(head_dim=8),
    inputs=inputs,
    main="Glm4ForCausalLM",
    awkward={
        "whole heads": dict(
            head_dim=12,
            attention_bias=False,
            tie_word_embeddings=True,
            rope_parameters=dict(rope_theta=500.0) | dict(rope_type="default", partial_rotary_factor=1.0),
        ),
        "odd": dict(
            head_dim=20,
            num_key_value_heads=1,
            vocab_size=101,
            hidden_act="gelu",
            rope_parameters=dict(rope_type="linear", rope_theta=500.0, factor=2.5, partial_rotary_factor=0.3),
        ),
    },
    wide=WIDE,
    prompt=prompt,
)
