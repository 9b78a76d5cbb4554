"""Granite 3: Llama with four numbers that scale embeddings, residual paths, attention and logits."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from loadstone.architectures import declarations, decoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.layers import Add, Layer, Residual
from loadstone.architectures.components.leaves import RMSNorm, Scaled
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import CAUSAL_LM
from loadstone.errors import Fault, InvalidConfig


class GraniteConfig(decoders.DecoderConfig):
    """The keys of a Granite model. Defaults are those of a model without scales."""

    model_type = "granite"
    refused: ClassVar = declarations.but(
        declarations.REFUSED_BY_DECODERS,
        *("attention_multiplier", "embedding_multiplier", "residual_multiplier", "logits_scaling"),
    )
    irrelevant: ClassVar = {
        **declarations.WITHOUT_CLASSES,
        "classifier_dropout": "of a token classifier, which this family has not",
    }

    bos_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 2
    attention_bias: bool = False
    mlp_bias: bool = False
    embedding_multiplier: float = 1.0
    logits_scaling: float = 1.0
    residual_multiplier: float = 1.0
    attention_multiplier: float = 1.0

    def check_together(self) -> None:
        super().check_together()
        if not self.logits_scaling:
            raise InvalidConfig([Fault("config key 'logits_scaling'", "another number than 0", "0")])


def blueprint(config: GraniteConfig) -> Tower:
    """The bare model."""
    rotary = decoders.rotary(config)
    norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
    end = Part("", Add(Part("", Scaled(config.residual_multiplier))))
    layers = []
    for index in range(config.num_hidden_layers):
        plain = decoders.separate_attention(config, index, rotary=rotary, bias=config.attention_bias)
        attention = Part("self_attn", replace(plain, scale=config.attention_multiplier))
        feed_forward = Part("mlp", decoders.feed_forward(config, bias=config.mlp_bias))
        steps = (
            Residual(attention, Part("input_layernorm", norm), end),
            Residual(feed_forward, Part("post_attention_layernorm", norm), end),
        )
        layers.append(Layer(tuple(Part("", step) for step in steps)))
    bare = decoders.tower(config, layers, norm)
    assert isinstance(bare.stem.component, Embeddings)
    # Vectors that are given in place of ids are scaled, too.
    stem = replace(bare.stem.component, project=Part("", Scaled(config.embedding_multiplier)))
    return replace(bare, stem=Part("", stem))


FAMILY = Family(
    config=GraniteConfig,
    stem="Granite",
    prefix="model",
    heads=decoders.decoder_heads(
        "Granite",
        blueprint,
        decoders.HeadParts(logits_scale=lambda config: 1 / config.logits_scaling),
        tasks=(CAUSAL_LM,),
    ),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    sources="https://github.com/ibm-granite/granite-3.0-language-models",
)
