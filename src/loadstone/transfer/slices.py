"""A stretch of an array in row-major order, as the boxes that it is made of: so that no array need be copied whole."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from typing_extensions import Buffer

Box = tuple[slice, ...]
"""A slice for every dimension, each with a start and a stop."""

Read = Callable[[int, int], "Buffer"]
"""(first byte, byte after the last) → these bytes of a tensor: little-endian elements in row-major order."""


def boxes(shape: Sequence[int], start: int, stop: int) -> Iterator[Box]:
    """Elements ``start`` to ``stop`` of an array, in order: at most ``2 * len(shape) - 1`` boxes.

    Each is some whole rows, or some of the elements of one row, and so on inwards.

    >>> [[(part.start, part.stop) for part in box] for box in boxes((3, 4), 3, 9)]
    [[(0, 1), (3, 4)], [(1, 2), (0, 4)], [(2, 3), (0, 1)]]
    """
    if start >= stop:
        return
    if not shape:
        yield ()
        return
    inner = math.prod(shape[1:])
    first, begun = divmod(start, inner)
    last, left = divmod(stop, inner)
    if begun:
        within = min(stop - first * inner, inner)
        yield from ((slice(first, first + 1), *box) for box in boxes(shape[1:], begun, within))
        first += 1
    if first < last:
        yield (slice(first, last), *(slice(0, size) for size in shape[1:]))
    if left and first <= last:
        yield from ((slice(last, last + 1), *box) for box in boxes(shape[1:], 0, left))


def common(box: Box, region: Sequence[int | slice]) -> tuple[Box, tuple[slice | None, ...]] | None:
    """What a box and a region of the same array share: an index into the box, and one into what the region holds.

    A dimension of which ``region`` picks one place is not there in what it holds. None if they share nothing.

    >>> common((slice(2, 4), slice(0, 3)), (3, slice(1, 9)))
    ((slice(1, 2, None), slice(1, 3, None)), (None, slice(0, 2, None)))
    """
    within: list[slice] = []
    out_of: list[slice | None] = []
    for wanted, given in zip(box, region, strict=True):
        start, stop = (given, given + 1) if isinstance(given, int) else (given.start, given.stop)
        low, high = max(start, wanted.start), min(stop, wanted.stop)
        if low >= high:
            return None
        within.append(slice(low - wanted.start, high - wanted.start))
        out_of.append(None if isinstance(given, int) else slice(low - start, high - start))
    return tuple(within), tuple(out_of)


def elements(width: int, read: Callable[[int, int], np.ndarray[Any, Any]]) -> Read:
    """From a reader of elements, each ``width`` bytes, a reader of bytes. ``read`` gives bytes in one row."""

    def between(start: int, stop: int) -> Buffer:
        if start == stop:
            return b""
        first, last = start // width, -(-stop // width)
        return read(first, last)[start - first * width : stop - first * width].data

    return between


def of_array(array: np.ndarray[Any, Any]) -> Read:
    """Reads any array: a view where it lies in one row, else a copy of what is asked for."""
    import numpy as np

    if array.flags.c_contiguous:
        flat = array.reshape(-1).view(np.uint8)
        return lambda start, stop: flat[start:stop].data

    def read(first: int, last: int) -> np.ndarray[Any, Any]:
        made = np.empty(last - first, array.dtype)
        at = 0
        for box in boxes(array.shape, first, last):
            part = array[box]
            made[at : at + part.size].reshape(part.shape)[...] = part
            at += part.size
        return made.view(np.uint8)

    return elements(array.itemsize, read)
