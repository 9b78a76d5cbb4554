"""A source of bytes that is no file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from loadstone.core.byte_source import OpenSource
from loadstone.errors import CorruptCheckpoint, Fault


class InMemory:
    """All of it in memory. ``is_damaged``: its check says so."""

    takes_direct = False

    def __init__(self, path: Path, data: bytes, is_damaged: bool = False) -> None:
        self.path, self.nbytes = path, len(data)
        self._data, self._is_damaged = data, is_damaged

    def check(self) -> None:
        if self._is_damaged:
            raise CorruptCheckpoint([Fault(str(self.path), "the bytes that it had", "others")])

    def read_into(self, offset: int, nbytes: int, buffer: memoryview) -> None:
        buffer[:nbytes] = self._data[offset : offset + nbytes]


def opening(contents: Mapping[Path, bytes]) -> OpenSource:
    """What opens files that are nowhere but here."""
    return lambda path: InMemory(path, contents[path])
