"""Other spellings of a model's names, as rules that are read both ways.

Files on the Hub keep the names that they were given, and slots bear these. Later versions of a library, and earlier
ones, call the same modules something else: ``layers.3.attention.q_proj`` for
``encoder.layer.3.attention.attention.query``.

A rule fits whole segments of a name, wherever they stand, so that it holds with a prefix and without. Names are read
from left to right, once: every place that a rule fits is renamed, and no segment twice. Where several rules fit from
the same place on, the one with the most segments is taken; of as many, the one without a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from loadstone.core.records import record

_NUMBER = "([0-9]+)"
"""Kept as text: nobody asks what it counts, and a file may have thousands of digits."""


@record
class Rule:
    """Segments of another spelling ↔ the segments that slots have for them.

    ``{}`` is a segment that is a decimal number, the same on both sides; a rule has one or none.
    ``Rule("layers.{}.mlp.fc1", "encoder.layer.{}.intermediate.dense")``. :class:`ValueError` for any other.
    """

    other: str
    slot: str

    def __post_init__(self) -> None:
        sides = [side.split(".") for side in (self.other, self.slot)]
        numbers = [segments.count("{}") for segments in sides]
        plain = all(segment == "{}" or (segment and not {"{", "}"} & {*segment}) for side in sides for segment in side)
        if not plain or numbers not in ([0, 0], [1, 1]):
            raise ValueError(f"{self}: each side is segments with dots between, and both or neither has one {{}}.")


@lru_cache
def to_slots(rules: tuple[Rule, ...]) -> Callable[[str], str]:
    """What gives a stored name the spelling that slots have; other names stay as they are.

    Where the slot's spelling has the other one in it (``layers.0`` ↔ ``encoder.layers.0``), what is spelled so already
    stays too.
    """
    pairs = [(rule.other, rule.slot) for rule in rules]
    return _renaming((*pairs, *((slot, slot) for other, slot in pairs if f".{other}." in f".{slot}.")))


@lru_cache
def to_others(rules: tuple[Rule, ...]) -> Callable[[str], str]:
    """What gives a slot's name its other spelling. Where several rules have the same slot, the first says it."""
    return _renaming((rule.slot, rule.other) for rule in rules)


def _renaming(pairs: Iterable[tuple[str, str]]) -> Callable[[str], str]:
    first: dict[str, str] = {}
    for old, new in pairs:
        first.setdefault(old, new)
    if not first:
        return str
    olds = sorted(first, key=lambda old: (-old.count("."), "{}" in old))
    news = [first[old] for old in olds]
    # One group for each rule, so that the group that took part tells which one it was.
    any_old = "|".join(re.escape(old).replace(r"\{\}", _NUMBER) + ("" if "{}" in old else "()") for old in olds)
    pattern = re.compile(rf"(?<![^.])(?:{any_old})(?![^.])")

    def renamed(match: re.Match[str]) -> str:
        rule = match.lastindex
        assert rule is not None
        return news[rule - 1].replace("{}", match[rule])

    return lambda name: pattern.sub(renamed, name)
