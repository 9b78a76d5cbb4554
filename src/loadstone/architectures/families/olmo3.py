"""OLMo 3: OLMo 2 with a window in three of four layers, and a rotary of its own for the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from loadstone.architectures import decoders
from loadstone.architectures.components.leaves import RMSNorm
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.families.olmo2 import Olmo2Config
from loadstone.architectures.family import Family
from loadstone.architectures.layer_types import FULL, SLIDING, check_layer_types, every_so_many_full, layer_types_rule
from loadstone.architectures.rope_config import RopePlace
from loadstone.architectures.tasks import CAUSAL_LM, SEQUENCE_CLASSIFICATION
from loadstone.configs.pretrained import PretrainedConfig


def _every_fourth_is_full(config: PretrainedConfig) -> list[str]:
    return every_so_many_full(config.num_hidden_layers, 4)


class Olmo3Config(Olmo2Config):
    """The keys of an OLMo 3 model. Defaults are those of OLMo 3 7B."""

    model_type = "olmo3"
    follows: ClassVar = {**decoders.DecoderConfig.follows, "layer_types": layer_types_rule(_every_fourth_is_full)}
    rope_types = (FULL, SLIDING)
    scaled_types = (FULL,)
    within: ClassVar = {"rope_theta": RopePlace("rope_theta", FULL), "rope_scaling": None}

    rope_theta: float = 500000.0
    sliding_window: int | None = 4096
    layer_types: list[str] | None = None

    def _take(self, values: Mapping[str, Any]) -> None:
        # Files of Transformers 4 have one base for all layers. Version 5.23 gives it to the full ones alone.
        if values.get("rope_theta") is not None:
            self._rope[SLIDING]["rope_theta"] = values["rope_theta"]
        super()._take(values)
        self._rope[SLIDING].setdefault("rope_theta", self.rope_theta)

    def check_together(self) -> None:
        super().check_together()
        check_layer_types(self.layer_types or [], self.num_hidden_layers, self.sliding_window)


def blueprint(config: Olmo3Config) -> Tower:
    """The bare model."""
    rotaries = {kind: decoders.rotary(config, kind) for kind in config.rope_types}
    norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
    feed_forward = decoders.feed_forward(config)
    layers = []
    for index, kind in enumerate(config.layer_types or ()):
        window = config.sliding_window if kind == SLIDING else None
        attention = decoders.separate_attention(
            config, index, rotary=rotaries[kind], bias=config.attention_bias, window=window
        )
        attention = decoders.normed_as_a_whole(attention, config.rms_norm_eps)
        layers.append(decoders.post_norm_layer(attention, feed_forward, norm))
    return decoders.tower(config, layers, norm)


FAMILY = Family(
    config=Olmo3Config,
    stem="Olmo3",
    prefix="model",
    heads=decoders.decoder_heads("Olmo3", blueprint, tasks=(CAUSAL_LM, SEQUENCE_CLASSIFICATION)),
    leftovers=decoders.LEFTOVERS,
    sources="https://allenai.org/blog/olmo3",
)
