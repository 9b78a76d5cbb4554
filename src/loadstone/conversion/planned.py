"""Stored tensors as they are to be written: unchanged, so that the kernel may copy them, or rounded."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from loadstone.core.slices import ByteRange
from loadstone.core.tensors import DType, StoredTensor
from loadstone.materialize.reader import TensorReader
from loadstone.transfer.outgoing import OutgoingTensor, StoredFile, StoredRange
from loadstone.transfer.weight_file import WeightFile

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Planned(NamedTuple):
    """A tensor to be written, under the Hub's name and layout."""

    stored: StoredTensor | None
    """None for what was made of stored tensors in between, as parts of quantized weights are."""
    tensor: OutgoingTensor

    @property
    def is_changed(self) -> bool:
        return self.stored is None or self.stored.dtype is not self.tensor.dtype or self.stored.is_packed


def planned(stored: StoredTensor, wanted: DType | None, reader: TensorReader) -> Planned:
    """A stored tensor whose floating-point values become ``wanted``; None: stay as they are."""
    dtype = wanted if wanted is not None and stored.dtype.is_floating else stored.dtype
    if not stored.is_packed and dtype is stored.dtype:
        read, ranges = reader.stored(stored), _ranges(stored, reader)
    else:
        read, ranges = reader.rounded(stored, dtype), ()
    is_matrix = len(stored.shape) == 2 and dtype.bits >= 8
    turned = partial(_read_turned, reader, stored, dtype) if is_matrix else None
    return Planned(stored, OutgoingTensor(stored.name, dtype, stored.shape, read, ranges, None, turned))


def _read_turned(reader: TensorReader, stored: StoredTensor, dtype: DType, start: int, stop: int) -> Buffer:
    """Bytes of a matrix with its rows as columns. Only Flax's files want it, so nothing is prepared."""
    return reader.rounded(stored, dtype, turned=True)(start, stop)


def _ranges(stored: StoredTensor, reader: TensorReader) -> tuple[StoredRange, ...]:
    """Where the bytes of an unchanged tensor lie in a row, so that the kernel may copy them."""
    if stored.strides or stored.slices or not stored.nbytes:
        return ()
    opened = reader.open(stored.file)
    if not isinstance(opened, WeightFile):
        return ()
    status = os.fstat(opened.descriptor)
    file = StoredFile(stored.file, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
    return (StoredRange(ByteRange(0, stored.nbytes), file, stored.offset),)
