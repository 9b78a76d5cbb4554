"""What a load needs of a repository of the Hub, at one exact commit.

The revision is resolved to a commit once, and every file then comes from that commit, through ``huggingface_hub`` and
its cache, which other tools share. Offline (``local_files_only=True`` or ``HF_HUB_OFFLINE=1``) everything comes from
that cache.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from loadstone.checkpoint.faults import Faults
from loadstone.checkpoint.index import read_weight_map
from loadstone.checkpoint.names import CONFIG_NAME, GENERATION_CONFIG_NAME, Candidate, candidates
from loadstone.checkpoint.not_models import ADAPTER_CONFIG, describe_adapter
from loadstone.core.paths import here
from loadstone.errors import ArgumentError, CheckpointNotFound, ConfigNotFound, HubError
from loadstone.quantization.registry import settings_files
from loadstone.sources.hub_errors import Unreachable
from loadstone.sources.hub_files import COMMIT, Cached, Files, HubRequest, Online, recalled
from loadstone.sources.request import FileChoice, HubOptions, check_gguf_file, prefix_of
from loadstone.sources.source import Needs, Source

logger = logging.getLogger(__name__)

# As the Hub's own: at most one "/", neither "--" nor "..", no end in "-" or ".".
_ID = r"(?a)(?!.*(--|\.\.))\w([\w.-]*\w)?(/\w([\w.-]*\w)?)?"
_LONGEST_ID = 96
_LISTED = 20


def find_files(repo_id: str | os.PathLike[str], which: FileChoice, hub: HubOptions, needs: Needs | None) -> Source:
    """Configs and weights; :func:`loadstone.sources.resolve.resolve_files` says which."""
    requested, prefix = HubRequest.of(repo_id, hub), prefix_of(which.subfolder)
    if which.gguf_file is not None:
        return _one_file(requested, prefix, which.gguf_file)
    if hub.stream:
        from loadstone.sources import streamed  # which few loads ask for

        return from_hub(requested, partial(streamed.take, requested, which, hub, needs), enough=prefix + CONFIG_NAME)
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


def find_config(
    repo_id: str | os.PathLike[str], which: FileChoice, hub: HubOptions, config_name: str = CONFIG_NAME
) -> Source:
    """``config.json``, or the GGUF file that holds the config; or another file of the name ``config_name``."""
    requested, prefix = HubRequest.of(repo_id, hub), prefix_of(which.subfolder)
    if which.gguf_file is not None:
        return _one_file(requested, prefix, which.gguf_file)

    def take(files: Files) -> Source:
        name = prefix + config_name
        if not files.has(name):
            adapter = _adapter(requested, files, prefix)
            raise ConfigNotFound(adapter or f"{files.where} has no {name}. {files.hint}")
        return _source(requested, files, prefix, [name])

    return from_hub(requested, take, enough=prefix + config_name)


def fetch_files(repo_id: str, names: Sequence[str], hub: HubOptions) -> Path:
    """Named files of a repository at a commit; the folder that then holds those that there are.

    :raises HubError: as :func:`resolve_files`.
    """
    requested = HubRequest.of(repo_id, hub._replace(force_download=False))

    def take(files: Files) -> Source:
        return _source(requested, files, "", [name for name in names if files.has(name)] or [CONFIG_NAME])

    return from_hub(requested, take).folder


def find_beside(
    repo_id: str, choices: Sequence[Sequence[str]], beside: Sequence[str], which: FileChoice, hub: HubOptions
) -> Source:
    """Those files of the first of ``choices`` that has any, and those of ``beside``; a name that ends with ``/`` stands
    for what is in that folder.

    :raises CheckpointNotFound: no choice has a file; HubError as for :func:`find_files`.
    """
    requested, prefix = HubRequest.of(repo_id, hub), prefix_of(which.subfolder)

    def take(files: Files) -> Source:
        def there(names: Sequence[str]) -> list[str]:
            folders = [prefix + name for name in names if name.endswith("/")]
            listed = [name for folder in folders for name in files.near(folder) if name.startswith(folder)]
            return [*(prefix + name for name in names if files.has(prefix + name)), *listed]

        found = next((names for choice in choices if (names := there(choice))), None)
        if found is None:
            wanted = ", ".join(prefix + name for choice in choices for name in choice)
            raise CheckpointNotFound(f"{files.where} has none of {wanted}. {files.hint}")
        return _source(requested, files, prefix, [*found, *there(beside)])

    return from_hub(requested, take, enough=prefix + choices[0][0])


def _one_file(requested: HubRequest, prefix: str, gguf_file: str) -> Source:
    check_gguf_file(gguf_file)
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
