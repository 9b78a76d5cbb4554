"""The layout of a GGUF file that is written: the other way round of :mod:`loadstone.checkpoint.gguf.header`.

Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md; version 3, little-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from loadstone.checkpoint.gguf.header import ALIGNMENT, MAGIC
from loadstone.errors import ArgumentError
from loadstone.quantization.ggml_types import NUMBERS, GgmlType
from loadstone.transfer.outgoing import FilePlan, OutgoingTensor, TensorRange

Value: TypeAlias = "bool | int | float | str | bytes | Sequence[int] | Sequence[float] | Sequence[str]"
"""What a key may have: numbers become uint32, int32, uint64 or float32, and those in sequences bool, int32 or float32;
bytes become an array of uint8."""
_VERSION = 3
_UINT8, _UINT32, _INT32, _FLOAT32, _BOOL, _STRING, _ARRAY, _UINT64 = 0, 4, 5, 6, 7, 8, 9, 10
_LONGEST_NAME = 63
"""Bytes of a tensor's name, as ggml has room for."""


class GgufTensor(NamedTuple):
    """One tensor of a new file, under llama.cpp's name."""

    type: GgmlType
    shape: tuple[int, ...]
    """The last dimension runs fastest; the file has it first."""
    tensor: OutgoingTensor
    """Its name, and its bytes as the file has them: blocks are bytes to a writer."""


def plan_gguf(metadata: Mapping[str, Value], tensors: Sequence[GgufTensor]) -> FilePlan:
    """Lays out a file: the header, then the tensors in the order given, each at a multiple of 32 bytes. Reads none.

    :raises ArgumentError: two tensors of one name, a name longer than llama.cpp reads, or text that UTF-8 cannot hold
    """
    names: set[str] = set()
    table: list[bytes] = []
    pieces: list[bytes | TensorRange] = []
    end = 0
    for kind, shape, tensor in tensors:
        if tensor.name in names:
            raise ArgumentError(f"two tensors to save are named {tensor.name!r}")
        names.add(tensor.name)
        if len(tensor.name.encode()) > _LONGEST_NAME:
            raise ArgumentError(f"tensor {tensor.name!r}: expected a name of at most {_LONGEST_NAME} bytes")
        table.append(
            _string(tensor.name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape[::-1], NUMBERS[kind.name], end)
        )
        padding = -tensor.nbytes % ALIGNMENT
        pieces.append(TensorRange(tensor, tensor.range))
        if padding:
            pieces.append(bytes(padding))
        end += tensor.nbytes + padding
    try:
        values = b"".join(_string(key) + _value(value) for key, value in metadata.items())
    except UnicodeEncodeError as error:
        raise ArgumentError(f"text cannot be written as UTF-8: {error.object[error.start : error.end]!r}") from error
    header = MAGIC + struct.pack("<IQQ", _VERSION, len(table), len(metadata)) + values + b"".join(table)
    header += bytes(-len(header) % ALIGNMENT)
    return FilePlan([header, *pieces], len(header) + end)


def _string(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def _value(value: Value) -> bytes:
    """The number of the type, and the value."""
    if isinstance(value, bool):
        return struct.pack("<I?", _BOOL, value)
    if isinstance(value, int):
        if value < 0:
            return struct.pack("<Ii", _INT32, value)
        return struct.pack("<II", _UINT32, value) if value < 1 << 32 else struct.pack("<IQ", _UINT64, value)
    if isinstance(value, float):
        return struct.pack("<If", _FLOAT32, value)
    if isinstance(value, str):
        return struct.pack("<I", _STRING) + _string(value)
    if isinstance(value, bytes):
        return struct.pack("<IIQ", _ARRAY, _UINT8, len(value)) + value
    return struct.pack("<I", _ARRAY) + _items(value)


def _items(values: Sequence[int] | Sequence[float] | Sequence[str]) -> bytes:
    count = len(values)
    if values and isinstance(values[0], str):
        return struct.pack("<IQ", _STRING, count) + b"".join(_string(str(text)) for text in values)
    if values and isinstance(values[0], bool):
        return struct.pack(f"<IQ{count}?", _BOOL, count, *values)
    if values and isinstance(values[0], float):
        return struct.pack(f"<IQ{count}f", _FLOAT32, count, *values)
    return struct.pack(f"<IQ{count}i", _INT32, count, *values)
