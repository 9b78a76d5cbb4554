"""The file names under which checkpoints are stored, and what else lies in a folder that has none of them."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from loadstone.checkpoint.faults import printable
from loadstone.checkpoint.format import Format
from loadstone.checkpoint.registry import formats_in_folders, suffixes

SAFETENSORS = "safetensors"
PYTORCH = "pytorch"
FLAX = "flax"
TENSORFLOW = "tensorflow"
GGUF = "gguf"
GGUF_SUFFIX = ".gguf"
OTHER_FORMATS = {
    ".ckpt": "a TensorFlow 1 or Lightning checkpoint",
    ".onnx": "an ONNX graph",
    ".ot": "rust-bert weights",
}

_SHARD = re.compile(r"-\d{5}-of-\d{5}\.")
_LISTED = 20
_SCANNED = 10_000


class Candidate(NamedTuple):
    """A name under which a checkpoint may lie."""

    name: str
    format: Format
    is_index: bool


def candidates(variant: str | None, use_safetensors: bool | None, prefer: str | None = None) -> list[Candidate]:
    """Where to look, first choice first: the formats in their order, of each one file before shards.

    ``use_safetensors``: True takes nothing else, False nothing of it. ``prefer`` is looked for first.

    >>> [each.name for each in candidates("fp16", True)]
    ['model.fp16.safetensors', 'model.safetensors.index.fp16.json']
    >>> [each.name for each in candidates(None, None, "flax")][:3]
    ['flax_model.msgpack', 'flax_model.msgpack.index.json', 'model.safetensors']
    """
    wanted = sorted(allowed_formats(use_safetensors), key=lambda format: format.name != prefer)
    return [candidate for format in wanted for candidate in _of_format(format, variant)]


def allowed_formats(use_safetensors: bool | None) -> tuple[Format, ...]:
    """The formats that ``use_safetensors`` leaves, in the order in which they are looked for."""
    return tuple(
        format
        for format in formats_in_folders()
        if use_safetensors is None or use_safetensors == (format.name == SAFETENSORS)
    )


def _of_format(format: Format, variant: str | None) -> list[Candidate]:
    single, index = format.usual_names(variant)
    others = [] if variant else [Candidate(name, format, False) for name in format.other_names]
    return [Candidate(single, format, False), Candidate(index, format, True), *others]


@lru_cache(maxsize=1)
def _variants() -> tuple[re.Pattern[str], ...]:
    """What names with a variant look like; the variant is the one group."""
    marked = (name for format in formats_in_folders() for name in format.usual_names("\0"))
    return tuple(re.compile(re.escape(name).replace(re.escape("\0"), "([^.]+)")) for name in marked)


def describe_folder(folder: Path, variant: str | None, use_safetensors: bool | None) -> list[str]:
    """Sentences on what lies in ``folder`` that someone who looked for weights there may have meant."""
    try:
        names, folders = _scan(folder)
    except OSError as error:
        return [_unlisted(error)]
    sentences: list[str] = []
    if use_safetensors is not None:
        other = [candidate.name for candidate in candidates(variant, not use_safetensors) if candidate.name in names]
        if other:
            sentences.append(f"With use_safetensors={use_safetensors} these are ignored: {_listing(other)}.")
    if variant and (
        plain := [candidate.name for candidate in candidates(None, use_safetensors) if candidate.name in names]
    ):
        sentences.append(f"Without a variant there is {_listing(plain)}.")
    if variants := sorted(
        {match[1] for name in names for pattern in _variants() if (match := pattern.fullmatch(name))}
    ):
        sentences.append(f"Variants there: {', '.join(f'variant={variant!r}' for variant in variants[:_LISTED])}.")
    if inner := [subfolder for subfolder in folders if _holds_weights(folder / subfolder)]:
        sentences.append(
            f"Subfolders with weights: {', '.join(f'subfolder={subfolder!r}' for subfolder in inner[:_LISTED])}."
        )
    shards = [name for name in names if _SHARD.search(name)]
    if shards and not any(name.endswith(".json") and ".index." in name for name in names):
        sentences.append(f"There are shards but no index that says what is in them: {_listing(shards)}.")
    known = {candidate.name for candidate in candidates(None, None)}
    loose = [
        name
        for name in names
        if suffixes().get(Path(name).suffix) in formats_in_folders()
        and name not in known
        and name not in shards
        and not any(pattern.fullmatch(name) for pattern in _variants())
    ]
    if loose:
        sentences.append(f"To open one of these, pass its own path: {_listing(loose)}.")
    if ggufs := [name for name in names if Path(name).suffix == ".gguf"]:
        sentences.append(f"There are GGUF files; gguf_file={ggufs[0]!r} loads from one: {_listing(ggufs)}.")
    for suffix, what in OTHER_FORMATS.items():
        if others := [name for name in names if name.endswith(suffix)]:
            sentences.append(f"{_listing(others)}: {what}, which is not read here.")
    return sentences


def files_beside(folder: Path, format: Format, read: Collection[str]) -> str:
    """Names of further weight files and indexes of a format in ``folder``; nothing if there are none.

    Of ``.bin`` files only those that are named like weights, for trainers give that ending to all kinds of things.
    """
    try:
        names, _ = _scan(folder)
    except OSError:  # which may be read and not be listed
        return ""
    stem, suffix = str(format.stem), format.suffixes[0]
    beside = [
        name
        for name in names
        if name not in read
        and (name.startswith(stem) or format.owns_suffix)
        and (name.endswith(suffix) or (f"{suffix}.index." in name and name.endswith(".json")))
    ]
    return _listing(sorted(map(printable, beside), key=lambda name: not name.endswith(".json")))


def describe_subfolders(folder: Path) -> str:
    """A sentence on the folders in ``folder``, for someone who named one that is not there."""
    try:
        _, folders = _scan(folder)
    except OSError as error:
        return _unlisted(error)
    return f"Folders there: {_listing(folders)}." if folders else "There are no folders in it."


def holds_any_weights(folder: Path) -> bool:
    """Whether a folder holds weights under a name that some load looks for: any format or variant, or shards."""
    try:
        names, _ = _scan(folder)
    except OSError:
        return False
    known = {candidate.name for candidate in candidates(None, None)}
    return any(
        name in known or _SHARD.search(name) or any(pattern.fullmatch(name) for pattern in _variants())
        for name in names
    )


def subfolders_with(folder: Path, name: str) -> str:
    """The arguments that lead to the folders in ``folder`` that hold a file of that name, for a message; those of a
    repository in the Hub's cache by their paths."""
    try:
        _, folders = _scan(folder)
        snapshots = _scan(folder / "snapshots")[1] if "snapshots" in folders else []
    except OSError:
        return ""
    inner = [f"subfolder={subfolder!r}" for subfolder in folders if (folder / subfolder / name).is_file()]
    paths = [folder / "snapshots" / snapshot for snapshot in snapshots]
    return _listing([*inner, *(str(path) for path in paths if (path / name).is_file())])


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
    return any(os.path.lexists(folder / candidate.name) for candidate in candidates(None, None))


def _listing(names: list[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return printable(", ".join(names[:_LISTED])) + more


CONFIG_NAME = "config.json"


GENERATION_CONFIG_NAME = "generation_config.json"
