"""Granite 3: Llama with four numbers that scale embeddings, residual paths, attention and logits."""

from __future__ import annotations

from loadstone.architectures import decoders, granite
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import CAUSAL_LM


class GraniteConfig(granite.GraniteKinConfig):
    """The keys of a Granite model. Defaults are those of a model without scales."""

    model_type = "granite"

    mlp_bias: bool = False


def blueprint(config: GraniteConfig) -> Tower:
    """The bare model."""
    return granite.tower(config, Part("mlp", decoders.feed_forward(config, bias=config.mlp_bias)))


FAMILY = Family(
    config=GraniteConfig,
    stem="Granite",
    prefix="model",
    heads=decoders.decoder_heads("Granite", blueprint, granite.HEAD_PARTS, tasks=(CAUSAL_LM,)),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    sources="https://github.com/ibm-granite/granite-3.0-language-models",
)
