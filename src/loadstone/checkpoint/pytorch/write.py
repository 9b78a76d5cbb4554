"""The layout of a file as ``torch.save`` writes it, without PyTorch: a zip archive of a pickle and a record a tensor.

The pickle names an ``OrderedDict`` of tensors, each with its storage, which is one record. No object is pickled: the
few instructions that this takes are written out, and no module that they name is imported.

Source: PKWARE's APPNOTE.TXT 6.3.10; ``torch/serialization.py``, ``torch/_utils.py`` and
``caffe2/serialize/inline_container.cc`` of PyTorch 2.13; ``pickletools`` for the instructions (protocol 2).
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from loadstone.core.tensors import DType
from loadstone.errors import ArgumentError
from loadstone.transfer.outgoing import READ_NBYTES, FilePlan, OutgoingTensor, TensorRange, bytes_of, nbytes_of
from loadstone.transfer.threads import WorkerPool

DATA_ALIGNMENT = 64
"""Every record begins at a multiple of so many bytes, as PyTorch's do."""

_STORAGES = {
    DType.FLOAT64: "DoubleStorage",
    DType.FLOAT32: "FloatStorage",
    DType.FLOAT16: "HalfStorage",
    DType.BFLOAT16: "BFloat16Storage",
    DType.COMPLEX64: "ComplexFloatStorage",
    DType.INT64: "LongStorage",
    DType.INT32: "IntStorage",
    DType.INT16: "ShortStorage",
    DType.INT8: "CharStorage",
    DType.UINT8: "ByteStorage",
    DType.BOOL: "BoolStorage",
}
"""Newer dtypes have none of their own; a tensor of theirs lies in bytes."""
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END_64_LOCATOR = struct.Struct("<4sLQL")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_IN_EXTRA = 0xFFFFFFFF
"""Stands for a number that does not fit, and stands elsewhere."""
_LARGE = 0xFFFFFFFF
"""From here on numbers do not fit."""
_VERSION = 45  # zip64
_DATE = 1 << 5 | 1  # 1980-01-01: equal models give equal files


def checksums(
    tensors: Sequence[OutgoingTensor], threads: int, progress: Callable[[int], None] | None = None
) -> list[int]:
    """CRC-32 of each tensor's bytes, which the archive has in front of them: reads every tensor."""
    crcs = [0] * len(tensors)

    def count(index: int) -> None:
        tensor, crc = tensors[index], 0
        for part in tensor.range.split(READ_NBYTES):
            view = bytes_of(TensorRange(tensor, part))
            crc = zlib.crc32(view, crc)
            if progress is not None:
                progress(len(view))
        crcs[index] = crc

    WorkerPool(iter(range(len(tensors))), count, "loadstone-checksum").run(threads)
    return crcs


def plan_pytorch(tensors: Sequence[OutgoingTensor], crcs: Sequence[int]) -> FilePlan:
    """Lays out a file. Reads no tensor; ``crcs`` are what :func:`checksums` found.

    :raises ArgumentError: two tensors of one name, one that UTF-8 cannot hold, or elements of less than a byte.
    """
    archive = _Archive()
    archive.add("data.pkl", _pickle(tensors))
    archive.add("byteorder", b"little")
    for index, (tensor, crc) in enumerate(zip(tensors, crcs, strict=True)):
        archive.add(f"data/{index}", TensorRange(tensor, tensor.range), crc)
    archive.add("version", b"3\n")
    return archive.plan()


class _Entry(NamedTuple):
    name: bytes
    crc: int
    nbytes: int
    start: int


class _Archive:
    """A zip archive whose records are stored as they are."""

    def __init__(self) -> None:
        self._pieces: list[bytes | TensorRange] = []
        self._entries: list[_Entry] = []
        self._at = 0

    def add(self, name: str, content: bytes | TensorRange, crc: int | None = None) -> None:
        raw = f"archive/{name}".encode()
        nbytes = nbytes_of(content)
        if isinstance(content, bytes):
            crc = zlib.crc32(content)
        entry = _Entry(raw, crc or 0, nbytes, self._at)
        wide = _wide(nbytes, nbytes) if nbytes >= _LARGE else b""
        begin = self._at + _LOCAL.size + len(raw) + len(wide) + 4
        padding = -begin % DATA_ALIGNMENT
        extra = wide + struct.pack("<2H", 0x4246, padding) + bytes(padding)
        shown = _short(nbytes)
        header = _LOCAL.pack(b"PK\x03\x04", _VERSION, 0, 0, 0, _DATE, entry.crc, shown, shown, len(raw), len(extra))
        self._pieces += [header + raw + extra, content]
        self._entries.append(entry)
        self._at = begin + padding + nbytes

    def plan(self) -> FilePlan:
        directory = b"".join(map(_central, self._entries))
        count, nbytes, at = len(self._entries), len(directory), self._at
        end_64 = _END_64.pack(b"PK\x06\x06", _END_64.size - 12, _VERSION, _VERSION, 0, 0, count, count, nbytes, at)
        locator = _END_64_LOCATOR.pack(b"PK\x06\x07", 0, at + nbytes, 1)
        few, shown = min(count, 0xFFFF), (_short(nbytes), _short(at))
        end = _END.pack(b"PK\x05\x06", 0, 0, few, few, *shown, 0)
        tail = directory + end_64 + locator + end
        return FilePlan([*self._pieces, tail], at + len(tail))


def _central(entry: _Entry) -> bytes:
    wide = [number for number in (entry.nbytes, entry.nbytes, entry.start) if number >= _LARGE]
    extra = _wide(*wide) if wide else b""
    nbytes, start = _short(entry.nbytes), _short(entry.start)
    lengths = (len(entry.name), len(extra), 0, 0, 0, 0)
    head = (b"PK\x01\x02", _VERSION, _VERSION, 0, 0, 0, _DATE, entry.crc, nbytes, nbytes)
    return _CENTRAL.pack(*head, *lengths, start) + entry.name + extra


def _short(number: int) -> int:
    return number if number < _LARGE else _IN_EXTRA


def _wide(*numbers: int) -> bytes:
    """The field for numbers that do not fit into 32 bits."""
    return struct.pack(f"<2H{len(numbers)}Q", 1, 8 * len(numbers), *numbers)


# The pickle


def _pickle(tensors: Sequence[OutgoingTensor]) -> bytes:
    names = {tensor.name for tensor in tensors}
    if len(names) != len(tensors):
        raise ArgumentError("two tensors to save share a name")
    parts = [b"\x80\x02", _ORDERED_DICT, b"("]
    for index, tensor in enumerate(tensors):
        parts += [_text(tensor.name), *_tensor(tensor, str(index))]
    return b"".join([*parts, b"u."])


def _tensor(tensor: OutgoingTensor, key: str) -> Iterator[bytes]:
    name, dtype, shape, *_ = tensor
    if dtype.bits < 8:
        raise ArgumentError(f"tensor {name!r} of {dtype.value}: PyTorch's files have no such elements")
    storage = _STORAGES.get(dtype)
    count = math.prod(shape)
    yield _global("torch._utils", "_rebuild_tensor_v2" if storage else "_rebuild_tensor_v3") + b"("
    yield b"(" + _text("storage")
    yield _global("torch", storage) if storage else _global("torch.storage", "UntypedStorage")
    yield _text(key) + _text("cpu") + _number(count if storage else tensor.nbytes) + b"tQ"
    strides = [math.prod(max(size, 1) for size in shape[axis + 1 :]) for axis in range(len(shape))]
    yield _number(0) + _numbers(shape) + _numbers(strides)
    yield b"\x89" + _ORDERED_DICT  # no gradient is asked for, and there are no hooks
    yield b"tR" if storage else _global("torch", dtype.value) + b"tR"


def _global(module: str, name: str) -> bytes:
    return f"c{module}\n{name}\n".encode()


def _text(text: str) -> bytes:
    try:
        raw = text.encode()
    except UnicodeEncodeError as error:
        raise ArgumentError(f"a name cannot be written as UTF-8: {text!r}") from error
    return b"X" + len(raw).to_bytes(4, "little") + raw


def _numbers(numbers: Sequence[int]) -> bytes:
    return b"(" + b"".join(map(_number, numbers)) + b"t"


def _number(number: int) -> bytes:
    if number < 1 << 31:
        return b"J" + number.to_bytes(4, "little")
    return b"\x8a\x09" + number.to_bytes(9, "little")


_ORDERED_DICT = _global("collections", "OrderedDict") + b")R"
