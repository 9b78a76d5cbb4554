"""From a path to a checkpoint: find the weight files, check them all, and only then answer."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from loadstone.checkpoint.mapping import Checkpoint
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
from loadstone.checkpoint.shards import Needs, open_sharded, open_single
from loadstone.core.keywords import FLAG, TEXT, check_kinds
from loadstone.core.paths import local_path
from loadstone.core.remote_path import is_address
from loadstone.errors import ArgumentError, CheckpointError, CheckpointNotFound

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
    storage_options: Mapping[str, Any] | None = None,
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

    Of an address (``s3://``, ``gs://``, ``az://``, ``https://``) the headers of safetensors files are fetched, and of
    a tensor that is read its bytes; nothing is put on the disk.

    :param path: a folder, or one file: ``.safetensors``, ``.bin``, ``.pt``, ``.pth``, ``.msgpack``, ``.h5``,
        ``.keras``, ``.gguf``, or an index ``.json``; or the address of a folder, a ``.safetensors`` file or an index
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
    :param storage_options: for an address: what the store takes beyond the environment (``endpoint``, ``region``,
        ``skip_signature``, …), ``timeout`` in seconds, ``headers``
    :raises UnsupportedDType: a dtype that has no name here
    :raises RemoteError: a store or a server that refuses, fails or cannot be reached
    """
    if sys.byteorder != "little":
        raise CheckpointError("Checkpoints are little-endian, and this machine is big-endian: they cannot be read here")
    if prefer is not None and prefer not in (known := [format.name for format in formats_in_folders()]):
        raise ArgumentError(f"prefer={prefer!r}: expected one of {', '.join(map(repr, known))}")
    check_kinds({"subfolder": subfolder, "variant": variant, "use_safetensors": use_safetensors}, _KINDS)
    if is_address(path):
        from loadstone.checkpoint.remote import RemoteChoice, folder_at, open_remote  # which files here do without

        _check_inside(subfolder, os.fspath(path))
        wanted = RemoteChoice(subfolder, _checked(variant), use_safetensors, prefer)
        return open_remote(folder_at(os.fspath(path), storage_options), wanted, leave_out, needs)
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
    _check_inside(subfolder, root)
    folder = root / subfolder
    if not os.path.isdir(folder):
        raise CheckpointNotFound(f"{root} has no folder {subfolder!r}. {describe_subfolders(root)}")
    return folder


def _check_inside(subfolder: str, root: object) -> None:
    if "\0" in subfolder or "\\" in subfolder or Path(subfolder).is_absolute() or ".." in Path(subfolder).parts:
        raise ArgumentError(f"subfolder={subfolder!r} leaves the folder {root}; pass that path itself")


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
            opened = open_sharded(path, (format,), leave_out, needs) if is_index else open_single(path, format)
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
        return open_sharded(path, allowed_formats(use_safetensors), (), needs)
    format = suffixes().get(path.suffix)
    if format is None:
        raise CheckpointNotFound(
            f"{path}: expected a folder, a weight file ({', '.join(suffixes())}) or an index (.json). "
            "Rename the file if it is one of these"
        )
    if use_safetensors is not None and use_safetensors != (format.name == SAFETENSORS):
        raise ArgumentError(f"use_safetensors={use_safetensors}, but {path} is a {format.name} file; leave it out")
    return open_single(path, format)
