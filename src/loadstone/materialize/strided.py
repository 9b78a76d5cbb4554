"""Elements that lie in a file with gaps, such as the columns that one rank of a mesh has of a matrix.

They are read in blocks of whole rows, gaps and all: reading each row's few elements by themselves takes a disk two to
seven times as long (measured with 2 to 8 ranks on a virtual disk).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from loadstone.core.slices import Box, normalize, row_major, within
from loadstone.core.tensors import DType
from loadstone.planning.recipes import Piece
from loadstone.transfer.copy import EXTENT_BYTES


class StridedBlock(NamedTuple):
    """Some elements, and where they go."""

    file: Path
    offset: int
    nbytes: int
    """From the first element to the end of the last."""
    target: int
    into: Box
    """Of the target."""
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    """In elements."""
    dtype: DType


def strided_blocks(
    pieces: Sequence[tuple[int, Piece]], shapes: Sequence[Sequence[int]], limit: int = EXTENT_BYTES
) -> list[StridedBlock]:
    """Pieces that are not packed, each with the number of its target, in blocks of at most ``limit`` bytes (but of one
    element at least), in the order of the files."""
    blocks = []
    for target, piece in pieces:
        tensor = piece.tensor
        size = tensor.dtype.bits // 8
        strides = tensor.strides or row_major(tensor.shape)
        first = 0 if piece.rows is None else piece.rows.start * strides[0]
        place = normalize(piece.into or (), shapes[target])
        for at, box in _split(piece.shape, strides, max(limit // size, 1)):
            shape = tuple(index.stop - index.start for index in box)
            span = 1 + sum((count - 1) * step for count, step in zip(shape, strides, strict=True))
            offset = tensor.offset + (first + at) * size
            into = within(place, box)
            blocks.append(StridedBlock(tensor.file, offset, span * size, target, into, shape, strides, tensor.dtype))
    return sorted(blocks, key=lambda block: (block.file, block.offset))


def _split(shape: tuple[int, ...], strides: tuple[int, ...], limit: int) -> Iterator[tuple[int, tuple[slice, ...]]]:
    """Boxes that span at most ``limit`` elements, each with the place of its first one."""
    if not math.prod(shape):
        return
    spans = [(count - 1) * step for count, step in zip(shape, strides, strict=True)]
    if sum(spans) < limit:
        yield 0, tuple(slice(0, count) for count in shape)
        return
    axis = max(range(len(shape)), key=lambda each: spans[each])
    others = 1 + sum(spans) - spans[axis]
    step = max((limit - others) // strides[axis] + 1, 1)
    for start in range(0, shape[axis], step):
        count = min(step, shape[axis] - start)
        for at, box in _split((*shape[:axis], count, *shape[axis + 1 :]), strides, limit):
            moved = slice(box[axis].start + start, box[axis].stop + start)
            yield at + start * strides[axis], (*box[:axis], moved, *box[axis + 1 :])
