"""Reads protocol buffers, as far as SentencePiece's models need: fields by number, with bounds.

https://protobuf.dev/programming-guides/encoding: a message is a row of fields, each a key (number and wire type) and a
value: an integer of variable length, eight bytes, a length and so many bytes, or four bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from loadstone.errors import TokenizerError

_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5


def fields(message: memoryview, where: str) -> Iterator[tuple[int, int | memoryview]]:
    """(number, value) of each field: an int for a number, bytes for a text, a float's four bytes or a message.

    :class:`TokenizerError` where the message ends within a field, and for a wire type that there is not.
    """
    place, end = 0, len(message)
    while place < end:
        key, place = _varint(message, place, where)
        number, wire = key >> 3, key & 7
        if number == 0:
            raise _broken(where, place, "a field", "one of number 0")
        if wire == _VARINT:
            value, place = _varint(message, place, where)
            yield number, value
            continue
        if wire == _BYTES:
            length, place = _varint(message, place, where)
        elif wire in (_EIGHT, _FOUR):
            length = 8 if wire == _EIGHT else 4
        else:
            raise _broken(where, place, "a wire type of 0, 1, 2 or 5", str(wire))
        if length > end - place:
            raise _broken(where, place, f"{length} bytes of field {number}", f"{end - place}")
        yield number, message[place : place + length]
        place += length


def as_float(value: int | memoryview) -> float | None:
    """The number of four bytes; None for a field of another type."""
    return struct.unpack("<f", value)[0] if isinstance(value, memoryview) and len(value) == 4 else None


def as_signed(value: int | memoryview) -> int | None:
    """A number that may be negative: 64 bits, two's complement; None for a field of another type."""
    if not isinstance(value, int):
        return None
    return value - (1 << 64) if value >> 63 else value


def _varint(message: memoryview, place: int, where: str) -> tuple[int, int]:
    value = 0
    for index in range(10):
        if place + index >= len(message):
            raise _broken(where, place, "a number", "the end of the data")
        byte = message[place + index]
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value & (1 << 64) - 1, place + index + 1
    raise _broken(where, place, "a number of at most 10 bytes", "a longer one")


def _broken(where: str, place: int, expected: str, found: str) -> TokenizerError:
    return TokenizerError(f"{where}, byte {place}: expected {expected}, found {found}. Is this a SentencePiece model?")
