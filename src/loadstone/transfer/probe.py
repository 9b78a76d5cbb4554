"""What a file lies on, and how much of it is in memory already: what decides how it is best read.

Everything here answers "unknown" where the system has no way to ask.
"""

from __future__ import annotations

import ctypes
import sys
from functools import lru_cache
from typing import NamedTuple

from loadstone.transfer.memory import PAGE_BYTES

# Source: linux/magic.h, and statfs(2) for those that live elsewhere.
_KINDS = {
    0xEF53: "ext4",
    0x58465342: "xfs",
    0x9123683E: "btrfs",
    0xCA451A4E: "bcachefs",
    0xF2F52010: "f2fs",
    0x2FC12FC1: "zfs",
    0x01021994: "tmpfs",
    0x858458F6: "ramfs",
    0x794C7630: "overlay",
    0x73717368: "squashfs",
    0xE0F5E1E2: "erofs",
    0x6969: "nfs",
    0xFF534D42: "cifs",
    0xFE534D42: "smb",
    0x517B: "smb",
    0x00C36400: "ceph",
    0x0BD00BD0: "lustre",
    0x47504653: "gpfs",
    0x19830326: "beegfs",
    0x5346414F: "afs",
    0x01021997: "9p",
    0x65735546: "fuse",
}
_REMOTE = {"nfs", "cifs", "smb", "ceph", "lustre", "gpfs", "beegfs", "afs", "9p", "fuse"}
_UNCACHED = {"9p", "fuse"}
_IN_MEMORY = {"tmpfs", "ramfs"}
_CACHESTAT = 451
"""Number of cachestat(2), Linux 6.5 and later, on every architecture that numbers its calls as x86-64 and arm64 do."""
_SAMPLE_PAGES = 64
_SAMPLED_BYTES = 32 << 20
"""The kernel counts page by page, 30 ns each: of a large file, one sample in so many bytes says enough."""


class FileFacts(NamedTuple):
    """What is known of a file before it is read."""

    kind: str
    """Of its file system; empty where it is not known."""
    nbytes: int
    cached_bytes: int | None
    """How much of it is in the page cache; None where the system does not tell."""

    @property
    def is_remote(self) -> bool:
        """Whether a page fault would ask another machine or another program, a few pages at a time."""
        return self.kind in _REMOTE

    @property
    def is_cached_here(self) -> bool:
        """Whether what is read of it stays in this machine's page cache, as far as its kind tells."""
        return self.kind not in _UNCACHED

    @property
    def cached_share(self) -> float:
        """0 to 1; unknown counts as all."""
        return 1.0 if self.cached_bytes is None or not self.nbytes else min(self.cached_bytes / self.nbytes, 1.0)

    def __str__(self) -> str:
        kind = self.kind or "a file system that is not known"
        if self.cached_bytes is None or self.kind in _IN_MEMORY:
            return kind
        return f"{kind}, {100 * self.cached_share:.0f} % in the page cache"

    def __add__(self, other: FileFacts) -> FileFacts:  # type: ignore[override]
        """What is known of two files of one file system together."""
        unknown = self.cached_bytes is None or other.cached_bytes is None
        cached = None if unknown else (self.cached_bytes or 0) + (other.cached_bytes or 0)
        return FileFacts(self.kind, self.nbytes + other.nbytes, cached)


def probe(descriptor: int, nbytes: int) -> FileFacts:
    """Look at an open file of so many bytes; reads none of it."""
    kind = file_system(descriptor)
    cached = nbytes if kind in _IN_MEMORY else _estimate(descriptor, nbytes)
    return FileFacts(kind, nbytes, cached)


def _estimate(descriptor: int, nbytes: int) -> int | None:
    """How much of an open file is in the page cache, by samples spread evenly over it."""
    total_cached = looked = 0
    for start, count in _samples(0, nbytes):
        cached = cached_bytes(descriptor, start, count)
        if cached is None:
            return None
        total_cached, looked = total_cached + cached, looked + count
    return nbytes * total_cached // max(looked, 1)


def _samples(offset: int, nbytes: int) -> list[tuple[int, int]]:
    """Ranges of whole pages, first byte and number of bytes; all of it where there is not much."""
    size = _SAMPLE_PAGES * PAGE_BYTES
    count = -(-nbytes // _SAMPLED_BYTES)
    if count < 2:
        return [(offset, nbytes)]
    room = nbytes - size
    return [(offset + room * index // (count - 1) // PAGE_BYTES * PAGE_BYTES, size) for index in range(count)]


class _Statfs(ctypes.Structure):
    """The beginning of ``struct statfs``, and room for the rest."""

    _fields_ = (("kind", ctypes.c_long), ("rest", ctypes.c_long * 31))


def file_system(descriptor: int) -> str:
    """The kind of file system that an open file lies on; empty if unknown."""
    libc = _libc()
    statfs = _Statfs()
    if libc is None or libc.fstatfs(descriptor, ctypes.byref(statfs)):
        return ""
    return _KINDS.get(statfs.kind & 0xFFFFFFFF, f"file system 0x{statfs.kind & 0xFFFFFFFF:x}")


class _Range(ctypes.Structure):
    _fields_ = (("offset", ctypes.c_uint64), ("nbytes", ctypes.c_uint64))


class _Counts(ctypes.Structure):
    """``struct cachestat``, in pages."""

    _fields_ = tuple((name, ctypes.c_uint64) for name in ("cached", "dirty", "writeback", "evicted", "recently"))


def cached_bytes(descriptor: int, offset: int, nbytes: int) -> int | None:
    """How much of a range of an open file is in the page cache; None where the system does not tell.

    By cachestat(2); before Linux 6.5 by mincore(2).
    """
    libc = _libc()
    if libc is None:
        return None
    if not nbytes:
        return 0
    counts = _Counts()
    byte_range = _Range(offset, nbytes)
    if libc.syscall(_CACHESTAT, descriptor, ctypes.byref(byte_range), ctypes.byref(counts), 0) == 0:
        return min(int(counts.cached) * PAGE_BYTES, nbytes)
    return _bytes_in_core(libc, descriptor, offset, nbytes)


def _bytes_in_core(libc: ctypes.CDLL, descriptor: int, offset: int, nbytes: int) -> int | None:
    """The same, by way of a map."""
    start = offset // PAGE_BYTES * PAGE_BYTES
    pages = -(-(offset + nbytes - start) // PAGE_BYTES)
    address = libc.mmap(None, pages * PAGE_BYTES, 1, 1, descriptor, start)  # PROT_READ, MAP_SHARED
    if address == ctypes.c_void_p(-1).value:
        return None
    try:
        states = (ctypes.c_ubyte * pages)()
        if libc.mincore(address, pages * PAGE_BYTES, states):
            return None
        return min(sum(state & 1 for state in states) * PAGE_BYTES, nbytes)
    finally:
        libc.munmap(address, pages * PAGE_BYTES)


@lru_cache(maxsize=1)
def _libc() -> ctypes.CDLL | None:
    if sys.platform != "linux" or ctypes.sizeof(ctypes.c_void_p) != 8:
        return None
    libc = ctypes.CDLL(None)
    libc.fstatfs.argtypes = [ctypes.c_int, ctypes.c_void_p]
    libc.syscall.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint]
    libc.syscall.restype = ctypes.c_long
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_int64]
    libc.mmap.restype = ctypes.c_void_p
    libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    libc.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p]
    return libc
