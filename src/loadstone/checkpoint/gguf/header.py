"""The GGUF format: metadata of typed values, a table of tensors, and the tensors' bytes, each at an aligned offset.

Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md; versions 2 and 3, little-endian.

No count and no length is believed: each is compared with the bytes that are left before anything is made of it, and
sizes are computed in integers that cannot overflow (cf. CVE-2026-27940, CVE-2026-33298, CVE-2026-7482). Arrays, which
hold vocabularies of 256,000 tokens, are stepped over, and read from the file when somebody asks for them.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, TypeAlias

from loadstone.checkpoint.faults import Faults, in_file, quoted
from loadstone.core.slices import ByteRange
from loadstone.core.tensors import DType, StoredTensor
from loadstone.quantization.ggml_types import TYPES, GgmlType
from loadstone.transfer.regular_file import RegularFile, UnusableFile

MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_ALIGNMENT_KEY = "general.alignment"
ALIGNMENT = 32
"""Where a file does not say: tensors begin at multiples of so many bytes, counted from the first."""
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
"""The number of a value's type → its code in ``struct``."""
_BOOL, _STRING, _ARRAY = 7, 8, 9
_U32, _U64, _ITEM = struct.Struct("<I"), struct.Struct("<Q"), struct.Struct("<IQ")
_LEAST_VALUE_NBYTES, _LEAST_TENSOR_NBYTES = 8 + 4 + 1, 8 + 4 + 4 + 8
"""A key without letters and a value of one byte; a tensor without letters and dimensions."""
_MOST_DIMENSIONS, _DEEPEST = 4, 4
_FIRST_READ, _MOST_READ = 1 << 20, 1 << 28
_FETCH_AGAIN = "Fetch the file again, or ask its author"
_CUT = "The file was cut short; fetch it again"


class Malformed(Exception):
    """Internal: what the header says makes no sense. ``where``: the key or tensor, as it is to be shown."""

    def __init__(self, expected: str, found: str, hint: str = _FETCH_AGAIN, where: str = "") -> None:
        super().__init__(expected, found, hint)
        self.expected, self.found, self.hint, self.where = expected, found, hint, where


class Entry(NamedTuple):
    """One tensor of the table."""

    name: str
    type: GgmlType
    shape: tuple[int, ...]
    """The last dimension runs fastest, as on the Hub; the file has it first."""
    offset: int
    """From the start of the file."""
    nbytes: int


class _Span(NamedTuple):
    """An array that was stepped over, and where its items lie in the file."""

    kind: int
    items: int
    range: ByteRange


GgufValue: TypeAlias = "bool | int | float | str | list[GgufValue]"
"""What a key of the metadata may have."""


class Metadata(Mapping[str, "GgufValue"]):
    """Key → a number, a bool, a string, or a list of these. A list is read from the file each time it is asked for.

    :raises CorruptCheckpoint: the file was cut short since, or the list holds what is no text
    """

    def __init__(self, path: Path, values: Mapping[str, GgufValue | _Span]) -> None:
        self.path = path
        self._values = values

    def __getitem__(self, key: str) -> GgufValue:
        value = self._values[key]
        return self._read(key, value) if isinstance(value, _Span) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def length(self, key: str) -> int | None:
        """How many items the list of a key has, without reading them; None if there is no such list."""
        value = self._values.get(key)
        return value.items if isinstance(value, _Span) else None

    def scalars(self) -> dict[str, GgufValue]:
        """What is no list."""
        return {key: value for key, value in self._values.items() if not isinstance(value, _Span)}

    def _read(self, key: str, span: _Span) -> list[GgufValue]:
        faults = Faults()
        try:
            with RegularFile(self.path) as file:
                return _items(bytes(file.read(span.range.start, span.range.nbytes)), 0, span.kind, span.items)[0]
        except UnusableFile as unusable:
            faults.damaged(self.path, unusable.expected, unusable.found, unusable.hint)
        except Malformed as malformed:
            faults.damaged(f"{self.path}: key {quoted(key)}", malformed.expected, malformed.found, malformed.hint)
        faults.raise_if_any()
        raise AssertionError


class Header(NamedTuple):
    """What a file says of itself."""

    version: int
    metadata: Metadata
    entries: list[Entry]
    """In the order of their bytes."""


def read_metadata(path: Path) -> Metadata:
    """What a file says beside its tensors: the architecture's sizes, the tokenizer.

    :raises CorruptCheckpoint: the file is no sound GGUF file; lists every fault
    """
    faults = Faults()
    header = read_header(path, faults)
    faults.raise_if_any()
    assert header is not None
    return header.metadata


def read_header(path: Path, faults: Faults) -> Header | None:
    """Reads and checks all but the tensors' bytes. Every fault found is added to ``faults``; None if there was one."""
    before = len(faults)
    try:
        with RegularFile(path) as file:
            file.refuse_lfs_pointer()
            header = _Reader(file).header(faults)
    except UnusableFile as unusable:
        faults.damaged(path, unusable.expected, unusable.found, unusable.hint)
        return None
    except Malformed as malformed:
        where = f"{path}: {malformed.where}" if malformed.where else str(path)
        faults.damaged(where, malformed.expected, malformed.found, malformed.hint)
        return None
    return header if len(faults) == before else None


def read_gguf(path: Path, faults: Faults) -> tuple[list[StoredTensor], dict[str, str]]:
    """The tensors of one file, in the order of their bytes, under the names that llama.cpp gives; and what it says of
    itself in a word or a number. Every fault found is added to ``faults``."""
    header = read_header(path, faults)
    if header is None:
        return [], {}
    return tensors_of(path, header), {key: str(value) for key, value in header.metadata.scalars().items()}


def tensors_of(path: Path, header: Header) -> list[StoredTensor]:
    """The tensors of a header that was read; those in blocks know how they come out."""
    from loadstone.quantization.gguf_tensor import stored_blocks  # needs NumPy, which metadata does without

    return [
        stored_blocks(StoredTensor(name, kind.dtype or DType.BFLOAT16, shape, path, offset, nbytes), kind)
        for name, kind, shape, offset, nbytes in header.entries
    ]


class _Reader:
    """Walks through a header, of which it reads no more than there is."""

    def __init__(self, file: RegularFile) -> None:
        self._file = file
        self._most = min(file.nbytes, _MOST_READ)
        self._buffer = bytes(file.read_head(_FIRST_READ))
        self._at = 0

    def header(self, faults: Faults) -> Header:
        version = self._version()
        self._need(16)
        tensors, values = struct.unpack_from("<QQ", self._buffer, self._at)
        self._at += 16
        left = self._file.nbytes - self._at
        if values * _LEAST_VALUE_NBYTES + tensors * _LEAST_TENSOR_NBYTES > left:
            raise Malformed(
                f"as many values and tensors as {left} bytes can hold", f"{values} values and {tensors} tensors"
            )
        metadata = Metadata(self._file.path, self._values(values))
        alignment = metadata.get(_ALIGNMENT_KEY, ALIGNMENT)
        if type(alignment) is not int or not 8 <= alignment <= 1 << 31 or alignment & (alignment - 1):
            raise Malformed("a power of two, at least 8", repr(alignment), where=f"key {_ALIGNMENT_KEY!r}")
        table = [self._entry() for _ in range(tensors)]
        start = -(-self._at // alignment) * alignment
        return Header(version, metadata, _checked(self._file, table, start, alignment, faults))

    def _version(self) -> int:
        if self._buffer[:4] != MAGIC:
            raise Malformed("a GGUF file, which starts with b'GGUF'", f"{self._buffer[:4]!r}")
        self._at = 4
        version = self._number(_U32)
        if version in _VERSIONS:
            return version
        if version & 0xFFFF == 0 and version:
            raise Malformed(
                "a little-endian file", "a big-endian one", "Convert it with gguf-py's gguf_convert_endian.py"
            )
        hint = "Convert it again with llama.cpp's converter" if version < 2 else "Is there a newer Loadstone?"
        raise Malformed(f"GGUF version {' or '.join(map(str, _VERSIONS))}", f"version {version}", hint)

    def _values(self, count: int) -> dict[str, GgufValue | _Span]:
        values: dict[str, GgufValue | _Span] = {}
        for number in range(count):
            key = self._string(f"the name of value {number}")
            if key in values:
                raise Malformed("one value", "two", where=f"key {quoted(key)}")
            try:
                values[key] = self._value(self._number(_U32))
            except Malformed as malformed:
                malformed.where = malformed.where or f"key {quoted(key)}"
                raise
        return values

    def _value(self, kind: int) -> GgufValue | _Span:
        if kind == _STRING:
            return self._string("")
        if kind != _ARRAY:
            code = _code(kind)
            raw = self._take(struct.calcsize(code))
            if kind == _BOOL and raw not in (b"\0", b"\1"):
                raise Malformed("a bool of 0 or 1", f"{raw[0]}")
            number: bool | int | float = struct.unpack(code, raw)[0]
            return number
        kind, count = self._array()
        first = self._at
        self._step_over(kind, count, 1)
        return _Span(kind, count, ByteRange(first, self._at))

    def _array(self) -> tuple[int, int]:
        """The type of the items and how many there are, which the bytes that are left can hold."""
        kind, count = _ITEM.unpack(self._take(_ITEM.size))
        least = {_STRING: 8, _ARRAY: 12}.get(kind) or struct.calcsize(_code(kind))
        if count * least > self._file.nbytes - self._at:
            left = self._file.nbytes - self._at
            raise Malformed(f"at most {left // least} items, for which there are bytes", f"{count}", _CUT)
        return kind, count

    def _step_over(self, kind: int, count: int, depth: int) -> None:
        if kind == _STRING:
            self._step_over_strings(count)
        elif kind != _ARRAY:
            nbytes = count * struct.calcsize(_code(kind))
            self._need(nbytes)
            if kind == _BOOL and self._buffer[self._at : self._at + nbytes].translate(None, b"\0\1"):
                raise Malformed("bools of 0 and 1", "others")
            self._at += nbytes
        elif depth == _DEEPEST:
            raise Malformed(f"arrays at most {_DEEPEST} deep", "a deeper one")
        else:
            for _ in range(count):
                self._step_over(*self._array(), depth + 1)

    def _step_over_strings(self, count: int) -> None:
        # A vocabulary and its merges are 10⁵ to 10⁶ strings, so this loop is as short as it can be.
        at, unpack, buffer, last = self._at, _U64.unpack_from, self._buffer, len(self._buffer) - 8
        for _ in range(count):
            if at > last:
                self._reach(at + 8)
                buffer, last = self._buffer, len(self._buffer) - 8
            at += 8 + unpack(buffer, at)[0]
        self._reach(at)
        self._at = at

    def _string(self, where: str) -> str:
        nbytes = self._number(_U64)
        try:
            return _text(self._take(nbytes))
        except Malformed as malformed:
            malformed.where = where
            raise

    def _entry(self) -> tuple[str, tuple[int, ...], int, int]:
        """Name, dimensions in the file's order, number of the type, offset; none of them checked."""
        name = self._string("a tensor's name")
        rank = self._number(_U32)
        if rank > _MOST_DIMENSIONS:
            where = f"tensor {quoted(name)}"
            raise Malformed(f"at most {_MOST_DIMENSIONS} dimensions", f"{rank}", where=where)
        *sizes, kind, offset = struct.unpack(f"<{rank}QIQ", self._take(8 * rank + 12))
        return name, tuple(sizes), kind, offset

    def _number(self, code: struct.Struct) -> int:
        value: int = code.unpack(self._take(code.size))[0]
        return value

    def _take(self, nbytes: int) -> bytes:
        self._need(nbytes)
        self._at += nbytes
        return self._buffer[self._at - nbytes : self._at]

    def _need(self, nbytes: int) -> None:
        """Have the next bytes in the buffer."""
        self._reach(self._at + nbytes)

    def _reach(self, end: int) -> None:
        """Have the bytes up to ``end`` in the buffer, and after them as many as were read before."""
        have = len(self._buffer)
        if end <= have:
            return
        if end > self._file.nbytes:
            raise Malformed(
                f"{end} bytes", f"{self._file.nbytes}: {end - self._file.nbytes} bytes of the header are missing", _CUT
            )
        if end > self._most:
            raise Malformed(f"a header of at most {self._most} bytes", f"one of {end} bytes or more")
        self._buffer += bytes(self._file.read(have, min(max(end, 2 * have), self._most) - have))


def _items(raw: bytes, at: int, kind: int, count: int) -> tuple[list[GgufValue], int]:
    """The items of an array that was stepped over, from byte ``at`` on; and where they end."""
    if kind == _STRING:
        strings: list[GgufValue] = []
        for _ in range(count):
            end = at + 8 + _U64.unpack_from(raw, at)[0]
            strings.append(_text(raw[at + 8 : end]))
            at = end
        return strings, at
    if kind == _ARRAY:
        lists: list[GgufValue] = []
        for _ in range(count):
            inner, length = _ITEM.unpack_from(raw, at)
            items, at = _items(raw, at + _ITEM.size, inner, length)
            lists.append(items)
        return lists, at
    code = f"<{count}{_SCALARS[kind]}"
    return list(struct.unpack_from(code, raw, at)), at + struct.calcsize(code)


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("text in UTF-8", quoted(raw[:40].decode("latin-1"))) from None


def _code(kind: int) -> str:
    code = _SCALARS.get(kind)
    if code is None:
        raise Malformed("a type of value that the format knows", f"type {kind}")
    return f"<{code}"


def _checked(
    file: RegularFile, table: list[tuple[str, tuple[int, ...], int, int]], start: int, alignment: int, faults: Faults
) -> list[Entry]:
    """The tensors, in the order of their bytes; each lies in the file, and none over another."""
    entries, names = [], set()
    for name, sizes, kind, offset in table:
        where = in_file(file.path, name)
        if name in names:
            faults.damaged(where, "one tensor of this name", "two", _FETCH_AGAIN)
        names.add(name)
        ggml_type = TYPES.get(kind)
        elements = math.prod(sizes)
        if ggml_type is None:
            faults.damaged(where, "a type of tensor that ggml knows", f"type {kind}", "Is there a newer Loadstone?")
        elif elements >= 1 << 63:
            faults.damaged(where, "fewer than 2⁶³ elements", f"shape {sizes[::-1]}", _FETCH_AGAIN)
        elif (sizes[0] if sizes else 1) % ggml_type.elements:
            expected = f"rows of whole blocks of {ggml_type.elements}, as {ggml_type.name} has them"
            faults.damaged(where, expected, f"shape {sizes[::-1]}", _FETCH_AGAIN)
        elif offset % alignment:
            faults.damaged(where, f"an offset that is a multiple of {alignment}", f"{offset}", _FETCH_AGAIN)
        else:
            entries.append(
                Entry(name, ggml_type, sizes[::-1], start + offset, elements // ggml_type.elements * ggml_type.nbytes)
            )
    entries.sort(key=lambda entry: (entry.offset, entry.nbytes))
    reached = 0
    for entry in entries:
        if entry.nbytes and entry.offset < reached:
            found_at = f"one at byte {entry.offset}"
            faults.damaged(
                in_file(file.path, entry.name), f"bytes of its own, from {reached} on", found_at, _FETCH_AGAIN
            )
        reached = max(reached, entry.offset + entry.nbytes)
        if entry.offset + entry.nbytes > file.nbytes:
            missing = entry.offset + entry.nbytes - file.nbytes
            found_bytes = f"{file.nbytes}: {missing} bytes are missing"
            faults.damaged(
                in_file(file.path, entry.name), f"{file.nbytes + missing} bytes in the file", found_bytes, _CUT
            )
    return entries
