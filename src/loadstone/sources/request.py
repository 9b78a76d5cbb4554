"""What a caller says of files: where they come from, and which of them are meant. Frozen, named values."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from loadstone.core.keywords import FLAG, PATH, TEXT, Kind, check_kinds
from loadstone.errors import ArgumentError


class StorageOptions(dict[str, Any]):
    """What a caller tells a store of remote files, credentials maybe: it shows names only."""

    def __repr__(self) -> str:
        return f"StorageOptions({', '.join(f'{name}=…' for name in self)})"


class HubOptions(NamedTuple):
    """How the Hub, or a store of remote files, is asked for them. Nothing of it matters for what is on this machine."""

    revision: str | None = None
    """A branch, tag or commit; None stands for ``main``."""
    cache_dir: str | os.PathLike[str] | None = None
    force_download: bool = False
    local_files_only: bool = False
    token: str | bool | None = None
    """A string, True for the one that is stored, False for none."""
    endpoint: str | None = None
    """The Hub's address, ``HF_ENDPOINT`` by default."""
    stream: bool = False
    """Weights are read from the Hub as they are needed, and not put into the cache."""
    storage_options: Mapping[str, Any] | None = None
    """For an address: what its store takes beyond the environment."""


class FileChoice(NamedTuple):
    """Which of the files in a folder or a repository are meant."""

    subfolder: str = ""
    variant: str | None = None
    """The middle part of the names of weight files: ``model.VARIANT.safetensors``."""
    use_safetensors: bool | None = None
    """True: nothing but safetensors; False: nothing of it; None: safetensors first."""
    prefer: str | None = None
    """The format to look for first."""
    gguf_file: str | None = None
    """The one file of llama.cpp's to take."""


KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("revision", "endpoint", "subfolder", "variant", "gguf_file"), TEXT),
    **dict.fromkeys(("force_download", "local_files_only", "use_safetensors", "stream"), FLAG),
    "cache_dir": PATH,
    "token": Kind((str, bool), "text, True or False"),
}
"""Of the fields of both, what a caller may give."""


def check_files(which: FileChoice, hub: HubOptions) -> None:
    """:class:`ArgumentError` for values of other types than these, and for a subfolder that leads out."""
    check_kinds({**which._asdict(), **hub._asdict()}, KINDS)
    check_subfolder(which.subfolder)


def check_subfolder(subfolder: str) -> None:
    """:class:`ArgumentError` for one that leads out of the folder."""
    path = Path(subfolder)
    if path.is_absolute() or ".." in path.parts or "\\" in subfolder or "\0" in subfolder:
        raise ArgumentError(f"subfolder={subfolder!r} leads out of the folder; pass that path itself")


def prefix_of(subfolder: str) -> str:
    """What the names of its files begin with, in the repository."""
    inner = PurePosixPath(subfolder).as_posix()
    return "" if inner == "." else f"{inner}/"


def check_gguf_file(name: str) -> None:
    """:class:`ArgumentError` for what is no name of a file in a folder."""
    path = Path(name) if isinstance(name, str) else None
    if path is None or path.is_absolute() or not path.name or ".." in path.parts or "\\" in name or "\0" in name:
        raise ArgumentError(f"gguf_file={name!r}: expected a file's name in the folder, such as 'model.Q4_K_M.gguf'")


USUAL_FILES = FileChoice()
MAIN = HubOptions()


def files_asked_for(keywords: dict[str, object]) -> tuple[FileChoice, HubOptions]:
    """Both from the keywords that say where a config is, which are taken out of ``keywords``; None counts as absent."""

    def taken(*names: str) -> dict[str, Any]:
        return {name: value for name in names if (value := keywords.pop(name, None)) is not None}

    which = FileChoice(**taken("subfolder", "gguf_file"))
    hub = HubOptions(**taken("revision", "cache_dir", "force_download", "local_files_only", "token", "stream"))
    return which, hub._replace(storage_options=storage_options_of(keywords.pop("storage_options", None)))


def storage_options_of(given: object) -> StorageOptions | None:
    """What a caller gave as ``storage_options``; :class:`ArgumentError`, which does not repeat it, for what is none."""
    if given is None:
        return None
    if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given):
        raise ArgumentError(
            f"storage_options is a {type(given).__name__}, expected a dict such as {{'endpoint': 'https://…'}}"
        )
    return StorageOptions(given)
