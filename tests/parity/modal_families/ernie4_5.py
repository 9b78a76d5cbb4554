"""ERNIE 4.5, dense."""

from __future__ import annotations

from ..decoder_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

PARITY = ModalFamily(
    family="ernie4_5",
    config="Ernie4_5Config",
    plain=PLAIN | dict(head_dim=8),
    inputs=inputs,
    main="Ernie4_5ForCausalLM",
    awkward={
        "biases": dict(use_bias=True, head_dim=12, tie_word_embeddings=False),
        "odd": dict(
            head_dim=10,
            num_key_value_heads=1,
            vocab_size=101,
            hidden_act="gelu",
            rope_parameters=dict(rope_type="linear", rope_theta=500.0, factor=2.5),
        ),
    },
    wide=WIDE,
    prompt=prompt,
)
