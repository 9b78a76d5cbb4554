"""gpt-oss."""

from __future__ import annotations

from ..expert_texts import PLAIN, WIDE, inputs, prompt
from . import ModalFamily

PARITY = ModalFamily(
    family="gpt_oss",
    config="GptOssConfig",
    plain=PLAIN
    | dict(
        num_local_experts=4,
        head_dim=12,
        sliding_window=5,
        swiglu_limit=0.9,
        rope_parameters=dict(
            rope_type="yarn", rope_theta=500.0, factor=4.0, truncate=False, original_max_position_embeddings=8
        ),
    ),
    inputs=inputs,
    main="GptOssForCausalLM",
    awkward={
        "tied": dict(
            tie_word_embeddings=True,
            attention_bias=False,
            swiglu_alpha=1.1,
            num_local_experts=5,
            num_experts_per_tok=3,
            hidden_size=40,
            num_key_value_heads=4,
            vocab_size=101,
            layer_types=["full_attention", "sliding_attention"],
            rope_parameters=dict(rope_type="default", rope_theta=500.0),
        ),
    },
    wide=WIDE | dict(num_local_experts=64, intermediate_size=40, num_attention_heads=64, head_dim=4),
    prompt=prompt,
    packs=False,  # transformers makes its masks without a look at the positions
)
