"""How the elements of a tensor lie in a file: row-major, with dimensions reordered, or in several stretches."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from loadstone.core.tensors import DType, StoredTensor, Stretch


def row_major(shape: Sequence[int]) -> tuple[int, ...]:
    """Elements to step for each dimension where the last one runs fastest.

    >>> row_major((2, 3, 4))
    (12, 4, 1)
    """
    steps = [1]
    for size in reversed(shape[1:]):
        steps.append(steps[-1] * size)
    return tuple(reversed(steps)) if shape else ()


def is_row_major(shape: Sequence[int], strides: Sequence[int]) -> bool:
    """Whether these strides are those of :func:`row_major`, as far as they are ever used."""
    # The stride of a dimension of one element is not, and PyTorch leaves any number there.
    return all(
        size == 1 or step == expected for size, step, expected in zip(shape, strides, row_major(shape), strict=True)
    )


def kernel_order(rank: int) -> tuple[int, ...]:
    """How the dimensions of a kernel of Flax or Keras are put in the order that the Hub's weights have.

    Inputs before outputs become outputs before inputs: a matrix is transposed, a convolution over one dimension goes
    from (width, inputs, outputs) to (outputs, inputs, width), one over two from (height, width, inputs, outputs) to
    (outputs, inputs, height, width).
    """
    return (3, 2, 0, 1) if rank == 4 else tuple(reversed(range(rank)))


def reordered(tensor: StoredTensor, order: Sequence[int]) -> StoredTensor:
    """The same elements with the dimensions in another order; ``order`` as for ``numpy.transpose``."""
    shape = tuple(tensor.shape[axis] for axis in order)
    if tensor.stretches:
        return tensor._replace(shape=shape, stretches=tuple(_reordered(each, order) for each in tensor.stretches))
    steps = tensor.strides or row_major(tensor.shape)
    strides = tuple(steps[axis] for axis in order)
    dense = 0 in shape or is_row_major(shape, strides)
    return tensor._replace(shape=shape, strides=None if dense else strides)


def _reordered(stretch: Stretch, order: Sequence[int]) -> Stretch:
    kept = [axis for axis, index in enumerate(stretch.into) if isinstance(index, slice)]
    inner = [kept.index(axis) for axis in order if axis in kept]
    return Stretch(reordered(stretch.tensor, inner), tuple(stretch.into[axis] for axis in order))


def in_runs(
    name: str, dtype: DType, shape: tuple[int, ...], file: Path, runs: Sequence[tuple[int, int]]
) -> StoredTensor:
    """A tensor whose elements, row-major, lie in several runs: for each its first byte and how many elements it has.

    ``runs`` together hold as many elements as ``shape`` says, and each of several has some.
    """
    size = dtype.bits // 8
    if len(runs) == 1:
        return StoredTensor(name, dtype, shape, file, runs[0][0], runs[0][1] * size)
    ends = [0]
    for _, count in runs:
        ends.append(ends[-1] + count)
    stretches = []
    for (first, last), (offset, _) in zip(pairwise(ends), runs, strict=True):
        for into, start, stop in _boxes(shape, first, last):
            box = tuple(len(range(index.start, index.stop)) for index in into if isinstance(index, slice))
            place = offset + (start - first) * size
            stretches.append(Stretch(StoredTensor(name, dtype, box, file, place, (stop - start) * size), into))
    begin = min(offset for offset, _ in runs)
    end = max(offset + count * size for offset, count in runs)
    return StoredTensor(name, dtype, shape, file, begin, end - begin, None, tuple(stretches))


def _boxes(shape: tuple[int, ...], start: int, stop: int) -> Iterator[tuple[tuple[int | slice, ...], int, int]]:
    """The elements ``start`` to ``stop`` of a row-major tensor, cut into boxes: index, first element, end.

    At most two for each dimension: what is left of a first row, whole rows, the beginning of a last row.
    """
    if start >= stop:
        return
    row = math.prod(shape[1:])
    first, last = -(-start // row), stop // row
    if first > last:  # all within one row
        first, last = last, last
        yield from _in_row(shape, last, start, stop)
        return
    if start < first * row:
        yield from _in_row(shape, first - 1, start, first * row)
    if first < last:
        yield (slice(first, last), *(slice(0, size) for size in shape[1:])), first * row, last * row
    if last * row < stop:
        yield from _in_row(shape, last, last * row, stop)


def _in_row(
    shape: tuple[int, ...], index: int, start: int, stop: int
) -> Iterator[tuple[tuple[int | slice, ...], int, int]]:
    before = index * math.prod(shape[1:])
    for into, first, last in _boxes(shape[1:], start - before, stop - before):
        yield (index, *into), first + before, last + before
