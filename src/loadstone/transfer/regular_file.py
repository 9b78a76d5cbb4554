"""Opening and reading of files: only regular ones, never more bytes than they have, never a wait."""

from __future__ import annotations

import io
import os
import stat
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from loadstone.core.remote_path import RemotePath

if TYPE_CHECKING:
    from loadstone.core.byte_source import ByteSource

LFS_PREFIX = b"version https://git-lfs.github.com/spec/"

_KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a named pipe (FIFO)",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a character device",
    stat.S_IFBLK: "a block device",
}
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
    # Should the path become a FIFO between the look and the opening, this keeps the opening from waiting.
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
)


def _opened(path: str, flags: int) -> int:
    return os.open(path, _FLAGS)


class UnusableFile(Exception):
    """Internal: a path that is not a readable regular file, or not as long as it should be.

    Callers turn it into a :class:`~loadstone.errors.Fault`.
    """

    def __init__(self, expected: str, found: str, hint: str = "") -> None:
        super().__init__(expected, found, hint)
        self.expected = expected
        self.found = found
        self.hint = hint


class OpenFile(ABC):
    """A file of a known size, open for reading. Use it in a ``with``."""

    path: Path
    nbytes: int

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is open any more."""
        return

    @abstractmethod
    def read_into(self, offset: int, buffer: memoryview) -> None:
        """Fills ``buffer`` with the bytes from ``offset`` on.

        :raises UnusableFile: the file ends before the buffer is full, or the disk fails.
        """

    def read(self, offset: int, nbytes: int) -> bytearray:
        """``nbytes`` bytes from ``offset`` on.

        :raises UnusableFile: the file ends before; nothing is allocated then.
        """
        if offset + nbytes > self.nbytes:
            raise UnusableFile(
                f"{nbytes} bytes from byte {offset} on",
                f"{self.nbytes} bytes in all: {offset + nbytes - self.nbytes} are missing",
                "The file was cut short; fetch it again",
            )
        buffer = bytearray(nbytes)
        self.read_into(offset, memoryview(buffer))
        return buffer

    def read_head(self, nbytes: int) -> bytes:
        """The first bytes of the file: ``nbytes``, or as many as there are."""
        return bytes(self.read(0, min(nbytes, self.nbytes)))

    def refuse_lfs_pointer(self) -> None:
        """:raises UnusableFile: this is a Git-LFS pointer, the note that stands in for a file not yet fetched."""
        if self.read_head(len(LFS_PREFIX)) == LFS_PREFIX:
            raise UnusableFile(
                "weights", "a Git-LFS pointer", f"Fetch the file itself: run `git lfs pull` in {self.path.parent}"
            )


def open_file(path: Path) -> OpenFile:
    """A file on this machine, or one that was found elsewhere.

    :raises UnusableFile: the path is missing, a broken link, unreadable, or not a regular file.
    """
    if not isinstance(path, RemotePath):
        return RegularFile(path)
    if path.source is None:
        raise UnusableFile("a file", "none of this name")
    return _Remote(path, path.source)


class _Remote(OpenFile):
    """A file that is not on this machine; its source raises errors of its own."""

    def __init__(self, path: RemotePath, source: ByteSource) -> None:
        self.path, self._source, self.nbytes = path, source, source.nbytes

    def read_into(self, offset: int, buffer: memoryview) -> None:
        self._source.read_into(offset, len(buffer), buffer)


class RegularFile(OpenFile):
    """A regular file on this machine; symbolic links are followed.

    :raises UnusableFile: the path is missing, a broken link, unreadable, or not a regular file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            # Looked at before it is opened: opening alone can wait (a FIFO) or act (some devices).
            _require_regular(os.stat(path))
            # The file object opens and closes: an interrupt never meets a descriptor that two of us would close.
            self._raw = io.FileIO(path, "rb", opener=_opened)
        except OSError as error:
            raise _unusable(path, error) from None
        try:
            status = os.fstat(self._raw.fileno())
            _require_regular(status)
            self.nbytes = status.st_size
        except BaseException:
            self._raw.close()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._raw.close()

    def read_into(self, offset: int, buffer: memoryview) -> None:
        done = 0
        try:
            self._raw.seek(offset)
            while done < len(buffer):
                # A read may give less than asked for (2 GiB a call on Linux); 0 is the end of the file.
                count = self._raw.readinto(buffer[done:])
                if not count:
                    break
                done += count
        except OSError as error:
            raise _unusable(self.path, error) from None
        if done < len(buffer):
            raise UnusableFile(
                f"{len(buffer)} bytes from byte {offset} on",
                f"{done} bytes: {len(buffer) - done} are missing",
                "The file was cut short; fetch it again",
            )


def _require_regular(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise UnusableFile("a regular file", _KINDS.get(stat.S_IFMT(status.st_mode), "something else"))


def _unusable(path: Path, error: OSError) -> UnusableFile:
    if isinstance(error, FileNotFoundError):
        if path.is_symlink():
            return UnusableFile("a regular file", f"a link to {os.readlink(path)}, which is missing", "Fetch it again")
        return UnusableFile("a file", "none of this name")
    return UnusableFile("a readable file", error.strerror or type(error).__name__)
