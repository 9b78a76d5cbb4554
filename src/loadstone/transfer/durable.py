"""Files that are on the disk and not only on their way there; folders that one process has to itself."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import sys
from functools import lru_cache

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
