"""transformers' table of renamed tensors, read once for each pattern of names and not once for each name.

A checkpoint may have 100,000 names, of which most differ in layer and expert alone. So a name is asked for with numbers
that stand for any, and what comes back is a template.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from transformers import PreTrainedModel, conversion_mapping
from transformers.conversion_mapping import get_model_conversion_mapping
from transformers.core_model_loading import (
    WeightConverter,
    WeightRenaming,
    WeightTransform,
    dot_natural_key,
)

_LEGACY = "legacy"
"""The entry for names of any model's old files."""
_NUMBER = re.compile(r"(?<![^.])([0-9]+)(?![^.])")
"""Of a layer or an expert: all that stands between dots."""
_ANY_DIGIT = re.compile(r"\\d|\[0-9\]|\\[1-9]")
_DIGIT_CLASS = re.compile(r"\[[^\]]*[0-9]-[0-9][^\]]*\]")
_DIGITS = re.compile(r"[0-9]+")


class Renamed(NamedTuple):
    """What the table makes of a stored name."""

    name: str
    pattern: str | None
    """The pattern of the conversion that takes it, whose first target ``name`` then is; None where there is none."""


class _Template(NamedTuple):
    text: str
    pattern: str | None


def is_plain(model: PreTrainedModel) -> bool:
    """Whether the table has nothing for a model's classes and types, told without making the table.

    Making it compiles a thousand expressions, those of all models. Its entries stand under names that are constants of
    the function that makes it; where that is not so any more, nothing is told.
    """
    named: set[object] = set(getattr(conversion_mapping, "USER_REGISTERED_MAPPINGS", ()))
    named |= set(getattr(conversion_mapping, "_MODEL_TO_CONVERSION_PATTERN", ()))
    code = getattr(getattr(conversion_mapping, "_build_checkpoint_conversion_mapping", None), "__code__", None)
    if code is None:
        return False
    for constant in code.co_consts:
        named |= set(constant) if isinstance(constant, tuple) else {constant}
    if _LEGACY not in named:
        return False
    models = [module for module in model.modules() if isinstance(module, PreTrainedModel)]
    keys = {type(module).__name__ for module in models} | {module.config.model_type for module in models}
    return keys.isdisjoint(named)


class NameTable:
    """What a model class says of stored names: those that only are called something else, and those that are parts."""

    def __init__(self, model: PreTrainedModel) -> None:
        self.transforms: list[WeightTransform] = get_model_conversion_mapping(model)
        self._renamings = [entry for entry in self.transforms if isinstance(entry, WeightRenaming)]
        self._converters = [entry for entry in self.transforms if isinstance(entry, WeightConverter)]
        self.converters = {pattern: entry for entry in self._converters for pattern in entry.source_patterns}
        """Pattern → the conversion that takes what it fits."""
        patterns = [text for entry in self.transforms for text in (*entry.source_patterns, *entry.target_patterns)]
        plain = [_ANY_DIGIT.sub("", text) for text in patterns]
        self._is_any = not any(_DIGIT_CLASS.search(text) for text in plain)
        self._literals = {number for text in plain for number in _DIGITS.findall(text)}
        self._templates: dict[tuple[str, ...], _Template | None] = {}

    def renamed(self, name: str) -> Renamed:
        """A stored name as the table has it; without a bare model's prefix added or taken off."""
        pieces = name.split(".")  # a third of the time of a regular expression
        numbers = [piece for piece in pieces if piece.isdecimal()]
        if not numbers or not self._is_any or not name.isascii():
            return self._asked(name)
        literals = self._literals
        key = tuple(["" if piece.isdecimal() and piece not in literals else piece for piece in pieces])
        if key not in self._templates:
            parts = _NUMBER.split(name)
            self._templates[key] = self._template(parts[::2], parts[1::2])
        template = self._templates[key]
        return self._asked(name) if template is None else Renamed(template.text.format(*numbers), template.pattern)

    def _asked(self, name: str) -> Renamed:
        for renaming in self._renamings:  # each that fits, one after another; then one conversion at most
            name, _ = renaming.rename_source_key(name)
        for converter in self._converters:
            name, pattern = converter.rename_source_key(name)
            if pattern is not None:
                return Renamed(name, pattern)
        return Renamed(name, None)

    def _template(self, texts: Sequence[str], numbers: Sequence[str]) -> _Template | None:
        """What becomes of names that differ in numbers alone; None where that depends on the numbers."""
        known = self._literals | set(_DIGITS.findall(" ".join(texts)))
        free = (str(number) for number in range(37, 100_000, 12) if str(number) not in known)
        stand_ins = [number if number in self._literals else next(free) for number in numbers]
        asked = texts[0] + "".join(f"{number}{text}" for number, text in zip(stand_ins, texts[1:], strict=True))
        name, pattern = self._asked(asked)
        places = {number: f"{{{place}}}" for place, number in enumerate(stand_ins) if number not in self._literals}
        if {*_DIGITS.findall(name)} - known - places.keys():
            return None  # a number that nobody put there: it was computed
        escaped = name.replace("{", "{{").replace("}", "}}")
        return _Template(_DIGITS.sub(lambda found: places.get(found[0], found[0]), escaped), pattern)


def natural(name: str) -> Any:
    """The order in which conversions take their parts: numbers in a name count as numbers."""
    return dot_natural_key(name)


def any_of(patterns: Iterable[str] | None) -> re.Pattern[str] | None:
    """One expression that fits what any of them fits; None for none."""
    found = [f"({pattern})" for pattern in patterns or ()]
    return re.compile("|".join(found)) if found else None
