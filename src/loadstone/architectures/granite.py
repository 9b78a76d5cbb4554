"""What Granite's decoders have in common: four numbers that scale embeddings, residual paths, attention and logits."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from loadstone.architectures import declarations, decoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.layers import Add, Layer, Residual
from loadstone.architectures.components.leaves import RMSNorm, Scaled
from loadstone.architectures.components.towers import Tower
from loadstone.errors import Fault, InvalidConfig

_SCALES = ("embedding_multiplier", "attention_multiplier", "residual_multiplier", "logits_scaling")
HEAD_PARTS = decoders.HeadParts(logits_scale=lambda config: 1 / config.logits_scaling)


class GraniteKinConfig(decoders.DecoderConfig):
    """The keys of models like Granite. Without scales, these are Llama's."""

    refused: ClassVar = declarations.but(declarations.REFUSED_BY_DECODERS, *_SCALES)
    irrelevant: ClassVar = {
        **declarations.WITHOUT_CLASSES,
        "classifier_dropout": "of a token classifier, which this family has not",
    }

    bos_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 2
    attention_bias: bool = False
    embedding_multiplier: float = 1.0
    logits_scaling: float = 1.0
    residual_multiplier: float = 1.0
    attention_multiplier: float = 1.0

    def check_together(self) -> None:
        super().check_together()
        if not self.logits_scaling:
            raise InvalidConfig([Fault("config key 'logits_scaling'", "another number than 0", "0")])


def tower(config: GraniteKinConfig, feed_forward: Part) -> Tower:
    """The bare model, whose layers all have this ``feed_forward``."""
    rotary = decoders.rotary(config)
    norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
    end = Part("", Add(Part("", Scaled(config.residual_multiplier))))
    layers = []
    for index in range(config.num_hidden_layers):
        plain = decoders.separate_attention(config, index, rotary=rotary, bias=config.attention_bias)
        attention = Part("self_attn", replace(plain, scale=config.attention_multiplier))
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
