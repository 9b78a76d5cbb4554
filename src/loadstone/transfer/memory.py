"""Memory as the kernel gives it: new pages, pages of a file mapped over them, and advice about either."""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import re
import sys
from array import array
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from loadstone.errors import DoesNotFit

PAGE_BYTES = mmap.PAGESIZE
HUGE_BYTES = 2 << 20
"""Of a huge page, on the machines that have them (https://docs.kernel.org/admin-guide/mm/transhuge.html)."""
POPULATE_READ = 22
"""``MADV_POPULATE_READ``: enter a range into the page tables. Linux 5.14 and later; others answer EINVAL."""
_PROCESS_MADVISE = 440
"""Number of process_madvise(2), on every architecture that numbers its calls as x86-64 and arm64 do."""
_THIS_PROCESS = -10000
"""``PIDFD_SELF``. Linux 6.14 and later; others answer EBADF."""
_AROUND_BYTES = 64 << 10
"""A page fault enters so many aligned bytes around it if they are in the page cache (``fault_around_bytes``)."""
_MOST_RANGES = 1024
_HUGEPAGE = getattr(mmap, "MADV_HUGEPAGE", None)
_DONTNEED = getattr(mmap, "MADV_DONTNEED", 4)
_MAPPING = r"^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ +(/.*)\n(?:\w+: .*\n)*?Anonymous: +(\d+) kB"
"""Addresses, mode, file and changed memory of a mapping, in ``/proc/self/smaps``: proc_pid_smaps(5)."""
_PRIVATE = getattr(mmap, "MAP_PRIVATE", 0)
_NORESERVE = getattr(mmap, "MAP_NORESERVE", 0x4000 if sys.platform == "linux" else 0)
_ANONYMOUS = _PRIVATE | getattr(mmap, "MAP_ANONYMOUS", 0)
_FIXED = 0x10  # MAP_FIXED, the same number on Linux and macOS
_READ_WRITE = 3  # PROT_READ | PROT_WRITE
_FAILED = ctypes.c_void_p(-1).value


def new_memory(nbytes: int) -> mmap.mmap:
    """New memory, in huge pages where the system has them; :class:`DoesNotFit` if it has not that much."""
    # Private, as a forked child must not share it, and as shared memory gets no huge pages.
    flags = {"flags": _ANONYMOUS} if _ANONYMOUS else {}
    try:
        memory = mmap.mmap(-1, max(nbytes, 1), **flags)
    except OSError as error:
        raise DoesNotFit(
            f"{nbytes} bytes of memory are needed at once, and the system refuses them: {error.strerror}. "
            "device_map='auto' puts what does not fit on the disk."
        ) from None
    if nbytes >= HUGE_BYTES:
        advise(memory, 0, nbytes, _HUGEPAGE)
    return memory


def reserve(nbytes: int) -> mmap.mmap:
    """Addresses for files to be mapped over. What is never touched takes no memory and counts for no limit but one on
    addresses. Raises OSError."""
    return mmap.mmap(-1, max(nbytes, 1), flags=_ANONYMOUS | _NORESERVE)


def address_of(memory: mmap.mmap) -> int:
    """Where it begins."""
    return ctypes.addressof(ctypes.c_char.from_buffer(memory))


def advise(memory: mmap.mmap, start: int, nbytes: int, advice: int | None) -> int:
    """Tell the kernel about a range; 0, or the error number, which is EINVAL where it does not know that advice.

    Through ctypes, which lets other threads run meanwhile; ``mmap.madvise`` does not.
    """
    libc = _libc()
    if libc is None or advice is None:
        return errno.EINVAL
    failed = libc.madvise(address_of(memory) + start, nbytes, advice)
    return ctypes.get_errno() if failed else 0


def enter_cached(memory: mmap.mmap, start: int, nbytes: int) -> bool:
    """Enter pages of a file that are in the page cache into the page tables; False if that could not be done.

    ``POPULATE_READ`` looks at each page by itself. To ask for one in each range that a page fault brings along takes
    the kernel a third less time. It leaves out the few pages whose use would have the kernel read ahead.
    """
    libc = _libc()
    if libc is None:
        return False
    first = address_of(memory) + start
    end = first + nbytes
    pages = array("Q", [first, *range(first // _AROUND_BYTES * _AROUND_BYTES + _AROUND_BYTES, end, _AROUND_BYTES)])
    pages.append((end - 1) // PAGE_BYTES * PAGE_BYTES)  # a file that has become shorter lacks this one
    for at in range(0, len(pages), _MOST_RANGES):
        batch = pages[at : at + _MOST_RANGES]
        ranges = array("Q", [PAGE_BYTES]) * (2 * len(batch))
        ranges[::2] = batch
        address, _ = ranges.buffer_info()
        if libc.syscall(_PROCESS_MADVISE, _THIS_PROCESS, address, len(batch), POPULATE_READ, 0) != PAGE_BYTES * len(
            batch
        ):
            return False
    return True


def can_overlay() -> bool:
    """Whether this system can map a file over memory that is there."""
    return _libc() is not None


def overlay(memory: mmap.mmap, at: int, descriptor: int, offset: int, nbytes: int) -> None:
    """Map a range of a file over memory: privately, so that what is written there stays in this process.

    ``at`` and ``offset`` begin pages. The last page may reach beyond the file's end: zeros. Nothing is read yet, no
    descriptor is kept, and the memory is given back with what lies over it. Raises OSError, with the memory as it was:
    a process can have only so many ranges (``vm.max_map_count``).
    """
    libc = _libc()
    if libc is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    flags = _PRIVATE | _FIXED | _NORESERVE
    address = libc.mmap(address_of(memory) + at, nbytes, _READ_WRITE, flags, descriptor, offset)
    if address == _FAILED:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def closed_mappings(folder: Path, maps: Path = Path("/proc/self/smaps")) -> list[tuple[int, int]]:
    """Where this process has files of a folder mapped, closed to writing and with no page changed: (address, bytes).

    Those of a library, say. Empty where the system does not tell.
    """
    inside = f"{os.path.realpath(folder)}/"
    try:
        mappings = re.findall(_MAPPING, maps.read_text(errors="replace"), re.M)
    except OSError:
        return []
    return [
        (int(start, 16), int(end, 16) - int(start, 16))
        for start, end, mode, file, changed_kb in mappings
        # Pages that a linker has changed and closed again are the process's own: once forgotten, they would be lost.
        if file.startswith(inside) and "w" not in mode and changed_kb == "0"
    ]


def forget(mappings: Iterable[tuple[int, int]]) -> None:
    """Take pages out of this process's memory. They stay in the page cache, and come back as they are used."""
    libc = _libc()
    if libc is not None:
        for address, nbytes in mappings:
            libc.madvise(address, nbytes, _DONTNEED)


def may_run() -> bool:
    """Whether this process may run what it wrote into memory, which hardened systems deny: PR_SET_MDWE(2const)."""
    libc = _libc()
    if libc is None:
        return False
    with new_memory(PAGE_BYTES) as memory:
        address = ctypes.c_void_p(address_of(memory))
        return bool(libc.mprotect(address, ctypes.c_size_t(PAGE_BYTES), mmap.PROT_READ | mmap.PROT_EXEC) == 0)


def trim_heap() -> None:
    """Give the kernel back what is free of the C library's heap, between what is in use too; glibc has that."""
    libc = _libc()
    trim = getattr(libc, "malloc_trim", None)
    if trim is not None:
        trim(0)


@lru_cache(maxsize=1)
def _libc() -> ctypes.CDLL | None:
    if os.name != "posix" or ctypes.sizeof(ctypes.c_void_p) != 8:
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_int64]
    libc.mmap.restype = ctypes.c_void_p
    libc.syscall.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_uint]
    libc.syscall.restype = ctypes.c_long
    return libc


class Arena:
    """New memory for many tensors in one allocation, in huge pages where the system has them."""

    ALIGNMENT = 64

    def __init__(self, sizes: Iterable[int], residues: Iterable[int | None] = ()) -> None:
        """``sizes`` in bytes. A residue asks for a place at so many bytes beyond the start of some page."""
        wanted = iter(residues)
        self.offsets: list[int] = []
        end = 0
        for size in sizes:
            residue = next(wanted, None)
            step = -end % self.ALIGNMENT if residue is None else (residue - end) % PAGE_BYTES
            start = end + step
            self.offsets.append(start)
            end = start + size
        self.nbytes = end
        self.memory = new_memory(end)
