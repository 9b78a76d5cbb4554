"""GLM 4.5."""

from __future__ import annotations

from . import ModalFamily
from .deepseek_v3 import PLAIN, WIDE, YARN, inputs, prompt

PLAIN_GLM = {
    **{key: value for key, value in PLAIN.items() if not key.endswith(("lora_rank", "pe_head_dim", "v_head_dim"))},
    "num_key_value_heads": 2,
    "head_dim": 8,
    "use_qk_norm": True,
}

PARITY = ModalFamily(
    family="glm4_moe",
    config="Glm4MoeConfig",
    plain=PLAIN_GLM,
    inputs=inputs,
    main="Glm4MoeForCausalLM",
    awkward={
        "unlike": dict(
            use_qk_norm=False,
            attention_bias=True,
            n_group=1,
            topk_group=1,
            n_shared_experts=1,
            first_k_dense_replace=0,
            routed_scaling_factor=2.5,
            rope_parameters={**YARN, "partial_rotary_factor": 0.75},
            tie_word_embeddings=True,
        ),
    },
    wide={key: value for key, value in WIDE.items() if not key.endswith("lora_rank")},
    prompt=prompt,
)
