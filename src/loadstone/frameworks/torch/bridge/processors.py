"""Processors of pictures, sound and films: transformers' own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loadstone.errors import ConfigError, FrameworkNotInstalled


def made_processor(auto_class: str, place: str | Path, keywords: Mapping[str, Any]) -> Any:
    """What transformers' Auto class of that name makes of a folder, or of a repository whose code may run.

    :class:`ConfigError` where it makes none of these files; :class:`FrameworkNotInstalled` where it lacks a package.
    """
    import transformers

    try:
        return getattr(transformers, auto_class).from_pretrained(place, **keywords)
    except ImportError as error:
        raise FrameworkNotInstalled(f"{place}: transformers' {auto_class} needs more: {error}") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{place}: transformers' {auto_class} makes nothing of these files: {error}") from error
