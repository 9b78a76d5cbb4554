"""A load under a lock: configs and code are compared before they are used, weights while they are loaded."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from loadstone.checkpoint import Checkpoint
from loadstone.checkpoint.names import CONFIG_NAME, GENERATION_CONFIG_NAME
from loadstone.core.progress import Progress
from loadstone.errors import ArgumentError
from loadstone.remote_code.gate import Gate
from loadstone.transfer.mapped_file import MappedFile

if TYPE_CHECKING:
    from loadstone.lockfile.lockfile import Lock, LockedSource
    from loadstone.remote_code.tree import CodeTree
    from loadstone.sources.hashing import Hashes
    from loadstone.sources.source import Source

logger = logging.getLogger(__name__)


def read_otherwise(lock: str | os.PathLike[str], what: str) -> ArgumentError:
    """What is refused of files elsewhere under a lock."""
    return ArgumentError(
        f"lock={os.fspath(lock)!r} holds whole files to their hashes, and files elsewhere are hashed as they are read, "
        f"once and in order; {what} would be read in part, or more than once. Download the files for that; or leave "
        "the lock out: each file is held to its ETag, or commit."
    )


@dataclass(repr=False, eq=False)
class Locked:
    """What one load must find; without a lock, nothing is compared."""

    lock: Lock | None = None
    source: LockedSource | None = None
    revision: str | None = None
    """The commit that the lock pins, else what the caller asked for."""
    _files: Source | None = None
    _remote: list[Path] = field(default_factory=list)
    _hashes: Hashes | None = None
    _progress: Progress = field(default_factory=lambda: Progress("Hashing", 0))

    @classmethod
    def of(
        cls, lock: str | os.PathLike[str] | None, path_or_id: str | os.PathLike[str] | None, revision: str | None
    ) -> Locked:
        """Raises :class:`LockMismatch` if the lock does not list what is asked for, and what reading it raises."""
        if lock is None:
            return cls(revision=revision)
        if path_or_id is None:
            raise ArgumentError("lock= is for files, and with None as path there are none.")
        from loadstone.lockfile.lockfile import Lock, pinned  # few loads have one

        read = Lock.read(lock)
        source, revision = pinned(read, path_or_id, revision)
        return cls(read, source, revision)

    def __bool__(self) -> bool:
        return self.lock is not None

    def check_configs(self, files: Source) -> None:
        """The configs, and an index of shards, before they are read. A GGUF file, which is its own config, whole."""
        if self.source is None:
            return
        names = (GENERATION_CONFIG_NAME,) if files.gguf is not None else (CONFIG_NAME, GENERATION_CONFIG_NAME)
        paths = {files.configs / name for name in names} if files.configs is not None else set()
        if files.gguf is not None:
            paths.add(files.gguf)
        else:
            paths |= {files.folder / name for name in self.source.files if name.endswith(".json")}
        self.source.check_files(files.folder, sorted(path for path in paths if path.is_file()))

    def check_file(self, root: Path, path: Path) -> None:
        """One more file that says something of the weights, before it is read."""
        if self.source is not None:
            self.source.check_files(root, [path])

    def check_companions(self, root: Path, paths: Iterable[Path]) -> None:
        """What a tokenizer, a processor or a pipeline reads beside the weights, before it is read.

        Of kinds that the lock does not cover, for its entry is older than that, one line of the log says so.
        """
        if self.source is None:
            return
        named = {path.relative_to(root).as_posix(): path for path in paths}
        uncovered = self.source.uncovered(named)
        if uncovered:
            logger.warning(
                "%s does not cover %s of %s, which is used as it is: its entry is older than that. Bring it up to "
                "date: loadstone lock %s --output %s",
                *(self.source.lock, ", ".join(uncovered), self.source.name, self.source.name, self.source.lock),
            )
        self.source.check_files(root, [path for name, path in named.items() if name not in uncovered])

    def guard(self, gate: Gate) -> Gate:
        """The gate, which then lets only code through that the lock lists, at the commit that it lists."""
        if self.lock is None:
            return gate
        hub = gate.hub._replace(revision=self.revision)
        return replace(gate, hub=hub, check=self._check_code, pins=self._pins())

    def _pins(self) -> dict[str, str]:
        assert self.lock is not None
        return {name: source.commit for name, source in self.lock.sources.items() if source.commit is not None}

    def _check_code(self, tree: CodeTree) -> None:
        assert self.lock is not None
        self.lock.source(tree.source).check_code(tree)

    def start(self, files: Source, checkpoint: Checkpoint | None, maps: Mapping[Path, MappedFile]) -> None:
        """Begin to hash the weights, while they are loaded; ``maps`` are those that stay as they are.

        Those that are not on this machine are hashed as they are read; :class:`ArgumentError` for packed ones.
        """
        if self.source is not None and checkpoint is not None:
            self._files = files
            paths = [*checkpoint.files, *([checkpoint.index] if checkpoint.index else [])]
            if files.remote is not None:
                if any(tensor.is_packed for tensor in checkpoint.values()):
                    raise read_otherwise(self.source.lock, "quantized weights")
                self._remote = paths
                return
            self._progress = Progress("Hashing", sum(path.stat().st_size for path in paths))
            from loadstone.sources.hashing import Hashes

            self._hashes = Hashes(paths, maps=maps, hashed=self._progress)

    def finish(self) -> None:
        """Wait for the hashes; :class:`LockMismatch` lists every file that differs."""
        if self._files is None or self.source is None:
            return
        if self._remote:
            from loadstone.lockfile.lockfile import hashed_remotely

            self.source.hold(hashed_remotely(self._remote, self._files))
        elif self._hashes is not None:
            with self._progress:
                self.source.compare(self._files.folder, self._hashes.wait())

    def cancel(self) -> None:
        """Stop hashing."""
        if self._hashes is not None:
            self._hashes.cancel()
