"""From a path to a checkpoint: find the weight files, check them all, and only then answer."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from loadstone.checkpoint.faults import Faults, quoted
from loadstone.checkpoint.format import Format
from loadstone.checkpoint.index import agree, read_weight_map
from loadstone.checkpoint.mapping import Checkpoint, CheckpointFiles
from loadstone.checkpoint.names import (
    SAFETENSORS,
    allowed_formats,
    candidates,
    describe_folder,
    describe_subfolders,
    files_beside,
    holds_any_weights,
)
from loadstone.checkpoint.registry import formats_in_folders, suffixes
from loadstone.core.keywords import FLAG, TEXT, check_kinds
from loadstone.core.paths import local_path
from loadstone.core.tensors import StoredTensor
from loadstone.errors import ArgumentError, CheckpointError, CheckpointNotFound

Needs = Callable[[Mapping[str, Sequence[str]]], Collection[str]]
"""Shard → the names of its tensors; tells which shards a load needs."""

_KINDS = {"subfolder": TEXT, "variant": TEXT, "use_safetensors": FLAG}


def open_checkpoint(
    path: str | os.PathLike[str],
    *,
    subfolder: str = "",
    variant: str | None = None,
    use_safetensors: bool | None = None,
    prefer: str | None = None,
    leave_out: Collection[str] = (),
    needs: Needs | None = None,
) -> Checkpoint:
    """Opens the checkpoint in a folder, or a weight file, and checks all of its files. Reads no tensor.

    In a folder it looks, in this order, for ``model.safetensors``, ``pytorch_model.bin``, ``flax_model.msgpack`` and
    ``tf_model.h5``, each followed by the index of its shards (``model.safetensors.index.json``), then for Keras's own
    ``model.keras`` and ``model.weights.h5``; with ``variant="fp16"`` for ``model.fp16.safetensors``,
    ``model.safetensors.index.fp16.json`` and so on.

    Where an index and its shards contradict each other, what is there once is taken, of what is there twice what the
    index says. The checkpoint's ``passed_over`` tells all that was not taken, and what else lies in the folder.

    Names and layouts are the Hub's, whatever the format: ``…/query/kernel`` of a Flax or TensorFlow file is
    ``….query.weight``, transposed by its strides; so too in a safetensors file whose header says ``"format": "flax"``
    or ``"tf"``. A GGUF file keeps its own, and is never looked for in a folder;
    :func:`loadstone.checkpoint.gguf.open.open_gguf` gives it the Hub's.

    :param path: a folder, or one file: ``.safetensors``, ``.bin``, ``.pt``, ``.pth``, ``.msgpack``, ``.h5``,
        ``.keras``, ``.gguf``, or an index ``.json``
    :param subfolder: the folder inside ``path`` to look in
    :param variant: the middle part of the names to look for
    :param use_safetensors: True: nothing but safetensors; False: nothing of it; None: safetensors first
    :param leave_out: shards that the index names and that are ignored, whether they are there or not
    :param needs: asked where shards that the index names are missing: shard → its tensors, to the shards that are
        needed. Others may be missing; without it none may
    :param prefer: the format to look for first: ``"safetensors"``, ``"pytorch"``, ``"flax"`` or ``"tensorflow"``
    :raises ArgumentError: arguments that contradict each other, or a subfolder that leaves the folder
    :raises CheckpointNotFound: nothing of the kind is there; says what is
    :raises CorruptCheckpoint: files that contradict themselves or their format, shards that are missing; lists every
        fault
    :raises UnsafeCheckpoint: a file that asks for code, or a path outside its folder
    :raises UnsupportedDType: a dtype that has no name here
    """
    if sys.byteorder != "little":
        raise CheckpointError("Checkpoints are little-endian, and this machine is big-endian: they cannot be read here")
    if prefer is not None and prefer not in (known := [format.name for format in formats_in_folders()]):
        raise ArgumentError(f"prefer={prefer!r}: expected one of {', '.join(map(repr, known))}")
    check_kinds({"subfolder": subfolder, "variant": variant, "use_safetensors": use_safetensors}, _KINDS)
    root = local_path(path)
    if "\0" in str(root):
        raise ArgumentError(f"path={str(root)!r} holds a NUL character; no file can be named so")
    # `os.path` and not `Path`: the latter raises on a name that is too long or not to be looked at.
    if os.path.isdir(root):
        folder = _enter(root, subfolder)
        return _open_folder(folder, _checked(variant), use_safetensors, prefer, leave_out, needs)
    if not os.path.lexists(root):
        raise CheckpointNotFound(f"{root}: no such file or folder. Check the path, or the working directory")
    if subfolder or variant:
        raise ArgumentError(f"{root} is not a folder: subfolder and variant say where to look in one; leave them out")
    return _open_file(root, use_safetensors, needs)


def _enter(root: Path, subfolder: str) -> Path:
    if not subfolder:
        return root
    if "\0" in subfolder or "\\" in subfolder or Path(subfolder).is_absolute() or ".." in Path(subfolder).parts:
        raise ArgumentError(f"subfolder={subfolder!r} leaves the folder {root}; pass that path itself")
    folder = root / subfolder
    if not os.path.isdir(folder):
        raise CheckpointNotFound(f"{root} has no folder {subfolder!r}. {describe_subfolders(root)}")
    return folder


def _checked(variant: str | None) -> str | None:
    if variant and ("/" in variant or "\\" in variant or "\0" in variant):
        raise ArgumentError(f"variant={variant!r}: expected a part of a file name, such as 'fp16'")
    return variant or None


def _open_folder(
    folder: Path,
    variant: str | None,
    use_safetensors: bool | None,
    prefer: str | None,
    leave_out: Collection[str],
    needs: Needs | None,
) -> Checkpoint:
    looked_for = candidates(variant, use_safetensors, prefer)
    for name, format, is_index in looked_for:
        # A broken link counts: it is better named as a fault than ignored.
        if os.path.lexists(folder / name):
            path = folder / name
            opened = _open_sharded(path, (format,), leave_out, needs) if is_index else _open_single(path, format)
            read = {path.name for path in opened.files} | {name, *leave_out}
            if beside := files_beside(folder, format, read):
                opened.pass_over(f"{beside}: beside {name}, and not read")
            return opened
    from loadstone.checkpoint.not_models import describe_adapter  # nobody else needs it

    if not holds_any_weights(folder) and (adapter := describe_adapter(folder)) is not None:
        raise CheckpointNotFound(adapter)
    sentences = [f"{folder}: no weights there. Looked for {', '.join(candidate.name for candidate in looked_for)}."]
    sentences += describe_folder(folder, variant, use_safetensors) or ["The folder holds nothing like weights."]
    raise CheckpointNotFound(" ".join(sentences))


def _open_file(path: Path, use_safetensors: bool | None, needs: Needs | None) -> Checkpoint:
    if path.suffix == ".json":
        return _open_sharded(path, allowed_formats(use_safetensors), (), needs)
    format = suffixes().get(path.suffix)
    if format is None:
        raise CheckpointNotFound(
            f"{path}: expected a folder, a weight file ({', '.join(suffixes())}) or an index (.json). "
            "Rename the file if it is one of these"
        )
    if use_safetensors is not None and use_safetensors != (format.name == SAFETENSORS):
        raise ArgumentError(f"use_safetensors={use_safetensors}, but {path} is a {format.name} file; leave it out")
    return _open_single(path, format)


def _open_single(path: Path, format: Format) -> Checkpoint:
    faults = Faults()
    tensors, metadata = format.read(path, faults)
    faults.raise_if_any()
    return Checkpoint(tensors, CheckpointFiles(format.name, (path,), metadata=metadata))


def _open_sharded(
    index: Path, allowed: Sequence[Format], leave_out: Collection[str], needs: Needs | None
) -> Checkpoint:
    """``allowed`` are the formats that the index's shards may be in, all of them in one."""
    faults = Faults()
    weight_map = read_weight_map(index, faults)
    faults.raise_if_any()
    assert weight_map is not None
    format = _format_of(index, weight_map, allowed, faults)
    faults.raise_if_any()
    gone = [shard for shard in weight_map if shard not in leave_out and not os.path.lexists(index.parent / shard)]
    if gone and needs is not None:
        needed = needs(weight_map)
        gone = [shard for shard in gone if shard not in needed]
        leave_out = {*leave_out, *gone}
        remarks = [f"{quoted(shard)}: named in {index.name} and not there; nothing of it is needed" for shard in gone]
    else:
        remarks = []
    weight_map = {shard: names for shard, names in weight_map.items() if shard not in leave_out}
    shards: dict[str, list[StoredTensor]] = {}
    metadata: dict[str, str] = {}
    for shard in weight_map:
        before = len(faults)
        tensors, shard_metadata = format.read(index.parent / shard, faults)
        if len(faults) == before:
            shards[shard] = tensors
            metadata = {**shard_metadata, **metadata}
            if (name_of := format.hub_names(shard_metadata)) is not None:
                weight_map[shard] = [name_of(name) for name in weight_map[shard]]
    faults.raise_if_any()
    agreed = agree(index, weight_map, shards)
    return Checkpoint(
        (tensor for tensors in agreed.shards.values() for tensor in tensors),
        CheckpointFiles(
            format.name,
            tuple(index.parent / shard for shard in weight_map),
            index,
            metadata,
            (*remarks, *agreed.remarks),
            agreed.absent,
        ),
    )


def _format_of(index: Path, weight_map: Mapping[str, list[str]], allowed: Sequence[Format], faults: Faults) -> Format:
    formats = {shard: suffixes().get(Path(shard).suffix) for shard in weight_map}
    expected = next((format for format in formats.values() if format is not None and format in allowed), allowed[0])
    for shard, format in formats.items():
        if format is not expected:
            faults.damaged(
                index, f"{expected.name} shards only", quoted(shard), "Fetch the index again, or ask its author"
            )
    return expected
