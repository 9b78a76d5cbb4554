"""What is to be saved: tensors that give any range of their bytes, and files planned of such ranges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from loadstone.core.slices import ByteRange
from loadstone.core.tensors import DType
from loadstone.errors import SaveError
from loadstone.transfer.array_bytes import Read, of_array

READ_NBYTES = 2 << 20
"""Writers ask for at most so many bytes at a time, so that what has to be copied to be read takes no more."""


class StoredFile(NamedTuple):
    """A file as it was when it was mapped. One that differs in any of these is another, or holds something else."""

    path: Path
    device: int
    inode: int
    nbytes: int
    mtime_ns: int


class StoredRange(NamedTuple):
    """Bytes of a tensor, of memory or of a new file, that also lie in a stored file, unchanged."""

    range: ByteRange
    """Counted where they lie here."""
    file: StoredFile
    offset: int
    """Of the first of them in that file."""

    def part(self, range: ByteRange) -> StoredRange:
        """Some of the bytes: a range within this one's."""
        return StoredRange(range, self.file, self.offset + range.start - self.range.start)

    def shift(self, nbytes: int) -> StoredRange:
        """The same bytes, counted from elsewhere here."""
        return self._replace(range=self.range.shift(nbytes))


class OutgoingTensor(NamedTuple):
    """One tensor to be saved: what it is, and how to get its bytes when their turn comes."""

    name: str
    dtype: DType
    shape: tuple[int, ...]
    read: Read
    """Called for a range at a time, in any order and from several threads at once; let go of before the next."""
    stored: tuple[StoredRange, ...] = ()
    """In the order of the tensor, without overlaps. Bytes that no range covers are in memory only."""
    address: int | None = None
    """Where in memory they lie in one row, if they do; ``read`` then gives views of that."""
    read_transposed: Read | None = None
    """The same as ``read`` for the matrix with its rows as columns."""

    @property
    def nbytes(self) -> int:
        nbits = math.prod(self.shape) * self.dtype.bits
        return nbits // 8

    @property
    def range(self) -> ByteRange:
        """All its bytes."""
        return ByteRange(0, self.nbytes)


class TensorRange(NamedTuple):
    """Some bytes of a tensor."""

    tensor: OutgoingTensor
    range: ByteRange


class FilePlan(NamedTuple):
    """A file that is fully planned and not yet written."""

    pieces: Sequence[bytes | TensorRange]
    """In the order of the file."""
    nbytes: int
    """Of the whole file."""


def nbytes_of(piece: bytes | TensorRange) -> int:
    return len(piece) if isinstance(piece, bytes) else piece.range.nbytes


def transposed(tensor: OutgoingTensor, name: str) -> OutgoingTensor:
    """A weight as Flax's files have it, under another name: a matrix (inputs, outputs), and of a convolution the sizes
    before these, (*sizes, inputs, outputs).

    Where the tensor has no ``read_transposed``, all its bytes are asked for at once.
    """
    order = (*range(2, len(tensor.shape)), 1, 0)

    def read(start: int, stop: int) -> memoryview:
        import numpy as np

        # The bytes of an element stay together, whatever they mean.
        all_bytes = bytes_of(TensorRange(tensor, tensor.range))
        kind = f"V{tensor.dtype.bits // 8}"
        return memoryview(of_array(np.frombuffer(all_bytes, kind).reshape(tensor.shape).transpose(order))(start, stop))

    shape = tuple(tensor.shape[axis] for axis in order)
    return OutgoingTensor(name, tensor.dtype, shape, tensor.read_transposed or read)


def bytes_of(cut: TensorRange) -> memoryview:
    """What a tensor gives when it is asked for some of its bytes.

    :raises SaveError: other than the promised number of bytes, or not in a row.
    """
    tensor, (start, stop) = cut
    view = memoryview(tensor.read(start, stop))
    if view.nbytes != cut.range.nbytes:
        part = "" if cut.range == tensor.range else f", bytes {start} to {stop}"
        raise SaveError(
            f"tensor {tensor.name!r}: expected {cut.range.nbytes} bytes for {tensor.dtype.value} of shape "
            f"{list(tensor.shape)}{part}, found {view.nbytes}"
        )
    if not view.c_contiguous:
        raise SaveError(f"tensor {tensor.name!r}: expected row-major bytes without gaps, found a strided buffer")
    # A view of no elements cannot be cast.
    return view.cast("B") if view.nbytes else memoryview(b"")
