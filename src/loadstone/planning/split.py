"""A row of blocks cut into one run for each device: the best cut, found exactly.

Blocks run one after another, so each device gets neighbors, in the order of the devices. That makes it a
one-dimensional problem: the best cut of the first *n* blocks over the first *d* devices extends a best cut of fewer of
both (dynamic programming; Bellman, "On the theory of dynamic programming", PNAS 1952).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

Strategy = Literal["auto", "balanced", "balanced_low_0", "sequential"]
STRATEGIES: tuple[Strategy, ...] = ("auto", "balanced", "balanced_low_0", "sequential")
Place = int | str
"""The number of an accelerator, ``"cpu"`` or ``"disk"``."""
CPU, DISK = "cpu", "disk"
_Cost = tuple[int, ...]


class Block(NamedTuple):
    """What cannot be cut."""

    nbytes: int
    cache_bytes: int = 0
    """What it needs beside its weights where it runs."""


class Bin(NamedTuple):
    """A place and what it can take: its blocks, and once more the largest of them, which is room to work in."""

    place: Place
    capacity: int | None
    """None: no limit."""


def split(blocks: Sequence[Block], bins: Sequence[Bin], strategy: Strategy) -> list[Place] | None:
    """The place of each block, or None if they do not fit. Equal inputs give equal answers.

    The best is what has the fewest bytes on the disk; then the fewest on the CPU, where there is an accelerator; then:

    ================== ==========================================================================================
    ``auto``           fewest crossings from one device to another; then balance
    ``balanced``       balance: the least sum of used² / capacity over the accelerators; then fewest crossings
    ``balanced_low_0`` fewest bytes on the first accelerator; then balance of the others; then fewest crossings
    ``sequential``     most bytes on the first device, then on the second, and so on
    ================== ==========================================================================================
    """
    price = _Price(bins, strategy)
    # best[n]: the least cost of the first n blocks on the bins so far, and where each bin's run ends.
    best: list[tuple[_Cost, tuple[int, ...]] | None] = [None] * (len(blocks) + 1)
    best[0] = (price.nothing, ())
    for index, bin in enumerate(bins):
        extended: list[tuple[_Cost, tuple[int, ...]] | None] = [
            None if known is None else (known[0], (*known[1], end)) for end, known in enumerate(best)
        ]
        for start, known in enumerate(best):
            if known is None:
                continue
            nbytes = largest = cache = 0
            for end in range(start + 1, len(blocks) + 1):
                block = blocks[end - 1]
                nbytes, largest, cache = nbytes + block.nbytes, max(largest, block.nbytes), cache + block.cache_bytes
                if bin.capacity is not None and nbytes + largest + cache > bin.capacity:
                    break
                candidate = (tuple(map(sum, zip(known[0], price(index, nbytes), strict=True))), (*known[1], end))
                there = extended[end]
                if there is None or candidate < there:
                    extended[end] = candidate
        best = extended
    answer = best[-1]
    if answer is None:
        return None
    places: list[Place] = []
    for bin, end in zip(bins, answer[1], strict=True):
        places += [bin.place] * (end - len(places))
    return places


class _Price:
    """What it costs to put a run of blocks onto a bin: numbers to be added up and compared in this order."""

    def __init__(self, bins: Sequence[Bin], strategy: Strategy) -> None:
        self._bins, self._strategy = bins, strategy
        # Integers in place of used² / capacity, so that sums compare exactly.
        accelerators = {i: bin.capacity for i, bin in enumerate(bins) if isinstance(bin.place, int) and bin.capacity}
        common = math.lcm(*accelerators.values()) if accelerators else 1
        self._weights: Mapping[int, int] = {i: common // capacity for i, capacity in accelerators.items()}
        self.nothing = tuple(0 for _ in self(0, 0)) if bins else ()

    def __call__(self, index: int, nbytes: int) -> _Cost:
        place = self._bins[index].place
        slow = (nbytes if place == DISK else 0, nbytes if place == CPU and self._weights else 0)
        balance, crossing = nbytes * nbytes * self._weights.get(index, 0), 1
        if self._strategy == "sequential":
            return (*slow, *(-nbytes if i == index else 0 for i in range(len(self._bins))))
        if self._strategy == "auto":
            return (*slow, crossing, balance)
        if self._strategy == "balanced":
            return (*slow, balance, crossing)
        first = min(self._weights, default=-1)
        return (*slow, nbytes if index == first else 0, 0 if index == first else balance, crossing)
