"""A matrix whose values are (code − zero) × scale, row by row: scale and zero belong to blocks of rows and columns.

Codes are of a few bits, or elements of a dtype. A block is all of the matrix, some rows of it, or groups of columns in
each row; columns may belong to groups in another order than they lie in (``order``: the group of each). Of all scales
one number may be divided out (NVFP4's global scale).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from loadstone.core.slices import Box
from loadstone.core.tensors import DType, StoredTensor
from loadstone.quantization.bitstream import Code, decoded
from loadstone.quantization.decode import floats, integers
from loadstone.quantization.row_boxes import in_boxes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loadstone.core.arrays import ByteArray, FloatArray


@dataclass(frozen=True)
class Table:
    """Scales, or zeros: a number for each row of blocks and each group of columns."""

    tensor: StoredTensor
    rows: int
    groups: int
    code: Code | None = None
    """None for elements of the tensor's dtype."""
    is_down: bool = False
    """Codes lie one after the other down the columns, not along the rows."""
    read_as: DType | None = None
    """What elements are, where the tensor's dtype does not say it."""

    def numbers(self, raw: ByteArray, first: int, stop: int) -> FloatArray:
        """Some of its rows, as float32 (rows, groups); rows may be longer than there are groups."""
        if self.code is None:
            numbers = floats(raw.reshape(self.rows, -1)[first:stop], self.read_as or self.tensor.dtype)
        elif not self.is_down:
            lines = raw.reshape(self.rows, -1)[first:stop]
            numbers = decoded(lines, self.code, lines.shape[-1] * 8 // self.code.bits)
        else:
            # 32 values fill words exactly, so that is where rows can be cut.
            start = first // 32
            words = raw.view("<u4").reshape(-1, self.groups)[start * self.code.bits : -(-stop // 32) * self.code.bits]
            lines = np.ascontiguousarray(words.T).view(np.uint8)
            numbers = decoded(lines, self.code, stop - 32 * start)[:, first - 32 * start :].T
        return numbers[:, : self.groups]


@dataclass(frozen=True)
class Grouped:
    """``block``: rows and columns that share a scale; the last may be cut short."""

    codes: StoredTensor
    columns: int
    block: tuple[int, int]
    scale: Table
    kind: str
    code: Code | None = None
    """None for elements of the stored dtype."""
    zero: Table | None = None
    order: StoredTensor | None = None
    divisor: StoredTensor | None = None

    @property
    def parts(self) -> tuple[StoredTensor, ...]:
        tables = [table.tensor for table in (self.scale, self.zero) if table is not None]
        return (self.codes, *tables, *(part for part in (self.order, self.divisor) if part is not None))

    @property
    def rows(self) -> int:
        return self.codes.shape[0]

    @property
    def step(self) -> int:
        return 1

    def decode(self, first: int, rows: ByteArray, others: Sequence[ByteArray]) -> Iterable[tuple[Box, FloatArray]]:
        rest = iter(others)
        numbers = floats(rows, self.codes.dtype) if self.code is None else decoded(rows, self.code, self.columns)
        with np.errstate(all="ignore"):  # stored infinities are as good as other values
            scales = self._of_rows(self.scale, next(rest), first, len(rows))
            zeros = None if self.zero is None else self._of_rows(self.zero, next(rest), first, len(rows))
            groups = None if self.order is None else integers(next(rest), self.order.dtype)
            if self.divisor is not None:
                scales = scales / floats(next(rest), self.divisor.dtype)
            if groups is None:
                _in_groups(numbers, self.block[1], scales, zeros)
            else:
                if zeros is not None:
                    numbers -= np.take(zeros, groups, axis=1, mode="clip")
                numbers *= np.take(scales, groups, axis=1, mode="clip")
        yield from in_boxes((self.codes.shape[0], self.columns), first, numbers)

    def _of_rows(self, table: Table, raw: ByteArray, first: int, count: int) -> FloatArray:
        """The values of a table for some rows of the matrix: (rows, groups)."""
        height = self.block[0]
        low = first // height
        numbers = table.numbers(raw, low, -(-(first + count) // height))
        return numbers if height == 1 else numbers[np.arange(first, first + count) // height - low]


def _in_groups(numbers: FloatArray, width: int, scales: FloatArray, zeros: FloatArray | None) -> None:
    """Apply scales and zeros, (rows, groups), to values (rows, columns) in place; the last group may be cut short."""
    columns = numbers.shape[1]
    whole = columns // width
    parts = [(numbers[:, : whole * width].reshape(len(numbers), whole, width), slice(0, whole))]
    if whole * width < columns:
        parts.append((numbers[:, None, whole * width :], slice(whole, whole + 1)))
    for part, groups in parts:
        if zeros is not None:
            part -= zeros[:, groups, None]
        part *= scales[:, groups, None]


def in_columns(
    numbers: FloatArray,
    first: int,
    groups: int | NDArray[np.integer],
    tables: tuple[Table, Table],
    raw: Sequence[ByteArray],
) -> None:
    """Apply scales and zeros to values (outputs, inputs from number ``first`` on), in place.

    Their ``tables`` are (groups of inputs, outputs), and their bytes come first in ``raw``. ``groups`` is the group of
    each of those inputs, or how many neighbors share one.
    """
    scales, zeros = tables
    count = numbers.shape[1]
    if not isinstance(groups, int):
        # The values of one output's groups lie together, so that looking them up stays in the nearest cache.
        for table, of_table, apply in ((zeros, raw[1], np.subtract), (scales, raw[0], np.multiply)):
            of_output = np.ascontiguousarray(table.numbers(of_table, 0, table.rows).T)
            apply(numbers, np.take(of_output, groups, axis=1, mode="clip"), out=numbers)
        return
    width = groups
    low, high = first // width, -(-(first + count) // width)
    scale, zero = (table.numbers(part, low, high) for table, part in zip(tables, raw, strict=False))
    for group in range(low, high):
        part = numbers[:, max(group * width - first, 0) : (group + 1) * width - first]
        part -= zero[group - low][:, None]
        part *= scale[group - low][:, None]
