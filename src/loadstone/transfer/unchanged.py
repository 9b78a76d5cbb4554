"""Which bytes of memory still are those of a file that is mapped there: what a save need not read or write itself.

The kernel is asked, not a record of ours: it knows what lies where, and of each page whether this process ever wrote to
it, in whatever way. Source: https://docs.kernel.org/filesystems/proc.html and
https://docs.kernel.org/admin-guide/mm/pagemap.html
"""

from __future__ import annotations

import bisect
import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from loadstone.core.slices import ByteRange
from loadstone.transfer.memory import PAGE_BYTES
from loadstone.transfer.outgoing import StoredFile, StoredRange
from loadstone.transfer.probe import file_system

_PRESENT, _SWAPPED, _OF_FILE = 1 << 63, 1 << 62, 1 << 61
"""Bits of a page's entry."""


class Backing:
    """What lies behind this process's memory as it is made. Knows of nothing where the kernel does not tell."""

    def __init__(self) -> None:
        files: dict[tuple[str, str, str], StoredFile | None] = {}
        self._mappings: list[StoredRange] = []
        for start, stop, offset, device, inode, path in _private_maps():
            key = (device, inode, path)
            if key not in files:
                files[key] = _stored_file(device, int(inode), Path(path))
            file = files[key]
            if file is not None:  # which may end before the last page that is mapped
                held = ByteRange(start, min(stop, start + max(file.nbytes - offset, 0)))
                self._mappings.append(StoredRange(held, file, offset))
        self._starts = [mapping.range.start for mapping in self._mappings]

    def ranges(self, address: int, nbytes: int) -> tuple[StoredRange, ...]:
        """The parts of some memory that are unchanged parts of files; their ranges count from ``address``."""
        stored_ranges: list[StoredRange] = []
        wanted = ByteRange(address, address + nbytes)
        first = max(bisect.bisect_right(self._starts, address) - 1, 0)
        for mapping in self._mappings[first:]:
            if mapping.range.start >= wanted.stop:
                break
            shared = mapping.range.overlap(wanted)
            if shared is not None:
                stored_ranges += [mapping.part(unchanged).shift(-address) for unchanged in _unchanged(shared)]
        return tuple(stored_ranges)


def _private_maps() -> Iterator[tuple[int, int, int, str, str, str]]:
    """Start, stop, offset in the file, its device, inode and path, of each private map of a file."""
    try:
        lines = Path("/proc/self/maps").read_bytes().splitlines()
    except OSError:
        return
    for line in lines:
        fields = os.fsdecode(line).split(None, 5)
        if len(fields) < 6 or fields[1][3] != "p" or fields[4] == "0":
            continue
        path = fields[5]
        # A path with a backslash in it may be an escaped one.
        if path.startswith("/") and not path.endswith(" (deleted)") and "\\" not in path:
            start, stop = (int(text, 16) for text in fields[0].split("-"))
            yield start, stop, int(fields[2], 16), fields[3], fields[4], path


def _stored_file(device: str, inode: int, path: Path) -> StoredFile | None:
    """The file at a path, if it is the one that is mapped."""
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            status = os.fstat(descriptor)
            major, minor = (int(text, 16) for text in device.split(":"))
            # Btrfs gives each of its subvolumes a device of its own, which the list of maps does not name.
            is_same = status.st_dev == os.makedev(major, minor) or file_system(descriptor) == "btrfs"
            if status.st_ino == inode and is_same:
                return StoredFile(path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        finally:
            os.close(descriptor)
    return None


def _unchanged(mapped: ByteRange) -> Iterator[ByteRange]:
    """The parts of some mapped memory in which no page was written to."""
    first = mapped.start // PAGE_BYTES
    count = -(-mapped.stop // PAGE_BYTES) - first
    try:
        with open("/proc/self/pagemap", "rb", buffering=0) as file:
            raw = os.pread(file.fileno(), 8 * count, 8 * first)
    except OSError:
        return
    if len(raw) < 8 * count:
        return
    import numpy as np

    pages = np.frombuffer(raw, np.uint64)
    is_here = (pages & np.uint64(_PRESENT | _SWAPPED)) != 0
    is_changed = is_here & ((pages & np.uint64(_OF_FILE)) == 0)
    edges = np.flatnonzero(np.diff(is_changed, prepend=True, append=True)).tolist()
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        low, high = (first + begin) * PAGE_BYTES, (first + end) * PAGE_BYTES
        yield ByteRange(max(low, mapped.start), min(high, mapped.stop))
