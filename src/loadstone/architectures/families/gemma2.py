"""Gemma 2: norms before and after each block, soft caps on scores and logits, every other layer with a window."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from loadstone.architectures import declarations, decoders
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.leaves import RMSNorm
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.layer_types import FULL, SLIDING, check_layer_types, layer_types_rule
from loadstone.architectures.tasks import CAUSAL_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION
from loadstone.configs.pretrained import PretrainedConfig


def _every_other(config: PretrainedConfig) -> list[str]:
    return [FULL if index % 2 else SLIDING for index in range(config.num_hidden_layers)]


class Gemma2Config(decoders.DecoderConfig):
    """The keys of a Gemma 2 model. Defaults are those of Gemma 2 2B."""

    model_type = "gemma2"
    without: ClassVar[tuple[str, ...]] = ("hidden_act",)
    positive = (*decoders.DecoderConfig.positive, "query_pre_attn_scalar")
    follows: ClassVar = {**decoders.DecoderConfig.follows, "layer_types": layer_types_rule(_every_other)}
    refused: ClassVar = declarations.but(
        declarations.REFUSED_BY_DECODERS, "attn_logit_softcapping", "final_logit_softcapping"
    )

    vocab_size: int = 256000
    hidden_size: int = 2304
    intermediate_size: int = 9216
    num_hidden_layers: int = 26
    num_attention_heads: int = 8
    num_key_value_heads: int | None = 4
    head_dim: int | None = 256
    hidden_activation: str = "gelu_pytorch_tanh"
    max_position_embeddings: int = 8192
    pad_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 1
    bos_token_id: int | None = 2
    tie_word_embeddings: bool = True
    attention_bias: bool = False
    query_pre_attn_scalar: float = 256
    sliding_window: int | None = 4096
    layer_types: list[str] | None = None
    final_logit_softcapping: float | None = 30.0
    attn_logit_softcapping: float | None = 50.0
    use_bidirectional_attention: bool | None = None

    def check_together(self) -> None:
        super().check_together()
        check_layer_types(self.layer_types or [], self.num_hidden_layers, self.sliding_window)


def attention(config: Gemma2Config, index: int) -> Attention:
    """Attention of a layer, with a window or without, as ``layer_types`` say."""
    window = config.sliding_window if (config.layer_types or ())[index] == SLIDING else None
    rotary, bias = decoders.rotary(config), config.attention_bias
    plain = decoders.separate_attention(config, index, rotary=rotary, bias=bias, window=window)
    return replace(plain, scale=config.query_pre_attn_scalar**-0.5, softcap=config.attn_logit_softcapping)


def blueprint(config: Gemma2Config) -> Tower:
    """The bare model."""
    norm = RMSNorm(config.hidden_size, config.rms_norm_eps, offset=1.0)
    feed_forward = decoders.feed_forward(config, config.hidden_activation)
    layers = [
        decoders.sandwich_layer(Part("self_attn", attention(config, index)), Part("mlp", feed_forward), norm)
        for index in range(config.num_hidden_layers)
    ]
    return decoders.tower(config, layers, norm, scale=config.hidden_size**0.5)


FAMILY = Family(
    config=Gemma2Config,
    stem="Gemma2",
    prefix="model",
    heads=decoders.decoder_heads("Gemma2", blueprint, tasks=(CAUSAL_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION)),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    sources="arXiv:2408.00118",
)
