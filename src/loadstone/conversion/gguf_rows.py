"""The values of a new GGUF file's tensor, some rows at a time, out of the stored tensors that it is made of."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from loadstone.core.slices import bounds, normalize
from loadstone.core.tensors import DType, StoredTensor
from loadstone.errors import Fault, InvalidConfig
from loadstone.materialize.reader import TensorReader
from loadstone.planning.recipes import Piece, Stored
from loadstone.quantization.encode import overflows
from loadstone.quantization.ggml_encode import encode
from loadstone.quantization.ggml_types import GgmlType
from loadstone.quantization.gguf_tensor import Arrangement, Turned, model_rows
from loadstone.transfer.array_bytes import Read

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from typing_extensions import Buffer

    from loadstone.core.arrays import FloatArray

_AT_ONCE = 1 << 18
"""Values that are read and encoded at once, of each thread that writes."""


class Part(NamedTuple):
    """Some rows of each expert of a stack: part ``number`` of ``parts`` that have as many."""

    number: int
    parts: int
    rows: int
    """Of one part of one expert."""


class Columns(NamedTuple):
    """Columns of each expert's matrix, or of one: every one of so many ``parts`` from ``number`` on is a row."""

    number: int
    parts: int


class Change(NamedTuple):
    """What llama.cpp's converter does to the model's tensor."""

    arrangement: Arrangement | None = None
    part: Part | None = None
    added: float = 0.0
    columns: Columns | None = None

    @property
    def is_none(self) -> bool:
        return self == (None, None, 0.0, None)


class FileRows:
    """Rows of a tensor as the file has it, as float32 or as the file's bytes. Several threads may ask at once.

    :param shape: of the model's tensor
    :raises InvalidConfig: it is put together from columns, which no file of a family needs
    """

    def __init__(
        self, shape: tuple[int, ...], recipe: Stored, change: Change, reader: TensorReader, lost: dict[str, None]
    ) -> None:
        """``lost`` gets the names of stored tensors some of whose values a type of the file does not reach."""
        self._change, self._reader, self._lost = change, reader, lost
        self._runs = sorted((run for piece in recipe.pieces for run in _runs(piece, shape)), key=lambda run: run.start)
        self._starts = [run.start for run in self._runs]
        self._width = shape[-1] if len(shape) > 1 else 1
        self._shape = shape
        self._turned = None
        if isinstance(change.arrangement, Turned):
            self._turned = reader.rounded(self._runs[0].tensor, DType.FLOAT32, turned=True)
            self._width = shape[0]

    def reader(self, kind: GgmlType) -> Read:
        """What gives the tensor's bytes in a type of the file, as writers ask for them."""
        return partial(self._read, kind)

    def _read(self, kind: GgmlType, start: int, stop: int) -> Buffer:
        """Bytes ``start`` to ``stop`` of the tensor in a type of the file."""
        width = self._width if self._change.columns is None else self._row_of_columns
        row_nbytes = width // kind.elements * kind.nbytes
        first, last = start // row_nbytes, -(-stop // row_nbytes)
        encoded = np.empty((last - first, row_nbytes), np.uint8)
        step = max(_AT_ONCE // width, 1)
        if self._change.columns is not None and len(self._shape) == 3:
            step = max(step, self._shape[2])  # of an expert everything is read at once
        for at in range(first, last, step):
            end = min(at + step, last)
            values = self.values(at, end)
            encoded[at - first : end - first] = part = encode(values, kind)
            if kind.dtype is not None and kind.dtype.bits == 16 and overflows(values, part.view("<u2"), kind.dtype):
                self._lost |= dict.fromkeys(run.tensor.name for run in self._between(at, end))
        return encoded.reshape(-1)[start - first * row_nbytes : stop - first * row_nbytes].data

    @property
    def _row_of_columns(self) -> int:
        columns = self._change.columns
        assert columns is not None
        return self._shape[1] if len(self._shape) == 3 else self._shape[1] // columns.parts

    def _of_columns(self, columns: Columns, first: int, last: int) -> FloatArray:
        if len(self._shape) == 2:
            return np.ascontiguousarray(self._model_values(first, last)[:, columns.number :: columns.parts])
        count, inputs = self._shape[2] // columns.parts, self._shape[1]
        rows = []
        for expert in range(first // count, -(-last // count)):
            matrix = self._model_values(expert * inputs, (expert + 1) * inputs)[:, columns.number :: columns.parts].T
            rows.append(matrix[max(first - expert * count, 0) : last - expert * count])
        return np.ascontiguousarray(np.concatenate(rows))

    def values(self, first: int, last: int) -> FloatArray:
        """Rows ``first`` to ``last`` of the file's tensor, float32, (rows, values of a row)."""
        if self._change.columns is not None:
            return self._of_columns(self._change.columns, first, last)
        if self._turned is not None:
            nbytes = 4 * self._width
            raw = memoryview(self._turned(first * nbytes, last * nbytes))
            return np.frombuffer(raw, np.float32).reshape(-1, self._width)
        added = self._change.added
        values = np.empty((last - first, self._width), np.float32)
        for start, stop in self._steps(first, last):
            rows = self._model_rows(start, stop)
            low, high = int(rows.min()), int(rows.max()) + 1
            block = self._model_values(low, high)
            is_in_order = high - low == len(rows) and bool((rows[1:] > rows[:-1]).all())
            values[start - first : stop - first] = block if is_in_order else block[rows - low]
        if added:
            values += np.float32(added)
        return values

    def _steps(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Ranges of the file's rows that lie together in the model's tensor too."""
        arrangement, part, *_ = self._change
        step = part.rows if part is not None else arrangement.step if arrangement is not None else 1
        if step == 1:
            yield first, last
            return
        while first < last:
            end = min((first // step + 1) * step, last)
            yield first, end
            first = end

    def _model_rows(self, first: int, last: int) -> NDArray[np.int64]:
        arrangement, part, *_ = self._change
        if part is not None:
            expert, row = divmod(first, part.rows)
            start = (expert * part.parts + part.number) * part.rows + row
            return np.arange(start, start + last - first)
        return np.arange(first, last) if arrangement is None else model_rows(arrangement, first, last)

    def _model_values(self, first: int, last: int) -> FloatArray:
        """Rows of the model's tensor, a matrix whatever dimensions it has."""
        values = np.empty((last - first, self._width), np.float32)
        for run in self._between(first, last):
            start, stop = max(run.start, first), min(run.start + run.rows, last)
            of = run.row + start - run.start
            numbers = self._reader.numbers(run.tensor, of * self._width, (of + stop - start) * self._width)
            with np.errstate(over="ignore"):  # of float64: infinite then
                values[start - first : stop - first] = numbers.reshape(-1, self._width)
        return values

    def _between(self, first: int, last: int) -> Sequence[_Run]:
        begin = max(bisect_right(self._starts, first) - 1, 0)
        return self._runs[begin : bisect_right(self._starts, last - 1)]


class _Run(NamedTuple):
    """Rows that lie together, in the model's tensor and in the stored one."""

    start: int
    """The first row in the model's tensor."""
    rows: int
    tensor: StoredTensor
    row: int
    """The first row in the stored tensor."""


def _runs(piece: Piece, shape: tuple[int, ...]) -> Iterator[_Run]:
    """A piece as runs of rows, of a tensor of any number of dimensions looked at as a matrix."""
    tensor, rows, into = piece
    box = [slice(*bounds(index)) for index in normalize(into or (), shape)]
    if len(shape) > 1:
        columns = box.pop()
        if (columns.start, columns.stop) != (0, shape[-1]):
            raise InvalidConfig([Fault(f"{tensor.file}: tensor {tensor.name!r}", "whole rows", f"columns {columns}")])
    *outer, last = box
    first = 0 if rows is None else rows.start * (1 if len(tensor.shape) < 3 else tensor.shape[1])
    inner = last.stop - last.start
    for number, places in enumerate(product(*(range(each.start, each.stop) for each in outer))):
        start = 0
        for place, size in zip(places, shape[1 : 1 + len(outer)], strict=True):
            start = (start + place) * size
        yield _Run(start + last.start, inner, tensor, first + number * inner)
