"""What ``config.json`` says of a model → what a GGUF file says of it: the way back from :mod:`.configs`.

Whoever writes a file reads this back with :mod:`.configs` and compares: what differs then, a file cannot say.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from loadstone.checkpoint.gguf.configs import ROBERTAS, llama3_factors, missing_positions, without_usual_factor
from loadstone.checkpoint.gguf.metadata import Values
from loadstone.checkpoint.gguf.write import Value
from loadstone.core.json_values import JsonObject
from loadstone.errors import Fault, InvalidConfig

Described = dict[str, "Value | None"]
"""Keys without the architecture's name before them; None for what is not written."""
Key = tuple[str, str]
"""A key of the file, and the config's."""

_SIZES: tuple[Key, ...] = (
    ("context_length", "max_position_embeddings"),
    ("embedding_length", "hidden_size"),
    ("block_count", "num_hidden_layers"),
    ("feed_forward_length", "intermediate_size"),
    ("attention.head_count", "num_attention_heads"),
    ("attention.head_count_kv", "num_key_value_heads"),
    ("attention.key_length", "head_dim"),
    ("attention.value_length", "head_dim"),
    ("rope.freq_base", "rope_theta"),
    ("rope.dimension_count", "head_dim"),
)
"""Of all that have Llama's shape, but for their norms."""
_DECODER: tuple[Key, ...] = (*_SIZES, ("attention.layer_norm_rms_epsilon", "rms_norm_eps"))
_LAYER_NORMED: tuple[Key, ...] = (*_SIZES, ("attention.layer_norm_epsilon", "layer_norm_eps"))
_WINDOW: Key = ("attention.sliding_window", "sliding_window")
_EXPERTS_USED: Key = ("expert_used_count", "num_experts_per_tok")
_GROUPED: tuple[Key, ...] = (
    ("expert_count", "n_routed_experts"),
    _EXPERTS_USED,
    ("expert_shared_count", "n_shared_experts"),
    ("expert_feed_forward_length", "moe_intermediate_size"),
    ("leading_dense_block_count", "first_k_dense_replace"),
    ("expert_group_count", "n_group"),
    ("expert_group_used_count", "topk_group"),
    ("expert_weights_norm", "norm_topk_prob"),
    ("expert_weights_scale", "routed_scaling_factor"),
)
_LATENT: tuple[Key, ...] = (
    *((theirs, ours) for theirs, ours in _DECODER if ours != "head_dim"),
    ("attention.value_length", "v_head_dim"),
    ("attention.q_lora_rank", "q_lora_rank"),
    ("attention.kv_lora_rank", "kv_lora_rank"),
    ("rope.dimension_count", "qk_rope_head_dim"),
    *_GROUPED,
)
_EXPERTS: Key = ("expert_count", "num_experts")
_LOCAL_EXPERTS: Key = ("expert_count", "num_local_experts")
_EXPERT_WIDTH: Key = ("expert_feed_forward_length", "moe_intermediate_size")
_ENCODER: tuple[Key, ...] = (
    ("embedding_length", "hidden_size"),
    ("block_count", "num_hidden_layers"),
    ("feed_forward_length", "intermediate_size"),
    ("attention.head_count", "num_attention_heads"),
)
_CAPS: tuple[Key, ...] = (
    ("attn_logit_softcapping", "attn_logit_softcapping"),
    ("final_logit_softcapping", "final_logit_softcapping"),
)
_GPT2: tuple[Key, ...] = (
    ("context_length", "n_positions"),
    ("embedding_length", "n_embd"),
    ("block_count", "n_layer"),
    ("attention.head_count", "n_head"),
    ("feed_forward_length", "n_inner"),
    ("attention.layer_norm_epsilon", "layer_norm_epsilon"),
)
_SCALES: tuple[Key, ...] = (
    ("attention.scale", "attention_multiplier"),
    ("embedding_scale", "embedding_multiplier"),
    ("residual_scale", "residual_multiplier"),
    ("logit_scale", "logits_scaling"),
)
"""Granite's."""
_KEYS: Mapping[str, tuple[Key, ...]] = {
    "llama": _DECODER,
    "mistral": (*_DECODER, _WINDOW),
    "mixtral": (*_DECODER, _WINDOW, _LOCAL_EXPERTS, _EXPERTS_USED),
    "qwen2": _DECODER,
    "qwen3": _DECODER,
    "qwen3_moe": (
        *_DECODER,
        _EXPERTS,
        _EXPERTS_USED,
        _EXPERT_WIDTH,
        ("expert_weights_norm", "norm_topk_prob"),
    ),
    "qwen2_moe": (
        *_DECODER,
        _EXPERTS,
        _EXPERTS_USED,
        _EXPERT_WIDTH,
        ("expert_shared_feed_forward_length", "shared_expert_intermediate_size"),
    ),
    "gpt_oss": (
        *_DECODER,
        _WINDOW,
        _LOCAL_EXPERTS,
        _EXPERTS_USED,
        ("expert_feed_forward_length", "intermediate_size"),
    ),
    "olmoe": (*_DECODER, _EXPERTS, _EXPERTS_USED),
    "gemma": _DECODER,
    "gemma2": (*_DECODER, _WINDOW, *_CAPS),
    "gemma3_text": (
        *_DECODER,
        _WINDOW,
        ("rope.freq_base_swa", "rope_local_base_freq"),
        ("final_logit_softcapping", "final_logit_softcapping"),
    ),
    "deepseek_v2": _LATENT,
    "deepseek_v3": _LATENT,
    "glm4_moe": (*_DECODER, *_GROUPED),
    "dots1": (*_DECODER, *_GROUPED),
    "olmo": (*_SIZES, ("attention.clamp_kqv", "clip_qkv")),
    "olmo2": _DECODER,
    "olmo3": (*_DECODER, _WINDOW),
    "starcoder2": (*_SIZES, _WINDOW, ("attention.layer_norm_epsilon", "norm_epsilon")),
    "smollm3": _DECODER,
    "granite": (*_DECODER, *_SCALES),
    "granitemoe": (*_DECODER, *_SCALES, _LOCAL_EXPERTS, _EXPERTS_USED),
    "stablelm": (*_LAYER_NORMED, ("use_parallel_residual", "use_parallel_residual")),
    "exaone4": (*_DECODER, _WINDOW),
    "ernie4_5": _DECODER,
    "cohere": (*_LAYER_NORMED, ("logit_scale", "logit_scale")),
    "cohere2": (*_LAYER_NORMED, _WINDOW, ("logit_scale", "logit_scale")),
    "glm": _DECODER,
    "glm4": _DECODER,
    "phi3": (*_DECODER, _WINDOW, ("rope.scaling.original_context_length", "original_max_position_embeddings")),
    "gpt2": _GPT2,
    "gpt_bigcode": _GPT2,
    "phi": _LAYER_NORMED,
    "falcon": (
        *_ENCODER,
        ("context_length", "max_position_embeddings"),
        ("attention.layer_norm_epsilon", "layer_norm_epsilon"),
        ("rope.freq_base", "rope_theta"),
    ),
    "bloom": (
        ("embedding_length", "hidden_size"),
        ("block_count", "n_layer"),
        ("attention.head_count", "n_head"),
        ("attention.head_count_kv", "n_head"),
        ("attention.layer_norm_epsilon", "layer_norm_epsilon"),
    ),
    "mpt": (
        ("context_length", "max_seq_len"),
        ("embedding_length", "d_model"),
        ("block_count", "n_layers"),
        ("attention.head_count", "n_heads"),
        ("attention.layer_norm_epsilon", "layer_norm_epsilon"),
    ),
    "gpt_neox": (
        *_ENCODER,
        ("context_length", "max_position_embeddings"),
        ("attention.layer_norm_epsilon", "layer_norm_eps"),
        ("rope.freq_base", "rotary_emb_base"),
        ("use_parallel_residual", "use_parallel_residual"),
    ),
    **dict.fromkeys(
        ("bert", *ROBERTAS),
        (
            *_ENCODER,
            ("context_length", "max_position_embeddings"),
            ("attention.layer_norm_epsilon", "layer_norm_eps"),
        ),
    ),
    **dict.fromkeys(
        ("nomic_bert", "jina_embeddings_v3"),
        (
            *_ENCODER,
            ("context_length", "max_position_embeddings"),
            ("attention.layer_norm_epsilon", "layer_norm_eps"),
            ("rope.freq_base", "rope_theta"),
            ("rope.dimension_count", "head_dim"),
        ),
    ),
    "distilbert": (
        ("context_length", "max_position_embeddings"),
        ("embedding_length", "dim"),
        ("block_count", "n_layers"),
        ("feed_forward_length", "hidden_dim"),
        ("attention.head_count", "n_heads"),
    ),
    "modernbert": (
        *_ENCODER,
        ("context_length", "max_position_embeddings"),
        ("attention.layer_norm_epsilon", "norm_eps"),
        ("attention.sliding_window", "local_attention"),
        ("attention.sliding_window_pattern", "global_attn_every_n_layers"),
        ("rope.freq_base", "global_rope_theta"),
        ("rope.freq_base_swa", "local_rope_theta"),
    ),
    "t5": (
        ("embedding_length", "d_model"),
        ("feed_forward_length", "d_ff"),
        ("attention.key_length", "d_kv"),
        ("attention.value_length", "d_kv"),
        ("attention.head_count", "num_heads"),
        ("block_count", "num_layers"),
        ("decoder_block_count", "num_decoder_layers"),
        ("attention.relative_buckets_count", "relative_attention_num_buckets"),
        ("attention.layer_norm_epsilon", "layer_norm_epsilon"),
        ("attention.layer_norm_rms_epsilon", "layer_norm_epsilon"),
        ("decoder_start_token_id", "decoder_start_token_id"),
    ),
}
"""Model type → what is written as it is, llama.cpp's key first."""
_REALS = ("_epsilon", "freq_base", "freq_base_swa", "softcapping", "factor", "scale", "clamp_kqv")
"""Ends of keys whose values are real numbers, whole ones too."""
_LATENT_TYPES = ("deepseek_v2", "deepseek_v3")
_T5_CONTEXT = 512
"""Positions are relative in T5; its first texts were as long."""
_YARN = ("factor", "original_max_position_embeddings", "beta_fast", "beta_slow")


def describe(config: Values) -> dict[str, Value]:
    """The keys of a file, without the architecture's name before them. ``config``: all of one, defaults too."""
    model_type = str(config["model_type"])
    described: Described = {theirs: config.get(ours) for theirs, ours in _KEYS[model_type]}
    described["vocab_size"] = config["vocab_size"]
    described |= _scaling(config) | _more(config)
    return {key: _typed(key, value) for key, value in described.items() if value is not None}


def _more(config: Values) -> Described:
    follows = _MORE.get(config["model_type"])
    return {} if follows is None else follows(config)


def rope_tensors(config: Values) -> dict[str, list[float]]:
    """The small tensors that a file has for what divides the frequencies of positions: name → values."""
    scaling = config.get("rope_scaling") or {}
    kind, model_type = scaling.get("rope_type"), config["model_type"]
    if kind == "longrope" and model_type == "phi3":
        return {f"rope_factors_{each}.weight": [*scaling[f"{each}_factor"]] for each in ("long", "short")}
    if kind == "longrope" and scaling.get("long_factor") == scaling.get("short_factor"):
        return {"rope_freqs.weight": [*scaling["long_factor"]]}
    if kind == "llama3":
        return {"rope_freqs.weight": llama3_factors(scaling, float(config["rope_theta"]), int(config["head_dim"]) // 2)}
    return {}


def unsaid_scaling(config: Values) -> str | None:
    """What of ``rope_scaling`` a file cannot say, in a word; None where it can say all."""
    scaling = without_usual_factor(config.get("rope_scaling") or {})
    kind, model_type = str(scaling.get("rope_type", "default")), config["model_type"]
    known = {"linear": ("factor",), "yarn": _YARN}.get(kind)
    if kind == "yarn" and model_type == "gpt_oss" and scaling.get("truncate") is False:
        known = (*_YARN, "truncate")
    if kind == "longrope" and model_type == "phi3":
        known = ("short_factor", "long_factor", "factor", "original_max_position_embeddings")
    elif kind == "longrope" and model_type == "llama":
        same = scaling.get("long_factor") == scaling.get("short_factor") and scaling.get("attention_factor") == 1
        known = ("short_factor", "long_factor", "attention_factor") if same else None
    elif kind == "llama3" and model_type in ("llama", "mistral", "mixtral", "smollm3", "exaone4"):
        known = (*("factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"),)
    elif kind == "yarn" and model_type in _LATENT_TYPES:
        if not scaling.get("mscale") or scaling["mscale"] != scaling.get("mscale_all_dim"):
            return "mscale that is not mscale_all_dim"
        known = (*_YARN, "mscale", "mscale_all_dim")
    if kind == "default":
        return None
    return f"rope_type {kind!r}" if known is None else _others(scaling, known)


def _others(scaling: JsonObject, known: Iterable[str]) -> str | None:
    others = {key for key, value in scaling.items() if value is not None}
    others -= {*known, "rope_type", "type", "rope_theta", "partial_rotary_factor"}
    return ", ".join(map(repr, sorted(others))) or None


def _typed(key: str, value: Any) -> Value:
    typed: Value = float(value) if key.endswith(_REALS) else value
    return typed


def _scaling(config: Values) -> Described:
    scaling = config.get("rope_scaling") or {}
    kind = scaling.get("rope_type")
    if kind not in ("linear", "yarn"):
        return {}
    described: Described = {"rope.scaling.type": str(kind), "rope.scaling.factor": scaling["factor"]}
    if kind == "yarn":
        described |= {
            "rope.scaling.original_context_length": scaling.get("original_max_position_embeddings"),
            "rope.scaling.yarn_beta_fast": _real(scaling.get("beta_fast")),
            "rope.scaling.yarn_beta_slow": _real(scaling.get("beta_slow")),
        }
    return described


def _real(value: Any) -> float | None:
    return None if value is None else float(value)


def _gemma3(config: Values) -> Described:
    """How often a layer sees the whole text, told from the layers; llama.cpp has 6 in its code."""
    types = config.get("layer_types") or []
    pattern = next((number for number, kind in enumerate(types, 1) if kind == "full_attention"), 6)
    return {"attention.sliding_window_pattern": None if pattern == 6 else pattern}


def _windows(config: Values) -> Described:
    """Which layers have a window."""
    if config.get("sliding_window") is None:
        return {}
    return {"attention.sliding_window_pattern": [each == "sliding_attention" for each in config["layer_types"]]}


def _olmo(config: Values) -> Described:
    return {"attention.layer_norm_epsilon": 1e-5}  # where Transformers has it in its code


def _olmo3(config: Values) -> Described:
    """Of the two rotaries that of the layers without a window can be said; the other has the same base."""
    return _windows(config) | _scaling({"rope_scaling": config["rope_parameters"]["full_attention"]})


def _partial(config: Values) -> Described:
    return {"rope.dimension_count": int(int(config["head_dim"]) * float(config["partial_rotary_factor"]))}


def _grouped(config: Values) -> Described:
    """What makes scores of logits: 1 softmax, 2 sigmoid."""
    return {"expert_gating_func": 1 if config["model_type"] == "deepseek_v2" else 2}


def _dots1(config: Values) -> Described:
    heads, of_keys = config["num_attention_heads"], config["num_key_value_heads"]
    if heads != of_keys:
        expected = f"{heads}: llama.cpp has as many heads of keys as of queries for this family"
        raise InvalidConfig([Fault("config key 'num_key_value_heads'", expected, repr(of_keys))])
    return _grouped(config)


def _glm4_moe(config: Values) -> Described:
    return _partial(config) | _grouped(config)


def _latent(config: Values) -> Described:
    """Heads as they are without the latent: files from before llama.cpp computed over it, which it reads as well."""
    scaling = config.get("rope_scaling") or {}
    described = _grouped(config) | {
        "attention.key_length": int(config["qk_nope_head_dim"]) + int(config["qk_rope_head_dim"]),
        "attention.head_count_kv": config["num_attention_heads"],
    }
    if scaling.get("rope_type") == "yarn":
        described["rope.scaling.yarn_log_multiplier"] = 0.1 * float(scaling.get("mscale_all_dim") or 0.0)
    return described


def _cohere(config: Values) -> Described:
    if not config["tie_word_embeddings"]:
        expected = "true: llama.cpp has no other head for this family"
        raise InvalidConfig([Fault("config key 'tie_word_embeddings'", expected, "false")])
    return {} if config.get("rope_scaling") else {"rope.scaling.type": "none"}


def _olmoe(config: Values) -> Described:
    if config.get("clip_qkv") is not None:
        expected = "null: llama.cpp keeps nothing within limits in this family"
        raise InvalidConfig([Fault("config key 'clip_qkv'", expected, repr(config["clip_qkv"]))])
    heads, kv_heads = config["num_attention_heads"], config["num_key_value_heads"]
    if kv_heads != heads:
        expected = f"{heads}: llama.cpp's norms of keys are as wide as those of queries"
        raise InvalidConfig([Fault("config key 'num_key_value_heads'", expected, repr(kv_heads))])
    return {}


def _cohere2(config: Values) -> Described:
    return _cohere(config) | _windows(config)


def _phi3(config: Values) -> Described:
    scaling, head_dim = config.get("rope_scaling") or {}, int(config["head_dim"])
    described: Described = {
        "rope.dimension_count": int(head_dim * float(config.get("partial_rotary_factor") or 1.0)),
    }
    if scaling.get("rope_type") == "longrope":
        old = int(config["original_max_position_embeddings"])
        scale = int(config["max_position_embeddings"]) / old
        factor = math.sqrt(1 + math.log(scale) / math.log(old)) if scale > 1 else 1.0
        described["rope.scaling.attn_factor"] = factor
    return described


def _gpt2(config: Values) -> Described:
    return {"feed_forward_length": config.get("n_inner") or 4 * int(config["n_embd"])}


def _gpt_bigcode(config: Values) -> Described:
    return _gpt2(config) | {"attention.head_count_kv": 1}


def _falcon(config: Values) -> Described:
    """As the converter says it, ``tensor_data_layout`` for the order of queries, keys and values."""
    has_one_key = config["multi_query"] and not config["new_decoder_architecture"]
    return {
        "tensor_data_layout": "jploski",
        "feed_forward_length": config.get("ffn_hidden_size") or 4 * int(config["hidden_size"]),
        "attention.head_count_kv": 1 if has_one_key else config.get("num_kv_heads") or config["num_attention_heads"],
    }


def _bloom(config: Values) -> Described:
    """Positions are not counted; the converter says the width where a file says no length."""
    width = int(config["hidden_size"])
    return {"context_length": config.get("seq_length") or width, "feed_forward_length": 4 * width}


def _mpt(config: Values) -> Described:
    its = config["attn_config"]
    return {
        "feed_forward_length": int(config["expansion_ratio"]) * int(config["d_model"]),
        "attention.clamp_kqv": _real(its.get("clip_qkv")),
        "attention.max_alibi_bias": _real(its["alibi_bias_max"]),
    }


def _gpt_neox(config: Values) -> Described:
    head_dim = int(config["hidden_size"]) // int(config["num_attention_heads"])
    return {"rope.dimension_count": int(float(config["rotary_pct"]) * head_dim)}


def _bert(config: Values) -> Described:
    return {"attention.causal": False}


def _roberta(config: Values) -> Described:
    return _bert(config) | {"context_length": int(config["max_position_embeddings"]) - missing_positions(config)}


def _distilbert(config: Values) -> Described:
    return _bert(config) | {"attention.layer_norm_epsilon": 1e-12}  # where Transformers has it in its code


def _modernbert(config: Values) -> Described:
    head_dim = int(config["hidden_size"]) // int(config["num_attention_heads"])
    return {"attention.causal": False, "rope.dimension_count": head_dim}


def _t5(config: Values) -> Described:
    return {
        "context_length": _T5_CONTEXT,
        "decoder_start_token_id": config.get("decoder_start_token_id") or 0,
    }


_MORE: Mapping[str, Callable[[Values], Described]] = {
    "gemma3_text": _gemma3,
    "olmo": _olmo,
    "olmoe": _olmoe,
    "olmo3": _olmo3,
    "stablelm": _partial,
    **dict.fromkeys(_LATENT_TYPES, _latent),
    "glm4_moe": _glm4_moe,
    "dots1": _dots1,
    "exaone4": _windows,
    "cohere": _cohere,
    "cohere2": _cohere2,
    "glm": _partial,
    "glm4": _partial,
    "phi3": _phi3,
    "gpt2": _gpt2,
    "gpt_bigcode": _gpt_bigcode,
    "phi": _partial,
    "falcon": _falcon,
    "bloom": _bloom,
    "mpt": _mpt,
    "gpt_neox": _gpt_neox,
    "bert": _bert,
    **dict.fromkeys(ROBERTAS, _roberta),
    "distilbert": _distilbert,
    "modernbert": _modernbert,
    "nomic_bert": _bert,
    "jina_embeddings_v3": _bert,
    "t5": _t5,
}
"""Model type → what follows from the config in another way."""
