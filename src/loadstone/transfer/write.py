"""Writing one safetensors file: tensors streamed one after another, on the disk when the call returns.

Source of the layout: https://github.com/huggingface/safetensors#format
"""

from __future__ import annotations

import errno
import json
import math
import mmap
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple

from loadstone.errors import ArgumentError, SaveError
from loadstone.tensors import DType
from loadstone.transfer.durable import sync

if TYPE_CHECKING:
    from typing_extensions import Buffer

MAX_HEADER_NBYTES = 100_000_000
"""The longest header that readers of the format take."""

# From the last to the first in a file, as the safetensors library writes them: equal models give equal files.
# Wide elements come first, so that every tensor starts at a multiple of its element size.
_ASCENDING = [
    "BOOL", "F4", "F6_E2M3", "F6_E3M2", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ",
    "I16", "U16", "F16", "BF16", "I32", "U32", "F32", "C64", "F64", "I64", "U64",
]  # fmt: skip
_RANK = {code: -rank for rank, code in enumerate(_ASCENDING)}

# Measured on ext4: past the page cache in blocks of this size, 1 GiB is on the disk after 0.3-0.6 s, every time;
# through it, with fsync, after 0.3-2.9 s. It also leaves the cache to those who read.
_BLOCK_NBYTES = 8 << 20
_SECTOR_NBYTES = 4096


class OutgoingTensor(NamedTuple):
    """One tensor to be saved: what it is, and how to get its bytes when its turn comes."""

    name: str
    dtype: DType
    shape: tuple[int, ...]
    read: Callable[[], Buffer]
    """Its elements in row-major order, little-endian, without gaps. Called once, and let go of before the next."""

    @property
    def nbytes(self) -> int:
        nbits = math.prod(self.shape) * self.dtype.bits
        return nbits // 8


def transposed(tensor: OutgoingTensor, name: str) -> OutgoingTensor:
    """A matrix with its rows as columns, under another name. Takes its memory twice while its bytes are asked for."""

    def read() -> Buffer:
        import numpy as np

        # The bytes of an element stay together, whatever they mean.
        elements = np.frombuffer(bytes_of(tensor), dtype=f"V{tensor.dtype.bits // 8}")
        return np.ascontiguousarray(elements.reshape(tensor.shape).T).view(np.uint8).data

    rows, columns = tensor.shape
    return OutgoingTensor(name, tensor.dtype, (columns, rows), read)


class SafetensorsPlan(NamedTuple):
    """A safetensors file that is fully laid out and not yet written."""

    header: bytes
    """All before the first tensor: the length, the JSON, the spaces that align the data."""
    tensors: Sequence[OutgoingTensor]
    """In the order of their bytes."""
    nbytes: int
    """Of the whole file."""


def plan_safetensors(
    tensors: Iterable[OutgoingTensor], metadata: Mapping[str, str] | None = None, *, alignment: int = 8
) -> SafetensorsPlan:
    """Lays out a file, byte for byte as the ``safetensors`` library would. Reads no tensor.

    ``alignment``: the first tensor starts at a multiple of this many bytes; the library's is 8.

    :raises ArgumentError: two tensors of one name, a name or text that UTF-8 cannot hold, elements that do not fill
        whole bytes, or a header longer than readers take.
    """
    ordered = sorted(tensors, key=lambda tensor: (_RANK[tensor.dtype.code], tensor.name))
    entries: dict[str, object] = {"__metadata__": dict(metadata)} if metadata else {}
    end = 0
    for name, dtype, shape, _ in ordered:
        if name == "__metadata__":
            raise ArgumentError("a tensor cannot be named '__metadata__': the safetensors format keeps that for itself")
        if name in entries:
            raise ArgumentError(f"two tensors to save are named {name!r}")
        nbytes, rest = divmod(math.prod(shape) * dtype.bits, 8)
        if rest or (shape and min(shape) < 0):
            raise ArgumentError(f"tensor {name!r} of {dtype.value}, shape {list(shape)}, does not fill whole bytes")
        entries[name] = {"dtype": dtype.code, "shape": shape, "data_offsets": (end, end + nbytes)}
        end += nbytes
    try:
        text = json.dumps(entries, separators=(",", ":"), ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ArgumentError(f"a name cannot be written as UTF-8: {error.object[error.start : error.end]!r}") from error
    text += b" " * (-(8 + len(text)) % alignment)
    if len(text) > MAX_HEADER_NBYTES:
        raise ArgumentError(
            f"the header of one file would take {len(text)} bytes, and readers take at most {MAX_HEADER_NBYTES}: "
            "give a smaller max_shard_size"
        )
    header = len(text).to_bytes(8, "little") + text
    return SafetensorsPlan(header, ordered, len(header) + end)


def write_safetensors(path: Path, plan: SafetensorsPlan, *, progress: Callable[[int], None] | None = None) -> None:
    """Creates ``path``, which must not exist, and returns when its bytes are on the disk.

    One tensor is held at a time. ``progress`` is told the bytes of each tensor as it is written.

    :raises SaveError: a tensor gave other than the promised number of bytes.
    :raises OSError: the file could not be written; what there is of it stays for the caller to remove.
    """
    with BlockFile(path) as file:
        file.write(plan.header)
        for tensor in plan.tensors:
            file.write(bytes_of(tensor))
            if progress:
                progress(tensor.nbytes)


def bytes_of(tensor: OutgoingTensor) -> memoryview:
    """What a tensor gives when it is asked for its bytes.

    :raises SaveError: other than the promised number of bytes, or not in a row.
    """
    view = memoryview(tensor.read())
    if view.nbytes != tensor.nbytes:
        raise SaveError(
            f"tensor {tensor.name!r}: expected {tensor.nbytes} bytes for {tensor.dtype.value} of shape "
            f"{list(tensor.shape)}, found {view.nbytes}"
        )
    if not view.c_contiguous:
        raise SaveError(f"tensor {tensor.name!r}: expected row-major bytes without gaps, found a strided buffer")
    # A view of no elements cannot be cast.
    return view.cast("B") if view.nbytes else memoryview(b"")


class BlockFile:
    """A new file, written in sequence in large aligned blocks, past the page cache where the system lets us.

    Leaving the ``with`` without an exception puts the file on the disk (fsync).

    :raises OSError: of opening and writing; ``FileExistsError`` if the path is there already.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o666)
        self._direct = _set_direct(self._descriptor, True)
        self._block = memoryview(mmap.mmap(-1, _BLOCK_NBYTES))
        self._filled = 0
        self._nbytes = 0

    def __enter__(self) -> BlockFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._finish()
        finally:
            os.close(self._descriptor)

    def write(self, data: bytes | memoryview) -> None:
        view = memoryview(data)
        self._nbytes += len(view)
        while view:
            count = min(len(view), _BLOCK_NBYTES - self._filled)
            self._block[self._filled : self._filled + count] = view[:count]
            self._filled += count
            view = view[count:]
            if self._filled == _BLOCK_NBYTES:
                self._put(_BLOCK_NBYTES)

    def _finish(self) -> None:
        # A direct write takes whole sectors only: the last one is padded here and cut off again.
        self._put(-(-self._filled // _SECTOR_NBYTES) * _SECTOR_NBYTES)
        os.ftruncate(self._descriptor, self._nbytes)
        sync(self._descriptor)

    def _put(self, nbytes: int) -> None:
        rest = self._block[:nbytes]
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except OSError as error:
                # Some file systems take the flag and then refuse the write, or a part of a block.
                if error.errno != errno.EINVAL or not self._direct:
                    raise
                self._direct = _set_direct(self._descriptor, False)
        self._filled = 0


def _set_direct(descriptor: int, on: bool) -> bool:
    """Whether writes now go past the page cache."""
    if not hasattr(os, "O_DIRECT"):
        return False
    import fcntl

    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_DIRECT if on else flags & ~os.O_DIRECT)
    except OSError:
        return False  # tmpfs and some network file systems have no such way
    return on
