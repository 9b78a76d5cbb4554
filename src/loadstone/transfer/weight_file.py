"""Files of weights, read in large pieces: whole, from this very file, or not at all."""

from __future__ import annotations

import errno
import io
import os
import weakref
from pathlib import Path

from loadstone.errors import CorruptCheckpoint, Fault

SECTOR_BYTES = 4096
READ_BYTES = 8 << 20
"""Of one read past the page cache. Measured on a virtual disk: larger ones are no faster."""
_RUNNING = "Its weights are read while the model runs; put the file back as it was, or load the model again"
_LOADING = "Was it written to while it was loaded? Load the model again; if that does not help, fetch the file again"


class WeightFile:
    """A file that is open, and that must stay as it was when it was opened.

    To be removed or replaced under its name does not hurt it: an open file keeps its bytes. ``cached``: reads go
    through the page cache and leave there what they read; else past it, where the file system lets us.
    """

    def __init__(self, path: Path, *, cached: bool = False, expected_bytes: int = 0) -> None:
        self.path, self._cached = path, cached
        self._hint = _LOADING if cached or expected_bytes else _RUNNING
        try:
            # File objects and not bare descriptors: an interrupt at any moment leaves none open.
            file = open(path, "rb", buffering=0)  # noqa: SIM115
            self._close = [weakref.finalize(self, file.close)]
            direct = None if cached else _open_direct(path, file)
            if direct is not None:
                self._close.append(weakref.finalize(self, direct.close))
        except OSError as error:
            raise self.fault("a file that can be opened", error.strerror or str(error)) from None
        self.descriptor = file.fileno()
        self._direct = self.descriptor if direct is None else direct.fileno()
        self._was = self._state()
        if self.nbytes < expected_bytes:
            self.close()
            raise self.fault(f"at least {expected_bytes} bytes", f"{self.nbytes}: it shrank since it was checked")

    def close(self) -> None:
        """Give the descriptors back now and not when nobody holds the file any more."""
        for close in self._close:
            close()

    def _state(self) -> tuple[int, int]:
        status = os.fstat(self.descriptor)
        return status.st_size, status.st_mtime_ns

    @property
    def nbytes(self) -> int:
        """Its size when it was opened."""
        return self._was[0]

    @property
    def takes_direct(self) -> bool:
        """Whether it can be read past the page cache."""
        return self._direct != self.descriptor

    def check(self) -> None:
        """:class:`CorruptCheckpoint` if it was cut or written to since it was opened."""
        size, _ = now = self._state()
        if now != self._was:
            found = "other bytes, written since" if size == self.nbytes else f"{size} bytes"
            raise self.fault(f"the {self.nbytes} bytes that it had when it was loaded", found)

    def read_into(self, offset: int, nbytes: int, buffer: memoryview) -> None:
        """Fill the first ``nbytes`` of ``buffer`` from ``offset`` on; raises like check.

        Past the page cache where ``offset`` starts a sector and the file is read so; what the last sector holds beyond
        ``nbytes`` may then be written too, as far as the buffer goes.
        """
        done = 0
        while done < nbytes:
            count = self._read(offset + done, buffer[done:], nbytes - done)
            if not count:
                raise self.fault(f"{nbytes} bytes from byte {offset} on", f"{done} bytes")
            done += count

    def _read(self, offset: int, buffer: memoryview, nbytes: int) -> int:
        try:
            if self.takes_direct and offset % SECTOR_BYTES == 0:
                try:
                    return os.preadv(self._direct, [buffer], offset)
                except OSError as error:
                    if error.errno != errno.EINVAL:  # some file systems take the flag and then refuse to read
                        raise
            return self._read_cached(offset, buffer[:nbytes])
        except OSError as error:
            raise self.fault("bytes that can be read", error.strerror or "an error of the disk") from None

    def _read_cached(self, offset: int, buffer: memoryview) -> int:
        if not hasattr(os, "preadv"):  # Windows: a descriptor of its own, so that threads do not share a position
            with open(self.path, "rb", buffering=0) as file:
                file.seek(offset)
                return file.readinto(buffer) or 0
        count = os.preadv(self.descriptor, [buffer], offset)
        if not self._cached and hasattr(os, "posix_fadvise"):
            os.posix_fadvise(self.descriptor, offset, count, os.POSIX_FADV_DONTNEED)
        return count

    def fault(self, expected: str, found: str) -> CorruptCheckpoint:
        """What is wrong with this file."""
        return CorruptCheckpoint([Fault(str(self.path), expected, found, self._hint)])


def _open_direct(path: Path, file: io.FileIO) -> io.FileIO | None:
    """The same file once more, to be read past the page cache; None where there is no such way."""
    if not hasattr(os, "O_DIRECT"):
        return None
    import fcntl

    direct = open(path, "rb", buffering=0)  # noqa: SIM115
    try:
        fcntl.fcntl(direct, fcntl.F_SETFL, fcntl.fcntl(direct, fcntl.F_GETFL) | os.O_DIRECT)
        if os.path.sameopenfile(direct.fileno(), file.fileno()):
            return direct
    except OSError:
        pass  # tmpfs and some network file systems have no such way
    direct.close()
    return None
