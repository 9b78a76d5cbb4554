"""Some bytes of a file, some elements of an array: what they are called, and what two of them share.

A :class:`ByteRange` counts bytes, from the start of whatever it is a range of. A :data:`Box` counts elements, along
each dimension of an array. Both are half-open, as all ranges are in Python: the stop is one past the last. What carries
more than a range (the file, a place in a buffer, a dtype) holds one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

Box = tuple[int | slice, ...]
"""An index into an array, for all dimensions or the outermost: of each a slice with start and stop, or one place.

NumPy, PyTorch and TensorFlow take it as it is. ``array[box]`` has no dimension for what is one place. A plain tuple, as
a model may have 100,000 experts, each with its own.
"""


class ByteRange(NamedTuple):
    """Bytes ``start`` to ``stop``."""

    start: int
    stop: int
    """One past the last."""

    @property
    def nbytes(self) -> int:
        """How many they are."""
        return self.stop - self.start

    def overlap(self, other: ByteRange) -> ByteRange | None:
        """The bytes that are in both; None for none.

        >>> ByteRange(2, 9).overlap(ByteRange(5, 20))
        ByteRange(start=5, stop=9)
        """
        start, stop = max(self.start, other.start), min(self.stop, other.stop)
        return ByteRange(start, stop) if start < stop else None

    def shift(self, nbytes: int) -> ByteRange:
        """The range so many bytes further on: the same bytes, counted from elsewhere."""
        return ByteRange(self.start + nbytes, self.stop + nbytes)

    def split(self, nbytes: int) -> Iterator[ByteRange]:
        """The same bytes in order, in ranges of ``nbytes``, of which the last may be shorter; none for no bytes.

        >>> [tuple(part) for part in ByteRange(3, 10).split(4)]
        [(3, 7), (7, 10)]
        """
        for start in range(self.start, self.stop, nbytes):
            yield ByteRange(start, min(start + nbytes, self.stop))


class FileRange(NamedTuple):
    """Some bytes of a file."""

    file: Path
    range: ByteRange

    @property
    def nbytes(self) -> int:
        """How many they are."""
        return self.range.nbytes


def bounds(index: int | slice) -> tuple[int, int]:
    """Start and stop along one dimension of a box."""
    return (index, index + 1) if isinstance(index, int) else (index.start, index.stop)


def normalize(index: Sequence[int | slice], shape: Sequence[int]) -> Box:
    """An index as a box for every dimension: open slices get their start and stop, dimensions not named are whole.

    >>> normalize((1, slice(2, None)), (4, 5, 6))
    (1, slice(2, 5, None), slice(0, 6, None))
    """
    named = (
        place if isinstance(place, int) else slice(*place.indices(size)[:2])
        for place, size in zip(index, shape, strict=False)
    )
    return (*named, *(slice(0, size) for size in shape[len(index) :]))


def shape_of(box: Sequence[int | slice]) -> tuple[int, ...]:
    """The shape of ``array[box]``, for a box that names every dimension.

    >>> shape_of((1, slice(2, 5), slice(0, 6)))
    (3, 6)
    """
    return tuple(index.stop - index.start for index in box if not isinstance(index, int))


def row_major(shape: Sequence[int]) -> tuple[int, ...]:
    """Elements to step for each dimension where the last one runs fastest.

    >>> row_major((2, 3, 4))
    (12, 4, 1)
    """
    steps = [1]
    for size in reversed(shape[1:]):
        steps.append(steps[-1] * size)
    return tuple(reversed(steps)) if shape else ()


def start_of(box: Box, shape: Sequence[int], steps: Sequence[int]) -> int | None:
    """The first element of a box whose elements follow one another in a row-major array; None where they do not.

    :param steps: ``row_major(shape)``, given so that what asks for many boxes of one array works them out once

    >>> start_of((1, slice(2, 3)), (4, 5, 6), row_major((4, 5, 6)))
    42
    >>> start_of((slice(0, 4), slice(2, 3)), (4, 5, 6), row_major((4, 5, 6))) is None
    True
    """
    first = 0
    is_part = False  # whether more than one place was taken of a dimension further out
    for axis, index in enumerate(box):
        if isinstance(index, int):
            if is_part and shape[axis] != 1:
                return None
            first += index * steps[axis]
            continue
        start = index.start
        count = index.stop - start
        if is_part:
            if count != shape[axis]:
                return None
        elif count > 1:
            is_part = True
        first += start * steps[axis]
    return first


def overlap(one: Sequence[int | slice], other: Sequence[int | slice]) -> Box | None:
    """What two boxes of an array share, each of which names every dimension; None if nothing.

    One place where either has one place. Compare with None: what scalars share is ``()``.

    >>> overlap((slice(2, 4), slice(0, 3)), (3, slice(1, 9)))
    (3, slice(1, 3, None))
    """
    shared: list[int | slice] = []
    for index, against in zip(one, other, strict=True):
        (start, stop), (low, high) = bounds(index), bounds(against)
        start, stop = max(start, low), min(stop, high)
        if start >= stop:
            return None
        shared.append(start if isinstance(index, int) or isinstance(against, int) else slice(start, stop))
    return tuple(shared)


def relative(box: Sequence[int | slice], to: Sequence[int | slice]) -> Box:
    """Where a box lies in another that holds all of it: ``array[to][relative(box, to)]`` is ``array[box]``.

    >>> relative((3, slice(1, 3)), (slice(2, 4), slice(1, 9)))
    (1, slice(0, 2, None))
    """
    inner: list[int | slice] = []
    for index, outer in zip(box, to, strict=True):
        if isinstance(outer, int):
            continue
        inner.append(
            index - outer.start
            if isinstance(index, int)
            else slice(index.start - outer.start, index.stop - outer.start)
        )
    return tuple(inner)


def within(outer: Box | None, inner: Sequence[int | slice]) -> Box:
    """The box that ``inner`` is of what ``outer`` holds: ``array[within(outer, inner)]`` is ``array[outer][inner]``.

    None for ``outer`` is the whole array.

    >>> within((3, slice(4, 9)), (slice(1, 2), slice(0, 7)))
    (3, slice(5, 6, None), slice(0, 7, None))
    """
    rest = iter(inner)
    joined: list[int | slice] = []
    for index in outer or ():
        if isinstance(index, int):
            joined.append(index)
            continue
        place = next(rest)
        if isinstance(place, int):
            joined.append(index.start + place)
        else:
            joined.append(slice(index.start + place.start, index.start + place.stop))
    return (*joined, *rest)


def boxes(shape: Sequence[int], start: int, stop: int) -> Iterator[Box]:
    """Elements ``start`` to ``stop`` of a row-major array, in order: at most ``2 * len(shape) - 1`` boxes, all slices.

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
        part = min(stop - first * inner, inner)
        yield from ((slice(first, first + 1), *box) for box in boxes(shape[1:], begun, part))
        first += 1
    if first < last:
        yield (slice(first, last), *(slice(0, size) for size in shape[1:]))
    if left and first <= last:
        yield from ((slice(last, last + 1), *box) for box in boxes(shape[1:], 0, left))
