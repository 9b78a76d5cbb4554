"""Weight files as memory: private maps that share the page cache, and memory of our own for what must change.

Nothing is read when a file is mapped. :meth:`MappedFile.populate` has the kernel enter pages into the page tables,
several threads at once, so that the first forward pass does not stop at every page.
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import os
import threading
from collections.abc import Iterable
from pathlib import Path

from loadstone.errors import CorruptCheckpoint, Fault

_MADV_POPULATE_READ = 22  # Linux 5.14 and later; older kernels answer EINVAL, which is harmless
_MADV_HUGEPAGE = getattr(mmap, "MADV_HUGEPAGE", None)
_MADV_DONTNEED = getattr(mmap, "MADV_DONTNEED", None)
_POPULATE_BYTES = 32 << 20
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
            self.memory = mmap.mmap(file.fileno(), self.nbytes, access=mmap.ACCESS_COPY) if self.nbytes else None

    @property
    def buffer(self) -> mmap.mmap | bytearray:
        """The file's bytes as a writable buffer; what is made of it keeps the map alive."""
        return bytearray() if self.memory is None else self.memory

    def drop(self, offset: int, nbytes: int) -> None:
        """Give back the pages that lie wholly in a range; they are read again from the file if touched."""
        if _MADV_DONTNEED is None or self.memory is None:
            return
        start = -(-offset // mmap.PAGESIZE) * mmap.PAGESIZE
        end = (offset + nbytes) // mmap.PAGESIZE * mmap.PAGESIZE
        if end > start:
            self.memory.madvise(_MADV_DONTNEED, start, end - start)


class Warmup:
    """Populates maps in the background: start it, do something else, then :meth:`wait`."""

    def __init__(self, files: Iterable[MappedFile]) -> None:
        self._chunks = [
            (mapped, offset, min(_POPULATE_BYTES, mapped.nbytes - offset))
            for mapped in files
            for offset in range(0, mapped.nbytes, _POPULATE_BYTES)
        ]
        self._lock = threading.Lock()
        self._next = 0
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin, with a thread for each core; nothing happens where the pages would not fit into free memory."""
        advise = _libc_madvise()
        if advise is None or sum(nbytes for _, _, nbytes in self._chunks) > _MAY_FILL * available_bytes():
            return
        count = min(len(os.sched_getaffinity(0)), len(self._chunks))
        self._threads = [threading.Thread(target=self._work, args=(advise,), daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def wait(self) -> None:
        """Until all is done."""
        for thread in self._threads:
            thread.join()

    def cancel(self) -> None:
        """Take no further chunk, and wait for those under way."""
        with self._lock:
            self._next = len(self._chunks)
        self.wait()

    def _work(self, advise: ctypes._NamedFuncPointer) -> None:
        while True:
            with self._lock:
                if self._next >= len(self._chunks):
                    return
                mapped, offset, nbytes = self._chunks[self._next]
                self._next += 1
            assert mapped.memory is not None
            view = ctypes.c_char.from_buffer(mapped.memory, offset)
            # A call through ctypes lets other threads run, mmap.madvise() does not.
            refused = advise(ctypes.addressof(view), nbytes, _MADV_POPULATE_READ)
            del view
            if refused:
                return


def _libc_madvise() -> ctypes._NamedFuncPointer | None:
    if os.name != "posix" or not hasattr(os, "sched_getaffinity"):
        return None
    advise = ctypes.CDLL(None, use_errno=True).madvise
    advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    return advise


def available_bytes() -> int:
    """Memory that can be had without swapping: the system's, or less where a control group says so."""
    free = 1 << 62
    try:
        with open("/proc/meminfo", "rb") as file:
            for line in file:
                if line.startswith(b"MemAvailable:"):
                    free = int(line.split()[1]) * 1024
    except OSError:
        pass
    for limit_file, used_file in (
        ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
        ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ):
        try:
            limit, used = (Path(name).read_text().strip() for name in (limit_file, used_file))
        except OSError:
            continue
        if limit.isdigit() and used.isdigit():
            free = min(free, int(limit) - int(used))
    return max(free, 0)


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
        self.memory = mmap.mmap(-1, max(end, 1))
        if _MADV_HUGEPAGE is not None and end >= 2 << 20:
            with contextlib.suppress(OSError):  # a kernel without huge pages: ordinary ones do
                self.memory.madvise(_MADV_HUGEPAGE)
