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

from loadstone.core.slices import ByteRange
from loadstone.errors import SaveError
from loadstone.transfer.outgoing import FilePlan, StoredFile, StoredRange, TensorRange, nbytes_of

ALIGNMENT = max(4096, mmap.PAGESIZE)
"""Direct writes, and copies through the page cache beside them, each have whole pages of the file to themselves."""

# 1 MiB goes through memory in 0.35 ms. A shorter run saves little, and cuts a large write into small ones around it.
_MIN_RUN_NBYTES = 1 << 20
_CANNOT = {errno.EXDEV, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS, errno.ENOTTY, errno.EPERM, errno.ETXTBSY}
_FICLONERANGE = 0x4020940D  # <linux/fs.h>


def runs(plan: FilePlan) -> list[StoredRange]:
    """All long runs in the order of the new file. Where one meets bytes from memory, it begins or ends at a page."""
    joined: list[StoredRange] = []
    for run in _stored(plan):
        last = joined[-1] if joined else None
        if last and last.part(run.range) == run and last.range.stop == run.range.start:
            joined[-1] = last._replace(range=ByteRange(last.range.start, run.range.stop))
        else:
            joined.append(run)
    long = [run for run in joined if run.range.nbytes >= _MIN_RUN_NBYTES]
    starts, stops = {run.range.start for run in long}, {run.range.stop for run in long} | {0}
    aligned = []
    for run in long:
        start, stop = run.range
        if start not in stops:
            start = -(-start // ALIGNMENT) * ALIGNMENT
        if stop not in starts and stop != plan.nbytes:
            stop = stop // ALIGNMENT * ALIGNMENT
        aligned.append(run.part(ByteRange(start, stop)))
    return aligned


def _stored(plan: FilePlan) -> Iterator[StoredRange]:
    """What of the new file lies in stored ones, in order; ranges count in the new file."""
    at = 0
    for piece in plan.pieces:
        if isinstance(piece, TensorRange):
            for stored in piece.tensor.stored:
                shared = stored.range.overlap(piece.range)
                if shared is not None:
                    yield stored.part(shared).shift(at - piece.range.start)
        at += nbytes_of(piece)


def check_sources(plans: Iterable[FilePlan]) -> None:
    """Looks whether the files that tensors are mapped from still hold them.

    :raises SaveError: one was cut short. What it held is in no memory, and a map would give zeros or kill the process.
    """
    needed: dict[StoredFile, int] = {}
    for plan in plans:
        for run in _stored(plan):
            needed[run.file] = max(needed.get(run.file, 0), run.offset + run.range.nbytes)
    for file, end in needed.items():
        try:
            status = os.stat(file.path)
        except OSError:
            continue  # deleted: the map holds on to it
        _check_length(file, status, end)


def cloned(run: StoredRange, descriptor: int) -> bool:
    """Whether the new file, open for writing, now shares these bytes with the stored one."""
    if sys.platform != "linux" or math.gcd(*run.range, run.offset) % ALIGNMENT:
        return False
    import fcntl

    def clone(source: int) -> bool:
        wanted = struct.pack("=qQQQ", source, run.offset, run.range.nbytes, run.range.start)
        fcntl.ioctl(descriptor, _FICLONERANGE, wanted)
        return True

    return _from_source(run, clone)


def copied(run: StoredRange, descriptor: int) -> bool:
    """Whether the kernel has copied these bytes into the new file, open for writing through the page cache.

    :raises SaveError: the stored file was cut short.
    :raises OSError: the copy failed, for want of room, say.
    """
    if not hasattr(os, "copy_file_range"):
        return False

    def copy(source: int) -> bool:
        at, offset = run.range.start, run.offset
        while at < run.range.stop:
            nbytes = os.copy_file_range(source, descriptor, run.range.stop - at, offset, at)
            if not nbytes:
                return False
            at, offset = at + nbytes, offset + nbytes
        return True

    return _from_source(run, copy)


def _from_source(run: StoredRange, act: Callable[[int], bool]) -> bool:
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


def _is_unchanged(run: StoredRange, descriptor: int) -> bool:
    status = os.fstat(descriptor)
    _check_length(run.file, status, run.offset + run.range.nbytes)
    return run.file[1:] == (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def _check_length(file: StoredFile, status: os.stat_result, end: int) -> None:
    if (status.st_dev, status.st_ino) == (file.device, file.inode) and status.st_size < end:
        raise SaveError(
            f"{file.path}: expected {file.nbytes} bytes, found {status.st_size}: weights of this model lie in the part "
            "that was cut off, and are lost. Nothing was saved; load the model again from a whole checkpoint"
        )
