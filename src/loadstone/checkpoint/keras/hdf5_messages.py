"""What the messages of an HDF5 object header say, as far as datasets of numbers have them.

Source: https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html, section IV.A.2
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from typing import NamedTuple

from loadstone.core.tensors import DType
from loadstone.transfer.regular_file import UnusableFile

BROKEN = "Fetch the file again, or ask its author"
OPAQUE = "opaque bytes"

_MESSAGE = struct.Struct("<2HB3x")
_ATTRIBUTE = struct.Struct("<2B3H")
_VARIABLE = struct.Struct("<IQI")
_MAX_RANK = 32

# The class of a datatype, by its number.
_INTEGER, _FLOAT, _STRING, _OPAQUE, _ENUM, _VARIABLE_LENGTH = 0, 1, 3, 5, 8, 9
_OTHERS = {2: "times", 3: "text", 4: "bit fields", 6: "compounds", 7: "references", 9: "text", 10: "arrays"}

# Size, the three bytes of flags (little-endian, where the sign is), and where exponent and mantissa lie.
_FLOATS = {
    (2, b"\x20\x0f\x00", (0, 16, 10, 5, 0, 10, 15)): DType.FLOAT16,
    (2, b"\x20\x0f\x00", (0, 16, 7, 8, 0, 7, 127)): DType.BFLOAT16,
    (4, b"\x20\x1f\x00", (0, 32, 23, 8, 0, 23, 127)): DType.FLOAT32,
    (8, b"\x20\x3f\x00", (0, 64, 52, 11, 0, 52, 1023)): DType.FLOAT64,
}
_INTEGERS = {
    (1, True): DType.INT8,
    (2, True): DType.INT16,
    (4, True): DType.INT32,
    (8, True): DType.INT64,
    (1, False): DType.UINT8,
    (2, False): DType.UINT16,
    (4, False): DType.UINT32,
    (8, False): DType.UINT64,
}


class Message(NamedTuple):
    """One message of an object header."""

    kind: int
    data: bytes
    offset: int
    """Of ``data`` in the file."""
    shared: bool
    """The message itself lies elsewhere, and ``data`` says where."""


class Layout(NamedTuple):
    """A row of bytes in the file."""

    offset: int
    nbytes: int


class Attribute(NamedTuple):
    """An attribute's name, and what it says if that is one text."""

    name: str
    text: str
    heap: tuple[int, int] | None
    """Where the text lies, if not here: the address of a heap, and a number in it."""


def messages(block: bytes, at: int) -> Iterator[Message]:
    """The messages in a block of an object header; ``at`` is where the block starts in the file."""
    position = 0
    while position + _MESSAGE.size <= len(block):
        kind, nbytes, flags = _MESSAGE.unpack_from(block, position)
        start = position + _MESSAGE.size
        position = start + nbytes
        if position > len(block):
            raise _broken("a message within its object header")
        yield Message(kind, block[start:position], at + start, bool(flags & 2))
    if position != len(block):
        raise _broken("messages that fill their object header")


def dataspace(data: bytes) -> tuple[int, ...] | None:
    """A shape; None for a dataspace that is empty by its kind, as against one with a size of 0."""
    version, rank, _, kind = struct.unpack_from("<4B", _long_enough(data, 4))
    if version not in (1, 2) or rank > _MAX_RANK:
        raise _broken("a dataspace")
    if version == 2 and kind == 2:
        return None
    start = 8 if version == 1 else 4
    shape = struct.unpack_from(f"<{rank}Q", _long_enough(data, start + 8 * rank), start)
    if math.prod(filter(None, shape)) >= 2**63:
        raise _broken("a dataspace of fewer than 2⁶³ elements")
    return shape


def datatype(data: bytes) -> DType | str:
    """A dtype, or in words what else the elements are."""
    head, flags, nbytes = struct.unpack_from("<B3sI", _long_enough(data, 8))
    kind, version = head & 0x0F, head >> 4
    if version not in (1, 2, 3):
        raise _broken("a datatype")
    if kind == _INTEGER:
        bit_offset, precision = struct.unpack_from("<2H", _long_enough(data, 12), 8)
        dtype = _INTEGERS.get((nbytes, bool(flags[0] & 8)))
        plain = flags[0] & ~8 == 0 and flags[1:] == bytes(2) and (bit_offset, precision) == (0, 8 * nbytes)
        return dtype if dtype is not None and plain else f"integers of {nbytes} bytes in another layout"
    if kind == _FLOAT:
        fields = struct.unpack_from("<2H4BI", _long_enough(data, 20), 8)
        return _FLOATS.get((nbytes, flags, fields), f"floating-point numbers of {nbytes} bytes in another layout")
    if kind == _ENUM:
        # h5py's bools: a byte, with names for 0 and 1.
        names = data[20:] if len(data) > 20 else b""
        count = int.from_bytes(flags[:2], "little")
        if nbytes == 1 and count == 2 and datatype(data[8:20]) is DType.INT8 and names.startswith(b"FALSE\0"):
            return DType.BOOL
        return "enumerated values"
    if kind == _OPAQUE:
        return OPAQUE if nbytes == 2 else f"elements of {nbytes} opaque bytes"
    return _OTHERS.get(kind, f"a datatype of class {kind}")


def layout(message: Message) -> Layout | str:
    """Where a dataset's bytes lie; in words if not in one row."""
    version, kind = struct.unpack_from("<2B", _long_enough(message.data, 2))
    if version not in (3, 4):
        return f"a layout of version {version}"
    if kind == 0:
        (nbytes,) = struct.unpack_from("<H", _long_enough(message.data, 4), 2)
        _long_enough(message.data, 4 + nbytes)
        return Layout(message.offset + 4, nbytes)
    if kind == 1:
        return Layout(*struct.unpack_from("<2Q", _long_enough(message.data, 18), 2))
    return {2: "chunks", 3: "a virtual dataset, of parts of other files"}.get(kind, f"a layout of class {kind}")


def attribute(data: bytes) -> Attribute:
    """An attribute; its value only where it is one text."""
    version, flags, name_nbytes, type_nbytes, space_nbytes = _ATTRIBUTE.unpack_from(_long_enough(data, _ATTRIBUTE.size))
    if version not in (1, 2, 3):
        raise _broken("an attribute")
    # Version 1 fills each part up to 8 bytes; version 3 says the name's encoding first.
    pad = 8 if version == 1 else 1
    start = _ATTRIBUTE.size + (version == 3)
    parts = []
    for nbytes in (name_nbytes, type_nbytes, space_nbytes):
        parts.append(data[start : start + nbytes])
        start += -(-nbytes // pad) * pad
    name = parts[0].partition(b"\0")[0].decode("utf-8", "backslashreplace")
    value = _long_enough(data, start)[start:]
    if version > 1 and flags & 3:
        return Attribute(name, "", None)  # its type or its shape lies elsewhere
    head, nbytes = struct.unpack_from("<B3xI", _long_enough(parts[1], 8))
    if dataspace(parts[2]) != ():
        return Attribute(name, "", None)
    if head & 0x0F == _STRING:
        return Attribute(name, value[:nbytes].partition(b"\0")[0].decode("utf-8", "backslashreplace"), None)
    if head & 0x0F == _VARIABLE_LENGTH and len(value) >= _VARIABLE.size:
        _, heap, index = _VARIABLE.unpack_from(value)
        return Attribute(name, "", (heap, index))
    return Attribute(name, "", None)


def global_heap_object(heap: bytes, wanted: int) -> str:
    """The text under a number in a global heap."""
    if heap[:5] != b"GCOL\x01":
        raise _broken("a heap of texts")
    position = 16
    while position + 16 <= len(heap):
        index, _, nbytes = struct.unpack_from("<2H4xQ", heap, position)
        start = position + 16
        if index == wanted:
            return heap[start : start + nbytes].partition(b"\0")[0].decode("utf-8", "backslashreplace")
        if index == 0:
            break
        position = start + -(-nbytes // 8) * 8
    raise _broken(f"a text {wanted} in its heap")


def _long_enough(data: bytes, nbytes: int) -> bytes:
    if len(data) < nbytes:
        raise _broken("whole messages in an object header")
    return data


def _broken(expected: str) -> UnusableFile:
    return UnusableFile(expected, "something else", BROKEN)
