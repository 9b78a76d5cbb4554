"""Gemma 3, text only: Gemma 2 with normed queries and keys, and a rotary of its own for windowed layers."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from loadstone.architectures import declarations, decoders
from loadstone.architectures.class_names import DECODERS
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.leaves import RMSNorm
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.layer_types import FULL, SLIDING, check_layer_types, layer_types_rule
from loadstone.architectures.rope_config import RopePlace
from loadstone.architectures.tasks import BARE, CAUSAL_LM, SEQUENCE_CLASSIFICATION
from loadstone.configs.pretrained import PretrainedConfig


def _every_sixth_is_full(config: PretrainedConfig) -> list[str]:
    pattern = config.sliding_window_pattern or 6
    return [SLIDING if (index + 1) % pattern else FULL for index in range(config.num_hidden_layers)]


class Gemma3TextConfig(decoders.DecoderConfig):
    """The keys of a Gemma 3 text model. Defaults are those of Gemma 3 4B's text part."""

    model_type = "gemma3_text"
    without = ("hidden_act",)
    positive = (*decoders.DecoderConfig.positive, "query_pre_attn_scalar")
    refused: ClassVar = declarations.but(
        declarations.REFUSED_BY_DECODERS,
        *("use_bidirectional_attention", "attn_logit_softcapping", "final_logit_softcapping"),
    )
    irrelevant: ClassVar = {
        **declarations.IRRELEVANT_TO_DECODERS,
        "attn_logit_softcapping": "files have it, and the architecture never applies it",
        "classifier_dropout": "of a token classifier, which this family has not",
    }
    attribute_map: ClassVar = {"_sliding_window_pattern": "sliding_window_pattern"}  # what Transformers 5 writes
    follows: ClassVar = {
        **decoders.DecoderConfig.follows,
        "layer_types": layer_types_rule(_every_sixth_is_full, "sliding_window_pattern"),
    }
    rope_types = (FULL, SLIDING)
    scaled_types = (FULL,)
    within: ClassVar = {
        "rope_theta": RopePlace("rope_theta", FULL),
        "rope_local_base_freq": RopePlace("rope_theta", SLIDING),
        "rope_scaling": None,
    }

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
    attn_logit_softcapping: float | None = None
    use_bidirectional_attention: bool | None = False

    def check_together(self) -> None:
        super().check_together()
        check_layer_types(self.layer_types or [], self.num_hidden_layers, self.sliding_window)


def blueprint(config: Gemma3TextConfig) -> Tower:
    """The bare model."""
    head_dim = config.head_dim or 0
    rotaries = {kind: decoders.rotary(config, kind) for kind in config.rope_types}
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
            window=window if layer_type == SLIDING else None,
            head_norm=RMSNorm(head_dim, config.rms_norm_eps, offset=1.0),
        )
        attention = replace(attention, causal=causal, scale=config.query_pre_attn_scalar**-0.5)
        layers.append(decoders.sandwich_layer(Part("self_attn", attention), Part("mlp", feed_forward), norm))
    return decoders.tower(config, layers, norm, scale=config.hidden_size**0.5)


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
    class_names={"": "Gemma3", **DECODERS},
    sources="arXiv:2503.19786",
)
