"""gpt-oss: windows in every other layer, attention that may rest on sinks, and experts with biases and limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from loadstone.architectures import decoders
from loadstone.architectures.class_names import DECODERS
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.feed_forward import SparseExperts
from loadstone.architectures.components.leaves import ClampedExperts, Linear, RMSNorm, Weight
from loadstone.architectures.components.routers import TopKRouter
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.initial import Normal
from loadstone.architectures.layer_types import FULL, SLIDING, check_layer_types, layer_types_rule
from loadstone.architectures.tasks import CAUSAL_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import Fault, InvalidConfig

SCALING: Mapping[str, object] = {
    "rope_type": "yarn",
    "factor": 32.0,
    "beta_fast": 32.0,
    "beta_slow": 1.0,
    "truncate": False,
    "original_max_position_embeddings": 4096,
}
"""The scaling of positions where a config says nothing of it."""


def _every_other(config: PretrainedConfig) -> list[str]:
    return [FULL if index % 2 else SLIDING for index in range(config.num_hidden_layers)]


class GptOssConfig(decoders.DecoderConfig):
    """The keys of a gpt-oss model. Defaults are those of gpt-oss 120B."""

    model_type = "gpt_oss"
    attribute_map: ClassVar = {"num_experts": "num_local_experts"}
    follows: ClassVar = {**decoders.DecoderConfig.follows, "layer_types": layer_types_rule(_every_other)}
    irrelevant: ClassVar = {
        **decoders.DecoderConfig.irrelevant,
        "hidden_act": "experts have a function of their own, whatever is said",
    }

    vocab_size: int = 201088
    hidden_size: int = 2880
    intermediate_size: int = 2880
    num_hidden_layers: int = 36
    num_attention_heads: int = 64
    num_key_value_heads: int | None = 8
    head_dim: int | None = 64
    max_position_embeddings: int = 131072
    rms_norm_eps: float = 1e-5
    rope_theta: float = 150000.0
    attention_bias: bool = True
    sliding_window: int | None = 128
    layer_types: list[str] | None = None
    num_local_experts: int = 128
    num_experts_per_tok: int = 4
    swiglu_alpha: float = 1.702
    swiglu_limit: float = 7.0
    output_router_logits: bool = False
    router_aux_loss_coef: float = 0.001

    positive = (*decoders.DecoderConfig.positive, "num_local_experts", "num_experts_per_tok")

    def _take(self, values: Mapping[str, Any]) -> None:
        said = values.get("rope_parameters") or values.get("rope_scaling")
        super()._take(values if said else {**values, "rope_scaling": dict(SCALING)})

    def _as_json(self, declared: Mapping[str, object]) -> dict[str, object]:
        values = super()._as_json(declared)
        if not values.get("rope_scaling"):  # a reader would take what it finds nowhere for SCALING
            values["rope_parameters"] = dict(self.rope_parameters)
        return values

    def check_together(self) -> None:
        super().check_together()
        check_layer_types(self.layer_types or [], self.num_hidden_layers, self.sliding_window)
        if not self.swiglu_limit > 0:
            raise InvalidConfig([Fault("config key 'swiglu_limit'", "a number above 0", repr(self.swiglu_limit))])


def attention(config: GptOssConfig, index: int) -> Attention:
    """Llama's with biases and sinks, and with a window or without, as ``layer_types`` say."""
    window = config.sliding_window if (config.layer_types or ())[index] == SLIDING else None
    rotary, bias = decoders.rotary(config), config.attention_bias
    plain = decoders.separate_attention(config, index, rotary=rotary, bias=bias, window=window)
    return replace(plain, sinks=Part("sinks", Weight((config.num_attention_heads,), config.initializer_range)))


def blueprint(config: GptOssConfig) -> Tower:
    """The bare model."""
    width, count, std = config.hidden_size, config.num_local_experts, config.initializer_range
    norm = RMSNorm(width, config.rms_norm_eps)
    limits = {"limit": config.swiglu_limit, "sharpness": config.swiglu_alpha}
    experts = ClampedExperts(count, width, config.intermediate_size, "sigmoid", std, **limits)
    logits = Part("router", Linear(width, count, True, std, initial_bias=Normal(std)))
    sparse = SparseExperts(Part("", TopKRouter(logits, config.num_experts_per_tok)), Part("experts", experts))
    layers = [
        decoders.pre_norm_layer(attention(config, index), Part("mlp", sparse), norm)
        for index in range(config.num_hidden_layers)
    ]
    return decoders.tower(config, layers, norm)


FAMILY = Family(
    config=GptOssConfig,
    stem="GptOss",
    prefix="model",
    heads=decoders.decoder_heads("GptOss", blueprint, tasks=(CAUSAL_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION)),
    leftovers=decoders.LEFTOVERS,
    class_names={**DECODERS, "SparseExperts": "{}MLP", "ClampedExperts": "{}Experts"},
    sources="https://github.com/openai/gpt-oss",
)
