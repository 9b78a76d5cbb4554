"""The lock file: which bytes a load may use, file by file, so that the same load tomorrow is the same load."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from loadstone.checkpoint.names import CONFIG_NAME, GENERATION_CONFIG_NAME
from loadstone.checkpoint.not_models import describe_shard
from loadstone.checkpoint.remote import folder_at
from loadstone.core.paths import local_path
from loadstone.core.remote_path import RemotePath, is_address
from loadstone.errors import ArgumentError, CheckpointNotFound, Fault, InvalidConfig, LockMismatch
from loadstone.quantization.registry import settings_files
from loadstone.remote.address import parse
from loadstone.remote.hashed import HashedFile
from loadstone.remote_code.references import CodeReference
from loadstone.remote_code.survey import references, trees
from loadstone.remote_code.tree import CodeTree
from loadstone.saving.folders import replace_file
from loadstone.sources.hashing import Hashed, Hashes
from loadstone.sources.open import open_weights
from loadstone.sources.repository import fetch_files
from loadstone.sources.request import FileChoice, HubOptions
from loadstone.sources.resolve import find_beside, resolve_files
from loadstone.sources.sentence_files import SentenceFiles, find_sentence_files
from loadstone.sources.source import Source
from loadstone.text.companions import COMPANIONS, OF_SENTENCES, companions_in, kind_of
from loadstone.transfer.json_file import read_json

LOCK_NAME = "loadstone.lock"
_VERSION = 1
_HEX = frozenset("0123456789abcdef")


class LockedFile(NamedTuple):
    """A file as it must be."""

    nbytes: int
    sha256: str


def digested(path: Path, sha256: str) -> LockedFile:
    """A file on this machine as it is."""
    return LockedFile(path.stat().st_size, sha256)


@dataclass(frozen=True)
class LockedSource:
    """A repository, or a folder, as it must be."""

    name: str
    commit: str | None
    """None for a folder."""
    files: Mapping[str, LockedFile]
    lock: Path
    is_complete: bool = False
    """Whether files of tokenizers, processors and pipelines are covered: all that are not listed are refused. Entries
    of older lock files may leave them out."""

    def uncovered(self, names: Iterable[str]) -> list[str]:
        """Those of some files that an older entry leaves out: it lists no file of their kind."""
        if self.is_complete:
            return []
        covered = {kind_of(listed) for listed in self.files}
        return [name for name in names if (kind := kind_of(name)) is not None and kind not in covered]

    def check_files(self, folder: Path, paths: Iterable[Path]) -> None:
        """:class:`LockMismatch` if files of ``folder`` differ; they are hashed, however little they may be."""
        wanted = list(paths)
        self.compare(folder, Hashes(wanted).wait())

    def compare(self, folder: Path, hashes: Mapping[Path, str]) -> None:
        """:class:`LockMismatch` that lists every file whose hash is not the lock's."""
        self.hold({path.relative_to(folder).as_posix(): digested(path, digest) for path, digest in hashes.items()})

    def hold(self, found: Mapping[str, LockedFile]) -> None:
        """:class:`LockMismatch` that lists every file that is not the lock's."""
        faults = [self._fault(name, *file) for name, file in found.items()]
        self._raise([fault for fault in faults if fault is not None])

    def check_code(self, tree: CodeTree) -> None:
        """:class:`LockMismatch` if code differs; what is hashed is what would run."""
        faults = [self._fault(name, len(tree.files[name]), digest) for name, digest in tree.hashes.items()]
        self._raise([fault for fault in faults if fault is not None])

    def _fault(self, name: str, nbytes: int, sha256: str) -> Fault | None:
        where, locked = f"{self.name}, {name}", self.files.get(name)
        if locked is None:
            return Fault(where, f"a file that {self.lock} lists", "one that it does not")
        if locked != (nbytes, sha256):
            return Fault(where, f"{locked.nbytes} bytes, SHA-256 {locked.sha256}", f"{nbytes} bytes, SHA-256 {sha256}")
        return None

    def _raise(self, faults: list[Fault]) -> None:
        if faults:
            raise LockMismatch(
                faults, hint=f"If the change is meant, look at it, and update {self.lock}: loadstone lock"
            )


@dataclass(frozen=True)
class Lock:
    """What a lock file says."""

    path: Path
    sources: Mapping[str, LockedSource] = field(default_factory=dict)

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Lock:
        """Raises :class:`ConfigNotFound`, and :class:`InvalidConfig` for a file that is no lock."""
        file = local_path(path)
        values = read_json(file, "lock")
        if values.get("version") != _VERSION:
            raise InvalidConfig([Fault(f"{file}, key 'version'", str(_VERSION), repr(values.get("version")))])
        sources = values.get("sources")
        if not isinstance(sources, dict):
            raise InvalidConfig([Fault(f"{file}, key 'sources'", "an object", type(sources).__name__)])
        return cls(file, {name: _source(file, name, source) for name, source in sources.items()})

    def source(self, path_or_id: str | os.PathLike[str]) -> LockedSource:
        """What is said of a repository or folder; :class:`LockMismatch` if nothing is."""
        name = name_in(self.path, path_or_id)
        if name not in self.sources:
            known = ", ".join(self.sources) or "nothing"
            raise LockMismatch(
                [Fault(str(self.path), f"an entry for {name!r}", f"entries for {known}")],
                hint=f"Add it with: loadstone lock {os.fspath(path_or_id)} --output {self.path}",
            )
        return self.sources[name]

    def to_json(self) -> dict[str, Any]:
        """What the file holds, sorted by name."""
        sources = {
            name: {
                **({"commit": source.commit} if source.commit else {}),
                **({"complete": True} if source.is_complete else {}),
                "files": {file: {"bytes": f.nbytes, "sha256": f.sha256} for file, f in sorted(source.files.items())},
            }
            for name, source in sorted(self.sources.items())
        }
        return {"version": _VERSION, "sources": sources}

    def text(self) -> str:
        """JSON, sorted, a line for each fact: two locks can be compared line by line."""
        return json.dumps(self.to_json(), indent=2, ensure_ascii=False) + "\n"

    def write(self) -> None:
        """Whole, or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(self.path, self.text().encode())


def name_in(lock: Path, path_or_id: str | os.PathLike[str]) -> str:
    """What a lock calls a source: an address or a Hub id as it is, a folder by its path from the lock's folder."""
    if is_address(path_or_id):
        return str(parse(os.fspath(path_or_id)))
    path = local_path(path_or_id)
    if not os.path.lexists(path):
        return os.fspath(path_or_id)
    return Path(os.path.relpath(os.path.realpath(path), os.path.realpath(lock.parent))).as_posix()


def _source(lock: Path, name: str, source: object) -> LockedSource:
    commit = source.get("commit") if isinstance(source, dict) else None
    files = source.get("files") if isinstance(source, dict) else None
    is_complete = source.get("complete", False) if isinstance(source, dict) else None
    is_entry = isinstance(files, dict) and isinstance(commit, str | None) and isinstance(is_complete, bool)
    if not isinstance(files, dict) or not is_entry:
        raise InvalidConfig([Fault(f"{lock}, source {name!r}", "an object with 'files'", "something else")])
    faults, locked_files = [], {}
    for file, entry in files.items():
        nbytes, sha256 = (entry.get("bytes"), entry.get("sha256")) if isinstance(entry, dict) else (None, None)
        is_within = not Path(file).is_absolute() and ".." not in Path(file).parts
        is_hash = isinstance(sha256, str) and len(sha256) == 64 and _HEX.issuperset(sha256)
        if is_within and is_hash and isinstance(nbytes, int):
            locked_files[file] = LockedFile(nbytes, str(sha256))
        else:
            faults.append(Fault(f"{lock}, {name!r}, {file}", "a file within, 'bytes' and a 'sha256'", "something else"))
    if faults:
        raise InvalidConfig(faults)
    return LockedSource(name, commit, locked_files, lock, bool(is_complete))


def lock_sources(
    names: Iterable[str | os.PathLike[str]],
    path: str | os.PathLike[str] = LOCK_NAME,
    *,
    revision: str | None = None,
    hashed: Hashed | None = None,
    **options: Any,
) -> Lock:
    """A lock for everything that a load of these repositories and folders uses: configs, weights, code, and what their
    tokenizers, processors and pipelines read (:mod:`loadstone.text.companions`). It is not written.

    What the file at ``path`` says of others stays. Code is read, not run, and that of other repositories which a
    config refers to is locked under their names. ``options`` are those of
    :class:`loadstone.sources.request.FileChoice` and :class:`loadstone.sources.request.HubOptions`.

    Raises what a load would raise for files that are missing or damaged.
    """
    file = local_path(path)
    which = FileChoice(**{name: options.pop(name) for name in FileChoice._fields if name in options})
    hub = HubOptions(revision, **options)
    sources = dict(Lock.read(file).sources) if file.is_file() else {}
    for name in names:
        for source in _locked(file, name, which, hub, hashed):
            sources[source.name] = source
    return Lock(file, sources)


def _locked(
    lock: Path, name: str | os.PathLike[str], which: FileChoice, hub: HubOptions, hashed: Hashed | None
) -> Iterator[LockedSource]:
    source = resolve_files(name, which, hub).hashed()
    if source.file is not None and (why := describe_shard(source.file)) is not None:
        raise CheckpointNotFound(why)
    checkpoint = open_weights(source, which)
    # A GGUF file is its own config, and brings no code.
    configs = (CONFIG_NAME, *settings_files()) if source.gguf is None else ()
    configs = (GENERATION_CONFIG_NAME, *configs) if source.configs is not None else ()
    paths = [*checkpoint.files, *([checkpoint.index] if checkpoint.index else [])]
    files = hashed_remotely(paths, source)
    paths = [path for path in paths if not isinstance(path, RemotePath)]
    paths += [path for filename in configs if (path := (source.configs or source.folder) / filename).is_file()]
    named = {path: path.relative_to(source.folder).as_posix() for path in paths}
    beside, companions = _companions(name, which, hub._replace(revision=source.commit), source)
    named |= {path: path.relative_to(beside.folder).as_posix() for path in companions}
    sentence = find_sentence_files(name, which, hub._replace(revision=source.commit))  # whose files last as long as it
    in_modules, weights = _of_modules(sentence, name, which, hub._replace(revision=source.commit))
    named |= in_modules
    files |= weights
    files |= {named[path]: digested(path, digest) for path, digest in Hashes(named, hashed=hashed).wait().items()}
    has_code = source.configs is not None and source.gguf is None and not is_address(name)
    used = _used(source.configs) if has_code and source.configs is not None else []
    code = trees(name, used, source, which.subfolder, hub)
    for tree in code:
        if tree.source == os.fspath(name):
            files |= _of_code(tree)
    yield LockedSource(name_in(lock, name), source.commit, files, lock, is_complete=True)
    for tree in code:
        if tree.source != os.fspath(name):
            yield LockedSource(tree.source, tree.commit, _of_code(tree), lock, is_complete=True)


def hashed_remotely(paths: Iterable[Path], source: Source) -> dict[str, LockedFile]:
    """Those of some files that are elsewhere, by their names in ``source``; what is not hashed yet is read."""
    found = {}
    for path in paths:
        if isinstance(path, RemotePath) and source.remote is not None and isinstance(path.source, HashedFile):
            name = str(path).removeprefix(f"{source.remote.address}/")
            found[name] = LockedFile(path.source.nbytes, path.source.digest())
    return found


def _companions(
    name: str | os.PathLike[str], which: FileChoice, hub: HubOptions, source: Source
) -> tuple[Source, list[Path]]:
    """What may be read beside the weights, and what it lies in. A GGUF file holds its tokenizer itself."""
    names = COMPANIONS if source.gguf is None else OF_SENTENCES
    if source.commit is not None or source.remote is not None:
        sure = CONFIG_NAME if source.gguf is None else str(which.gguf_file)
        with contextlib.suppress(CheckpointNotFound):  # there is nothing beside the weights
            source = find_beside(os.fspath(name), [[sure], names], names, which, hub)
    return source, companions_in(source.configs or source.folder, names)


def _of_modules(
    sentence: SentenceFiles | None, name: str | os.PathLike[str], which: FileChoice, hub: HubOptions
) -> tuple[dict[Path, str], dict[str, LockedFile]]:
    """What lies in the folders of sentence-transformers' modules: files on this machine by their paths, with their
    names, and those elsewhere."""
    if sentence is None:
        return {}, {}
    named = {path: path.relative_to(sentence.source.folder).as_posix() for path in sentence.paths}
    remote = dict[str, LockedFile]()
    for folder in sentence.stored.values():
        part = FileChoice((PurePosixPath(which.subfolder) / folder).as_posix())
        found = resolve_files(name, part, hub).hashed()
        weights = open_weights(found, part).files
        remote |= hashed_remotely(weights, found)
        here = (path for path in weights if not isinstance(path, RemotePath))
        named |= {path: path.relative_to(found.folder).as_posix() for path in here}
    return named, remote


def _of_code(tree: CodeTree) -> dict[str, LockedFile]:
    return {name: LockedFile(len(tree.files[name]), digest) for name, digest in tree.hashes.items()}


def _used(folder: Path) -> list[CodeReference]:
    """What a load could follow: configs and models. Tokenizers and processors are none of Loadstone's."""
    if not (folder / CONFIG_NAME).is_file():
        return []
    return [reference for key, reference in references(folder) if key == "AutoConfig" or key.startswith("AutoModel")]


def verify(lock: Lock, *, hashed: Hashed | None = None, **options: Any) -> int:
    """Hash every file that a lock lists again; returns how many files.

    Raises :class:`LockMismatch` that lists every difference, and what a load would raise for missing files.
    """
    faults: list[Fault] = []
    count = 0
    for name, source in lock.sources.items():
        count += len(source.files)
        if is_address(name):
            faults += _remote_faults(name, source, options)
            continue
        folder = _folder_of(lock, source, options)
        paths = [folder / file for file in source.files]
        missing = [path for path in paths if not path.is_file()]
        faults += [Fault(f"{name}, {path.relative_to(folder).as_posix()}", "a file", "none") for path in missing]
        present = [path for path in paths if path not in missing]
        hashes = Hashes(present, remember=False, hashed=hashed).wait()
        try:
            source.compare(folder, hashes)
        except LockMismatch as mismatch:
            faults += mismatch.faults
    if faults:
        raise LockMismatch(faults, hint="Fetch the files again, or, if the change is meant, update the lock file.")
    return count


def _remote_faults(address: str, source: LockedSource, options: Mapping[str, Any]) -> list[Fault]:
    folder = folder_at(address, options.get("storage_options")).hashed()
    there = folder.find_all(source.files)
    faults = [Fault(f"{address}, {name}", "a file", "none") for name in source.files if name not in there]
    try:
        source.hold(hashed_remotely(there.values(), Source(Path(), remote=folder)))
    except LockMismatch as mismatch:
        faults += mismatch.faults
    return faults


def _folder_of(lock: Lock, source: LockedSource, options: dict[str, Any]) -> Path:
    if source.commit is None:
        path = Path(os.path.normpath(lock.path.parent / source.name))
        return path.parent if path.is_file() else path  # one file was locked
    return fetch_files(source.name, list(source.files), HubOptions(source.commit, **options))


def pinned(lock: Lock, path_or_id: str | os.PathLike[str], revision: str | None) -> tuple[LockedSource, str | None]:
    """What a lock says of a source, and the revision to load; :class:`ArgumentError` if another was asked for."""
    source = lock.source(path_or_id)
    if revision is not None and source.commit is not None and revision != source.commit:
        raise ArgumentError(
            f"revision={revision!r}, but {lock.path} pins {source.name} to commit {source.commit}. Leave revision out."
        )
    return source, source.commit or revision
