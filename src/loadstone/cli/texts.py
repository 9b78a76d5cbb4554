"""The texts of ``loadstone run``: as arguments, from standard input, and from files."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import typer

from loadstone.core.paths import local_path
from loadstone.errors import ArgumentError

STDIN = "-"
_MOST_BYTES = 64 << 20
"""More than any model reads: what never ends, as a device or a stream, is refused rather than held."""


def texts_of(arguments: Sequence[str], files: Sequence[str]) -> list[str]:
    """The texts among the arguments, of which one may be ``-``, and then those of files, each a text.

    Inner newlines and spaces are kept; the newline that ends the last line of a file or of standard input is not part
    of the text. Raises :class:`ArgumentError` for a second ``-``, for what cannot be read, is no UTF-8, or never ends.
    """
    if list(arguments).count(STDIN) > 1:
        raise ArgumentError("Only one TEXT can be -, since there is one standard input.")
    return [*(_of_stdin() if text == STDIN else text for text in arguments), *map(_of_file, files)]


def _of_stdin() -> str:
    if sys.stdin.isatty():
        typer.echo("Reading the text from the terminal; Ctrl-D on a new line ends it.", err=True)
    return _text(sys.stdin.buffer, "standard input")


def _of_file(name: str) -> str:
    path = local_path(name)
    try:
        with Path(path).open("rb") as file:
            return _text(file, str(path))
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        raise ArgumentError(f"--file {path}: cannot be read ({getattr(error, 'strerror', None) or error}).") from None


def _text(file: BinaryIO, where: str) -> str:
    content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ArgumentError(f"{where}: more than {_MOST_BYTES >> 20} MiB, which no model reads as one text.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ArgumentError(
            f"{where}: expected UTF-8, found byte 0x{content[error.start]:02x} at {error.start}."
        ) from None
    return text.replace("\r\n", "\n").removesuffix("\n")
