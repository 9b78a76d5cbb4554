"""EXAONE 4.0: norms after attention and feed-forward network; layers that see all have no positions beside windows."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import decoders
from loadstone.architectures.components.leaves import RMSNorm
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.layer_types import FULL, SLIDING, check_layer_types, every_so_many_full, layer_types_rule
from loadstone.architectures.tasks import CAUSAL_LM, PRETRAINING
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import Fault, InvalidConfig


def _by_pattern(config: PretrainedConfig) -> list[str]:
    """``LLLG``, over and over, whose last layer always sees all; or a number: every so many layers see all."""
    layers, pattern = config.num_hidden_layers, config.sliding_window_pattern
    if config.sliding_window is None or not pattern:
        return [FULL] * layers
    if isinstance(pattern, int):
        return every_so_many_full(layers, pattern)
    kinds = [SLIDING if pattern[index % len(pattern)] == "L" else FULL for index in range(layers)]
    return [*kinds[:-1], FULL]


class Exaone4Config(decoders.DecoderConfig):
    """The keys of an EXAONE 4.0 model. Defaults are those of EXAONE 4.0 32B."""

    model_type = "exaone4"
    follows: ClassVar = {
        **decoders.DecoderConfig.follows,
        "layer_types": layer_types_rule(_by_pattern, "sliding_window", "sliding_window_pattern"),
    }

    vocab_size: int = 102400
    intermediate_size: int = 16384
    num_key_value_heads: int | None = 32
    rms_norm_eps: float = 1e-5
    bos_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 2
    sliding_window: int | None = 4096
    sliding_window_pattern: str | int | None = 4
    layer_types: list[str] | None = None

    def check_together(self) -> None:
        super().check_together()
        pattern = self.sliding_window_pattern
        if (isinstance(pattern, int) and pattern < 0) or (isinstance(pattern, str) and set(pattern) - {"L", "G"}):
            expected = "a number of layers, or the letters L and G"
            raise InvalidConfig([Fault("config key 'sliding_window_pattern'", expected, repr(pattern))])
        check_layer_types(self.layer_types or [], self.num_hidden_layers, self.sliding_window)


def blueprint(config: Exaone4Config) -> Tower:
    """The bare model."""
    rotary = decoders.rotary(config)
    norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
    feed_forward = decoders.feed_forward(config)
    layers = []
    for index, kind in enumerate(config.layer_types or ()):
        attention = decoders.separate_attention(
            config,
            index,
            rotary=rotary if kind == SLIDING or config.sliding_window is None else None,
            window=config.sliding_window if kind == SLIDING else None,
            head_norm=RMSNorm(config.head_dim or 0, config.rms_norm_eps),
        )
        layers.append(decoders.post_norm_layer(attention, feed_forward, norm))
    return decoders.tower(config, layers, norm)


FAMILY = Family(
    config=Exaone4Config,
    stem="Exaone4",
    prefix="model",
    heads=decoders.decoder_heads(
        "Exaone4", blueprint, decoders.HeadParts(question_prefix="transformer"), also={CAUSAL_LM: (PRETRAINING,)}
    ),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    sources="arXiv:2507.11407",
)
