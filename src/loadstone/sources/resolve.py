"""Where files come from: a folder, or a repository of the Hub at one exact commit.

What is a folder on this machine is itself, and nothing is asked of anybody. Else the name is a Hub id, of which
:mod:`loadstone.sources.repository` knows.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from loadstone.checkpoint.names import CONFIG_NAME, GGUF_SUFFIX
from loadstone.checkpoint.registry import suffixes
from loadstone.core.paths import here, local_path
from loadstone.core.remote_path import is_address
from loadstone.errors import ArgumentError, CheckpointNotFound, ConfigNotFound
from loadstone.saving.journal import finish_interrupted_save
from loadstone.sources.request import (
    MAIN,
    USUAL_FILES,
    FileChoice,
    HubOptions,
    check_files,
    check_gguf_file,
)
from loadstone.sources.source import Needs, Source

_LISTED = 20


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
    file or an index of shards. ``scheme://…`` is the address of files at a store or a server. All else is a Hub id.

    Where the Hub cannot be reached, what the cache holds is used, with a warning.

    :raises ArgumentError: arguments that contradict each other, a subfolder that leaves the repository.
    :raises CheckpointNotFound: no such folder; or the repository, or the cache, has no such weights.
    :raises RemoteError: a store or a server refuses, fails or cannot be reached.
    :raises HubError: the Hub knows no such model or revision, wants a token or an agreement, or cannot be reached.
    :raises CorruptCheckpoint: the index of the shards cannot be read; UnsafeCheckpoint: it leads out of the repository.
    """
    check_files(which, hub)
    if which.gguf_file is not None and (which.variant is not None or which.use_safetensors is not None):
        other = "variant" if which.variant is not None else "use_safetensors"
        raise ArgumentError(f"gguf_file={which.gguf_file!r} names the one file to take; drop {other}.")
    local = local_folder(path_or_id, CheckpointNotFound)
    if local is not None:
        return settled(local, which)
    if is_address(path_or_id):
        from loadstone.sources import addresses  # here and below: what a path does without

        return addresses.find_files(os.fspath(path_or_id), which, hub, needs)
    from loadstone.sources import repository

    return repository.find_files(path_or_id, which, hub, needs)


def resolve_config(
    path_or_id: str | os.PathLike[str],
    which: FileChoice = USUAL_FILES,
    hub: HubOptions = MAIN,
    name: str = CONFIG_NAME,
) -> Source:
    """Like :func:`resolve_files`, but only ``config.json`` is fetched, or the GGUF file, which holds the config.

    ``name``: of another small file, in place of ``config.json``.

    :raises ConfigNotFound: no such folder; or the repository, or the cache, has no ``config.json``.
    """
    check_files(which, hub)
    local = local_folder(path_or_id, ConfigNotFound)
    if local is not None:
        return settled(local, which)
    if is_address(path_or_id):
        from loadstone.sources import addresses

        return addresses.find_config(os.fspath(path_or_id), which, hub, name)
    from loadstone.sources import repository

    return repository.find_config(path_or_id, which, hub, name)


def find_beside(
    name: str, choices: Sequence[Sequence[str]], beside: Sequence[str], which: FileChoice, hub: HubOptions
) -> Source:
    """Those files of the first of ``choices`` that has any, and those of ``beside``, of an address or a repository.

    ``name`` is no path. Raises what :func:`loadstone.sources.repository.find_beside` raises, and :class:`RemoteError`.
    """
    if is_address(name):
        from loadstone.sources import addresses

        return addresses.find_beside(name, choices, beside, which, hub)
    from loadstone.sources import repository

    return repository.find_beside(name, choices, beside, which, hub)


# Which it is


def local_folder(
    path_or_id: str | os.PathLike[str], not_found: type[CheckpointNotFound] | type[ConfigNotFound]
) -> Path | None:
    """The path that is meant, or None for an address and for a Hub id."""
    if not isinstance(path_or_id, (str, os.PathLike)):
        raise ArgumentError(f"expected a path or a Hub id, found {path_or_id!r}")
    text = os.fspath(path_or_id)
    if not isinstance(text, str) or "\0" in text:
        raise ArgumentError(f"expected a path or a Hub id, found {text!r}")
    if is_address(text):
        return None
    if text and os.path.lexists(path := local_path(text)):
        return path
    only_a_path = not isinstance(path_or_id, str) or text.startswith((".", "/", "~")) or text.endswith("/")
    if only_a_path or not text or "\\" in text or text.count("/") > 1:
        what = "file" if Path(text).suffix in suffixes() else "folder"
        raise not_found(f"{text!r}: no such {what} (from {here()}). Check the path; a Hub id is 'owner/name'")
    return None


def settled(path: Path, which: FileChoice) -> Source:
    """What is meant on this machine, after a save that was cut off has been completed."""
    if not os.path.isdir(path):
        return _beside(path, which)
    folder, name = path / which.subfolder, which.gguf_file
    finish_interrupted_save(folder)
    if name is None:
        return Source(path, configs=folder)
    check_gguf_file(name)
    if not os.path.lexists(folder / name):
        there = ", ".join(sorted(file.name for file in folder.glob(f"*{GGUF_SUFFIX}"))[:_LISTED]) or "none"
        raise CheckpointNotFound(f"{folder} has no file {name!r}. GGUF files there: {there}")
    return Source(path, file=folder / name, configs=folder)


def _beside(file: Path, which: FileChoice) -> Source:
    """One file, and the folder that it lies in."""
    if which.gguf_file is not None:
        check_gguf_file(which.gguf_file)
        raise ArgumentError(f"{file} is a file, and gguf_file={which.gguf_file!r} names one in a folder. Leave it out")
    if which.subfolder or which.variant:
        raise ArgumentError(f"{file} is not a folder: subfolder and variant say where to look in one; leave them out")
    finish_interrupted_save(file.parent)
    return Source(file.parent, file=file, configs=None if file.suffix == GGUF_SUFFIX else file.parent)
