"""Where files come from: a folder, or a repository of the Hub at one exact commit.

What is a folder on this machine is itself, and nothing is asked of anybody. Else the name is a Hub id: its revision is
resolved to a commit once, and every file then comes from that commit, through ``huggingface_hub`` and its cache, which
other tools share. Offline (``local_files_only=True`` or ``HF_HUB_OFFLINE=1``) everything comes from that cache.
"""

from __future__ import annotations

import contextlib
import errno
import inspect
import json
import logging
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple, Protocol, TypeVar

from loadstone.blobs import check_cached, check_new
from loadstone.checkpoint.faults import Faults
from loadstone.checkpoint.files import RegularFile, UnusableFile
from loadstone.checkpoint.index import read_weight_map
from loadstone.checkpoint.names import Candidate, candidates
from loadstone.config import CONFIG_NAME, replace_file
from loadstone.errors import (
    ArgumentError,
    CheckpointNotFound,
    ConfigNotFound,
    CustomCodeError,
    HubError,
    LoadstoneError,
)
from loadstone.generation_config import GENERATION_CONFIG_NAME
from loadstone.progress import Progress
from loadstone.remote_code.tree import LARGEST_FILE_BYTES, CodeTree, collect
from loadstone.transfer.journal import finish_interrupted_save

logger = logging.getLogger(__name__)

_COMMIT = re.compile(r"[0-9a-f]{40}")
# As the Hub's own: at most one "/", neither "--" nor "..", no end in "-" or ".".
_ID = re.compile(r"(?!.*(--|\.\.))\w([\w.-]*\w)?(/\w([\w.-]*\w)?)?", re.ASCII)
_LONGEST_ID = 96
# What the disk says, not the network.
_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)
_LIBRARY = "loadstone"
_DOWNLOADS_AT_ONCE = 4
_LISTED = 20


class Source(NamedTuple):
    """Files that belong together."""

    folder: Path
    """The root: a ``subfolder`` lies within it. Where one file was asked for, that file."""
    commit: str | None
    """Of the Hub's repository, 40 hexadecimal digits; None for a folder of the user's own."""
    repo_id: str | None
    left_out: Mapping[str, Sequence[str]] = {}
    """Shards that the index names and the load does not need, with their tensors; they need not be there."""


Needs = Callable[[Path, Mapping[str, Sequence[str]]], Collection[str]]
"""The folder with the config, and shard → its tensors; tells which shards a load needs."""


def resolve_files(
    path_or_id: str | os.PathLike[str],
    *,
    revision: str | None = None,
    subfolder: str = "",
    variant: str | None = None,
    use_safetensors: bool | None = None,
    prefer: str | None = None,
    cache_dir: str | os.PathLike[str] | None = None,
    force_download: bool = False,
    local_files_only: bool = False,
    token: str | bool | None = None,
    endpoint: str | None = None,
    needs: Needs | None = None,
) -> Source:
    """Configs and weights: the files that a load needs and no others, in one format, one variant.

    ``needs`` tells which shards of a repository are needed; without it, all.

    A name that is on this machine, or a path object, or that can only be a path (``./x``, ``/x``, ``~/x``, ``a/b/c``),
    is taken as a path and returned as it is, after a save into it that was cut off has been completed. All else is
    a Hub id. ``revision`` is a branch, tag or commit. ``token``: a string, True for the one that is stored, False for
    none. ``endpoint`` is the Hub's address, ``HF_ENDPOINT`` by default.

    Where the Hub cannot be reached, what the cache holds is used, with a warning.

    :raises ArgumentError: arguments that contradict each other, a subfolder that leaves the repository.
    :raises CheckpointNotFound: no such folder; or the repository, or the cache, has no such weights.
    :raises HubError: the Hub knows no such model or revision, wants a token or an agreement, or cannot be reached.
    :raises CorruptCheckpoint: the index of the shards cannot be read; UnsafeCheckpoint: it leads out of the repository.
    """
    _check_subfolder(subfolder)
    local = _local(path_or_id, CheckpointNotFound)
    if local is not None:
        return _settled(local, subfolder)
    cache = None if cache_dir is None else Path(cache_dir)
    asked = _Asked(str(path_or_id), revision or "main", cache, force_download, local_files_only, token, endpoint)
    choices = candidates(variant, use_safetensors, prefer)

    def take(files: _Files) -> Source:
        prefix = _prefix(subfolder)
        names = [prefix + name for name in (CONFIG_NAME, GENERATION_CONFIG_NAME) if files.has(prefix + name)]
        left_out: dict[str, Sequence[str]] = {}
        weights = _weights(asked, files, prefix, choices, needs if names else None, left_out)
        return _source(asked, files, [*names, *weights])._replace(left_out=left_out)

    return _from_hub(asked, take, enough=_prefix(subfolder) + CONFIG_NAME)


def resolve_config(
    path_or_id: str | os.PathLike[str],
    *,
    revision: str | None = None,
    subfolder: str = "",
    cache_dir: str | os.PathLike[str] | None = None,
    force_download: bool = False,
    local_files_only: bool = False,
    token: str | bool | None = None,
    endpoint: str | None = None,
) -> Source:
    """Like :func:`resolve_files`, but only ``config.json`` is fetched.

    :raises ConfigNotFound: no such folder; or the repository, or the cache, has no ``config.json``.
    """
    _check_subfolder(subfolder)
    local = _local(path_or_id, ConfigNotFound)
    if local is not None:
        return _settled(local, subfolder)
    cache = None if cache_dir is None else Path(cache_dir)
    asked = _Asked(str(path_or_id), revision or "main", cache, force_download, local_files_only, token, endpoint)

    def take(files: _Files) -> Source:
        name = _prefix(subfolder) + CONFIG_NAME
        if not files.has(name):
            raise ConfigNotFound(f"{files.where} has no {name}. {files.hint}")
        return _source(asked, files, [name])

    return _from_hub(asked, take, enough=_prefix(subfolder) + CONFIG_NAME)


def resolve_code(
    path_or_id: str | os.PathLike[str],
    entries: Sequence[str],
    *,
    revision: str | None = None,
    subfolder: str = "",
    cache_dir: str | os.PathLike[str] | None = None,
    force_download: bool = False,
    local_files_only: bool = False,
    token: str | bool | None = None,
    endpoint: str | None = None,
) -> CodeTree:
    """Files of code, and those that they import from beside them, fetched and read; none of them runs.

    They lie in the ``subfolder``, as Loadstone saves them, or in the root, as Transformers looks for them.

    :raises CustomCodeError: a file is missing, too large, no Python, or reaches out of the repository.
    :raises HubError: the Hub knows no such model or revision, wants a token or an agreement, or cannot be reached.
    """
    _check_subfolder(subfolder)
    local = _local(path_or_id, CheckpointNotFound)
    if local is not None:
        folder = _home_of_code(entries, subfolder, lambda name: _content(local / name) is not None)
        return collect(entries, lambda name: _content(local / f"{folder}{name}"), str(path_or_id))
    cache = None if cache_dir is None else Path(cache_dir)
    asked = _Asked(str(path_or_id), revision or "main", cache, force_download, local_files_only, token, endpoint)

    def take(files: _Files) -> CodeTree:
        folder = _home_of_code(entries, subfolder, files.has)

        roots: list[Path] = []

        def read(name: str) -> bytes | None:
            path = folder + name
            if not files.has(path):
                return None
            roots.append(files.fetch([path]))
            return _content(roots[-1] / path)

        tree = collect(entries, read, asked.repo_id)
        if len(set(roots)) != 1:
            raise HubError(f"{files.where} changed while its code was read. Try again")
        return replace(tree, commit=roots[0].name)

    return _from_hub(asked, take)


def fetch_files(
    repo_id: str,
    names: Sequence[str],
    *,
    revision: str,
    cache_dir: str | os.PathLike[str] | None = None,
    local_files_only: bool = False,
    token: str | bool | None = None,
    endpoint: str | None = None,
) -> Path:
    """Named files of a repository at a commit; the folder that then holds those that there are.

    :raises HubError: as :func:`resolve_files`.
    """
    cache = None if cache_dir is None else Path(cache_dir)
    asked = _Asked(repo_id, revision, cache, False, local_files_only, token, endpoint)

    def take(files: _Files) -> Source:
        return _source(asked, files, [name for name in names if files.has(name)] or [CONFIG_NAME])

    return _from_hub(asked, take).folder


@contextlib.contextmanager
def explained(repo_id: str, revision: str, endpoint: str | None) -> Iterator[None]:
    """Turns what ``huggingface_hub`` raises while something is sent to the Hub into :class:`HubError`."""
    asked = _Asked(repo_id, revision, None, False, False, None, endpoint)
    try:
        with _explained(asked):
            yield
    except _Unreachable as unreachable:
        raise HubError(
            f"The Hub could not be reached for {repo_id!r}: {unreachable}. Check the connection, and try again"
        ) from unreachable.__cause__


def _home_of_code(entries: Sequence[str], subfolder: str, has: Callable[[str], bool]) -> str:
    """What the names of the files begin with."""
    prefix = _prefix(subfolder)
    return prefix if all(has(prefix + name) for name in entries) else ""


def _content(path: Path) -> bytes | None:
    """What a file of code holds; None if it is not there. :class:`CustomCodeError` if it is no file, or too large."""
    if not os.path.lexists(path):
        return None
    try:
        with RegularFile(path) as file:
            return file.read_head(LARGEST_FILE_BYTES + 1)
    except UnusableFile as unusable:
        raise CustomCodeError(f"{path}: expected {unusable.expected}, found {unusable.found}") from None


# Which it is


def _local(
    path_or_id: str | os.PathLike[str], not_found: type[CheckpointNotFound] | type[ConfigNotFound]
) -> Path | None:
    """The path that is meant, or None for a Hub id."""
    if not isinstance(path_or_id, (str, os.PathLike)):
        raise ArgumentError(f"expected a path or a Hub id, found {path_or_id!r}")
    text = os.fspath(path_or_id)
    if not isinstance(text, str) or "\0" in text:
        raise ArgumentError(f"expected a path or a Hub id, found {text!r}")
    path = Path(os.path.expanduser(text))
    if text and os.path.lexists(path):
        return path
    only_a_path = not isinstance(path_or_id, str) or text.startswith((".", "/", "~")) or text.endswith("/")
    if only_a_path or not text or "\\" in text or text.count("/") > 1:
        raise not_found(f"{text!r}: no such folder (from {_here()}). Check the path; a Hub id is 'owner/name'")
    return None


def _here() -> str:
    try:
        return os.getcwd()
    except OSError:
        return "a working directory that is gone"


def _settled(path: Path, subfolder: str) -> Source:
    finish_interrupted_save(path / subfolder)
    return Source(path, None, None)


def _check_subfolder(subfolder: str) -> None:
    path = Path(subfolder)
    if path.is_absolute() or ".." in path.parts or "\\" in subfolder or "\0" in subfolder:
        raise ArgumentError(f"subfolder={subfolder!r} leads out of the folder; pass that path itself")


def _prefix(subfolder: str) -> str:
    """What the names of its files begin with, in the repository."""
    inner = PurePosixPath(subfolder).as_posix()
    return "" if inner == "." else f"{inner}/"


# The Hub and its cache


class _Asked(NamedTuple):
    repo_id: str
    revision: str
    cache_dir: Path | None
    force_download: bool
    local_files_only: bool
    token: str | bool | None
    endpoint: str | None


class _Files(Protocol):
    """The files of a repository at one commit."""

    where: str
    hint: str
    """What to do where a file is not there."""

    def has(self, name: str) -> bool: ...
    def fetch(self, names: Sequence[str]) -> Path:
        """The folder that then holds the files."""

    def near(self, prefix: str) -> list[str]:
        """Names that begin so, for a message."""


class _AtCommit(Protocol):
    @property
    def commit(self) -> str | None: ...


_Found = TypeVar("_Found", bound=_AtCommit)


class _Unreachable(Exception):
    """Internal: nobody answered, or with a failure of the server's own."""


def _from_hub(asked: _Asked, take: Callable[[_Files], _Found], enough: str | None = None) -> _Found:
    """``enough``: a file that says, if the cache has it at a pinned commit, that the rest may be there too."""
    _check_id(asked)
    from huggingface_hub import constants

    if asked.local_files_only or constants.HF_HUB_OFFLINE:
        if asked.force_download:
            raise ArgumentError("force_download=True asks the Hub for files, and offline nothing is asked; drop one")
        return take(_Cached(asked))
    if enough is not None and not asked.force_download and _COMMIT.fullmatch(asked.revision):
        cached = _Cached(asked)
        if _recalled(asked) is None and cached.has(enough):
            with contextlib.suppress(CheckpointNotFound, ConfigNotFound):
                return take(cached)  # nobody need be asked for what cannot have changed
    try:
        return take(_Online(asked))
    except _Unreachable as unreachable:
        said = f"The Hub could not be reached for {asked.repo_id!r}: {unreachable}"
        if asked.force_download:
            raise HubError(f"{said}. Check the connection, and try again") from unreachable.__cause__
        try:
            source = take(_Cached(asked))
        except (CheckpointNotFound, ConfigNotFound) as not_cached:
            raise HubError(f"{said}. {not_cached}") from unreachable.__cause__
        logger.warning("%s. Commit %s is used from the cache.", said, source.commit)
        return source


def _check_id(asked: _Asked) -> None:
    if not _ID.fullmatch(asked.repo_id) or len(asked.repo_id) > _LONGEST_ID or asked.repo_id.endswith(".git"):
        raise CheckpointNotFound(
            f"{asked.repo_id!r}: no such folder (from {_here()}), and no Hub id either: those are 'owner/name', of "
            "letters, digits, '-', '_' and '.'"
        )
    parts = asked.revision.split("/")
    if any(part in ("", ".", "..") for part in parts) or "\\" in asked.revision or "\0" in asked.revision:
        raise ArgumentError(f"revision={asked.revision!r}: expected a branch, a tag or a commit")


def _weights(
    asked: _Asked,
    files: _Files,
    prefix: str,
    choices: Sequence[Candidate],
    needs: Needs | None,
    left_out: dict[str, Sequence[str]],
) -> list[str]:
    """Names of the weight files, by the same order of preference that opening a folder has.

    Shards that are not needed go into ``left_out``.
    """
    chosen = next((each for each in choices if files.has(prefix + each.name)), None)
    if chosen is None:
        near = ", ".join(files.near(prefix)[:_LISTED]) or "nothing"
        raise CheckpointNotFound(
            f"{files.where} has none of {', '.join(prefix + each.name for each in choices)}. It has {near}. "
            f"Is another variant, subfolder or use_safetensors meant? {files.hint}"
        )
    name = prefix + chosen.name
    if not chosen.is_index:
        return [name]
    faults = Faults()
    weight_map = read_weight_map(files.fetch([name]) / name, faults)
    faults.raise_if_any()
    assert weight_map is not None
    if needs is not None:
        folder = files.fetch([prefix + CONFIG_NAME]) / prefix
        needed = needs(folder, weight_map)
        left_out |= {shard: names for shard, names in weight_map.items() if shard not in needed}
    shards = [prefix + shard for shard in weight_map if shard not in left_out]
    missing = [shard for shard in shards if not files.has(shard)]
    if missing:
        raise CheckpointNotFound(
            f"{files.where} lacks {len(missing)} of {len(shards)} shards that {name} names: "
            f"{', '.join(missing[:_LISTED])}. {files.hint}"
        )
    return [name, *shards]


def _source(asked: _Asked, files: _Files, names: Sequence[str]) -> Source:
    root = files.fetch(names)
    return Source(root, root.name, asked.repo_id)


class _Online:
    """Asks the Hub, once, what the revision's commit and its files are."""

    def __init__(self, asked: _Asked) -> None:
        self._asked = asked
        self._commit = asked.revision
        names = None if asked.force_download else _recalled(asked)
        if names is None:
            names = self._ask()
        self._names = names
        self.where = f"{asked.repo_id!r} at commit {self._commit[:12]}"
        self.hint = "See its page on the Hub for what it holds"

    def _ask(self) -> set[str]:
        from huggingface_hub import HfApi, constants

        asked = self._asked
        with _explained(asked):
            api = HfApi(endpoint=asked.endpoint, token=asked.token, library_name=_LIBRARY)
            info = api.model_info(asked.repo_id, revision=asked.revision, timeout=constants.HF_HUB_ETAG_TIMEOUT)
        self._commit = info.sha or ""
        if not _COMMIT.fullmatch(self._commit):
            raise HubError(f"The Hub gave no commit for {asked.repo_id!r} at {asked.revision!r}, but {info.sha!r}")
        names = {sibling.rfilename for sibling in info.siblings or ()}
        with contextlib.suppress(OSError):
            note = _listing(asked, self._commit)
            note.parent.mkdir(parents=True, exist_ok=True)
            replace_file(note, json.dumps(sorted(names)).encode())
        return names

    def has(self, name: str) -> bool:
        return name in self._names

    def near(self, prefix: str) -> list[str]:
        return sorted(name for name in self._names if name.startswith(prefix))

    def fetch(self, names: Sequence[str]) -> Path:
        from concurrent.futures import ThreadPoolExecutor

        from huggingface_hub import hf_hub_download, try_to_load_from_cache

        def one(name: str) -> Path:
            had = asked.force_download is False and isinstance(
                try_to_load_from_cache(asked.repo_id, name, cache_dir=asked.cache_dir, revision=self._commit), str
            )
            path = hf_hub_download(
                asked.repo_id,
                name,
                revision=self._commit,
                cache_dir=asked.cache_dir,
                force_download=asked.force_download,
                token=asked.token,
                endpoint=asked.endpoint,
                library_name=_LIBRARY,
                **shown,
            )
            if not had:
                check_new(Path(path))
            return _root(Path(path), name)

        asked = self._asked
        pool = ThreadPoolExecutor(_DOWNLOADS_AT_ONCE)
        with Progress("Downloading", 0) as progress:
            shown = _shown_in(progress)
            try:
                with _explained(asked):
                    roots = set(pool.map(one, names))
            finally:
                # After a failure, or Ctrl-C, what has not begun is not begun.
                pool.shutdown(cancel_futures=True)
        root = roots.pop()
        if roots or root.name != self._commit:
            found = ", ".join(sorted(each.name for each in roots | {root}))
            raise HubError(f"{asked.repo_id!r}: expected files of commit {self._commit}, the Hub gave {found}")
        check_cached([root / name for name in names])
        self._remember(root)
        return root

    def _remember(self, root: Path) -> None:
        """Notes in the cache which commit the revision is, as downloads by revision do, for later offline use."""
        if self._asked.revision != self._commit:
            note = root.parent.parent / "refs" / self._asked.revision
            with contextlib.suppress(OSError):  # a cache that others wrote and we may only read
                note.parent.mkdir(parents=True, exist_ok=True)
                replace_file(note, self._commit.encode())


def _listing(asked: _Asked, commit: str) -> Path:
    """Where the names of a commit's files are noted: a commit never changes, so the Hub is asked for them once."""
    from huggingface_hub import constants

    folder = f"models--{asked.repo_id.replace('/', '--')}"
    return Path(constants.HF_HOME) / "loadstone" / "listings" / folder / f"{commit}.json"


def _recalled(asked: _Asked) -> set[str] | None:
    """The names of a pinned commit's files, as an earlier load noted them."""
    if not _COMMIT.fullmatch(asked.revision):
        return None
    with contextlib.suppress(OSError, ValueError):
        names = json.loads(_listing(asked, asked.revision).read_bytes())
        if isinstance(names, list) and all(isinstance(name, str) for name in names):
            return set(names)
    return None


def _shown_in(progress: Progress) -> dict[str, Any]:
    """Keywords of ``hf_hub_download`` that show all files as one bar, where that release takes them."""
    from huggingface_hub import hf_hub_download

    if "tqdm_class" not in inspect.signature(hf_hub_download).parameters:
        return {}

    class Part:
        """One file's bar, as far as ``huggingface_hub`` calls it."""

        def __init__(self, *args: object, total: int | None = None, initial: int = 0, **options: object) -> None:
            progress.expect((total or 0) - initial)

        def update(self, nbytes: float | None = 1) -> None:
            progress(int(nbytes or 0))

        def __enter__(self) -> Part:
            return self

        def __exit__(self, *error: object) -> None:
            pass

    return {"tqdm_class": Part}


class _Cached:
    """What earlier downloads left on this machine. Opens no connection."""

    def __init__(self, asked: _Asked) -> None:
        self._asked = asked
        self.where = f"The cache's copy of {asked.repo_id!r} at {asked.revision!r}"
        self.hint = (
            f"If {asked.repo_id!r} is meant to be a folder, there is none of that name in {_here()}. Else load it "
            "once with a connection (without HF_HUB_OFFLINE=1 and local_files_only=True), or give the cache_dir used"
        )

    def has(self, name: str) -> bool:
        return self._path(name) is not None

    def near(self, prefix: str) -> list[str]:
        names = [CONFIG_NAME, *(each.name for each in candidates(None, None))]
        return [prefix + name for name in names if self.has(prefix + name)]

    def fetch(self, names: Sequence[str]) -> Path:
        paths = {name: self._path(name) for name in names}
        # Another process may have moved the revision on between two looks.
        roots = {_root(path, name) for name, path in paths.items() if path}
        if None in paths.values() or len(roots) != 1:
            raise CheckpointNotFound(f"{self.where} changed while it was read. Try again")
        check_cached([path for path in paths.values() if path])
        return roots.pop()

    def _path(self, name: str) -> Path | None:
        from huggingface_hub import try_to_load_from_cache

        asked = self._asked
        found = try_to_load_from_cache(asked.repo_id, name, cache_dir=asked.cache_dir, revision=asked.revision)
        return Path(found) if isinstance(found, str) else None


def _root(path: Path, name: str) -> Path:
    """``…/snapshots/COMMIT`` of ``…/snapshots/COMMIT/sub/config.json``."""
    return path.parents[name.count("/")]


@contextlib.contextmanager
def _explained(asked: _Asked) -> Iterator[None]:
    """Turns what ``huggingface_hub`` raises into our errors, with what to do."""
    from huggingface_hub import constants, errors

    hub = asked.endpoint or constants.ENDPOINT
    name = f"{asked.repo_id!r}"
    with_token = "pass token=…, or run `hf auth login`"
    try:
        yield
    except LoadstoneError:
        raise
    except errors.GatedRepoError as error:
        raise HubError(
            f"{name} is for those who accepted its terms: do so at {hub}/{asked.repo_id}, then {with_token}"
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise HubError(
            f"{name}: {hub} knows no such model, or shows it to nobody without a token, and there is no such folder "
            f"in {_here()}. Check the spelling; for a private model {with_token}"
        ) from error
    except errors.RevisionNotFoundError as error:
        raise HubError(f"{name} has no revision {asked.revision!r}. Its page lists branches and tags") from error
    except errors.LocalTokenNotFoundError as error:
        raise HubError(f"token=True, but none is stored on this machine: {with_token}") from error
    except errors.HfHubHTTPError as error:
        status = error.response.status_code if error.response is not None else 0
        if status == 429:
            seconds = error.response.headers.get("Retry-After", "")
            wait = f"Wait {seconds} seconds" if seconds else "Wait"
            raise HubError(
                f"{name}: {hub} answered 429, too many requests. {wait}, then try again; with a token more requests "
                f"are answered: {with_token}"
            ) from error
        if status >= 500:
            raise _Unreachable(f"{hub} failed ({status})") from error
        if status in (401, 403):
            raise HubError(f"{name}: {hub} refused ({status}): {with_token}") from error
        raise HubError(f"{name}: {hub} answered {status}. {error}") from error
    except _no_answer() as error:
        if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
            raise HubError(
                f"{name} could not be written to the cache: {error}. Make room, or give a cache_dir"
            ) from error
        raise _Unreachable(f"{type(error).__name__}: {error}") from error
    except (ValueError, TypeError, KeyError) as error:
        raise _Unreachable(f"what {hub} answered is not what a Hub answers ({error})") from error


def _no_answer() -> tuple[type[Exception], ...]:
    """What is raised where nobody answers: by the system, and by the HTTP library, which differs between releases."""
    from huggingface_hub.errors import HfHubHTTPError

    return (OSError, *(base for base in HfHubHTTPError.__bases__ if issubclass(base, Exception)))
