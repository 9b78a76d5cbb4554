"""OLMoE."""

from __future__ import annotations

from ..expert_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

PARITY = ModalFamily(
    family="olmoe",
    config="OlmoeConfig",
    plain=PLAIN | dict(num_experts=4),
    inputs=inputs,
    main="OlmoeForCausalLM",
    awkward={
        "clipped": dict(clip_qkv=0.7, attention_bias=True, num_key_value_heads=1, norm_topk_prob=True),
        "tied": dict(
            tie_word_embeddings=True,
            hidden_act="gelu",
            num_experts=5,
            num_experts_per_tok=3,
            hidden_size=40,
            num_key_value_heads=4,
            vocab_size=101,
            rope_parameters=dict(rope_type="linear", rope_theta=500.0, factor=2.5),
        ),
    },
    wide=WIDE,
    prompt=prompt,
)
