"""Files that are on the disk and not only on their way there; folders that one process has to itself."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import shutil
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

# <linux/fs.h>: wait for writes under way, start writing, wait until written.
_SYNC_WRITE, _SYNC_ALL = 2, 7


def sync(descriptor: int) -> None:
    """Returns when the file's bytes are on the disk.

    :raises OSError: they are not.
    """
    if sys.platform == "darwin":
        import fcntl

        try:
            # There, fsync leaves the bytes in the drive's own cache.
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
        except OSError:
            pass  # a network file system: it has only the plain one
    os.fsync(descriptor)


def sync_path(path: Path) -> None:
    """Returns when a file's bytes, or a folder's names, are on the disk.

    :raises OSError: they are not.
    """
    if sys.platform == "win32" and path.is_dir():
        return  # a folder cannot be opened there
    descriptor = os.open(path, os.O_RDONLY)
    try:
        sync(descriptor)
    except OSError as error:
        # Some network file systems keep folders safe by themselves, and refuse to be asked.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP) or not path.is_dir():
            raise
    finally:
        os.close(descriptor)


def reserve(descriptor: int, nbytes: int) -> None:
    """Makes an empty file ``nbytes`` long, with room for them on the disk where the file system can promise that.

    :raises OSError: there is no such room (ENOSPC, EDQUOT), or a file may not be so long (EFBIG).
    """
    # Not os.posix_fallocate: where there is no such step, it writes into every block of the file instead.
    call = getattr(_libc(), "fallocate", None)
    if call is not None and nbytes:
        call.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
        while call(descriptor, 0, 0, nbytes):
            number = ctypes.get_errno()
            if number in (errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL):
                break
            if number != errno.EINTR:
                raise OSError(number, os.strerror(number))
        else:
            return
    if hasattr(os, "fstatvfs"):
        there = os.fstatvfs(descriptor)
        # Some network file systems do not tell, and say 0 of 0.
        if there.f_blocks and there.f_bavail * there.f_frsize < nbytes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.truncate(descriptor, nbytes)


def start_writing(descriptor: int, start: int, nbytes: int) -> None:
    """Sends pages of the cache on their way to the disk, and does not wait for them."""
    _sync_range(descriptor, start, nbytes, _SYNC_WRITE)


def finish_writing(descriptor: int, start: int, nbytes: int) -> None:
    """Returns when pages that were sent on their way have arrived; the cache need not keep them then.

    No promise for a power cut: that takes :func:`sync`.

    :raises OSError: they could not be written.
    """
    _sync_range(descriptor, start, nbytes, _SYNC_ALL)
    if hasattr(os, "posix_fadvise"):
        with contextlib.suppress(OSError):  # it is only advice
            os.posix_fadvise(descriptor, start, nbytes, os.POSIX_FADV_DONTNEED)


def _sync_range(descriptor: int, start: int, nbytes: int, flags: int) -> None:
    call = getattr(_libc(), "sync_file_range", None)  # Linux only; elsewhere sync does all of it
    if call is None:
        return
    call.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)
    if call(descriptor, start, nbytes, flags):
        # Whoever is told of a failure to write is told once: sync would not say it again.
        number = ctypes.get_errno()
        if number in (errno.EIO, errno.ENOSPC, errno.EDQUOT):
            raise OSError(number, os.strerror(number))


@lru_cache(maxsize=1)
def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None


@contextlib.contextmanager
def locked(folder: Path, wait: bool = True) -> Iterator[bool]:
    """Holds a folder against all others that ask for it through this function, in any thread or process.

    Yields False, and does not hold it, where another does and ``wait`` is false. The system lets go of it when the
    process dies. Where there are no locks, or the folder cannot be opened, everybody may go on.
    """
    try:
        import fcntl

        descriptor = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        yield True
        return
    held = True
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held = False
        except OSError:
            pass  # no locks here
        yield held
    finally:
        if held:
            # Not left to the closing: a forked child would keep it.
            with contextlib.suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def remove_tree(path: Path) -> None:
    """Removes a folder and all in it, as far as the system lets us."""
    shutil.rmtree(path, ignore_errors=True)
