"""Where the records of a zip archive lie. For archives that store without compression, as PyTorch's and Keras's do.

Stricter than a general reader, as two readers that see different records in one file are an attack: no bytes after
the directory, no record twice, none over another, local and central headers agree.

Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.14 to 4.3.16 and 4.5.3.
"""

from __future__ import annotations

import struct
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from loadstone.checkpoint.faults import Faults, quoted
from loadstone.transfer.regular_file import RegularFile, UnusableFile

MAGIC = b"PK\x03\x04"

_END = struct.Struct("<4s4H2LH")
_END_64_LOCATOR = struct.Struct("<4sLQL")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_MAX_COMMENT = 0xFFFF
_IN_EXTRA = 0xFFFFFFFF
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_IS_FOLDER = 0x10
"""Of the external attributes, as MS-DOS has them."""
_MAX_DIRECTORY = 512 * 2**20
_FETCH_AGAIN = "Fetch the file again, or ask its author"


class Record(NamedTuple):
    """One record of an archive: its bytes, as they stand in the file."""

    name: str
    offset: int
    nbytes: int
    crc: int


class _Directory(NamedTuple):
    offset: int
    nbytes: int
    records: int


def read_records(file: RegularFile, faults: Faults) -> list[Record]:
    """The records of an archive, in the order of its directory.

    Faults in single records are added to ``faults``.

    :raises UnusableFile: the archive's own structure is broken
    """
    directory = _find_directory(file)
    data = bytes(file.read(directory.offset, directory.nbytes))
    records: dict[str, Record] = {}
    spans: list[tuple[int, int, str]] = []
    at = 0
    for _ in range(directory.records):
        if at + _CENTRAL.size > len(data):
            raise _broken(f"{directory.records} records in the zip directory", f"{len(records)}")
        (
            magic,
            _,
            _,
            flags,
            method,
            _,
            _,
            crc,
            packed,
            nbytes,
            name_length,
            extra_length,
            comment_length,
            _,
            _,
            attributes,
            start,
        ) = _CENTRAL.unpack_from(data, at)
        name_at = at + _CENTRAL.size
        at = name_at + name_length + extra_length + comment_length
        if magic != b"PK\x01\x02" or at > len(data):
            raise _broken("a zip archive with a sound directory", "a broken one")
        raw_name = data[name_at : name_at + name_length]
        if _IN_EXTRA in (packed, nbytes, start):
            extra = data[name_at + name_length : name_at + name_length + extra_length]
            nbytes, packed, start = _wide(extra, nbytes, packed, start)
        name = raw_name.decode("utf-8", "backslashreplace")
        if nbytes and (attributes & _IS_FOLDER or name.endswith("/")):  # of which PyTorch reads no byte
            faults.damaged(f"{file.path}: {quoted(name)}", "a file", f"a folder of {nbytes} bytes", _FETCH_AGAIN)
        elif _check_record(file.path, name, flags, method == 0 and packed == nbytes, records, faults):
            offset = _data_offset(file, start, raw_name)
            if offset + nbytes > directory.offset:
                raise _broken(f"{nbytes} bytes in {quoted(name)}", f"{directory.offset - offset}")
            records[name] = Record(name, offset, nbytes, crc)
            spans.append((start, offset + nbytes, name))
    if at != len(data):
        raise _broken(f"{directory.records} records in the zip directory", "more")
    spans.sort()
    for (_, stop, name), (start, _, later) in pairwise(spans):
        if start < stop:
            faults.damaged(f"{file.path}: {quoted(later)}", "bytes of its own", f"some of {quoted(name)}", _FETCH_AGAIN)
    return list(records.values())


def _find_directory(file: RegularFile) -> _Directory:
    tail_nbytes = min(file.nbytes, _END.size + _MAX_COMMENT)
    tail_start = file.nbytes - tail_nbytes
    tail = bytes(file.read(tail_start, tail_nbytes))
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        raise UnusableFile(
            "a zip archive with its directory at the end", "none", "The file was cut short; fetch it again"
        )
    _, disk, first_disk, here, count, nbytes, offset, comment_nbytes = _END.unpack_from(tail, at)
    end = tail_start + at
    if end + _END.size + comment_nbytes != file.nbytes:
        raise _broken("a zip archive that ends with its directory", "bytes behind it")
    locator_at = at - _END_64_LOCATOR.size
    if locator_at >= 0 and tail[locator_at : locator_at + 4] == b"PK\x06\x07":
        _, _, end, _ = _END_64_LOCATOR.unpack_from(tail, locator_at)
        wide = bytes(file.read(end, _END_64.size))
        magic, _, _, _, disk, first_disk, here, count, nbytes, offset = _END_64.unpack(wide)
        if magic != b"PK\x06\x06":
            raise _broken("a zip archive with a sound zip64 directory", "a broken one")
    if disk or first_disk or here != count:
        raise _broken("a zip archive in one part", "one of several")
    if offset + nbytes != end or nbytes > _MAX_DIRECTORY or count * _CENTRAL.size > nbytes:
        raise _broken(
            "a zip archive with a sound directory", f"{count} records in {nbytes} bytes from byte {offset} on"
        )
    return _Directory(offset, nbytes, count)


def _check_record(
    path: Path, name: str, flags: int, is_stored: bool, records: dict[str, Record], faults: Faults
) -> bool:
    """Whether a record can be read where it lies: it is not ``is_stored`` where it is compressed."""
    where = f"{path}: {quoted(name)}"
    if name.startswith("/") or "\\" in name or "\0" in name or ".." in name.split("/"):
        faults.unsafe(where, "a name inside the archive", "one that leads out of it", "Do not trust this file")
    elif name in records:
        faults.damaged(where, "one record of this name", "two", _FETCH_AGAIN)
    elif flags & _ENCRYPTED:
        faults.damaged(where, "a plain record", "an encrypted one", _FETCH_AGAIN)
    elif not is_stored:
        faults.damaged(
            where,
            "a record stored as it is",
            "a compressed one",
            "Store it without compression (`zip -0`), as PyTorch and Keras do",
        )
    else:
        return True
    return False


def _wide(extra: bytes, nbytes: int, packed: int, start: int) -> tuple[int, int, int]:
    """The values that did not fit into 32 bits, from the zip64 extra field."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        field = extra[at + 4 : at + 4 + length]
        at += 4 + length
        if kind == 1:
            values = iter(struct.unpack_from(f"<{len(field) // 8}Q", field))
            wide = [next(values, -1) if value == _IN_EXTRA else value for value in (nbytes, packed, start)]
            if min(wide) >= 0:
                return wide[0], wide[1], wide[2]
    raise _broken("a zip64 field with the size and place of a large record", "none")


def _data_offset(file: RegularFile, start: int, raw_name: bytes) -> int:
    """Where a record's data begin: behind its local header, whose length only that header knows."""
    header = file.read(start, _LOCAL.size + len(raw_name))
    magic, _, _, _, _, _, _, _, _, name_length, extra_length = _LOCAL.unpack_from(header)
    if magic != MAGIC or header[_LOCAL.size :] != raw_name or name_length != len(raw_name):
        raise _broken(f"a local header for {quoted(raw_name.decode('utf-8', 'backslashreplace'))}", "another")
    return start + _LOCAL.size + int(name_length) + int(extra_length)


def _broken(expected: str, found: str) -> UnusableFile:
    return UnusableFile(expected, found, _FETCH_AGAIN)
