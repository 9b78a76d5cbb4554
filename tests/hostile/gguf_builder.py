"""Builds GGUF files byte by byte, sound ones and broken ones."""

from __future__ import annotations

import struct
from collections.abc import Iterable

U32, BOOL, STRING, ARRAY, U64 = 4, 7, 8, 9, 10

Value = tuple[str, int, bytes]
"""Key, number of the type, bytes."""
Tensor = tuple[str, tuple[int, ...], int, int]
"""Name, dimensions with the fastest first, number of the type, offset."""


def string(text: str | bytes) -> bytes:
    raw = text.encode() if isinstance(text, str) else text
    return struct.pack("<Q", len(raw)) + raw


def array(kind: int, items: Iterable[bytes], count: int | None = None) -> bytes:
    """``count`` replaces the true number of items."""
    made = list(items)
    return struct.pack("<IQ", kind, len(made) if count is None else count) + b"".join(made)


def gguf_bytes(
    values: Iterable[Value] = (),
    tensors: Iterable[Tensor] = (),
    data: bytes = b"",
    *,
    version: int = 3,
    alignment: int = 32,
    counts: tuple[int, int] | None = None,
) -> bytes:
    """A file; ``counts`` replaces the true numbers of tensors and values."""
    values, tensors = list(values), list(tensors)
    out = b"GGUF" + struct.pack("<I", version) + struct.pack("<QQ", *(counts or (len(tensors), len(values))))
    for key, kind, raw in values:
        out += string(key) + struct.pack("<I", kind) + raw
    for name, sizes, kind, offset in tensors:
        out += string(name) + struct.pack(f"<I{len(sizes)}QIQ", len(sizes), *sizes, kind, offset)
    return out + bytes(-len(out) % alignment) + data
