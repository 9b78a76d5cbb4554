"""Gemma 3, text only: Gemma 2 with normed queries and keys, and a rotary of its own for windowed layers."""

from __future__ import annotations

from typing import Any

from loadstone.architectures import decoders
from loadstone.architectures.components import Backbone, Part, RMSNorm
from loadstone.architectures.families.gemma2 import sandwich_layer
from loadstone.architectures.family import BARE, CAUSAL_LM, SEQUENCE_CLASSIFICATION, Family
from loadstone.architectures.layer_types import FULL, SLIDING, check_layer_types


class Gemma3TextConfig(decoders.DecoderConfig):
    """The keys of a Gemma 3 text model. Defaults are those of Gemma 3 4B's text part."""

    model_type = "gemma3_text"
    without = ("hidden_act",)
    positive = (*decoders.DecoderConfig.positive, "query_pre_attn_scalar")

    vocab_size: int = 262208
    hidden_size: int = 2304
    intermediate_size: int = 9216
    num_hidden_layers: int = 26
    num_attention_heads: int = 8
    num_key_value_heads: int | None = 4
    head_dim: int | None = 256
    hidden_activation: str = "gelu_pytorch_tanh"
    max_position_embeddings: int = 131072
    rope_theta: float = 1000000.0
    rope_local_base_freq: float = 10000.0
    pad_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 1
    bos_token_id: int | None = 2
    tie_word_embeddings: bool = True
    attention_bias: bool = False
    query_pre_attn_scalar: float = 256
    sliding_window: int | None = 4096
    sliding_window_pattern: int | None = None
    layer_types: list[str] | None = None
    final_logit_softcapping: float | None = None
    attn_logit_softcapping: float | None = None  # read from files, and never applied by the architecture
    use_bidirectional_attention: bool | None = False

    def upgrade_rope(self, parameters: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
        full, sliding = dict(parameters.get(FULL) or {}), parameters.get(SLIDING) or {}
        if "rope_theta" in sliding:
            values["rope_local_base_freq"] = sliding["rope_theta"]
        return super().upgrade_rope(full, values)

    def upgrade(self, values: dict[str, Any]) -> dict[str, Any]:
        values = super().upgrade(values)
        pattern = values.pop("_sliding_window_pattern", None)
        if pattern is not None:
            values.setdefault("sliding_window_pattern", pattern)
        return values

    def complete(self) -> None:
        super().complete()
        if self.layer_types is None:
            pattern = self.sliding_window_pattern or 6
            self.layer_types = [SLIDING if (index + 1) % pattern else FULL for index in range(self.num_hidden_layers)]
        check_layer_types(self.layer_types, self.num_hidden_layers, self.sliding_window)


def blueprint(config: Gemma3TextConfig) -> Backbone:
    """The bare model."""
    head_dim = config.head_dim or 0
    rotaries = {
        FULL: decoders.rotary(config),
        SLIDING: decoders.rotary(config, theta=config.rope_local_base_freq, scaling=None),
    }
    norm = RMSNorm(config.hidden_size, config.rms_norm_eps, offset=1.0)
    feed_forward = decoders.feed_forward(config, config.hidden_activation)
    causal = not config.use_bidirectional_attention
    window = config.sliding_window if causal or config.sliding_window is None else config.sliding_window // 2
    layers = []
    for index, layer_type in enumerate(config.layer_types or ()):
        attention = decoders.separate_attention(
            config,
            index,
            rotary=rotaries[layer_type],
            bias=config.attention_bias,
            causal=causal,
            window=window if layer_type == SLIDING else None,
            scale=config.query_pre_attn_scalar**-0.5,
            head_norm=RMSNorm(head_dim, config.rms_norm_eps, offset=1.0),
        )
        layers.append(sandwich_layer(Part("self_attn", attention), Part("mlp", feed_forward), norm))
    return decoders.backbone(config, layers, norm, scale=config.hidden_size**0.5)


FAMILY = Family(
    config=Gemma3TextConfig,
    stem="Gemma3Text",
    prefix="model",
    heads=decoders.decoder_heads(
        "Gemma3",
        blueprint,
        tasks=(CAUSAL_LM, SEQUENCE_CLASSIFICATION),
        names={BARE: "Gemma3TextModel", SEQUENCE_CLASSIFICATION: "Gemma3TextForSequenceClassification"},
    ),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    sources="arXiv:2503.19786",
)
