"""The files of a repository at one commit: asked of the Hub, or found in the cache that other tools share."""

from __future__ import annotations

import contextlib
import inspect
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from loadstone.checkpoint.names import CONFIG_NAME, candidates
from loadstone.core.paths import here, local_path
from loadstone.core.progress import Progress
from loadstone.errors import CheckpointNotFound, HubError
from loadstone.saving.folders import replace_file
from loadstone.sources.cache_check import check_cached, check_new
from loadstone.sources.hub_errors import explained
from loadstone.sources.request import HubOptions
from loadstone.transfer.threads import each

COMMIT = re.compile(r"[0-9a-f]{40}")
_LIBRARY = "loadstone"
_DOWNLOADS_AT_ONCE = 4


class HubRequest(NamedTuple):
    """What the caller asks of the Hub."""

    repo_id: str
    revision: str
    cache_dir: Path | None
    force_download: bool
    local_files_only: bool
    token: str | bool | None
    endpoint: str | None

    @classmethod
    def of(cls, repo_id: str | os.PathLike[str], hub: HubOptions) -> HubRequest:
        """A repository, with what stands for a revision or a path that was not given."""
        cache_dir = None if hub.cache_dir is None else local_path(hub.cache_dir)
        return cls(
            str(repo_id),
            hub.revision or "main",
            cache_dir,
            hub.force_download,
            hub.local_files_only,
            hub.token,
            hub.endpoint,
        )


class Files(Protocol):
    """The files of a repository at one commit."""

    where: str
    hint: str
    """What to do where a file is not there."""

    def has(self, name: str) -> bool: ...
    def fetch(self, names: Sequence[str]) -> Path:
        """The folder that then holds the files."""

    def near(self, prefix: str) -> list[str]:
        """Names that begin so, for a message."""


class Online:
    """Asks the Hub, once, what the revision's commit and its files are.

    A commit never changes, so what files it has is noted; pinned and cached, nobody is asked again.
    """

    def __init__(self, requested: HubRequest) -> None:
        self._requested = requested
        self._commit = requested.revision
        names = None if requested.force_download else recalled(requested)
        if names is None:
            names = self._ask()
        self._names = names
        self.where = f"{requested.repo_id!r} at commit {self._commit[:12]}"
        self.hint = "See its page on the Hub for what it holds"

    def _ask(self) -> set[str]:
        from huggingface_hub import HfApi, constants

        requested = self._requested
        with explained(requested.repo_id, requested.revision, requested.endpoint):
            api = HfApi(endpoint=requested.endpoint, token=requested.token, library_name=_LIBRARY)
            info = api.model_info(requested.repo_id, revision=requested.revision, timeout=constants.HF_HUB_ETAG_TIMEOUT)
        self._commit = info.sha or ""
        if not COMMIT.fullmatch(self._commit):
            raise HubError(
                f"The Hub gave no commit for {requested.repo_id!r} at {requested.revision!r}, but {info.sha!r}"
            )
        names = {sibling.rfilename for sibling in info.siblings or ()}
        with contextlib.suppress(OSError):
            note = _listing(requested, self._commit)
            note.parent.mkdir(parents=True, exist_ok=True)
            replace_file(note, json.dumps(sorted(names)).encode())
        return names

    def has(self, name: str) -> bool:
        return name in self._names

    def near(self, prefix: str) -> list[str]:
        return sorted(name for name in self._names if name.startswith(prefix))

    def fetch(self, names: Sequence[str]) -> Path:
        from huggingface_hub import hf_hub_download, try_to_load_from_cache

        def one(name: str) -> Path:
            had = requested.force_download is False and isinstance(
                try_to_load_from_cache(requested.repo_id, name, cache_dir=requested.cache_dir, revision=self._commit),
                str,
            )
            path = hf_hub_download(
                requested.repo_id,
                name,
                revision=self._commit,
                cache_dir=requested.cache_dir,
                force_download=requested.force_download,
                token=requested.token,
                endpoint=requested.endpoint,
                library_name=_LIBRARY,
                **shown,
            )
            if not had:
                check_new(Path(path))
            return _root(Path(path), name)

        requested = self._requested
        explanation = explained(requested.repo_id, requested.revision, requested.endpoint)
        with Progress("Downloading", 0) as progress, explanation:
            shown = _shown_in(progress)
            # After a failure, or Ctrl-C, what has not begun is not begun.
            roots = set(each(one, names, _DOWNLOADS_AT_ONCE, "loadstone-download"))
        root = roots.pop()
        if roots or root.name != self._commit:
            commits = ", ".join(sorted(folder.name for folder in roots | {root}))
            raise HubError(f"{requested.repo_id!r}: expected files of commit {self._commit}, the Hub gave {commits}")
        check_cached([root / name for name in names])
        self._remember(root)
        return root

    def _remember(self, root: Path) -> None:
        """Notes in the cache which commit the revision is, as downloads by revision do, for later offline use."""
        if self._requested.revision != self._commit:
            note = root.parent.parent / "refs" / self._requested.revision
            with contextlib.suppress(OSError):  # a cache that others wrote and we may only read
                note.parent.mkdir(parents=True, exist_ok=True)
                replace_file(note, self._commit.encode())


def _listing(requested: HubRequest, commit: str) -> Path:
    """Where the names of a commit's files are noted: a commit never changes, so the Hub is asked for them once."""
    from huggingface_hub import constants

    folder = f"models--{requested.repo_id.replace('/', '--')}"
    return Path(constants.HF_HOME) / "loadstone" / "listings" / folder / f"{commit}.json"


def recalled(requested: HubRequest) -> set[str] | None:
    """The names of a pinned commit's files, as an earlier load noted them."""
    if not COMMIT.fullmatch(requested.revision):
        return None
    with contextlib.suppress(OSError, ValueError):
        names = json.loads(_listing(requested, requested.revision).read_bytes())
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


class Cached:
    """What earlier downloads left on this machine. Opens no connection."""

    def __init__(self, requested: HubRequest) -> None:
        self._requested = requested
        self.where = f"The cache's copy of {requested.repo_id!r} at {requested.revision!r}"
        self.hint = (
            f"If {requested.repo_id!r} is meant to be a folder, there is none of that name in {here()}. Else load it "
            "once with a connection (without HF_HUB_OFFLINE=1 and local_files_only=True), or give the cache_dir used"
        )

    def has(self, name: str) -> bool:
        return self._path(name) is not None

    def near(self, prefix: str) -> list[str]:
        names = [CONFIG_NAME, *(candidate.name for candidate in candidates(None, None))]
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

        requested = self._requested
        cached_path = try_to_load_from_cache(
            requested.repo_id, name, cache_dir=requested.cache_dir, revision=requested.revision
        )
        return Path(cached_path) if isinstance(cached_path, str) else None


def _root(path: Path, name: str) -> Path:
    """``…/snapshots/COMMIT`` of ``…/snapshots/COMMIT/sub/config.json``."""
    return path.parents[name.count("/")]
