"""Qwen 1.5 and 2 with experts."""

from __future__ import annotations

from ..expert_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

PARITY = ModalFamily(
    family="qwen2_moe",
    config="Qwen2MoeConfig",
    plain=PLAIN | dict(num_experts=4, moe_intermediate_size=24, shared_expert_intermediate_size=40),
    inputs=inputs,
    main="Qwen2MoeForCausalLM",
    awkward={
        "dense layers": dict(
            num_hidden_layers=4,
            decoder_sparse_step=2,
            mlp_only_layers=[3],
            qkv_bias=False,
            norm_topk_prob=True,
            use_sliding_window=True,
            sliding_window=5,
            max_window_layers=3,
        ),
        "tied": dict(
            tie_word_embeddings=True,
            hidden_act="gelu",
            num_experts=5,
            num_experts_per_tok=3,
            hidden_size=40,
            num_key_value_heads=4,
            vocab_size=101,
            rope_parameters=dict(rope_type="yarn", rope_theta=500.0, factor=4.0, original_max_position_embeddings=8),
        ),
    },
    wide=WIDE | dict(moe_intermediate_size=120, shared_expert_intermediate_size=140),
    prompt=prompt,
)
