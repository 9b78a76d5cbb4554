"""The same as :mod:`.configs` for decoders with experts. What many routers do stands in llama.cpp's code alone."""

from __future__ import annotations

from loadstone.checkpoint.gguf.configs import decoder
from loadstone.checkpoint.gguf.decoder_configs import granite, partial
from loadstone.checkpoint.gguf.metadata import Facts, Values, decimal

_SIGMOID = 2
"""Of ``expert_gating_func``."""
_LOG_MULTIPLIER = 0.1
"""What DeepSeek's files have multiplied ``mscale_all_dim`` by."""


def is_corrected(facts: Facts) -> bool:
    """Whether scores are sigmoids with a correction: DeepSeek-V3 and after it."""
    corrects = any(name.endswith(".exp_probs_b.bias") for name in facts.shapes)
    return facts.number("expert_gating_func", 0) == _SIGMOID or corrects


def _experts(facts: Facts) -> Values:
    scale = facts.real("expert_weights_scale", 0.0)
    return {
        "n_routed_experts": facts.size("expert_count"),
        "num_experts_per_tok": facts.size("expert_used_count"),
        "n_shared_experts": facts.number("expert_shared_count", 1),
        "moe_intermediate_size": facts.size("expert_feed_forward_length"),
        "first_k_dense_replace": facts.number("leading_dense_block_count", 0),
        "n_group": facts.number("expert_group_count", None),
        "topk_group": facts.number("expert_group_used_count", None),
        "norm_topk_prob": facts.flag("expert_weights_norm", False),
        "routed_scaling_factor": scale or 1.0,
    }


def _latent(facts: Facts, model_type: str) -> Values:
    """Latent attention. Newer files count heads as llama.cpp computes them, over the latent, and say those of the model
    besides."""
    values = decoder(facts, model_type)
    turning = facts.size("rope.dimension_count")
    head_dim = facts.number("attention.key_length_mla", None) or facts.size("attention.key_length")
    del values["head_dim"]
    biases = "blk.0.attn_output.bias" in facts.shapes
    values |= _experts(facts) | {
        "num_key_value_heads": values["num_attention_heads"],
        "q_lora_rank": facts.number("attention.q_lora_rank", None),
        "kv_lora_rank": facts.size("attention.kv_lora_rank"),
        "qk_rope_head_dim": turning,
        "qk_nope_head_dim": max(head_dim - turning, 1),
        "v_head_dim": facts.number("attention.value_length_mla", None) or facts.size("attention.value_length"),
        "attention_bias": biases,
    }
    scaling, multiplier = values["rope_scaling"], facts.real("rope.scaling.yarn_log_multiplier", None)
    if scaling is not None and scaling["rope_type"] == "yarn" and multiplier:
        scale = decimal(multiplier / _LOG_MULTIPLIER)
        values["rope_scaling"] = {**scaling, "mscale": scale, "mscale_all_dim": scale}
    return values


def deepseek_v2(facts: Facts) -> Values:
    """DeepSeek-V2, 2.5 and Lite."""
    values = _latent(facts, "deepseek_v2")
    return values | {"topk_method": "group_limited_greedy" if (values["n_group"] or 1) > 1 else "greedy"}


def deepseek_v3(facts: Facts) -> Values:
    """DeepSeek-V3, R1, Kimi K2, and GLM 4.7 Flash, which is one to llama.cpp too."""
    return _latent(facts, "deepseek_v3") | {"num_nextn_predict_layers": _beyond(facts)}


def glm4_moe(facts: Facts) -> Values:
    """GLM 4.5."""
    values = partial(facts, decoder(facts, "glm4_moe") | _experts(facts))
    beyond = _beyond(facts)
    return values | {
        "num_hidden_layers": max(values["num_hidden_layers"] - beyond, 1),
        "num_nextn_predict_layers": beyond,
        "use_qk_norm": "blk.0.attn_q_norm.weight" in facts.shapes,
        "attention_bias": "blk.0.attn_q.bias" in facts.shapes,
    }


def dots1(facts: Facts) -> Values:
    """dots.llm1, in whose files no layer has a window."""
    return (
        decoder(facts, "dots1")
        | _experts(facts)
        | {"sliding_window": None, "attention_bias": "blk.0.attn_q.bias" in facts.shapes}
    )


def _beyond(facts: Facts) -> int:
    """The layers that guess further tokens, which are counted with the others."""
    return facts.number("nextn_predict_layers", 0)


def qwen2_moe(facts: Facts) -> Values:
    """Qwen 1.5 and 2 with experts in every layer, whose weights are what the router gives them."""
    return decoder(facts, "qwen2_moe") | {
        "num_experts": facts.size("expert_count"),
        "num_experts_per_tok": facts.size("expert_used_count"),
        "moe_intermediate_size": facts.size("expert_feed_forward_length"),
        "shared_expert_intermediate_size": facts.size("expert_shared_feed_forward_length"),
        "norm_topk_prob": facts.flag("expert_weights_norm", False),
        "qkv_bias": "blk.0.attn_q.bias" in facts.shapes,
    }


def olmoe(facts: Facts) -> Values:
    """OLMoE. llama.cpp keeps nothing within limits there, and knows no biases."""
    return decoder(facts, "olmoe") | {
        "num_experts": facts.size("expert_count"),
        "num_experts_per_tok": facts.size("expert_used_count"),
    }


def granitemoe(facts: Facts) -> Values:
    """Granite 3 with experts."""
    values = granite(facts) | {"model_type": "granitemoe"}
    del values["mlp_bias"]
    if "blk.0.ffn_gate_shexp.weight" in facts.shapes:
        facts.refuse("blk.0.ffn_gate_shexp.weight", "no shared experts, which are another family's", "a tensor")
    return values | {
        "num_local_experts": facts.size("expert_count"),
        "num_experts_per_tok": facts.size("expert_used_count"),
    }


def gpt_oss(facts: Facts) -> Values:
    """gpt-oss. That YaRN's bounds are not rounded stands in the code of the models, as do what keeps experts in limits
    and which layers have a window."""
    values = decoder(facts, "gpt_oss")
    scaling = values["rope_scaling"]
    return values | {
        "intermediate_size": facts.size("expert_feed_forward_length"),
        "num_local_experts": facts.size("expert_count"),
        "num_experts_per_tok": facts.size("expert_used_count"),
        "sliding_window": facts.size("attention.sliding_window"),
        "rope_scaling": {**scaling, "truncate": False} if scaling is not None else {"rope_type": "default"},
    }
