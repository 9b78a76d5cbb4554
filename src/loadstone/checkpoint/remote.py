"""From an address to a checkpoint: safetensors only, of which nothing but headers is fetched."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from loadstone.checkpoint.mapping import Checkpoint
from loadstone.checkpoint.names import SAFETENSORS, allowed_formats, candidates
from loadstone.checkpoint.shards import Needs, open_sharded, open_single
from loadstone.core.remote_path import RemotePath
from loadstone.errors import ArgumentError, CheckpointNotFound
from loadstone.remote.address import parse
from loadstone.remote.folder import RemoteFolder

_DOWNLOAD = "Download it, and load it from the disk"
_INDEX_SUFFIX = ".json"
_WEIGHTS_SUFFIX = ".safetensors"


class RemoteChoice(NamedTuple):
    """Which weights are meant, in the words of :func:`loadstone.open_checkpoint`."""

    subfolder: str = ""
    variant: str | None = None
    use_safetensors: bool | None = None
    prefer: str | None = None


def folder_at(text: str, options: Mapping[str, Any] | None = None) -> RemoteFolder:
    """The folder at an address; of one that ends like a file's, the folder around it.

    :raises ArgumentError: an address or an option that is not taken; a file that is no safetensors file or index.
    :raises FrameworkNotInstalled: obstore is not installed.
    """
    address = parse(text)
    suffix = PurePosixPath(address.name).suffix
    if suffix in (_WEIGHTS_SUFFIX, _INDEX_SUFFIX):
        return RemoteFolder(address.parent, options, only=address.name)
    if suffix in _other_suffixes():
        raise ArgumentError(f"{address}: of remote files only safetensors are read. {_DOWNLOAD}")
    return RemoteFolder(address, options)


def _other_suffixes() -> Collection[str]:
    from loadstone.checkpoint.registry import suffixes

    return [suffix for suffix in suffixes() if suffix != _WEIGHTS_SUFFIX]


def open_remote(
    folder: RemoteFolder, which: RemoteChoice, leave_out: Collection[str] = (), needs: Needs | None = None
) -> Checkpoint:
    """What :func:`loadstone.open_checkpoint` gives, of a folder elsewhere, whose ``leave_out`` and ``needs`` these are.

    A file that is replaced from now on is refused when it is read.

    Raises what that raises, and :class:`RemoteError`.
    """
    if which.use_safetensors is False or which.prefer not in (None, SAFETENSORS):
        raise ArgumentError(f"{folder.address}: of remote files only safetensors are read. {_DOWNLOAD}")
    try:
        return _opened(folder, which, leave_out, needs)
    finally:
        folder.forget_heads()


def _opened(folder: RemoteFolder, which: RemoteChoice, leave_out: Collection[str], needs: Needs | None) -> Checkpoint:
    (format,) = allowed_formats(True)
    chosen = choose_weights(folder, which.subfolder, which.variant)
    if not chosen.is_index:
        return open_single(chosen.path, format)
    return open_sharded(chosen.path, (format,), leave_out, needs, partial(_placed, folder, _inner(which.subfolder)))


class ChosenWeights(NamedTuple):
    """What there is of weights."""

    path: RemotePath
    is_index: bool


def choose_weights(folder: RemoteFolder, subfolder: str = "", variant: str | None = None) -> ChosenWeights:
    """The one weight file, or the index of shards; asked for but once.

    :raises CheckpointNotFound: there is neither. :raises RemoteError: see :class:`loadstone.remote.store.Store`.
    """
    inner = _inner(subfolder)
    if folder.only:
        looked_for = [(folder.only, folder.only.endswith(_INDEX_SUFFIX))]
    else:
        looked_for = [(name, is_index) for name, _, is_index in candidates(variant, True)]
    there = folder.find_all((inner + name for name, _ in looked_for), may_be_forbidden=True)
    for name, is_index in looked_for:
        if (path := there.get(inner + name)) is not None:
            return ChosenWeights(path, is_index)
    names = ", ".join(name for name, _ in looked_for)
    others = [name for name, _, _ in candidates(variant, False)]
    beside = ", ".join(folder.find_all((inner + name for name in others), may_be_forbidden=True))
    found = f"There is {beside}, and of remote files only safetensors are read. {_DOWNLOAD}" if beside else ""
    raise CheckpointNotFound(
        f"{folder.address}/{inner}: none of {names} there, or they may not be read. {found or folder.advice}"
    )


def _inner(subfolder: str) -> str:
    return f"{PurePosixPath(subfolder).as_posix()}/" if subfolder not in ("", ".") else ""


def _placed(folder: RemoteFolder, inner: str, shards: Iterable[str]) -> dict[str, Path]:
    """Those shards that are there."""
    paths = folder.find_all(inner + shard for shard in shards)
    return {name.removeprefix(inner): path for name, path in paths.items()}
