"""DeepSeek-V3, which Kimi K2 is too."""

from __future__ import annotations

from typing import Any

import torch

from . import Inputs, ModalFamily

PLAIN: dict[str, Any] = dict(
    vocab_size=99,
    hidden_size=16,
    intermediate_size=24,
    moe_intermediate_size=12,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=4,
    n_shared_experts=2,
    n_routed_experts=8,
    kv_lora_rank=10,
    q_lora_rank=14,
    qk_rope_head_dim=4,
    qk_nope_head_dim=6,
    v_head_dim=8,
    n_group=4,
    topk_group=2,
    num_experts_per_tok=3,
    first_k_dense_replace=1,
    max_position_embeddings=64,
    pad_token_id=0,
    bos_token_id=1,
    eos_token_id=98,
    num_labels=3,
)


def texts(padded: slice) -> dict[str, torch.Tensor]:
    """Two texts, the second with padding."""
    ids = torch.randint(3, 98, (2, 9), generator=torch.Generator().manual_seed(5))
    mask = torch.ones_like(ids)
    ids[1, padded], mask[1, padded] = 0, 0
    return {"input_ids": ids, "attention_mask": mask}


def prompt(class_name: str, config: Any) -> Inputs:
    """Texts to go on with."""
    return texts(slice(0, 3))


def inputs(class_name: str, config: Any) -> Inputs:
    """What each class reads, with labels where it has a loss."""
    given: dict[str, Any] = texts(slice(6, 9))
    if class_name.endswith("ForCausalLM"):
        given["labels"] = torch.where(given["attention_mask"].bool(), given["input_ids"], -100)
    elif class_name.endswith("ForSequenceClassification"):
        given["labels"] = torch.tensor([2, 0])
    elif class_name.endswith("ForTokenClassification"):
        given["labels"] = given["input_ids"] % 3
    if class_name.endswith(("ForCausalLM", "Model")) and getattr(config, "first_k_dense_replace", 0) < 2:
        given["output_router_logits"] = True
    return given


YARN: dict[str, Any] = dict(
    rope_type="yarn",
    factor=4.0,
    beta_fast=32,
    beta_slow=1,
    original_max_position_embeddings=16,
    rope_theta=10000.0,
)

WIDE: dict[str, Any] = dict(
    hidden_size=96, intermediate_size=160, moe_intermediate_size=64, kv_lora_rank=48, q_lora_rank=72, vocab_size=503
)

PARITY = ModalFamily(
    family="deepseek_v3",
    config="DeepseekV3Config",
    plain=PLAIN,
    inputs=inputs,
    main="DeepseekV3ForCausalLM",
    awkward={
        # One map to queries, halves that turn together, biases, a longer context, one group, tied.
        "unlike": dict(
            q_lora_rank=None,
            rope_interleave=False,
            attention_bias=True,
            rope_parameters={**YARN, "mscale": 1.0, "mscale_all_dim": 0.7},
            n_group=1,
            topk_group=1,
            norm_topk_prob=False,
            routed_scaling_factor=1.0,
            hidden_act="gelu",
            tie_word_embeddings=True,
            num_attention_heads=3,
            num_key_value_heads=3,
        ),
        "all sparse": dict(first_k_dense_replace=0, n_shared_experts=1, rope_parameters=YARN, initializer_range=0.1),
        "all dense": dict(first_k_dense_replace=2),
    },
    wide=WIDE,
    prompt=prompt,
)
