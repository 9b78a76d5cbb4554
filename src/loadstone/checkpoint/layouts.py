"""How the elements of a tensor lie in a file: row-major, with dimensions reordered, or in several slices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from loadstone.core.slices import ByteRange, boxes, row_major, shape_of
from loadstone.core.tensors import DType, StoredTensor, TensorSlice


def is_row_major(shape: Sequence[int], strides: Sequence[int]) -> bool:
    """Whether these strides are those of :func:`~loadstone.core.slices.row_major`, as far as they are ever used."""
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
    return tuple(reversed(range(rank))) if rank < 4 else (rank - 1, rank - 2, *range(rank - 2))


def reordered(tensor: StoredTensor, order: Sequence[int]) -> StoredTensor:
    """The same elements with the dimensions in another order; ``order`` as for ``numpy.transpose``."""
    shape = tuple(tensor.shape[axis] for axis in order)
    if tensor.slices:
        return tensor._replace(shape=shape, slices=tuple(_reordered(part, order) for part in tensor.slices))
    steps = tensor.strides or row_major(tensor.shape)
    strides = tuple(steps[axis] for axis in order)
    dense = 0 in shape or is_row_major(shape, strides)
    return tensor._replace(shape=shape, strides=None if dense else strides)


def _reordered(part: TensorSlice, order: Sequence[int]) -> TensorSlice:
    return TensorSlice(reordered(part.tensor, order), tuple(part.into[axis] for axis in order))


def in_runs(name: str, dtype: DType, shape: tuple[int, ...], file: Path, runs: Sequence[ByteRange]) -> StoredTensor:
    """A tensor whose elements, row-major, lie in several runs of bytes of the file, given in their order.

    ``runs`` together hold as many elements as ``shape`` says, and each of several has some, whole ones.
    """
    size = dtype.bits // 8
    if len(runs) == 1:
        return StoredTensor(name, dtype, shape, file, runs[0].start, runs[0].nbytes)
    slices: list[TensorSlice] = []
    first = 0  # of a run's elements, in the tensor
    for run in runs:
        last, offset = first + run.nbytes // size, run.start
        for box in boxes(shape, first, last):
            part = shape_of(box)
            nbytes = math.prod(part) * size
            slices.append(TensorSlice(StoredTensor(name, dtype, part, file, offset, nbytes), box))
            offset += nbytes
        first = last
    begin, end = min(run.start for run in runs), max(run.stop for run in runs)
    return StoredTensor(name, dtype, shape, file, begin, end - begin, None, tuple(slices))
