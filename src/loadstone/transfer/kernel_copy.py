"""Bytes of a new file that already lie in another: the kernel copies them, and no memory of ours is touched.

Where the file system can share blocks between files (btrfs, XFS), nothing is copied at all.
"""

from __future__ import annotations

import errno
import math
import mmap
import os
import struct
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from loadstone.errors import SaveError
from loadstone.transfer.outgoing import Cut, FilePlan, StoredFile, nbytes_of

ALIGNMENT = max(4096, mmap.PAGESIZE)
"""Direct writes, and copies through the page cache beside them, each have whole pages of the file to themselves."""

# 1 MiB goes through memory in 0.35 ms. A shorter run saves little, and cuts a large write into small ones around it.
_MIN_RUN_NBYTES = 1 << 20
_CANNOT = {errno.EXDEV, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS, errno.ENOTTY, errno.EPERM, errno.ETXTBSY}
_FICLONERANGE = 0x4020940D  # <linux/fs.h>


class Run(NamedTuple):
    """Bytes ``start`` to ``stop`` of a new file are those from ``offset`` on of a stored one."""

    start: int
    stop: int
    file: StoredFile
    offset: int

    def clip(self, start: int, stop: int) -> Run:
        first = max(self.start, start)
        return Run(first, min(self.stop, stop), self.file, self.offset + first - self.start)


def runs(plan: FilePlan) -> list[Run]:
    """All long runs in the order of the new file. Where one meets bytes from memory, it begins or ends at a page."""
    joined: list[Run] = []
    for run in _stored(plan):
        last = joined[-1] if joined else None
        if last and (last.stop, last.file, last.offset + last.stop - last.start) == (run.start, run.file, run.offset):
            joined[-1] = last._replace(stop=run.stop)
        else:
            joined.append(run)
    long = [run for run in joined if run.stop - run.start >= _MIN_RUN_NBYTES]
    starts, stops = {run.start for run in long}, {run.stop for run in long} | {0}
    return [
        run.clip(
            run.start if run.start in stops else -(-run.start // ALIGNMENT) * ALIGNMENT,
            run.stop if run.stop in starts or run.stop == plan.nbytes else run.stop // ALIGNMENT * ALIGNMENT,
        )
        for run in long
    ]


def _stored(plan: FilePlan) -> Iterator[Run]:
    at = 0
    for piece in plan.pieces:
        if isinstance(piece, Cut):
            for file, offset, start, nbytes in piece.tensor.stored:
                first, last = max(start, piece.start), min(start + nbytes, piece.stop)
                if first < last:
                    yield Run(at + first - piece.start, at + last - piece.start, file, offset + first - start)
        at += nbytes_of(piece)


def check_sources(plans: Iterable[FilePlan]) -> None:
    """Looks whether the files that tensors are mapped from still hold them.

    :raises SaveError: one was cut short. What it held is in no memory, and a map would give zeros or kill the process.
    """
    needed: dict[StoredFile, int] = {}
    for plan in plans:
        for run in _stored(plan):
            needed[run.file] = max(needed.get(run.file, 0), run.offset + run.stop - run.start)
    for file, end in needed.items():
        try:
            status = os.stat(file.path)
        except OSError:
            continue  # deleted: the map holds on to it
        _check_length(file, status, end)


def cloned(run: Run, descriptor: int) -> bool:
    """Whether the new file, open for writing, now shares these bytes with the stored one."""
    if sys.platform != "linux" or math.gcd(run.start, run.offset, run.stop) % ALIGNMENT:
        return False
    import fcntl

    def clone(source: int) -> bool:
        wanted = struct.pack("=qQQQ", source, run.offset, run.stop - run.start, run.start)
        fcntl.ioctl(descriptor, _FICLONERANGE, wanted)
        return True

    return _from_source(run, clone)


def copied(run: Run, descriptor: int) -> bool:
    """Whether the kernel has copied these bytes into the new file, open for writing through the page cache.

    :raises SaveError: the stored file was cut short.
    :raises OSError: the copy failed, for want of room, say.
    """
    if not hasattr(os, "copy_file_range"):
        return False

    def copy(source: int) -> bool:
        at, offset = run.start, run.offset
        while at < run.stop:
            nbytes = os.copy_file_range(source, descriptor, run.stop - at, offset, at)
            if not nbytes:
                return False
            at, offset = at + nbytes, offset + nbytes
        return True

    return _from_source(run, copy)


def _from_source(run: Run, act: Callable[[int], bool]) -> bool:
    """Opens the stored file for ``act``; false if it is not as it was, before or afterwards, or the system refuses."""
    try:
        # Without a wait, should the path lead to a pipe by now.
        source = os.open(run.file.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        if not _is_unchanged(run, source):
            return False
        has_acted = act(source)
        return _is_unchanged(run, source) and has_acted
    except OSError as error:
        if error.errno not in _CANNOT:
            raise
        return False
    finally:
        os.close(source)


def _is_unchanged(run: Run, descriptor: int) -> bool:
    status = os.fstat(descriptor)
    _check_length(run.file, status, run.offset + run.stop - run.start)
    return run.file[1:] == (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def _check_length(file: StoredFile, status: os.stat_result, end: int) -> None:
    if (status.st_dev, status.st_ino) == (file.device, file.inode) and status.st_size < end:
        raise SaveError(
            f"{file.path}: expected {file.nbytes} bytes, found {status.st_size}: weights of this model lie in the part "
            "that was cut off, and are lost. Nothing was saved; load the model again from a whole checkpoint"
        )
