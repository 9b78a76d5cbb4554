"""Phi-3.5 MoE."""

from __future__ import annotations

from ..expert_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

LONG = dict(
    rope_type="longrope",
    rope_theta=500.0,
    short_factor=[1.0, 1.1, 1.3, 1.7],
    long_factor=[2.0, 2.5, 3.0, 4.0],
    short_mscale=1.1,
    long_mscale=1.3,
    original_max_position_embeddings=30,  # beyond this, transformers forgets the long factors: test_phimoe.py
)

PARITY = ModalFamily(
    family="phimoe",
    config="PhimoeConfig",
    plain=PLAIN | dict(num_local_experts=4, router_jitter_noise=0.2),
    inputs=inputs,
    main="PhimoeForCausalLM",
    awkward={
        "biases": dict(attention_bias=True, lm_head_bias=True, sliding_window=5, num_key_value_heads=1),
        "tied": dict(
            tie_word_embeddings=True,
            hidden_act="gelu",
            num_local_experts=5,
            router_jitter_noise=0.6,
            hidden_size=40,
            num_attention_heads=5,
            num_key_value_heads=5,
            vocab_size=101,
            rope_parameters=LONG,
        ),
    },
    wide=WIDE,
    prompt=prompt,
)
