"""What the kernel keeps of files in memory: drop it, and look whether it is gone."""

from __future__ import annotations

import ctypes
import mmap
import os
import sys
from collections.abc import Iterator
from pathlib import Path

_DROP = Path("/proc/sys/vm/drop_caches")
_COLD_SHARE = 0.01
"""So much of the files may be left where they count as cold: the page with a header that somebody looked at."""


def forget(folder: Path) -> None:
    """The files of ``folder`` out of the page cache."""
    os.sync()
    for path in _files(folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def make_cold(folder: Path) -> None:
    """The same, and sure of it: ends the program where the files stay in the page cache all the same."""
    forget(folder)
    nbytes = sum(path.stat().st_size for path in _files(folder))
    if cached_bytes(folder) > _COLD_SHARE * nbytes and os.access(_DROP, os.W_OK):
        _DROP.write_text("1\n")
    if (left := cached_bytes(folder)) > _COLD_SHARE * nbytes:
        sys.exit(f"{folder}: {left} of {nbytes} bytes stay in the page cache, so that nothing cold can be measured")


def cached_bytes(folder: Path) -> int:
    """How much of the files of ``folder`` is in the page cache (``mincore``)."""
    return sum(map(_cached, _files(folder)))


def file_system(folder: Path) -> str:
    """The type of the file system that ``folder`` lies on."""
    at, found = folder.resolve(), ("", "unknown")
    for line in Path("/proc/mounts").read_text().splitlines():
        point, kind = line.split()[1:3]
        if at.is_relative_to(point) and len(point) >= len(found[0]):
            found = (point, kind)
    return found[1]


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _cached(path: Path) -> int:
    import numpy as np

    nbytes = path.stat().st_size
    if nbytes == 0:
        return 0
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        view = np.frombuffer(mapped, np.uint8)
        pages = np.zeros(-(-nbytes // mmap.PAGESIZE), np.uint8)
        status = ctypes.CDLL(None, use_errno=True).mincore(
            ctypes.c_void_p(view.ctypes.data), ctypes.c_size_t(nbytes), ctypes.c_void_p(pages.ctypes.data)
        )
        del view  # or the map could not be closed
    if status != 0:
        raise OSError(ctypes.get_errno(), "mincore", str(path))
    return int((pages & 1).sum()) * mmap.PAGESIZE
