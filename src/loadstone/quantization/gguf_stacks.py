"""Stacks of experts whose matrices lie the other way in a GGUF file: gpt-oss's, (experts, inputs, outputs) in a model.

llama.cpp's converter turns each matrix, and takes gate and up projections apart, whose columns are by turns in a model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from loadstone.core.slices import Box
from loadstone.core.tensors import StoredTensor
from loadstone.quantization import ggml_blocks
from loadstone.quantization.gguf_tensor import Blocks, as_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loadstone.core.arrays import ByteArray, FloatArray

ScalarT = TypeVar("ScalarT", bound="np.generic")


@dataclass(frozen=True)
class TurnedStack:
    """Rows of each matrix are the columns of the model's."""

    rows: int
    """Of a stored matrix."""
    step: int = 1

    def shape(self, stored: tuple[int, ...]) -> tuple[int, ...]:
        return (stored[0], stored[2], stored[1])

    def place(self, first: int, rows: NDArray[ScalarT]) -> Iterator[tuple[Box, NDArray[ScalarT]]]:
        for expert, row, some in _by_expert(first, rows, self.rows):
            yield (slice(expert, expert + 1), slice(0, some.shape[1]), slice(row, row + len(some))), some.T[None]


@dataclass(frozen=True)
class Alternating:
    """Two stacks of matrices whose rows are the model's columns by turns; or of vectors, whose values are its own."""

    one: Blocks
    other: Blocks
    step: int = 1

    @property
    def kind(self) -> str:
        return self.one.kind

    @property
    def parts(self) -> tuple[StoredTensor, ...]:
        return self.one.parts + self.other.parts

    @property
    def rows(self) -> int:
        return self.one.rows

    def decode(self, first: int, rows: ByteArray, others: Sequence[ByteArray]) -> Iterable[tuple[Box, FloatArray]]:
        theirs = others[0].reshape(self.rows, -1)[first : first + len(rows)]
        pair = (ggml_blocks.decode(rows, self.one.type), ggml_blocks.decode(theirs, self.other.type))
        shape = self.one.stored.shape
        if len(shape) == 2:
            yield (slice(first, first + len(rows)), slice(0, 2 * shape[1])), np.stack(pair, -1).reshape(len(rows), -1)
            return
        for expert, row, some in _by_expert(first, np.stack(pair, 1), shape[1]):
            columns = some.reshape(-1, shape[2])
            yield (
                (slice(expert, expert + 1), slice(0, shape[2]), slice(2 * row, 2 * row + len(columns))),
                columns.T[None],
            )


def _by_expert(first: int, rows: NDArray[ScalarT], of_each: int) -> Iterator[tuple[int, int, NDArray[ScalarT]]]:
    """Rows from number ``first`` on, as those of one expert after another: which, from which of its rows on, these."""
    at = 0
    while at < len(rows):
        expert, row = divmod(first + at, of_each)
        some = rows[at : at + of_each - row]
        yield expert, row, some
        at += len(some)


def alternating(name: str, one: StoredTensor, other: StoredTensor) -> StoredTensor:
    """What two stacks of a file, of the same shape, are together in the model."""
    count, rows, *columns = one.shape
    shape = (count, *columns, 2 * rows)
    return one._replace(name=name, shape=shape, packing=Alternating(as_blocks(one), as_blocks(other)))
