"""How much a chat template may do: seconds, and characters that it makes."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

SECONDS = 10.0
LARGEST = 1 << 24
"""Characters of one text, items of one list; a conversation of four million tokens."""
IN_ALL = 1 << 29
"""Characters and items that are made altogether, thrown away or not."""
_LARGEST_NUMBER_BITS = 4096


class Exceeded(Exception):
    """A template asked for more than a conversation takes."""


class Limits:
    """Counts what one run of a template makes."""

    def __init__(self) -> None:
        self._until = time.monotonic() + SECONDS
        self._total = 0

    def tick(self) -> None:
        """At each turn of a loop and each call of a macro."""
        if time.monotonic() > self._until:
            raise Exceeded(f"it takes more than {SECONDS:.0f} seconds")

    def expect(self, size: int) -> None:
        """Something of that size is about to be made."""
        self.tick()
        self._total += size
        if size > LARGEST or self._total > IN_ALL:
            raise Exceeded(f"it makes strings or lists of more than {LARGEST} items, or {IN_ALL} altogether")

    def expect_number(self, bits: int) -> None:
        """An integer of so many bits is about to be made."""
        if bits > _LARGEST_NUMBER_BITS:
            raise Exceeded(f"it makes numbers of more than {_LARGEST_NUMBER_BITS} bits")

    def expect_text_of(self, values: Iterable[object]) -> None:
        """Values are about to be written out. Lists that hold each other many times over are counted as written."""
        size = 0
        left = list(values)
        while left:
            value = left.pop()
            size += len(value) if isinstance(value, str) else 16
            if isinstance(value, Mapping):
                left += [*value.keys(), *value.values()]
            elif isinstance(value, list | tuple | set | frozenset):
                left += value
            if size > LARGEST or len(left) > LARGEST:
                break
        self.expect(size)
