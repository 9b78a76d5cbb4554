"""SHA-256 of files: all cores, a bounded buffer each, and a memory of files that have not changed since."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from loadstone.errors import CorruptCheckpoint, Fault
from loadstone.saving.folders import replace_file
from loadstone.transfer.machine import cores
from loadstone.transfer.mapped_file import MappedFile
from loadstone.transfer.regular_file import RegularFile, UnusableFile
from loadstone.transfer.threads import WorkerPool

_BLOCK_BYTES = 1 << 20
_POPULATED_BYTES = 8 << 20
_RACY_NS = 2_000_000_000
"""A file changed so shortly ago may change again without its times showing it, so it is not remembered."""

Hashed = Callable[[int], None]
"""Told the bytes that were hashed since it was called last."""


class Hashes:
    """SHA-256 of files, worked out in the background from the moment it is made.

    ``remember``: take what an earlier process found for files that have not changed since (real path, size, times of
    change, inode), and note what is found. ``maps``: files that are mapped already are hashed where they lie in memory,
    which populates the maps and spares a copy.

    Raises :class:`CorruptCheckpoint` for a path that is no readable regular file.
    """

    def __init__(
        self,
        paths: Iterable[Path],
        *,
        remember: bool = True,
        hashed: Hashed | None = None,
        maps: Mapping[Path, MappedFile] | None = None,
    ) -> None:
        self._hashed, self._remember, self._maps = hashed, remember, maps or {}
        # The largest first, so that no core is left with it at the end.
        order = sorted(dict.fromkeys(paths), key=lambda path: -_size(path))
        self._found: dict[Path, str] = {}
        self._pool = WorkerPool(iter(order), self._find, "loadstone-hash")
        try:
            self._pool.start(max(1, min(cores(), len(order))))
        except BaseException:  # an interrupt
            self._pool.stop()
            raise

    def wait(self) -> dict[Path, str]:
        """All of them."""
        try:
            self._pool.wait()
        finally:
            self.cancel()
        return self._found

    def cancel(self) -> None:
        """Stop soon; nothing is noted of files that are not done."""
        self._pool.stop()

    def _find(self, path: Path) -> None:
        self._found[path] = self._of(path)

    def _of(self, path: Path) -> str:
        try:
            with RegularFile(path) as file:
                note = _note(path) if self._remember else None
                known = _recall(note, path) if note is not None else None
                mapped = self._maps.get(path)
                if known is not None:
                    self._populate(mapped)
                    self._tell(file.nbytes)
                    return known
                before = _identity(path)
                digest = self._digest(file) if mapped is None else self._digest_mapped(mapped)
        except UnusableFile as unusable:
            raise CorruptCheckpoint([Fault(str(path), unusable.expected, unusable.found, unusable.hint)]) from None
        if note is not None and not self._pool.is_stopped:
            _write(note, path, before, digest)
        return digest

    def _digest(self, file: RegularFile) -> str:
        digest, done = hashlib.sha256(), 0
        buffer = memoryview(bytearray(min(_BLOCK_BYTES, max(file.nbytes, 1))))
        while done < file.nbytes and not self._pool.is_stopped:
            block = buffer[: min(len(buffer), file.nbytes - done)]
            file.read_into(done, block)
            digest.update(block)  # gives the interpreter free for other threads
            done += len(block)
            self._tell(len(block))
        return digest.hexdigest()

    def _populate(self, mapped: MappedFile | None) -> None:
        """What hashing would have done beside."""
        for start in range(0, mapped.nbytes if mapped else 0, _POPULATED_BYTES):
            if mapped and not self._pool.is_stopped:
                mapped.populate(start, min(_POPULATED_BYTES, mapped.nbytes - start))

    def _digest_mapped(self, mapped: MappedFile) -> str:
        digest = hashlib.sha256()
        with memoryview(mapped.buffer) as view:
            for start in range(0, len(view), _POPULATED_BYTES):
                if self._pool.is_stopped:
                    break
                block = view[start : start + _POPULATED_BYTES]
                mapped.populate(start, len(block))
                digest.update(block)
                self._tell(len(block))
                block.release()
        return digest.hexdigest()

    def _tell(self, nbytes: int) -> None:
        if self._hashed is not None:
            self._hashed(nbytes)


def git_blob_sha1(path: Path) -> str:
    """What Git calls the content of a file: SHA-1 over a header with its length, and the content."""
    with RegularFile(path) as file:
        digest = hashlib.sha1(b"blob %d\0" % file.nbytes, usedforsecurity=False)
        for start in range(0, file.nbytes, _BLOCK_BYTES):
            digest.update(file.read(start, min(_BLOCK_BYTES, file.nbytes - start)))
    return digest.hexdigest()


def remember(path: Path, digest: str) -> None:
    """Note the SHA-256 of a file that nobody writes to any more, however new it is."""
    with contextlib.suppress(OSError):
        _keep(_note(path), _identity(path), digest)


def has_changed(path: Path) -> bool:
    """Whether a file is another than when its hash was noted; False if none was."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        noted = json.loads(_note(path).read_bytes())
        return bool(noted["identity"] != _identity(path))
    return False


def _size(path: Path) -> int:
    with contextlib.suppress(OSError):
        return path.stat().st_size
    return 0


def _identity(path: Path) -> list[int]:
    """What changes when a file does."""
    status = os.stat(path)
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev]


def _note(path: Path) -> Path:
    """Where the hash of a file is noted."""
    from huggingface_hub import constants

    name = hashlib.sha256(os.fsencode(os.path.realpath(path))).hexdigest()
    return Path(constants.HF_HOME) / "loadstone" / "hashes" / f"{name}.json"


def _recall(note: Path, path: Path) -> str | None:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        noted = json.loads(note.read_bytes())
        if noted["identity"] == _identity(path) and len(noted["sha256"]) == 64:
            return str(noted["sha256"])
    return None


def _write(note: Path, path: Path, before: list[int], digest: str) -> None:
    with contextlib.suppress(OSError):  # a home that cannot be written to only costs time
        changed_ns = max(before[1], before[2])
        if _identity(path) == before and time.time_ns() - changed_ns > _RACY_NS:
            _keep(note, before, digest)


def _keep(note: Path, identity: list[int], digest: str) -> None:
    note.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    replace_file(note, json.dumps({"identity": identity, "sha256": digest}).encode())
