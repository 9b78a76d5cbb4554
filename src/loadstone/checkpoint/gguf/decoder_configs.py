"""The same as :mod:`.configs` for the decoders that keep Llama's shape and change a norm, a rotary, a scale.

What stands in llama.cpp's code and not in a file is a default here, or not read at all: a model that has it otherwise
is refused where it is to be written, as it is read back otherwise.
"""

from __future__ import annotations

from loadstone.checkpoint.gguf.configs import decoder, divided, sizes
from loadstone.checkpoint.gguf.metadata import Facts, Values

FULL, SLIDING = "full_attention", "sliding_attention"
_LARGEST = 64
"""The layers of EXAONE 4.0 32B, which alone has windows there, and of Command R+, which alone has norms of heads."""


def layer_normed(facts: Facts, model_type: str, key: str = "layer_norm_eps") -> Values:
    """What those with layer norms say; ``key``: what the config calls their epsilon."""
    return sizes(facts, model_type) | {key: facts.need_real("attention.layer_norm_epsilon")}


def partial(facts: Facts, values: Values) -> Values:
    """The same, with the share of each head that turns."""
    dim = max(values["head_dim"], 1)
    return values | {"partial_rotary_factor": facts.number("rope.dimension_count", dim) / dim}


def layer_types(facts: Facts) -> list[str] | None:
    """Which layers have a window; None where the file leaves it to the code, in which the last of every four has none,
    as it is in the configs here."""
    told = facts.flags("attention.sliding_window_pattern")
    return None if told is None else [SLIDING if each else FULL for each in told]


def olmo(facts: Facts) -> Values:
    """OLMo, whose norms have no weights, and an epsilon that stands in its code."""
    return sizes(facts, "olmo") | {"clip_qkv": facts.real("attention.clamp_kqv", None)}


def olmo3(facts: Facts) -> Values:
    """OLMo 3: its scaling is for the layers without a window."""
    values = decoder(facts, "olmo3")
    scaling, theta = values.pop("rope_scaling") or {"rope_type": "default"}, values["rope_theta"]
    return values | {
        "sliding_window": facts.size("attention.sliding_window"),
        "layer_types": layer_types(facts),
        "rope_parameters": {
            FULL: {**scaling, "rope_theta": theta},
            SLIDING: {"rope_type": "default", "rope_theta": theta},
        },
    }


def starcoder2(facts: Facts) -> Values:
    """StarCoder 2, always with biases."""
    return layer_normed(facts, "starcoder2", "norm_epsilon") | {
        "sliding_window": facts.number("attention.sliding_window", None)
    }


def smollm3(facts: Facts) -> Values:
    """SmolLM3: every fourth layer has no positions, and none a window."""
    return divided(facts, decoder(facts, "smollm3"))


def granite(facts: Facts) -> Values:
    """Granite 3, with its four scales."""
    values = decoder(facts, "granite")
    return values | {
        "attention_multiplier": facts.real("attention.scale", max(values["head_dim"], 1) ** -0.5),
        "embedding_multiplier": facts.real("embedding_scale", 1.0),
        "residual_multiplier": facts.real("residual_scale", 1.0),
        "logits_scaling": facts.real("logit_scale", 1.0),
        "attention_bias": "blk.0.attn_q.bias" in facts.shapes,
        "mlp_bias": "blk.0.ffn_up.bias" in facts.shapes,
    }


def stablelm(facts: Facts) -> Values:
    """StableLM. Norms of heads are one tensor there and many here: such files are refused."""
    if "blk.0.attn_q_norm.weight" in facts.shapes:
        facts.refuse("blk.0.attn_q_norm.weight", "no norms of heads (qk_layernorm), which are not read", "a tensor")
    return partial(facts, layer_normed(facts, "stablelm")) | {
        "use_qkv_bias": "blk.0.attn_q.bias" in facts.shapes,
        "use_parallel_residual": "blk.0.ffn_norm.weight" not in facts.shapes,
    }


def exaone4(facts: Facts) -> Values:
    """EXAONE 4.0; only its largest has windows."""
    values = divided(facts, decoder(facts, "exaone4"))
    if values["num_hidden_layers"] != _LARGEST:
        return values | {"sliding_window": None}
    window = facts.number("attention.sliding_window", 4096)
    return values | {"sliding_window": window, "layer_types": layer_types(facts)}


def ernie4_5(facts: Facts) -> Values:
    """ERNIE 4.5, dense."""
    return decoder(facts, "ernie4_5")


def cohere(facts: Facts) -> Values:
    """Command R and R+."""
    values = layer_normed(facts, "cohere")
    return values | {
        "logit_scale": facts.need_real("logit_scale"),
        "use_qk_norm": values["num_hidden_layers"] >= _LARGEST,
    }


def cohere2(facts: Facts) -> Values:
    """Command R7B and Command A."""
    values = layer_normed(facts, "cohere2")
    return values | {
        "logit_scale": facts.need_real("logit_scale"),
        "sliding_window": facts.size("attention.sliding_window"),
        "layer_types": layer_types(facts),
    }


def glm(facts: Facts) -> Values:
    """GLM-4 9B, ChatGLM to llama.cpp, which knows no heads that together are wider than the model."""
    values = decoder(facts, "glm")
    values["head_dim"] = values["hidden_size"] // max(values["num_attention_heads"], 1)
    return partial(facts, values) | {"attention_bias": _has_bias(facts)}


def glm4(facts: Facts) -> Values:
    """GLM-4-0414."""
    return partial(facts, decoder(facts, "glm4")) | {"attention_bias": _has_bias(facts)}


def _has_bias(facts: Facts) -> bool:
    return any(f"blk.0.{name}.bias" in facts.shapes for name in ("attn_q", "attn_qkv"))
