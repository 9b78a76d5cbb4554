"""Which layers see everything and which only a window: the config key ``layer_types``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from loadstone.configs.keys import Rule
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import Fault, InvalidConfig

FULL = "full_attention"
SLIDING = "sliding_attention"
Pattern: TypeAlias = Callable[[PretrainedConfig], list[str]] | Callable[[PretrainedConfig], list[int]]


def every_so_many_full(layers: int, period: int) -> list[str]:
    """The types of so many layers, of which the last in each ``period`` sees everything."""
    return [SLIDING if (index + 1) % period else FULL for index in range(layers)]


def layer_types_rule(pattern: Pattern, *pattern_keys: str) -> Rule:
    """How ``layer_types``, or another list with an entry for each layer, follows from other keys.

    ``pattern`` (config → one type for each layer) applies where nobody gave a list, and from when one of the
    ``pattern_keys`` is set on. A list that says no more than the pattern does follows it too; another one is cut where
    fewer layers are asked for.
    """

    def read(config: PretrainedConfig, layer_types: list[Any] | None) -> list[Any]:
        return pattern(config) if layer_types is None else layer_types

    def keep(config: PretrainedConfig, layer_types: list[Any], name: str, value: int) -> list[Any] | None:
        if name in pattern_keys or layer_types == pattern(config):
            return None
        return layer_types[:value] if name == "num_hidden_layers" and value < len(layer_types) else layer_types

    return Rule(read, keep)


def check_layer_types(layer_types: list[str], layers: int, window: int | None) -> None:
    """:class:`InvalidConfig` unless there is one known type for each layer, and a window where one is needed."""
    faults = []
    if len(layer_types) != layers:
        faults.append(Fault("config key 'layer_types'", f"one for each of {layers} layers", f"{len(layer_types)}"))
    unknown = sorted(set(layer_types) - {FULL, SLIDING})
    if unknown:
        faults.append(Fault("config key 'layer_types'", f"{FULL} or {SLIDING}", ", ".join(unknown)))
    if SLIDING in layer_types and (window is None or window < 1):
        faults.append(Fault("config key 'sliding_window'", "at least 1, since layer_types asks for it", repr(window)))
    if faults:
        raise InvalidConfig(faults)
