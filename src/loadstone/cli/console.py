"""What the commands print with: tables and progress in a terminal, plain lines elsewhere."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, TextIO

import typer

from loadstone.cli.tables import aligned, print_table
from loadstone.errors import FaultsError, LoadstoneError

if TYPE_CHECKING:
    from rich.console import Console

# Rich is imported by what prints with it: `--help`, completion and `--json` do without.

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """``text`` with control characters spelled out: what a file says must not steer the terminal that shows it."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def count_shown(count: int) -> str:
    """``1_100_048_384`` → ``1.10B``, as model names spell it."""
    size = float(count)
    for unit in ("", "K", "M"):
        if size < 999.5:
            return f"{count}" if not unit else f"{size:.3g}{unit}"
        size /= 1000
    return f"{size:.3g}B"


class Output:
    """Where a command's result goes. ``rich`` is True where a person looks at a terminal."""

    @cached_property
    def console(self) -> Console:
        return _console(stderr=False)

    @cached_property
    def errors(self) -> Console:
        return _console(stderr=True)

    @cached_property
    def rich(self) -> bool:
        return self.console.is_terminal

    def line(self, text: str = "", style: str = "") -> None:
        """One line, or several; styled in a terminal only."""
        if self.rich:
            from rich.text import Text

            self.console.print(Text(printable(text), style=style))
        else:
            typer.echo(printable(text))

    def piece(self, text: str) -> None:
        """A part of a line, shown at once."""
        if self.rich:
            from rich.text import Text

            self.console.print(Text(printable(text), style="green"), end="", soft_wrap=True)
        else:
            typer.echo(printable(text), nl=False)

    def note(self, text: str) -> None:
        """Something beside the result, on standard error."""
        typer.echo(printable(text), err=True)

    def json(self, value: object) -> None:
        """The one JSON document that ``--json`` prints."""
        echo_json(value)

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Sequence[int] = ()) -> None:
        """Rows under a header; the columns in ``numbers`` are aligned to the right."""
        cells = [[printable(cell) for cell in row] for row in rows]
        if self.rich:
            print_table(self.console, header, cells, numbers)
        else:
            for line in aligned([header, *cells], numbers):
                typer.echo(line)

    @contextmanager
    def working(self, what: str) -> Iterator[None]:
        """A line that says what takes its time, where somebody looks at it; bars of that work come below it."""
        if sys.stderr.isatty() and not self.errors.is_dumb_terminal:
            from tqdm import tqdm  # type: ignore[import-untyped, unused-ignore]

            # A bar too, so that those of a download or of weights do not write over it.
            line = printable(what).replace("{", "{{").replace("}", "}}")
            with tqdm(bar_format=f"{line} …", leave=False, dynamic_ncols=True):
                yield
        else:
            yield


def _console(stderr: bool) -> Console:
    from rich.console import Console

    # Rich takes a dumb terminal for one of 80 columns, if it is not told both sizes.
    columns, lines = shutil.get_terminal_size() if os.environ.get("TERM") == "dumb" else (None, None)
    return Console(stderr=stderr, highlight=False, width=columns, height=lines)


class SilentOutput(Output):
    """What ``--json`` has of a command that tells what it does as it goes: nothing but the one JSON document."""

    def line(self, text: str = "", style: str = "") -> None:
        """Nothing."""

    def piece(self, text: str) -> None:
        """Nothing."""

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Sequence[int] = ()) -> None:
        """Nothing."""


def echo_json(value: object) -> None:
    """``value`` as one JSON document on standard output: control characters escaped, NaN and infinity as text."""
    try:
        text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    except ValueError:
        text = json.dumps(_without_nan(value), indent=2, ensure_ascii=False, allow_nan=False)
    typer.echo(_CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text))


def _without_nan(value: object) -> object:
    """``value`` with floats that JSON has no numbers for spelled out: ``"nan"``, ``"inf"``, ``"-inf"``."""
    if isinstance(value, Mapping):
        return {name: _without_nan(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(each) for each in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def error_as_json(error: LoadstoneError) -> dict[str, object]:
    """What ``--json`` prints of an error: its class, its message, and every fault that it lists."""
    faults = error.faults if isinstance(error, FaultsError) else ()
    return {
        "error": {
            "type": type(error).__name__,
            "message": str(error),
            "faults": [fault._asdict() for fault in faults],
            "hint": error.hint if isinstance(error, FaultsError) else "",
        }
    }


@contextmanager
def failing_clearly(show_traceback: bool, status: int = 1, *, as_json: bool = False) -> Iterator[None]:
    """Our own errors as one message and exit code ``status``; Ctrl-C as exit code 130.

    With ``as_json`` the message is one JSON document on standard output. An error that is not ours is a bug and passes
    through with its traceback.
    """
    try:
        yield
    except LoadstoneError as error:
        is_traced = show_traceback or bool(os.environ.get("LOADSTONE_DEBUG"))
        if is_traced:
            traceback.print_exc()
        if as_json:
            echo_json(error_as_json(error))
        elif not is_traced:
            label = typer.style("error:", fg="red", bold=True) if _is_colored(sys.stderr) else "error:"
            typer.echo(f"{label} {printable(str(error))}", err=True)
        raise typer.Exit(status) from None
    except KeyboardInterrupt:
        typer.echo("", err=True)
        raise typer.Exit(130) from None


def _is_colored(stream: TextIO) -> bool:
    return stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
