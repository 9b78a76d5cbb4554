"""A tensor of a GGUF file as the model has it: its blocks decoded, and what llama.cpp's converter changed undone.

What the converter changes, and why (``convert_hf_to_gguf.py`` of https://github.com/ggml-org/llama.cpp): Llama's
queries and keys have the two values of each rotary pair beside each other, GPT-NeoX's, BLOOM's and Falcon's have all
queries before all keys, GPT-2's matrices are turned, Gemma's norms have 1 added, RoBERTa's positions lack the first
ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from loadstone.core.slices import Box
from loadstone.core.tensors import DType, StoredTensor
from loadstone.quantization import ggml_blocks
from loadstone.quantization.ggml_types import GgmlType
from loadstone.quantization.row_boxes import in_boxes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loadstone.core.arrays import ByteArray, FloatArray

ScalarT = TypeVar("ScalarT", bound="np.generic")


class Arrangement(Protocol):
    """Where stored rows stand in the model's tensor."""

    @property
    def step(self) -> int:
        """Rows that belong together."""
        ...

    def shape(self, stored: tuple[int, ...]) -> tuple[int, ...]:
        """The model's shape."""
        ...

    def place(self, first: int, rows: NDArray[ScalarT]) -> Iterator[tuple[Box, NDArray[ScalarT]]]:
        """Rows from number ``first`` on, (rows, columns) → boxes of a matrix."""
        ...


@dataclass(frozen=True)
class Paired:
    """Each head's rows i and i + half of the model stand beside each other, for all i."""

    head_rows: int

    @property
    def step(self) -> int:
        return self.head_rows

    def shape(self, stored: tuple[int, ...]) -> tuple[int, ...]:
        return stored

    def place(self, first: int, rows: NDArray[ScalarT]) -> Iterator[tuple[Box, NDArray[ScalarT]]]:
        apart = rows.reshape(-1, self.head_rows // 2, 2, rows.shape[1]).swapaxes(1, 2)
        yield (slice(first, first + len(rows)), slice(0, rows.shape[1])), apart.reshape(rows.shape)


@dataclass(frozen=True)
class Sorted:
    """All queries, then all keys, then all values; the model has each key with its queries before it and its value
    behind it."""

    heads: int
    kv_heads: int
    head_rows: int

    @property
    def step(self) -> int:
        return self.head_rows

    def shape(self, stored: tuple[int, ...]) -> tuple[int, ...]:
        return stored

    def place(self, first: int, rows: NDArray[ScalarT]) -> Iterator[tuple[Box, NDArray[ScalarT]]]:
        for start in range(0, len(rows), self.head_rows):
            to = self._place((first + start) // self.head_rows) * self.head_rows
            yield (slice(to, to + self.head_rows), slice(0, rows.shape[1])), rows[start : start + self.head_rows]

    def _place(self, head: int) -> int:
        """Which head of the model's one of the file's is."""
        shared = self.heads // self.kv_heads
        if head < self.heads:
            key, query = divmod(head, shared)
            return key * (shared + 2) + query
        part, key = divmod(head - self.heads, self.kv_heads)
        return key * (shared + 2) + shared + part


@dataclass(frozen=True)
class Turned:
    """Rows are the model's columns."""

    step: int = 1

    def shape(self, stored: tuple[int, ...]) -> tuple[int, ...]:
        return stored[::-1]

    def place(self, first: int, rows: NDArray[ScalarT]) -> Iterator[tuple[Box, NDArray[ScalarT]]]:
        yield (slice(0, rows.shape[1]), slice(first, first + len(rows))), rows.T


@dataclass(frozen=True)
class Below:
    """The model has ``before`` rows above them, which no file holds and no text uses: zeros."""

    before: int
    step: int = 1

    def shape(self, stored: tuple[int, ...]) -> tuple[int, ...]:
        return (stored[0] + self.before, *stored[1:])

    def place(self, first: int, rows: NDArray[ScalarT]) -> Iterator[tuple[Box, NDArray[ScalarT]]]:
        columns = slice(0, rows.shape[1])
        if first == 0:
            yield (slice(0, self.before), columns), np.zeros((self.before, rows.shape[1]), rows.dtype)
        yield (slice(self.before + first, self.before + first + len(rows)), columns), rows


@dataclass(frozen=True)
class Blocks:
    """``stored`` has the file's name and shape; ``added`` is what the converter added to every number."""

    stored: StoredTensor
    type: GgmlType
    arrangement: Arrangement | None = None
    added: float = 0.0

    @property
    def kind(self) -> str:
        return f"GGUF {self.type.name}"

    @property
    def parts(self) -> tuple[StoredTensor, ...]:
        *rows, columns = self.stored.shape
        row_bytes = columns // self.type.elements * self.type.nbytes
        return (self.stored._replace(dtype=DType.UINT8, shape=(*rows, row_bytes)),)

    @property
    def rows(self) -> int:
        return math.prod(self.stored.shape[:-1])

    @property
    def step(self) -> int:
        return self.arrangement.step if self.arrangement is not None and len(self.stored.shape) > 1 else 1

    @property
    def is_of_matrices(self) -> bool:
        """Whether it is a quantized matrix, or a stack of them, and nothing was added to them."""
        is_plain = len(self.stored.shape) == 3 and self.arrangement is None
        return self.type.dtype is None and (len(self.stored.shape) == 2 or is_plain) and not self.added

    @property
    def is_turned(self) -> bool:
        """Whether stored rows are the model's columns."""
        return isinstance(self.arrangement, Turned)

    def stored_rows(self) -> NDArray[np.int64] | None:
        """Of a matrix: the model's row → the stored row, int64; -1 for one of zeros, which is not stored.

        None where they are the same, or columns.
        """
        if self.arrangement is None or self.is_turned:
            return None
        row_map = np.empty(self.arrangement.shape(self.stored.shape)[0], np.int64)
        for box, rows in self.arrangement.place(0, np.arange(1, self.rows + 1)[:, None]):
            row_map[box[0]] = rows[:, 0] - 1
        return row_map

    def decode(self, first: int, rows: ByteArray, others: Sequence[ByteArray]) -> Iterable[tuple[Box, FloatArray]]:
        numbers = ggml_blocks.decode(rows, self.type)
        if self.added:
            numbers -= np.float32(self.added)
        if self.arrangement is None:
            yield from in_boxes(self.stored.shape, first, numbers)
        elif len(self.stored.shape) == 1:  # a bias: as many rows of one number
            for box, part in self.arrangement.place(0, numbers.reshape(-1, 1)):
                yield box[:1], part[:, 0]
        else:
            yield from self.arrangement.place(first, numbers)


def model_rows(arrangement: Arrangement, first: int, last: int) -> NDArray[np.int64]:
    """Stored rows ``first`` to ``last`` → the model's rows that they are, int64: what a writer takes from where."""
    start, stop = first // arrangement.step * arrangement.step, -(-last // arrangement.step) * arrangement.step
    found = np.empty(stop - start, np.int64)
    for box, numbers in arrangement.place(start, np.arange(start + 1, stop + 1)[:, None]):
        rows, _ = (slice(each, each + 1) if isinstance(each, int) else each for each in box)
        is_stored = numbers[:, 0] > 0  # 0 is a row that no file has
        found[numbers[is_stored, 0] - start - 1] = np.arange(rows.start, rows.stop)[is_stored]
    return found[first - start : last - start]


def stored_blocks(stored: StoredTensor, kind: GgmlType) -> StoredTensor:
    """A tensor of a file; packed, unless each of its blocks is one plain number.

    ``stored`` has the model's dtype: bfloat16 where there are blocks, since what they hold is no finer than that.
    """
    if kind.dtype is not None or not stored.nbytes:
        return stored
    return stored._replace(packing=Blocks(stored, kind))


def rearranged(tensor: StoredTensor, arrangement: Arrangement | None = None, added: float = 0.0) -> StoredTensor:
    """A tensor of a file with what was done to it undone; of plain floating-point numbers too."""
    if not tensor.nbytes or (arrangement is None and not added):
        return tensor
    blocks = as_blocks(tensor)
    shape = tensor.shape if arrangement is None else arrangement.shape(blocks.stored.shape)
    return tensor._replace(shape=shape, packing=Blocks(blocks.stored, blocks.type, arrangement, added))


def as_blocks(tensor: StoredTensor) -> Blocks:
    """How a tensor of a file lies there; of plain floating-point numbers each is a block."""
    if isinstance(tensor.packing, Blocks):
        return tensor.packing
    return Blocks(tensor, GgmlType(_CODES[tensor.dtype], 1, tensor.dtype.bits // 8, tensor.dtype))


_CODES = {DType.FLOAT64: "F64", DType.FLOAT32: "F32", DType.FLOAT16: "F16", DType.BFLOAT16: "BF16"}
