"""Weight files as memory: private maps that share the page cache.

Nothing is read when a file is mapped, and no descriptor stays open. :mod:`loadstone.transfer.prefetch` has the kernel
enter pages into the page tables, several threads at once, so that the first forward pass does not stop at every page.
"""

from __future__ import annotations

import errno
import mmap
from pathlib import Path
from typing import NoReturn

from loadstone.errors import DoesNotFit
from loadstone.transfer.memory import (
    HUGE_BYTES,
    POPULATE_READ,
    address_of,
    advise,
    can_overlay,
    enter_cached,
    overlay,
    reserve,
)
from loadstone.transfer.weight_file import WeightFile


class MappedFile:
    """One file as private, writable memory: what is written stays in this process (copy-on-write)."""

    def __init__(self, path: Path, expected_bytes: int = 0) -> None:
        """Raises :class:`CorruptCheckpoint` if the file has fewer bytes than expected."""
        self.path = path
        file = WeightFile(path, cached=True, expected_bytes=expected_bytes)
        try:
            self.nbytes = file.nbytes
            self.memory, self._start = _map(path, file.descriptor, self.nbytes)
        finally:
            file.close()
        self.buffer = memoryview(self.memory)[self._start : self._start + self.nbytes]
        """The file's bytes as a writable buffer; what is made of it keeps the map alive."""

    def place(self, offset: int) -> tuple[mmap.mmap, int]:
        """The memory, and where a byte of the file lies in it."""
        return self.memory, self._start + offset

    def populate(self, start: int, nbytes: int) -> bool:
        """Enter a range, which begins at a page, into the page tables; False where the system has no such call.

        Raises :class:`CorruptCheckpoint` if the file no longer has those bytes, or they cannot be read.
        """
        return populate(self.memory, self._start + start, nbytes, self.path, start)


def populate(memory: mmap.mmap, at: int, nbytes: int, path: Path, offset: int, was_cached: bool = False) -> bool:
    """Enter a range of memory, over which ``path`` lies from ``offset`` on, into the page tables.

    ``was_cached``: all of it has been in the page cache for a while, so that to enter one page enters its neighbors.
    False where the system has no such call. Raises :class:`CorruptCheckpoint` if the file no longer has those bytes, or
    they cannot be read; touching such memory would end the process.
    """
    if was_cached and enter_cached(memory, at, nbytes):
        return True
    number = advise(memory, at, nbytes, POPULATE_READ)
    if number in (errno.EFAULT, getattr(errno, "EHWPOISON", errno.EFAULT)):
        _explain(path, offset, nbytes)
    return number == 0


def _explain(path: Path, offset: int, nbytes: int) -> NoReturn:
    """Raise what reading says that the kernel would not tell."""
    file = WeightFile(path, cached=True)
    try:
        piece = memoryview(bytearray(min(nbytes, 1 << 20)))
        for start in range(offset, offset + nbytes, len(piece)):
            # The last page may reach beyond the file's end.
            file.read_into(start, min(len(piece), offset + nbytes - start), piece)
    finally:
        file.close()
    raise file.fault("memory that can be read", "memory that the system could not fill")


def _map(path: Path, descriptor: int, nbytes: int) -> tuple[mmap.mmap, int]:
    """The memory, and where the file begins in it: at a huge page where the file is larger than one."""
    try:
        if not can_overlay():
            return _map_plainly(descriptor, nbytes), 0
        if nbytes < HUGE_BYTES:
            memory, start = reserve(nbytes), 0
        else:
            memory = reserve(nbytes + HUGE_BYTES)
            start = -address_of(memory) % HUGE_BYTES
        if nbytes:
            overlay(memory, start, descriptor, 0, nbytes)
        return memory, start
    except OSError as error:
        raise DoesNotFit(
            f"{path} of {nbytes} bytes cannot be mapped into this process: {error.strerror}. Is there a limit on its "
            "address space (ulimit -v), its data (ulimit -d) or its maps (sysctl vm.max_map_count)?"
        ) from None


def _map_plainly(descriptor: int, nbytes: int) -> mmap.mmap:
    return mmap.mmap(descriptor, nbytes, access=mmap.ACCESS_COPY) if nbytes else mmap.mmap(-1, 1)
