"""Which layers see everything and which only a window: the config key ``layer_types``."""

from __future__ import annotations

from loadstone.errors import Fault, InvalidConfig

FULL = "full_attention"
SLIDING = "sliding_attention"


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
