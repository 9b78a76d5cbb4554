"""Granite 3 with experts."""

from __future__ import annotations

from ..expert_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

FACTORS = dict(embedding_multiplier=3.0, attention_multiplier=0.3, residual_multiplier=0.6, logits_scaling=2.5)

PARITY = ModalFamily(
    family="granitemoe",
    config="GraniteMoeConfig",
    plain=PLAIN | dict(num_local_experts=4) | FACTORS,
    inputs=inputs,
    main="GraniteMoeForCausalLM",
    awkward={
        "tied": dict(
            tie_word_embeddings=True,
            attention_bias=True,
            hidden_act="gelu",
            num_local_experts=5,
            num_experts_per_tok=3,
            hidden_size=40,
            num_key_value_heads=4,
            vocab_size=101,
            logits_scaling=1.0,
            rope_parameters=dict(rope_type="linear", rope_theta=500.0, factor=2.5),
        ),
    },
    wide=WIDE,
    prompt=prompt,
)
