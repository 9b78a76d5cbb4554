"""Qwen 1.5, 2 and 2.5: Llama's shape with biases on queries, keys and values."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import decoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.leaves import RMSNorm
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.layer_types import FULL, SLIDING, check_layer_types, layer_types_rule
from loadstone.configs.keys import Rule
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import Fault, InvalidConfig


def window_in_use(config: PretrainedConfig, given: int | None) -> int | None:
    """``sliding_window``, which counts only where ``use_sliding_window`` says so."""
    return given if config.use_sliding_window else None


def _later_layers(config: PretrainedConfig) -> list[str]:
    layers = range(config.num_hidden_layers)
    has_window = config.sliding_window is not None
    return [SLIDING if has_window and index >= config.max_window_layers else FULL for index in layers]


class WindowedDecoderConfig(decoders.DecoderConfig):
    """The keys with which Qwen says which layers have a sliding window."""

    follows: ClassVar = {
        **decoders.DecoderConfig.follows,
        "sliding_window": Rule(window_in_use),
        "layer_types": layer_types_rule(_later_layers, "use_sliding_window", "max_window_layers"),
    }

    use_sliding_window: bool = False
    sliding_window: int | None = 4096
    max_window_layers: int = 28
    layer_types: list[str] | None = None

    def check_together(self) -> None:
        super().check_together()
        if not self.use_sliding_window and SLIDING in (self.layer_types or ()):
            expected = "true, since layer_types asks for windows"
            raise InvalidConfig([Fault("config key 'use_sliding_window'", expected, "false")])
        check_layer_types(self.layer_types or [], self.num_hidden_layers, self.sliding_window)


class Qwen2Config(WindowedDecoderConfig):
    """The keys of a Qwen 2 model. Defaults are those of Qwen 2 7B (beta)."""

    model_type = "qwen2"

    vocab_size: int = 151936
    intermediate_size: int = 22016
    num_key_value_heads: int | None = 32
    max_position_embeddings: int = 32768


def blueprint(config: WindowedDecoderConfig) -> Tower:
    """The bare model."""
    rotary = decoders.rotary(config)
    norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
    feed_forward = decoders.feed_forward(config)
    layers = [
        decoders.pre_norm_layer(
            decoders.separate_attention(
                config,
                index,
                rotary=rotary,
                bias=(True, False),
                window=config.sliding_window if layer_type == SLIDING else None,
            ),
            Part("mlp", feed_forward),
            norm,
        )
        for index, layer_type in enumerate(config.layer_types or ())
    ]
    return decoders.tower(config, layers, norm)


FAMILY = Family(
    config=Qwen2Config,
    stem="Qwen2",
    prefix="model",
    heads=decoders.decoder_heads("Qwen2", blueprint, decoders.HeadParts(question_prefix="transformer")),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    sources="arXiv:2407.10671",
)
