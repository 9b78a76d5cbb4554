"""The pipeline backwards: split into shards, write, swap in, all or nothing.

What the files are called and hold is planned in :mod:`loadstone.saving.checkpoint_plan`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from loadstone.checkpoint.flax.layout import FlaxLeaf
from loadstone.core.paths import local_path
from loadstone.errors import LoadstoneError, SaveError
from loadstone.saving.checkpoint_plan import (
    MSGPACK,
    CheckpointPlan,
    SaveOptions,
    Shard,
    ShardWriter,
    plan_checkpoint,
)
from loadstone.saving.journal import finish_interrupted_save
from loadstone.saving.replace_folder import replace_files
from loadstone.transfer.block_writer import write_files
from loadstone.transfer.outgoing import FilePlan, OutgoingTensor, transposed
from loadstone.transfer.unchanged import Backing

__all__ = [
    "MSGPACK",
    "OutgoingTensor",
    "SaveOptions",
    "ShardWriter",
    "backed",
    "finish_interrupted_save",
    "in_flax_layout",
    "put_in_place",
    "save_checkpoint",
    "saving",
    "target_folder",
    "write_small_files",
]

_LEAST_NBYTES = 64 << 10
"""Of a tensor that is looked for in files: below, to ask costs more than to write."""
_NO_FILES: Mapping[str, bytes | Path] = MappingProxyType({})
_PLAIN = SaveOptions()


def save_checkpoint(
    folder: str | os.PathLike[str],
    tensors: Sequence[OutgoingTensor],
    options: SaveOptions = _PLAIN,
    *,
    extra_files: Mapping[str, bytes | Path] = _NO_FILES,
    progress: Callable[[int], None] | None = None,
    check: Callable[[Path], None] | None = None,
) -> list[Path]:
    """Writes a checkpoint into ``folder``; returns its files: weights, their index if there are shards, the others.

    All or nothing: an exception, Ctrl-C, ``kill -9`` or a power cut at any moment leaves what was there before, or
    all that is new. :mod:`loadstone.saving.replace_folder` says how, and where the promise is weaker. The folder may be
    the one that the tensors are mapped from. What is in it and has nothing to do with these weights stays.

    Shards hold the tensors in the order given, up to ``max_shard_size`` bytes; a larger tensor has a shard of its own.
    Several are written at once, in less than 64 MiB of memory. ``progress`` is told of bytes as they are written, by
    several threads. ``extra_files`` are given as their content, or as a file to copy. ``check`` is given the folder in
    which all files lie under their names before they are put in place; if it raises, nothing is saved.

    Weights of the same format and variant that an older save left are removed, and so are those of formats that a
    reader would prefer: saving ``weight_format="pytorch"`` also removes safetensors files of that variant, and
    ``"msgpack"`` both; saving safetensors keeps the others. PyTorch's format is for ``write_shard`` to write. For
    ``"msgpack"`` names are paths with ``/`` between, and layouts are Flax's: see :func:`in_flax_layout`.

    :raises ArgumentError: a size, variant, format or file name that makes no sense, two tensors of one name.
    :raises SaveError: the disk is full, the folder may not be written to, a tensor gave too few bytes, or the like.
    """
    folder = target_folder(folder)
    write_shard = options.write_shard
    plan = plan_checkpoint(_with_files(tensors) if write_shard is None else tensors, options, extra_files)

    def write(stage: Path) -> None:
        write_files({stage / name: file for name, file in plan.files.items()}, progress=progress)
        if write_shard is not None:
            for shard in plan.shards:
                _write_shard(stage / shard.name, shard, write_shard, progress)
        write_small_files(stage, plan)
        if check is not None:
            check(stage)

    put_in_place(folder, plan, write)
    weights = plan.names[len(extra_files) :]
    return [folder / name for name in (*weights, *extra_files)]


def target_folder(folder: str | os.PathLike[str]) -> Path:
    """The folder to save to. Raises :class:`SaveError` for a path that cannot be one."""
    folder = local_path(folder)
    if "\0" in str(folder):
        raise SaveError(f"{str(folder)!r}: a path cannot hold NUL")
    return folder


def put_in_place(folder: Path, plan: CheckpointPlan, write: Callable[[Path], None]) -> None:
    """Gives ``folder`` the files that are planned, all or nothing; ``write`` creates them in the folder it is given.

    :raises SaveError: they could not be written, or not be put in place.
    """
    with saving(folder, plan):
        replace_files(folder, plan.names, write, plan.is_stale)


@contextlib.contextmanager
def saving(folder: Path, plan: CheckpointPlan) -> Iterator[None]:
    """What the system says within it is a :class:`SaveError` that names the folder and what to do."""
    try:
        yield
    except LoadstoneError:
        raise
    except OSError as error:
        raise SaveError(_failure(folder, error, plan.nbytes)) from error


def write_small_files(stage: Path, plan: CheckpointPlan) -> None:
    """The config and what else is no weights."""
    for name, content in plan.small_files.items():
        if isinstance(content, Path):
            shutil.copyfile(content, stage / name)
            continue
        with open(stage / name, "xb") as file:
            file.write(content)


def _with_files(tensors: Sequence[OutgoingTensor]) -> list[OutgoingTensor]:
    backing = Backing()
    return [backed(tensor, backing) for tensor in tensors]


def backed(tensor: OutgoingTensor, backing: Backing) -> OutgoingTensor:
    """The tensor, with where its bytes lie in a file unchanged, if it is a view of one that is mapped."""
    if tensor.address is None or tensor.stored or tensor.nbytes < _LEAST_NBYTES:
        return tensor
    return tensor._replace(stored=backing.ranges(tensor.address, tensor.nbytes))


def in_flax_layout(tensors: Sequence[OutgoingTensor], layout: Mapping[str, FlaxLeaf]) -> list[OutgoingTensor]:
    """Tensors as Flax's own files name and keep them; what ``layout`` does not list keeps name and layout.

    A tensor is transposed when its turn to be written comes.
    """
    renamed = []
    for tensor in tensors:
        path, is_transposed = layout.get(tensor.name) or (tensor.name.replace(".", "/"), False)
        renamed.append(transposed(tensor, path) if is_transposed else tensor._replace(name=path))
    return renamed


def _write_shard(path: Path, shard: Shard, write_shard: ShardWriter, progress: Callable[[int], None] | None) -> None:
    try:
        write_shard(path, shard.tensors)
    except RuntimeError as error:
        raise SaveError(f"{shard.name}: nothing was saved, for it could not be written: {error}") from error
    if progress:
        progress(sum(tensor.nbytes for tensor in shard.tensors))


def _failure(folder: Path, error: OSError, nbytes: int) -> str:
    hint = "See that the path can be written to, or save elsewhere"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        hint = f"The new checkpoint takes {nbytes} bytes, and an old one stays until it is whole: make room"
    return f"{folder}: nothing was saved, and what was there is untouched: {error.strerror or error}. {hint}"


def write_safetensors(path: Path, plan: FilePlan, *, progress: Callable[[int], None] | None = None) -> None:
    """Creates one file; see :func:`loadstone.transfer.block_writer.write_files`."""
    write_files({path: plan}, progress=progress)
