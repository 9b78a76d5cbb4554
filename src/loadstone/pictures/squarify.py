"""A rectangle cut into one for each size, each as close to a square as a greedy choice gets.

Parts of one size, as the layers of a model are, stand in rows instead, so that they are read in their order.

Source: Bruls, Huizing, van Wijk, "Squarified Treemaps", Proceedings of the Joint Eurographics and IEEE TCVG Symposium
on Visualization, 2000.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle, in pixels."""

    x: float
    y: float
    width: float
    height: float


_ALIKE = 1.05
"""The largest by the smallest of sizes that count as one size."""


def cut(sizes: Sequence[int], box: Box) -> Iterator[Box]:
    """The rectangle of each size, whose areas are to one another as the sizes are. The largest come first."""
    is_alike = len(sizes) > 2 and sizes[-1] > 0 and sizes[0] / sizes[-1] <= _ALIKE
    return _rows(sizes, box) if is_alike else _squarify(sizes, box)


def _rows(sizes: Sequence[int], box: Box) -> Iterator[Box]:
    """Rows of about as many each, one below the other."""
    count = max(1, min(len(sizes), round((len(sizes) * box.height / max(box.width, 1e-9)) ** 0.5)))
    total, y = sum(sizes), box.y
    for number in range(count):
        row = sizes[len(sizes) * number // count : len(sizes) * (number + 1) // count]
        height, x = box.height * sum(row) / total, box.x
        for size in row:
            width = box.width * size / sum(row)
            yield Box(x, y, width, height)
            x += width
        y += height


def _squarify(sizes: Sequence[int], box: Box) -> Iterator[Box]:
    total = sum(sizes)
    scale = box.width * box.height / total if total else 0.0
    at = 0
    while at < len(sizes):
        side = min(box.width, box.height)
        stop, row = at + 1, float(sizes[at])
        worst = _worst(sizes[at], sizes[at], row, side, scale)
        while stop < len(sizes):
            longer = row + sizes[stop]
            next_worst = _worst(sizes[at], sizes[stop], longer, side, scale)
            if next_worst > worst:
                break
            stop, row, worst = stop + 1, longer, next_worst
        depth = row * scale / side if side else 0.0
        offset = 0.0
        is_wide = box.width >= box.height
        for size in sizes[at:stop]:
            length = side * size / row if row else 0.0
            if is_wide:
                yield Box(box.x, box.y + offset, depth, length)
            else:
                yield Box(box.x + offset, box.y, length, depth)
            offset += length
        if is_wide:
            box = Box(box.x + depth, box.y, max(box.width - depth, 0.0), box.height)
        else:
            box = Box(box.x, box.y + depth, box.width, max(box.height - depth, 0.0))
        at = stop


def _worst(largest: float, smallest: float, row: float, side: float, scale: float) -> float:
    """The longest side over the shortest, of the rectangles of a row."""
    if not (row and side and scale and smallest):
        return float("inf")
    square = side * side / scale
    return max(square * largest / (row * row), row * row / (square * smallest))
