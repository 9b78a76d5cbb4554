"""Where the values of generation keys come from, and what each of them may be."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeGuard

import numpy as np

from loadstone.configs.generation import GenerationConfig
from loadstone.configs.generation_keys import DEFAULTS
from loadstone.errors import ArgumentError

LENGTHS = frozenset({"max_new_tokens", "max_length"})
# An explicit None turns a limit off, as in transformers; for these it says nothing.
_NONE_SAYS_NOTHING = LENGTHS | {"use_cache", "num_beams", "num_return_sequences", "length_penalty", "early_stopping"}


class Sources:
    """Where the value of a key comes from: the keyword, else the call's config, else the model's, else the default."""

    def __init__(
        self, keywords: Mapping[str, object], given: Mapping[str, object], defaults: Mapping[str, object]
    ) -> None:
        explicit = {
            name: value for name, value in keywords.items() if value is not None or name not in _NONE_SAYS_NOTHING
        }
        self.in_order: Sequence[tuple[str, Mapping[str, object]]] = (
            ("", explicit),
            ("generation_config's ", given),
            ("The model's generation config: ", defaults),
        )
        self.keywords = keywords
        self.named: Sequence[str] = tuple(keywords)
        """The names that the caller wrote. A config object may have keys of anybody's."""
        self.given = given
        self.defaults = defaults

    @classmethod
    def of(cls, defaults: GenerationConfig, keywords: Mapping[str, object], generation_config: object) -> Sources:
        """Of a model's ``defaults``, and of what a call says by keyword and by a config of its own."""
        values = {name: value for name, value in defaults.to_dict().items() if value is not None}
        sources = cls(keywords, values_of(generation_config), values)
        if isinstance(generation_config, Mapping):
            sources.named = (*keywords, *generation_config)
        return sources

    def value(self, name: str) -> object:
        """The value, of whatever type; the default where nobody said one."""
        return next((values[name] for _, values in self.in_order if name in values), DEFAULTS.get(name))

    @property
    def merged(self) -> dict[str, object]:
        """All values, whoever says them."""
        return {**self.defaults, **self.given, **self.keywords}

    @property
    def new(self) -> dict[str, object]:
        """What the call's config says and the model's does not."""
        return {name: value for name, value in self.given.items() if not is_same(value, self.defaults.get(name))}

    def error(self, name: str, expected: str) -> ArgumentError:
        """What to raise for a value that cannot be used."""
        who = next((who for who, values in self.in_order if name in values), "")
        return ArgumentError(f"{who}{name} is {reprlib.repr(self.value(name))}, expected {expected}.")

    def flag(self, name: str) -> bool:
        """A yes or a no; None is a no."""
        value = self.value(name)
        if value is not None and not isinstance(value, bool):
            raise self.error(name, "True or False")
        return bool(value)

    def whole(self, name: str, holds: Callable[[int], bool], expected: str) -> int | None:
        """An integer of which something holds, or None."""
        value = _plain(self.value(name))
        if value is None:
            return None
        if not is_integer(value) or not holds(value):
            raise self.error(name, expected)
        return value

    def number(self, name: str, holds: Callable[[float], bool], expected: str) -> float | None:
        """A finite number of which something holds, or None."""
        value = _plain(self.value(name))
        if value is None:
            return None
        if not (is_integer(value) or isinstance(value, float)) or not math.isfinite(value) or not holds(value):
            raise self.error(name, expected)
        return float(value)

    def ids(self, name: str) -> tuple[int, ...]:
        """One token id or several; none for None."""
        value = _plain(self.value(name))
        ids = () if value is None else tuple(map(_plain, value)) if isinstance(value, list | tuple) else (value,)
        whole = tuple(filter(is_integer, ids))
        if len(whole) < len(ids):
            raise self.error(name, "a token id, or a list of them")
        return whole


def values_of(given: object) -> dict[str, object]:
    """What a ``generation_config`` says: a dict, Loadstone's own, or transformers'. None says nothing."""
    if given is None:
        return {}
    read = getattr(given, "to_diff_dict", None) or getattr(given, "to_dict", None)
    if not isinstance(given, Mapping) and read is None:
        raise ArgumentError(f"generation_config is a {type(given).__name__}, expected a GenerationConfig or a dict.")
    values = given if isinstance(given, Mapping) else read()  # type: ignore[misc]
    return {name: value for name, value in values.items() if value is not None}


def _plain(value: object) -> object:
    """Python's own number or list, of one that NumPy or a framework has."""
    return value.tolist() if hasattr(value, "tolist") else value


def is_integer(value: object) -> TypeGuard[int]:
    """Whether a value is an ``int``, and no ``bool``."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_same(value: object, other: object) -> bool:
    """Whether two values are alike, and of the same type."""
    return type(value) is type(other) and bool(value == other)


def on_host(array: Any) -> Any:
    """A NumPy array of a framework's; None of None."""
    return None if array is None else np.asarray(array.detach().cpu() if hasattr(array, "detach") else array)
