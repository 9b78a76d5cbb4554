"""SmolLM3: Llama in which every fourth layer has no positions."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import decoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.leaves import RMSNorm
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.layer_types import FULL, SLIDING, check_layer_types, layer_types_rule
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import Fault, InvalidConfig


def _every_so_many_without(config: PretrainedConfig) -> list[int]:
    interval = config.no_rope_layer_interval
    return [int((index + 1) % interval != 0) for index in range(config.num_hidden_layers)]


def _windows_without_positions(config: PretrainedConfig) -> list[str]:
    has_window = config.use_sliding_window and config.sliding_window is not None
    turns = config.no_rope_layers[: config.num_hidden_layers]
    return [SLIDING if has_window and not each else FULL for each in turns]


class SmolLM3Config(decoders.DecoderConfig):
    """The keys of a SmolLM3 model. Defaults are those of SmolLM3 3B."""

    model_type = "smollm3"
    positive: ClassVar = (*decoders.DecoderConfig.positive, "no_rope_layer_interval")
    follows: ClassVar = {
        **decoders.DecoderConfig.follows,
        "no_rope_layers": layer_types_rule(_every_so_many_without, "no_rope_layer_interval"),
        "layer_types": layer_types_rule(
            _windows_without_positions, "use_sliding_window", "sliding_window", "no_rope_layers"
        ),
    }

    vocab_size: int = 128256
    hidden_size: int = 2048
    num_hidden_layers: int = 36
    num_attention_heads: int = 16
    num_key_value_heads: int | None = 4
    max_position_embeddings: int = 32768
    rope_theta: float = 2000000.0
    pad_token_id: int | None = 128004
    bos_token_id: int | None = 128000
    eos_token_id: int | list[int] | None = 128001
    use_sliding_window: bool = False
    sliding_window: int | None = None
    no_rope_layers: list[int] | None = None
    no_rope_layer_interval: int = 4
    layer_types: list[str] | None = None
    attention_bias: bool = False
    mlp_bias: bool = False
    tie_word_embeddings: bool = True

    def check_together(self) -> None:
        super().check_together()
        layers, turns = self.num_hidden_layers, self.no_rope_layers or []
        if len(turns) < layers or not all(each in (0, 1) for each in turns):
            expected = f"0 or 1 for each of {layers} layers"
            raise InvalidConfig([Fault("config key 'no_rope_layers'", expected, repr(turns))])
        check_layer_types(self.layer_types or [], layers, self.sliding_window)


def blueprint(config: SmolLM3Config) -> Tower:
    """The bare model."""
    rotary = decoders.rotary(config)
    norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
    feed_forward = decoders.feed_forward(config, bias=config.mlp_bias)
    layers = [
        decoders.pre_norm_layer(
            decoders.separate_attention(
                config,
                index,
                rotary=rotary if turns else None,
                bias=config.attention_bias,
                window=config.sliding_window if layer_type == SLIDING else None,
            ),
            Part("mlp", feed_forward),
            norm,
        )
        for index, (turns, layer_type) in enumerate(
            zip(config.no_rope_layers or (), config.layer_types or (), strict=False)
        )
    ]
    return decoders.tower(config, layers, norm)


FAMILY = Family(
    config=SmolLM3Config,
    stem="SmolLM3",
    prefix="model",
    heads=decoders.decoder_heads("SmolLM3", blueprint, decoders.HeadParts(question_prefix="transformer")),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    sources="https://huggingface.co/blog/smollm3",
)
