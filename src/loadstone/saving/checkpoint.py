"""The pipeline backwards: split into shards, write, swap in, all or nothing.

The names are those that Transformers writes and reads (``modeling_utils.py``, version 5.23.0)::

    model.safetensors                            one file
    model-00001-of-00006.safetensors, …          shards, with model.safetensors.index.json
    model.fp16.safetensors                       variant="fp16"
    model.fp16-00001-of-00006.safetensors, …     its shards, with model.safetensors.index.fp16.json
    pytorch_model.bin, …                         the same for PyTorch's own format
    flax_model.msgpack, …                        and for Flax's, with flax_model.msgpack.index.json
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from loadstone.checkpoint.flax.layout import FlaxLeaf
from loadstone.checkpoint.format import Format
from loadstone.checkpoint.names import SAFETENSORS
from loadstone.checkpoint.registry import written_formats
from loadstone.core.paths import local_path
from loadstone.core.records import record
from loadstone.core.sizes import parse_size
from loadstone.errors import ArgumentError, LoadstoneError, SaveError
from loadstone.saving.journal import finish_interrupted_save, is_plain_name
from loadstone.saving.replace_folder import replace_files
from loadstone.transfer.block_writer import write_files
from loadstone.transfer.outgoing import FilePlan, OutgoingTensor, transposed
from loadstone.transfer.unchanged import Backing

__all__ = [
    "MSGPACK",
    "OutgoingTensor",
    "SaveOptions",
    "ShardWriter",
    "finish_interrupted_save",
    "in_flax_layout",
    "save_checkpoint",
]

MSGPACK = "msgpack"
"""The weight format of ``flax_model.msgpack``."""

ShardWriter = Callable[[Path, Sequence[OutgoingTensor]], None]
"""Creates one file with these tensors. A ``RuntimeError`` from it counts as a failure to write, as PyTorch's does."""

_VARIANT = re.compile(r"[\w+-]+(\.[\w+-]+)*", re.ASCII)
_LEAST_NBYTES = 64 << 10
"""Of a tensor that is looked for in files: below, to ask costs more than to write."""
_NO_FILES: Mapping[str, bytes | Path] = MappingProxyType({})


@record
class SaveOptions:
    """What the files of weights are to be."""

    max_shard_size: int | str = "5GB"
    """Bytes of one file, as a number or as text: ``"5GB"`` is 5 × 1000³ bytes, ``"5GiB"`` is 5 × 1024³."""
    variant: str | None = None
    """``"fp16"`` puts it into the names."""
    weight_format: str = SAFETENSORS
    metadata: Mapping[str, str] = field(default_factory=lambda: {"format": "pt"})
    """What safetensors files say of themselves."""
    write_shard: ShardWriter | None = None
    """Writes the files of a format that the caller writes, and is needed for that alone."""


_PLAIN = SaveOptions()


class _Shard(NamedTuple):
    name: str
    tensors: Sequence[OutgoingTensor]


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
    folder = local_path(folder)
    if "\0" in str(folder):
        raise SaveError(f"{str(folder)!r}: a path cannot hold NUL")
    variant, write_shard, weight_format = options.variant, options.write_shard, options.weight_format
    metadata = options.metadata
    format = written_formats().get(weight_format)
    if format is None:
        known = ", ".join(map(repr, written_formats()))
        raise ArgumentError(f"weight_format={weight_format!r}: expected one of {known}")
    if (write_shard is not None) != format.is_written_by_caller:
        needing = ", ".join(repr(name) for name, format in written_formats().items() if format.is_written_by_caller)
        raise ArgumentError(f"write_shard is needed for weight_format={needing}, and only for it")
    if variant and not (isinstance(variant, str) and _VARIANT.fullmatch(variant)):
        raise ArgumentError(f"variant={variant!r}: expected letters, digits, '_', '-', '+' with single dots between")
    single, index = format.usual_names(variant)
    tensors = _with_files(tensors) if write_shard is None else tensors
    shards = _split(tensors, single, parse_size(options.max_shard_size, "max_shard_size"))
    small_files = _checked(extra_files, taken={index, *(shard.name for shard in shards)})
    if len(shards) > 1:
        small_files[index] = _index(shards)
    plans = {shard.name: format.plan(shard.tensors, metadata) for shard in shards} if write_shard is None else {}

    def write(stage: Path) -> None:
        if write_shard is None:
            write_files({stage / name: plan for name, plan in plans.items()}, progress=progress)
        else:
            for shard in shards:
                _write_shard(stage / shard.name, shard, write_shard, progress)
        for name, content in small_files.items():
            if isinstance(content, Path):
                shutil.copyfile(content, stage / name)
                continue
            with open(stage / name, "xb") as file:
                file.write(content)
        if check is not None:
            check(stage)

    # The last is what a reader looks for first: it comes when all that it stands for is there.
    weights = [shard.name for shard in shards]
    if len(shards) > 1:
        weights.append(index)
    try:
        replace_files(folder, [*extra_files, *weights], write, _stale(format, variant, shards))
    except LoadstoneError:
        raise
    except OSError as error:
        raise SaveError(_failure(folder, error, shards)) from error
    return [folder / name for name in (*weights, *extra_files)]


def _with_files(tensors: Sequence[OutgoingTensor]) -> list[OutgoingTensor]:
    """The tensors, each with where its bytes lie in a file unchanged, if it is a view of one that is mapped."""
    backing = Backing()
    return [
        tensor._replace(stored=backing.ranges(tensor.address, tensor.nbytes))
        if tensor.address is not None and not tensor.stored and tensor.nbytes >= _LEAST_NBYTES
        else tensor
        for tensor in tensors
    ]


def in_flax_layout(tensors: Sequence[OutgoingTensor], layout: Mapping[str, FlaxLeaf]) -> list[OutgoingTensor]:
    """Tensors as Flax's own files name and keep them; what ``layout`` does not list keeps name and layout.

    A tensor is transposed when its turn to be written comes.
    """
    renamed = []
    for tensor in tensors:
        path, is_transposed = layout.get(tensor.name) or (tensor.name.replace(".", "/"), False)
        renamed.append(transposed(tensor, path) if is_transposed else tensor._replace(name=path))
    return renamed


def _split(tensors: Sequence[OutgoingTensor], single: str, limit: int) -> list[_Shard]:
    from huggingface_hub import split_state_dict_into_shards_factory

    by_name = {tensor.name: tensor for tensor in tensors}
    if len(by_name) != len(tensors):
        counts = Counter(tensor.name for tensor in tensors)
        twice = [repr(name) for name, count in counts.items() if count > 1]
        raise ArgumentError(f"tensors to save that share a name: {', '.join(twice[:20])}")
    if not by_name:
        return [_Shard(single, ())]
    stem, extension = single.rsplit(".", 1)
    pattern = f"{stem}{{suffix}}.{extension}"
    split = split_state_dict_into_shards_factory(
        by_name, get_storage_size=lambda tensor: tensor.nbytes, filename_pattern=pattern, max_shard_size=limit
    )
    return [_Shard(name, [by_name[key] for key in keys]) for name, keys in split.filename_to_tensors.items()]


def _index(shards: Sequence[_Shard]) -> bytes:
    weight_map = {tensor.name: shard.name for shard in shards for tensor in shard.tensors}
    total_size = sum(tensor.nbytes for shard in shards for tensor in shard.tensors)
    index = {"metadata": {"total_size": total_size}, "weight_map": weight_map}
    return (json.dumps(index, indent=2, sort_keys=True) + "\n").encode()


def _checked(extra_files: Mapping[str, bytes | Path], taken: set[str]) -> dict[str, bytes | Path]:
    for name in extra_files:
        if not is_plain_name(name):
            raise ArgumentError(f"extra_files: {name!r} is not the name of a file right in the folder")
        if name in taken:
            raise ArgumentError(f"extra_files: {name!r} is the name of a file of weights")
    return dict(extra_files)


def _stale(format: Format, variant: str | None, shards: Sequence[_Shard]) -> Callable[[str], bool]:
    """Which names are weights that the new ones stand in for. See the docstring of :func:`save_checkpoint`."""
    preferred = [candidate for candidate in written_formats().values() if candidate.rank <= format.rank]
    shard = r"(-\d{5,}-of-\d{5,})?"
    patterns = []
    for candidate in preferred:
        single, index = candidate.usual_names(variant)
        stem, extension = map(re.escape, single.rsplit(".", 1))
        plain = re.escape(str(candidate.stem))
        # Older libraries put the variant after the shard's number.
        older = f"{plain}{shard}{stem.removeprefix(plain)}"
        patterns += [rf"({stem}{shard}|{older})\.{extension}", re.escape(index)]
    is_weights = re.compile("|".join(patterns), re.ASCII)
    # One file takes the place of its older self in one step. An older index goes first, lest it name new shards.
    kept = shards[0].name if len(shards) == 1 else None
    return lambda name: name != kept and is_weights.fullmatch(name) is not None


def _write_shard(path: Path, shard: _Shard, write_shard: ShardWriter, progress: Callable[[int], None] | None) -> None:
    try:
        write_shard(path, shard.tensors)
    except RuntimeError as error:
        raise SaveError(f"{shard.name}: nothing was saved, for it could not be written: {error}") from error
    if progress:
        progress(sum(tensor.nbytes for tensor in shard.tensors))


def _failure(folder: Path, error: OSError, shards: Sequence[_Shard]) -> str:
    nbytes = sum(tensor.nbytes for shard in shards for tensor in shard.tensors)
    hint = "See that the path can be written to, or save elsewhere"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        hint = f"The new checkpoint takes {nbytes} bytes, and an old one stays until it is whole: make room"
    return f"{folder}: nothing was saved, and what was there is untouched: {error.strerror or error}. {hint}"


def write_safetensors(path: Path, plan: FilePlan, *, progress: Callable[[int], None] | None = None) -> None:
    """Creates one file; see :func:`loadstone.transfer.block_writer.write_files`."""
    write_files({path: plan}, progress=progress)
