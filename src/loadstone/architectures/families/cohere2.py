"""Command R7B and Command A: Command R with windows in three of four layers, and no positions in the others."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import declarations, decoders
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.families.cohere import PARTS, BaseCohereConfig, tower
from loadstone.architectures.family import Family
from loadstone.architectures.layer_types import SLIDING, check_layer_types, every_so_many_full, layer_types_rule
from loadstone.architectures.tasks import CAUSAL_LM
from loadstone.configs.pretrained import PretrainedConfig


def _every_so_many_is_full(config: PretrainedConfig) -> list[str]:
    return every_so_many_full(config.num_hidden_layers, config.sliding_window_pattern or 4)


class Cohere2Config(BaseCohereConfig):
    """The keys of a second Command R model. Defaults are those of transformers."""

    model_type = "cohere2"
    positive: ClassVar = (*BaseCohereConfig.positive, "sliding_window_pattern")
    refused: ClassVar = declarations.but(declarations.REFUSED_BY_DECODERS, "logit_scale")
    follows: ClassVar = {
        **decoders.DecoderConfig.follows,
        "layer_types": layer_types_rule(_every_so_many_is_full, "sliding_window_pattern"),
    }

    sliding_window: int | None = 4096
    sliding_window_pattern: int | None = None
    layer_types: list[str] | None = None

    def check_together(self) -> None:
        super().check_together()
        decoders.check_head_dim(self)
        check_layer_types(self.layer_types or [], self.num_hidden_layers, self.sliding_window)


def blueprint(config: Cohere2Config) -> Tower:
    """The bare model."""
    rotary = decoders.rotary(config)._replace(interleaved=True)
    attentions = [
        decoders.separate_attention(
            config,
            index,
            rotary=rotary if kind == SLIDING else None,
            bias=config.attention_bias,
            window=config.sliding_window if kind == SLIDING else None,
        )
        for index, kind in enumerate(config.layer_types or ())
    ]
    return tower(config, attentions)


FAMILY = Family(
    config=Cohere2Config,
    stem="Cohere2",
    prefix="model",
    heads=decoders.decoder_heads("Cohere2", blueprint, PARTS, tasks=(CAUSAL_LM,)),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    sources="arXiv:2504.00698",
)
