"""Weight files as memory: private maps that share the page cache, and memory of our own for what must change.

Nothing is read when a file is mapped. :meth:`MappedFile.populate` has the kernel enter pages into the page tables,
several threads at once, so that the first forward pass does not stop at every page.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from loadstone.errors import CorruptCheckpoint, DoesNotFit, Fault
from loadstone.transfer.machine import available_bytes, cores

_MADV_POPULATE_READ = 22  # Linux 5.14 and later; older kernels answer EINVAL, which is harmless
_MADV_HUGEPAGE = getattr(mmap, "MADV_HUGEPAGE", None)
_MADV_DONTNEED = getattr(mmap, "MADV_DONTNEED", None)
_PRIVATE = getattr(mmap, "MAP_PRIVATE", 0)
_NORESERVE = getattr(mmap, "MAP_NORESERVE", 0x4000 if sys.platform == "linux" else 0)
_ANONYMOUS = getattr(mmap, "MAP_PRIVATE", 0) | getattr(mmap, "MAP_ANONYMOUS", 0)
_POPULATE_BYTES = 32 << 20
_TELL_EVERY_S = 0.25
_MAY_FILL = 0.8
"""Share of the free memory that populating may fill."""


class MappedFile:
    """One file as private, writable memory: what is written stays in this process (copy-on-write)."""

    def __init__(self, path: Path, expected_bytes: int = 0) -> None:
        self.path = path
        with open(path, "rb") as file:
            self.nbytes = os.fstat(file.fileno()).st_size
            if self.nbytes < expected_bytes:
                raise CorruptCheckpoint(
                    [
                        Fault(
                            str(path),
                            f"at least {expected_bytes} bytes",
                            f"{self.nbytes}: it shrank since it was checked",
                        )
                    ]
                )
            self.memory = _map(path, file.fileno(), self.nbytes) if self.nbytes else None

    @property
    def buffer(self) -> mmap.mmap | bytearray:
        """The file's bytes as a writable buffer; what is made of it keeps the map alive."""
        return bytearray() if self.memory is None else self.memory

    def populate(self, start: int, nbytes: int) -> None:
        """Enter a range, which begins at a page, into the page tables."""
        if self.memory is not None:
            advise(self.memory, start, nbytes, _MADV_POPULATE_READ)

    def drop(self, offset: int, nbytes: int) -> None:
        """Give back the pages that lie wholly in a range; they are read again from the file if touched."""
        start = -(-offset // mmap.PAGESIZE) * mmap.PAGESIZE
        end = (offset + nbytes) // mmap.PAGESIZE * mmap.PAGESIZE
        if self.memory is not None and end > start:
            advise(self.memory, start, end - start, _MADV_DONTNEED)


def _map(path: Path, descriptor: int, nbytes: int) -> mmap.mmap:
    try:
        if not _PRIVATE:
            return mmap.mmap(descriptor, nbytes, access=mmap.ACCESS_COPY)
        # Without a reservation: else the kernel refuses a file larger than the memory, though nobody will write to it.
        return mmap.mmap(descriptor, nbytes, flags=_PRIVATE | _NORESERVE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
    except OSError as error:
        raise DoesNotFit(
            f"{path} of {nbytes} bytes cannot be mapped into this process: {error.strerror}. Is there a limit on its "
            "address space (ulimit -v) or its data (ulimit -d)?"
        ) from None


class Warmup:
    """Populates maps in the background: start it, do something else, then :meth:`wait`.

    In short ranges, since the kernel holds a lock over one that whoever allocates memory has to wait for.
    """

    def __init__(self, ranges: Iterable[tuple[MappedFile, int, int]]) -> None:
        """``ranges``: a file, the first byte and the number of bytes."""
        self._ranges = [
            (mapped.memory, at, min(_POPULATE_BYTES, end - at))
            for mapped, start, end in _pages(ranges)
            if mapped.memory is not None
            for at in range(start, end, _POPULATE_BYTES)
        ]
        self._lock = threading.Lock()
        self._next = 0
        self._threads: list[threading.Thread] = []

    @property
    def nbytes(self) -> int:
        """Bytes to populate."""
        return sum(nbytes for _, _, nbytes in self._ranges)

    def start(self) -> None:
        """Begin, with a thread for each core; nothing happens where the pages would not fit into free memory."""
        if self.nbytes > _MAY_FILL * available_bytes():
            self._ranges = []
        count = min(cores(), len(self._ranges))
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def wait(self, progress: Callable[[int], None] | None = None) -> None:
        """Until all is done; ``progress`` is told of the bytes that are, several times a second."""
        told = 0
        for thread in self._threads:
            while thread.is_alive():
                thread.join(_TELL_EVERY_S)
                done = sum(nbytes for _, _, nbytes in self._ranges[: self._next])
                if progress is not None and done > told:
                    progress(done - told)
                    told = done

    def cancel(self) -> None:
        """Take no further range, and wait for those under way."""
        with self._lock:
            self._next = len(self._ranges)
        self.wait()

    def _work(self) -> None:
        while True:
            with self._lock:
                if self._next >= len(self._ranges):
                    return
                chosen = self._ranges[self._next]
                self._next += 1
            if not advise(*chosen, _MADV_POPULATE_READ):
                return


def _pages(ranges: Iterable[tuple[MappedFile, int, int]]) -> Iterator[tuple[MappedFile, int, int]]:
    """Start and end of whole pages, in the order of the file, each page once."""
    reached: dict[int, int] = {}
    for mapped, offset, nbytes in sorted(ranges, key=lambda each: (id(each[0]), each[1])):
        start = max(offset // mmap.PAGESIZE * mmap.PAGESIZE, reached.get(id(mapped), 0))
        end = min(-(-(offset + nbytes) // mmap.PAGESIZE) * mmap.PAGESIZE, mapped.nbytes)
        if end > start:
            reached[id(mapped)] = -(-end // mmap.PAGESIZE) * mmap.PAGESIZE
            yield mapped, start, end


def advise(memory: mmap.mmap, start: int, nbytes: int, advice: int | None) -> bool:
    """Tell the kernel about a range of a map; false where it does not know that advice.

    Through ctypes, which lets other threads run meanwhile; ``mmap.madvise`` does not.
    """
    call = getattr(_libc(), "madvise", None)
    if call is None or advice is None:
        return False
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory, start))
    return bool(call(ctypes.c_void_p(address), ctypes.c_size_t(nbytes), advice) == 0)


@lru_cache(maxsize=1)
def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if os.name == "posix" else None


class Arena:
    """Fresh memory for many tensors in one allocation, in huge pages where the system has them."""

    ALIGNMENT = 64

    def __init__(self, sizes: Iterable[int]) -> None:
        self.offsets: list[int] = []
        end = 0
        for size in sizes:
            self.offsets.append(end)
            end += -(-size // self.ALIGNMENT) * self.ALIGNMENT
        self.nbytes = end
        self.memory = new_memory(end)


def new_memory(nbytes: int) -> mmap.mmap:
    """Fresh memory, in huge pages where the system has them; :class:`DoesNotFit` if it has not that much."""
    # Private, as a forked child must not share it, and as shared memory gets no huge pages.
    flags = {"flags": _ANONYMOUS} if _ANONYMOUS else {}
    try:
        memory = mmap.mmap(-1, max(nbytes, 1), **flags)
    except OSError as error:
        raise DoesNotFit(
            f"{nbytes} bytes of memory are needed at once, and the system refuses them: {error.strerror}. "
            "device_map='auto' puts what does not fit on the disk."
        ) from None
    if nbytes >= 2 << 20:
        advise(memory, 0, nbytes, _MADV_HUGEPAGE)
    return memory
