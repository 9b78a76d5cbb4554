"""What backbones give maps of, by names and by numbers: ``stem`` is what the first layer takes, ``stage1`` what comes
out of it, and so on; in a model with stages of several layers, of a stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadstone.configs.keys import Rule
from loadstone.errors import Fault, InvalidConfig


def _names(config: Any) -> list[str]:
    depths = config.get("depths")
    count = config.num_hidden_layers if depths is None else len(depths)
    return ["stem", *(f"stage{number}" for number in range(1, count + 1))]


def stage_names(config: Any, numbers: tuple[int, ...]) -> list[str]:
    """What stages are called, by number."""
    return [_names(config)[number] for number in numbers]


def _features(config: Any, given: list[str] | None) -> list[str]:
    """``out_features``: those given, or the names of the numbers given, or the last."""
    names, indices = _names(config), vars(config).get("out_indices")
    if given is not None or indices is None:
        return given or names[-1:]
    return [names[index] if -len(names) <= index < len(names) else f"stage{index}" for index in indices]


def _indices(config: Any, given: list[int] | None) -> list[int]:
    """``out_indices``: those given, or the numbers of the names given, or the last."""
    names, features = _names(config), vars(config).get("out_features")
    if given is not None or features is None:
        return given or [len(names) - 1]
    return [names.index(name) for name in features if name in names]


STAGES: Mapping[str, Rule] = {
    "out_features": Rule(_features, lambda config, given, name, value: None if name == "out_indices" else given),
    "out_indices": Rule(_indices, lambda config, given, name, value: None if name == "out_features" else given),
}
"""How each of the two keys follows from the other."""


def stages_of(config: Any) -> tuple[int, ...]:
    """The numbers of what a backbone gives maps of; :class:`InvalidConfig` where a config names none that there are."""
    names = _names(config)
    numbers = tuple(index % len(names) for index in config.out_indices if -len(names) <= index < len(names))
    if config.out_features != [names[number] for number in sorted({*numbers})]:
        found = f"{config.out_features} and {config.out_indices}"
        expected = f"of {names[0]!r} to {names[-1]!r} some, in order, and where they stand, counted from 0"
        raise InvalidConfig([Fault("config keys 'out_features' and 'out_indices'", expected, found)])
    return numbers
