"""GLM 4.7 Flash."""

from __future__ import annotations

from . import ModalFamily
from .deepseek_v3 import PLAIN, WIDE, YARN, inputs, prompt

PARITY = ModalFamily(
    family="glm4_moe_lite",
    config="Glm4MoeLiteConfig",
    plain={key: value for key, value in PLAIN.items() if key != "first_k_dense_replace"},
    inputs=inputs,
    main="Glm4MoeLiteForCausalLM",
    awkward={
        "unlike": dict(
            q_lora_rank=None,
            rope_interleave=False,
            attention_bias=True,
            mlp_layer_types=["sparse", "dense"],
            rope_parameters={**YARN, "mscale_all_dim": 1.0},
            n_group=1,
            topk_group=1,
        ),
    },
    wide=WIDE,
    prompt=prompt,
)
