"""OLMo: Llama with norms that have no weights, and queries, keys and values that may be clipped."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from loadstone.architectures import declarations, decoders
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.clipped import Clipped
from loadstone.architectures.components.leaves import LayerNorm
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import CAUSAL_LM, SEQUENCE_CLASSIFICATION
from loadstone.errors import Fault, InvalidConfig


class OlmoConfig(decoders.DecoderConfig):
    """The keys of an OLMo model. Defaults are those of OLMo 7B."""

    model_type = "olmo"
    without = ("rms_norm_eps",)
    refused: ClassVar = declarations.but(declarations.REFUSED_BY_DECODERS, "clip_qkv")
    irrelevant: ClassVar = {
        **decoders.DecoderConfig.irrelevant,
        "classifier_dropout": "of a token classifier, which this family has not",
    }

    vocab_size: int = 50304
    pad_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 50279
    attention_bias: bool = False
    clip_qkv: float | None = None

    def check_together(self) -> None:
        super().check_together()
        if self.clip_qkv is not None and self.clip_qkv < 0:
            raise InvalidConfig([Fault("config key 'clip_qkv'", "at least 0, or null", repr(self.clip_qkv))])


def attention(config: OlmoConfig, index: int) -> Attention:
    """Llama's; where there is a limit, no query, key or value is beyond it."""
    plain = decoders.separate_attention(config, index, rotary=decoders.rotary(config), bias=config.attention_bias)
    if config.clip_qkv is None:
        return plain
    return replace(plain, projections=tuple(Part("", Clipped(each, config.clip_qkv)) for each in plain.projections))


def blueprint(config: OlmoConfig) -> Tower:
    """The bare model."""
    norm = LayerNorm(config.hidden_size, 1e-5, affine=False)
    feed_forward = Part("mlp", decoders.feed_forward(config))
    layers = [
        decoders.pre_norm_layer(attention(config, index), feed_forward, norm)
        for index in range(config.num_hidden_layers)
    ]
    return decoders.tower(config, layers, norm)


FAMILY = Family(
    config=OlmoConfig,
    stem="Olmo",
    prefix="model",
    heads=decoders.decoder_heads("Olmo", blueprint, tasks=(CAUSAL_LM, SEQUENCE_CLASSIFICATION)),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    sources="arXiv:2402.00838",
)
