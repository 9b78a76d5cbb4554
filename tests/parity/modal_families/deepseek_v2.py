"""DeepSeek-V2."""

from __future__ import annotations

from . import ModalFamily
from .deepseek_v3 import PLAIN, WIDE, YARN, inputs, prompt

PARITY = ModalFamily(
    family="deepseek_v2",
    config="DeepseekV2Config",
    plain={**PLAIN, "topk_method": "group_limited_greedy", "norm_topk_prob": False, "routed_scaling_factor": 2.0},
    inputs=inputs,
    main="DeepseekV2ForCausalLM",
    awkward={
        # As the Lite models are, and biases.
        "lite": dict(
            q_lora_rank=None,
            topk_method="greedy",
            n_group=1,
            topk_group=1,
            routed_scaling_factor=1.0,
            rope_parameters={**YARN, "mscale": 0.707, "mscale_all_dim": 0.707},
            attention_bias=True,
            mlp_bias=True,
            tie_word_embeddings=True,
        ),
    },
    wide=WIDE,
    prompt=prompt,
)
