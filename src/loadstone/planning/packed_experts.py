"""Stacked experts that a GGUF file has in blocks: where the rows of each lie, and whether one view has them all.

llama.cpp keeps the gate projections of all experts in one tensor, the up and down projections in two others; files from
before April 2024 have a tensor for each expert. A slot of ours has gate and up projections together. Most files have
all of them at equal distances, so that one strided view of the file is the slot, and nothing is copied.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from loadstone.core.slices import Box
from loadstone.core.tensors import DType, StoredTensor
from loadstone.planning.recipes import Piece, Recipe, Stored
from loadstone.quantization.ggml_types import GgmlType
from loadstone.quantization.packed import PackedTensor, is_in_blocks


class Part(NamedTuple):
    """Rows of every expert's matrix that are stored alike: all of them, or the gates, or the ups."""

    type: GgmlType
    start: int
    """Which row of the matrix is the first."""
    rows: int
    row_bytes: int

    @property
    def nbytes(self) -> int:
        """Of one expert."""
        return self.rows * self.row_bytes


@dataclass(frozen=True)
class ExpertBlocks:
    """A slot of matrices, one for each expert, as a file has them."""

    name: str
    """The stored tensor's, or that of the first."""
    file: Path
    columns: int
    parts: tuple[Part, ...]
    """In the order of the file."""
    offsets: tuple[tuple[int, ...], ...]
    """Of each part, expert → its first byte in the file."""

    @property
    def count(self) -> int:
        """Experts."""
        return len(self.offsets[0])

    @property
    def expert_bytes(self) -> int:
        """What one takes."""
        return sum(part.nbytes for part in self.parts)

    @property
    def nbytes(self) -> int:
        """What all take."""
        return self.count * self.expert_bytes

    @property
    def elements(self) -> int:
        """Values that all hold."""
        return self.count * self.columns * sum(part.rows for part in self.parts)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of their bytes: (experts, rows, bytes of a row); of several parts (experts, parts, rows, bytes of a row); and
        if these differ in type or rows (experts, bytes of one)."""
        first, *others = self.parts
        if not others:
            return (self.count, first.rows, first.row_bytes)
        if any((part.rows, part.row_bytes) != (first.rows, first.row_bytes) for part in others):
            return (self.count, self.expert_bytes)
        return (self.count, len(self.parts), first.rows, first.row_bytes)

    def view(self) -> StoredTensor | None:
        """All bytes as one tensor of that shape, with strides; None where they are not at equal distances."""
        if len(self.shape) == 2:
            return None
        bases = [offsets[0] for offsets in self.offsets]
        step = self.offsets[0][1] - bases[0] if self.count > 1 else self.expert_bytes
        apart = bases[1] - bases[0] if len(bases) > 1 else 0
        expected = tuple(
            tuple(bases[0] + part * apart + expert * step for expert in range(self.count)) for part in range(len(bases))
        )
        if step <= 0 or expected != self.offsets:
            return None
        strides = (step, *((apart,) if len(bases) > 1 else ()), self.parts[0].row_bytes, 1)
        span = expected[-1][-1] + self.parts[-1].nbytes - bases[0]
        return StoredTensor(self.name, DType.UINT8, self.shape, self.file, bases[0], span, strides)

    def pieces(self) -> Iterator[Piece]:
        """All bytes for memory of (experts, bytes of one)."""
        start = 0
        for part, offsets in zip(self.parts, self.offsets, strict=True):
            for expert, offset in enumerate(offsets):
                stored = StoredTensor(self.name, DType.UINT8, (part.nbytes,), self.file, offset, part.nbytes)
                yield Piece(stored, None, (expert, slice(start, start + part.nbytes)))
            start += part.nbytes


class _Matrix(NamedTuple):
    part: Part
    file: Path
    expert: int
    offset: int
    columns: int


def experts_of(recipe: Recipe) -> ExpertBlocks | None:
    """What a slot of stacked experts is made of, if all of it is in blocks that are to stay so, each part in one type.

    Gate and up projections may be of two types. Gate projections of several types, which files with a tensor for each
    expert may have, are decoded.
    """
    parts: dict[int, list[_Matrix]] = {}
    for piece in recipe.pieces if isinstance(recipe, Stored) else ():
        matrices = _matrices(piece)
        if not matrices:
            return None
        parts.setdefault(matrices[0].part.start, []).extend(matrices)
    stacks = [sorted(stack, key=lambda matrix: matrix.expert) for stack in parts.values()]
    if not stacks or any(not _is_one_stack(stack, stacks[0]) for stack in stacks):
        return None
    stacks.sort(key=lambda stack: stack[0].offset)
    assert isinstance(recipe, Stored)
    return ExpertBlocks(
        recipe.pieces[0].tensor.name,
        stacks[0][0].file,
        stacks[0][0].columns,
        tuple(stack[0].part for stack in stacks),
        tuple(tuple(matrix.offset for matrix in stack) for stack in stacks),
    )


def _is_one_stack(matrices: list[_Matrix], others: list[_Matrix]) -> bool:
    """Whether each expert is there once, all alike, and as many and as wide as others."""
    return [matrix.expert for matrix in matrices] == list(range(len(others))) and all(
        (matrix.part, matrix.file, matrix.columns) == (matrices[0].part, others[0].file, others[0].columns)
        for matrix in matrices
    )


def _matrices(piece: Piece) -> list[_Matrix]:
    """A piece that is a whole stack, or one expert's matrix; none if it is neither, or not in blocks."""
    tensor, rows, into = piece
    packing = tensor.packing
    if rows is not None or not isinstance(packing, PackedTensor) or not is_in_blocks(packing.inner):
        return []
    blocks, shape = packing.inner, packing.inner.stored.shape
    first, start = _place(into, len(shape))
    if first is None or blocks.arrangement is not None:
        return []
    part = Part(blocks.type, start, shape[-2], blocks.parts[0].shape[-1])
    count = shape[0] if len(shape) == 3 else 1
    return [
        _Matrix(part, tensor.file, first + number, tensor.offset + number * part.nbytes, shape[-1])
        for number in range(count)
    ]


def _place(into: Box | None, dimensions: int) -> tuple[int | None, int]:
    """The first expert and the first row that a stack, or a matrix, fills; no expert where it is none of either."""
    if dimensions == 3 and into is None:
        return 0, 0
    if into is None or len(into) < 2 or dimensions not in (2, 3):
        return None, 0
    expert, row = into[:2]
    if isinstance(expert, slice) is not (dimensions == 3) or not isinstance(row, slice):
        return None, 0
    return expert.start if isinstance(expert, slice) else expert, row.start
