"""One rule for every path that a caller gives, to read from or to write to."""

from __future__ import annotations

import os
from pathlib import Path

from loadstone.core.remote_path import is_address
from loadstone.errors import ArgumentError


def local_path(path: str | os.PathLike[str]) -> Path:
    """The path that is meant: ``~`` at its beginning is the home folder, ``~name`` that of a user.

    Raises :class:`ArgumentError` for what is no path, or an empty one, and where nobody's home is known by that name,
    so that no folder called ``~name`` comes to be in the working directory; and for an address (``s3://…``).
    """
    text = os.fspath(path) if isinstance(path, str | os.PathLike) else None
    if not isinstance(text, str) or not text:
        raise ArgumentError(f"expected a path, found {path!r}")
    if is_address(text):
        raise ArgumentError(
            f"expected a path, found an address, {text.partition('://')[0]}://…: models are loaded from there, and "
            "nothing is written there. Write to a folder, and upload that"
        )
    expanded = os.path.expanduser(text)
    if expanded.startswith("~") and not os.path.lexists(expanded):
        raise ArgumentError(f"{text!r}: no home folder is known for {Path(text).parts[0]!r}. Give the whole path")
    return Path(expanded)


def here() -> str:
    """The working directory, for a message."""
    try:
        return os.getcwd()
    except OSError:
        return "a working directory that is gone"
