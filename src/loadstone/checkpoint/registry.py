"""Which formats there are: every folder here. Adding one is all it takes."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import lru_cache

from loadstone.checkpoint.format import Format

_FOLDER = "loadstone.checkpoint"


@lru_cache(maxsize=1)
def formats() -> tuple[Format, ...]:
    """All of them, by rank."""
    modules = pkgutil.iter_modules(importlib.import_module(_FOLDER).__path__)
    formats: list[Format] = [
        importlib.import_module(f"{_FOLDER}.{module.name}").FORMAT for module in modules if module.ispkg
    ]
    return tuple(sorted(formats, key=lambda format: format.rank))


@lru_cache(maxsize=1)
def suffixes() -> Mapping[str, Format]:
    """The end of a weight file's name → its format."""
    return {suffix: format for format in formats() for suffix in format.suffixes}


@lru_cache(maxsize=1)
def formats_in_folders() -> tuple[Format, ...]:
    """Those that are looked for in a folder, in that order."""
    return tuple(format for format in formats() if format.stem is not None)


@lru_cache(maxsize=1)
def written_formats() -> Mapping[str, Format]:
    """The ``weight_format`` of a save → the format."""
    return {format.written_as: format for format in formats() if format.written_as is not None}
