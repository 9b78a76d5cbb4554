"""Where files come from: a folder, or a repository of the Hub at one exact commit.

What is a folder on this machine is itself, and nothing is asked of anybody. Else the name is a Hub id: its revision is
resolved to a commit once, and every file then comes from that commit, through ``huggingface_hub`` and its cache, which
other tools share. Offline (``local_files_only=True`` or ``HF_HUB_OFFLINE=1``) everything comes from that cache.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple, Protocol, TypeVar

from loadstone.checkpoint.faults import Faults
from loadstone.checkpoint.index import read_weight_map
from loadstone.checkpoint.names import (
    CONFIG_NAME,
    GENERATION_CONFIG_NAME,
    GGUF_SUFFIX,
    Candidate,
    candidates,
)
from loadstone.checkpoint.not_models import ADAPTER_CONFIG, describe_adapter
from loadstone.checkpoint.registry import suffixes
from loadstone.core.paths import local_path
from loadstone.errors import (
    ArgumentError,
    CheckpointNotFound,
    ConfigNotFound,
    HubError,
)
from loadstone.quantization.registry import settings_files
from loadstone.saving.journal import finish_interrupted_save
from loadstone.sources.hub_errors import Unreachable, here
from loadstone.sources.hub_files import COMMIT, Cached, Files, HubRequest, Online, recalled
from loadstone.sources.request import MAIN, USUAL_FILES, FileChoice, HubOptions, check_files

logger = logging.getLogger(__name__)

# As the Hub's own: at most one "/", neither "--" nor "..", no end in "-" or ".".
_ID = r"(?a)(?!.*(--|\.\.))\w([\w.-]*\w)?(/\w([\w.-]*\w)?)?"
_LONGEST_ID = 96
_LISTED = 20


class Source(NamedTuple):
    """Files that belong together."""

    folder: Path
    """The root: all that belongs to it lies within."""
    commit: str | None = None
    """Of the Hub's repository, 40 hexadecimal digits; None for a folder of the user's own."""
    repo_id: str | None = None
    left_out: Mapping[str, Sequence[str]] = {}
    """Shards that the index names and the load does not need, with their tensors; they need not be there."""
    file: Path | None = None
    """The weights, where one file was asked for, by its path or as ``gguf_file``: a weight file or an index."""
    configs: Path | None = None
    """Where ``config.json`` and ``generation_config.json`` lie, if there are any: the folder or its subfolder, or that
    of the one file. None for a GGUF file that was asked for by its path: it stands alone."""

    @property
    def gguf(self) -> Path | None:
        """The GGUF file that config, weights and tokenizer come from, if it is one."""
        return self.file if self.file is not None and self.file.suffix == GGUF_SUFFIX else None


Needs = Callable[[Path, Mapping[str, Sequence[str]]], Collection[str]]
"""The folder with the config, and shard → its tensors; tells which shards a load needs."""


def resolve_files(
    path_or_id: str | os.PathLike[str],
    which: FileChoice = USUAL_FILES,
    hub: HubOptions = MAIN,
    needs: Needs | None = None,
) -> Source:
    """Configs and weights: the files that a load needs and no others, in one format, one variant.

    ``needs`` tells which shards of a repository are needed; without it, all. With ``gguf_file`` that file is all that
    is needed.

    A name that is on this machine, or a path object, or that can only be a path (``./x``, ``/x``, ``~/x``, ``a/b/c``),
    is taken as a path, after a save into that folder that was cut off has been completed. It may be a folder, a weight
    file or an index of shards. All else is a Hub id.

    Where the Hub cannot be reached, what the cache holds is used, with a warning.

    :raises ArgumentError: arguments that contradict each other, a subfolder that leaves the repository.
    :raises CheckpointNotFound: no such folder; or the repository, or the cache, has no such weights.
    :raises HubError: the Hub knows no such model or revision, wants a token or an agreement, or cannot be reached.
    :raises CorruptCheckpoint: the index of the shards cannot be read; UnsafeCheckpoint: it leads out of the repository.
    """
    check_files(which, hub)
    check_subfolder(which.subfolder)
    if which.gguf_file is not None and (which.variant is not None or which.use_safetensors is not None):
        other = "variant" if which.variant is not None else "use_safetensors"
        raise ArgumentError(f"gguf_file={which.gguf_file!r} names the one file to take; drop {other}.")
    local = local_folder(path_or_id, CheckpointNotFound)
    if local is not None:
        return _settled(local, which)
    requested, prefix = HubRequest.of(path_or_id, hub), prefix_of(which.subfolder)
    if which.gguf_file is not None:
        return _one_file(requested, prefix, which.gguf_file)
    choices = candidates(which.variant, which.use_safetensors, which.prefer)

    def take(files: Files) -> Source:
        configs = (CONFIG_NAME, GENERATION_CONFIG_NAME, *settings_files())
        names = [prefix + name for name in configs if files.has(prefix + name)]
        left_out: dict[str, Sequence[str]] = {}
        weights = _weights(
            requested, files, prefix, choices, needs if prefix + CONFIG_NAME in names else None, left_out
        )
        return _source(requested, files, prefix, [*names, *weights])._replace(left_out=left_out)

    return from_hub(requested, take, enough=prefix + CONFIG_NAME)


def resolve_config(
    path_or_id: str | os.PathLike[str], which: FileChoice = USUAL_FILES, hub: HubOptions = MAIN
) -> Source:
    """Like :func:`resolve_files`, but only ``config.json`` is fetched, or the GGUF file, which holds the config.

    :raises ConfigNotFound: no such folder; or the repository, or the cache, has no ``config.json``.
    """
    check_files(which, hub)
    check_subfolder(which.subfolder)
    local = local_folder(path_or_id, ConfigNotFound)
    if local is not None:
        return _settled(local, which)
    requested, prefix = HubRequest.of(path_or_id, hub), prefix_of(which.subfolder)
    if which.gguf_file is not None:
        return _one_file(requested, prefix, which.gguf_file)

    def take(files: Files) -> Source:
        name = prefix + CONFIG_NAME
        if not files.has(name):
            adapter = _adapter(requested, files, prefix)
            raise ConfigNotFound(adapter or f"{files.where} has no {name}. {files.hint}")
        return _source(requested, files, prefix, [name])

    return from_hub(requested, take, enough=prefix + CONFIG_NAME)


def fetch_files(repo_id: str, names: Sequence[str], hub: HubOptions) -> Path:
    """Named files of a repository at a commit; the folder that then holds those that there are.

    :raises HubError: as :func:`resolve_files`.
    """
    requested = HubRequest.of(repo_id, hub._replace(force_download=False))

    def take(files: Files) -> Source:
        return _source(requested, files, "", [name for name in names if files.has(name)] or [CONFIG_NAME])

    return from_hub(requested, take).folder


# Which it is


def local_folder(
    path_or_id: str | os.PathLike[str], not_found: type[CheckpointNotFound] | type[ConfigNotFound]
) -> Path | None:
    """The path that is meant, or None for a Hub id."""
    if not isinstance(path_or_id, (str, os.PathLike)):
        raise ArgumentError(f"expected a path or a Hub id, found {path_or_id!r}")
    text = os.fspath(path_or_id)
    if not isinstance(text, str) or "\0" in text:
        raise ArgumentError(f"expected a path or a Hub id, found {text!r}")
    if text and os.path.lexists(path := local_path(text)):
        return path
    only_a_path = not isinstance(path_or_id, str) or text.startswith((".", "/", "~")) or text.endswith("/")
    if only_a_path or not text or "\\" in text or text.count("/") > 1:
        what = "file" if Path(text).suffix in suffixes() else "folder"
        raise not_found(f"{text!r}: no such {what} (from {here()}). Check the path; a Hub id is 'owner/name'")
    return None


def _settled(path: Path, which: FileChoice) -> Source:
    """What is meant on this machine, after a save that was cut off has been completed."""
    if not os.path.isdir(path):
        return _beside(path, which)
    folder, name = path / which.subfolder, which.gguf_file
    finish_interrupted_save(folder)
    if name is None:
        return Source(path, configs=folder)
    _check_gguf_file(name)
    if not os.path.lexists(folder / name):
        there = ", ".join(sorted(file.name for file in folder.glob(f"*{GGUF_SUFFIX}"))[:_LISTED]) or "none"
        raise CheckpointNotFound(f"{folder} has no file {name!r}. GGUF files there: {there}")
    return Source(path, file=folder / name, configs=folder)


def _beside(file: Path, which: FileChoice) -> Source:
    """One file, and the folder that it lies in."""
    if which.gguf_file is not None:
        _check_gguf_file(which.gguf_file)
        raise ArgumentError(f"{file} is a file, and gguf_file={which.gguf_file!r} names one in a folder. Leave it out")
    if which.subfolder or which.variant:
        raise ArgumentError(f"{file} is not a folder: subfolder and variant say where to look in one; leave them out")
    finish_interrupted_save(file.parent)
    return Source(file.parent, file=file, configs=None if file.suffix == GGUF_SUFFIX else file.parent)


def _check_gguf_file(name: str) -> None:
    path = Path(name) if isinstance(name, str) else None
    if path is None or path.is_absolute() or not path.name or ".." in path.parts or "\\" in name or "\0" in name:
        raise ArgumentError(f"gguf_file={name!r}: expected a file's name in the folder, such as 'model.Q4_K_M.gguf'")


def check_subfolder(subfolder: str) -> None:
    path = Path(subfolder)
    if path.is_absolute() or ".." in path.parts or "\\" in subfolder or "\0" in subfolder:
        raise ArgumentError(f"subfolder={subfolder!r} leads out of the folder; pass that path itself")


def prefix_of(subfolder: str) -> str:
    """What the names of its files begin with, in the repository."""
    inner = PurePosixPath(subfolder).as_posix()
    return "" if inner == "." else f"{inner}/"


# The Hub and its cache


def _one_file(requested: HubRequest, prefix: str, gguf_file: str) -> Source:
    _check_gguf_file(gguf_file)
    name = prefix + gguf_file

    def take(files: Files) -> Source:
        if not files.has(name):
            near = ", ".join(files.near(prefix)[:_LISTED]) or "nothing"
            raise CheckpointNotFound(f"{files.where} has no {name}. It has {near}. {files.hint}")
        source = _source(requested, files, prefix, [name])
        return source._replace(file=source.folder / name)

    return from_hub(requested, take, enough=name)


class _AtCommit(Protocol):
    @property
    def commit(self) -> str | None: ...


AtCommitT = TypeVar("AtCommitT", bound=_AtCommit)


def from_hub(requested: HubRequest, take: Callable[[Files], AtCommitT], enough: str | None = None) -> AtCommitT:
    """``enough``: a file that says, if the cache has it at a pinned commit, that the rest may be there too."""
    _check_id(requested)
    from huggingface_hub import constants

    if requested.local_files_only or constants.HF_HUB_OFFLINE:
        if requested.force_download:
            raise ArgumentError("force_download=True asks the Hub for files, and offline nothing is asked; drop one")
        return take(Cached(requested))
    if enough is not None and not requested.force_download and COMMIT.fullmatch(requested.revision):
        cached = Cached(requested)
        if recalled(requested) is None and cached.has(enough):
            with contextlib.suppress(CheckpointNotFound, ConfigNotFound):
                return take(cached)  # nobody need be asked for what cannot have changed
    try:
        return take(Online(requested))
    except Unreachable as unreachable:
        problem = f"The Hub could not be reached for {requested.repo_id!r}: {unreachable}"
        if requested.force_download:
            raise HubError(f"{problem}. Check the connection, and try again") from unreachable.__cause__
        try:
            source = take(Cached(requested))
        except (CheckpointNotFound, ConfigNotFound) as not_cached:
            raise HubError(f"{problem}. {not_cached}") from unreachable.__cause__
        logger.warning("%s. Commit %s is used from the cache.", problem, source.commit)
        return source


def _check_id(requested: HubRequest) -> None:
    if (
        not re.fullmatch(_ID, requested.repo_id)
        or len(requested.repo_id) > _LONGEST_ID
        or requested.repo_id.endswith(".git")
    ):
        raise CheckpointNotFound(
            f"{requested.repo_id!r}: no such folder (from {here()}), and no Hub id either: those are 'owner/name', of "
            "letters, digits, '-', '_' and '.'"
        )
    parts = requested.revision.split("/")
    if any(part in ("", ".", "..") for part in parts) or "\\" in requested.revision or "\0" in requested.revision:
        raise ArgumentError(f"revision={requested.revision!r}: expected a branch, a tag or a commit")


def _weights(
    requested: HubRequest,
    files: Files,
    prefix: str,
    choices: Sequence[Candidate],
    needs: Needs | None,
    left_out: dict[str, Sequence[str]],
) -> list[str]:
    """Names of the weight files, by the same order of preference that opening a folder has.

    Shards that are not needed go into ``left_out``.
    """
    chosen = next((candidate for candidate in choices if files.has(prefix + candidate.name)), None)
    if chosen is None and (adapter := _adapter(requested, files, prefix)) is not None:
        raise CheckpointNotFound(adapter)
    if chosen is None:
        near = ", ".join(files.near(prefix)[:_LISTED]) or "nothing"
        raise CheckpointNotFound(
            f"{files.where} has none of {', '.join(prefix + candidate.name for candidate in choices)}. It has {near}. "
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


def _adapter(requested: HubRequest, files: Files, prefix: str) -> str | None:
    """Sentences on a repository that holds an adapter, and no model beside it; None for any other."""
    is_model = any(files.has(prefix + candidate.name) for candidate in candidates(None, None))
    if is_model or not files.has(prefix + ADAPTER_CONFIG):
        return None
    return describe_adapter(files.fetch([prefix + ADAPTER_CONFIG]) / prefix, requested.repo_id)


def _source(requested: HubRequest, files: Files, prefix: str, names: Sequence[str]) -> Source:
    root = files.fetch(names)
    return Source(root, root.name, requested.repo_id, configs=root / prefix)
