"""The file names under which checkpoints are stored, and what else lies in a folder that has none of them."""

from __future__ import annotations

import os
import re
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from loadstone.checkpoint.faults import printable

SAFETENSORS = "safetensors"
PYTORCH = "pytorch"

SUFFIXES = {".safetensors": SAFETENSORS, ".bin": PYTORCH, ".pt": PYTORCH, ".pth": PYTORCH}
"""Which format a weight file is in, by the end of its name."""

OTHER_FORMATS = {
    ".h5": "TensorFlow weights",
    ".msgpack": "Flax weights",
    ".gguf": "llama.cpp weights",
    ".ckpt": "a TensorFlow 1 or Lightning checkpoint",
    ".onnx": "an ONNX graph",
    ".ot": "rust-bert weights",
}

_VARIANTS = [
    re.compile(pattern)
    for pattern in (
        r"model\.([^.]+)\.safetensors",
        r"model\.safetensors\.index\.([^.]+)\.json",
        r"pytorch_model\.([^.]+)\.bin",
        r"pytorch_model\.bin\.index\.([^.]+)\.json",
    )
]
_SHARD = re.compile(r"-\d{5}-of-\d{5}\.")
_LISTED = 20
_SCANNED = 10_000


class Candidate(NamedTuple):
    """A name under which a checkpoint may lie."""

    name: str
    format: str
    is_index: bool


def candidates(variant: str | None, use_safetensors: bool | None) -> list[Candidate]:
    """Where to look, first choice first: safetensors before PyTorch, one file before shards.

    >>> [each.name for each in candidates("fp16", True)]
    ['model.fp16.safetensors', 'model.safetensors.index.fp16.json']
    """
    dotted = f".{variant}" if variant else ""
    safe = [
        Candidate(f"model{dotted}.safetensors", SAFETENSORS, False),
        Candidate(f"model.safetensors.index{dotted}.json", SAFETENSORS, True),
    ]
    pytorch = [
        Candidate(f"pytorch_model{dotted}.bin", PYTORCH, False),
        Candidate(f"pytorch_model.bin.index{dotted}.json", PYTORCH, True),
    ]
    return (safe if use_safetensors is not False else []) + (pytorch if use_safetensors is not True else [])


def describe_folder(folder: Path, variant: str | None, use_safetensors: bool | None) -> list[str]:
    """Sentences on what lies in ``folder`` that someone who looked for weights there may have meant."""
    try:
        names, folders = _scan(folder)
    except OSError as error:
        return [_unlisted(error)]
    sentences: list[str] = []
    if use_safetensors is not None:
        other = [each.name for each in candidates(variant, not use_safetensors) if each.name in names]
        if other:
            sentences.append(f"With use_safetensors={use_safetensors} these are passed over: {_listing(other)}.")
    if variant and (plain := [each.name for each in candidates(None, use_safetensors) if each.name in names]):
        sentences.append(f"Without a variant there is {_listing(plain)}.")
    if found := sorted({match[1] for name in names for each in _VARIANTS if (match := each.fullmatch(name))}):
        sentences.append(f"Variants there: {', '.join(f'variant={each!r}' for each in found[:_LISTED])}.")
    if inner := [each for each in folders if _holds_weights(folder / each)]:
        sentences.append(f"Subfolders with weights: {', '.join(f'subfolder={each!r}' for each in inner[:_LISTED])}.")
    shards = [name for name in names if _SHARD.search(name)]
    if shards and not any(name.endswith(".json") and ".index." in name for name in names):
        sentences.append(f"There are shards but no index that says what is in them: {_listing(shards)}.")
    known = {each.name for flag in (True, False) for each in candidates(None, flag)}
    loose = [
        name
        for name in names
        if Path(name).suffix in SUFFIXES
        and name not in known
        and name not in shards
        and not any(each.fullmatch(name) for each in _VARIANTS)
    ]
    if loose:
        sentences.append(f"To open one of these, pass its own path: {_listing(loose)}.")
    for suffix, what in OTHER_FORMATS.items():
        if others := [name for name in names if name.endswith(suffix)]:
            sentences.append(f"{_listing(others)}: {what}, which is not read here.")
    return sentences


def describe_subfolders(folder: Path) -> str:
    """A sentence on the folders in ``folder``, for someone who named one that is not there."""
    try:
        _, folders = _scan(folder)
    except OSError as error:
        return _unlisted(error)
    return f"Folders there: {_listing(folders)}." if folders else "There are no folders in it."


def _scan(folder: Path) -> tuple[list[str], list[str]]:
    """Names of the files and of the folders in ``folder``, sorted; of a huge one, those that come first."""
    names: list[str] = []
    folders: list[str] = []
    with os.scandir(folder) as entries:
        for entry in islice(entries, _SCANNED):
            (folders if entry.is_dir() else names).append(entry.name)
    return sorted(names), sorted(folders)


def _unlisted(error: OSError) -> str:
    return f"It cannot be listed: {error.strerror or type(error).__name__}."


def _holds_weights(folder: Path) -> bool:
    return any(os.path.lexists(folder / each.name) for each in candidates(None, None))


def _listing(names: list[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return printable(", ".join(names[:_LISTED])) + more
