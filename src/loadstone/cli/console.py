"""What the commands print with: tables and progress in a terminal, plain lines elsewhere."""

from __future__ import annotations

import json
import os
import re
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from loadstone.errors import LoadstoneError

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

    def __init__(self) -> None:
        self.console = Console(highlight=False)
        self.errors = Console(stderr=True, highlight=False)
        self.rich = self.console.is_terminal

    def line(self, text: str = "", style: str = "") -> None:
        """One line, or several; styled in a terminal only."""
        if self.rich:
            self.console.print(Text(printable(text), style=style))
        else:
            typer.echo(printable(text))

    def piece(self, text: str) -> None:
        """A part of a line, shown at once."""
        if self.rich:
            self.console.print(Text(printable(text), style="green"), end="", soft_wrap=True)
        else:
            typer.echo(printable(text), nl=False)

    def note(self, text: str) -> None:
        """Something beside the result, on standard error."""
        typer.echo(printable(text), err=True)

    def json(self, value: object) -> None:
        """The one JSON document that ``--json`` prints."""
        typer.echo(json.dumps(value, indent=2, ensure_ascii=False))

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Sequence[int] = ()) -> None:
        """Rows under a header; the columns in ``numbers`` are aligned to the right."""
        cells = [[printable(cell) for cell in row] for row in rows]
        if self.rich:
            table = Table(box=None, pad_edge=False, header_style="bold")
            for index, name in enumerate(header):
                table.add_column(name, justify="right" if index in numbers else "left", overflow="fold")
            for row in cells:
                table.add_row(*(Text(cell) for cell in row))
            self.console.print(table)
            return
        widths = [max(len(row[index]) for row in [list(header), *cells]) for index in range(len(header))]
        for row in [list(header), *cells]:
            aligned = [
                cell.rjust(width) if index in numbers else cell.ljust(width)
                for index, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            typer.echo("  ".join(aligned).rstrip())

    @contextmanager
    def working(self, what: str) -> Iterator[None]:
        """A spinner while something takes its time, where somebody looks at it."""
        if self.errors.is_terminal and not self.errors.is_dumb_terminal:
            with self.errors.status(Text(printable(what))):
                yield
        else:
            yield


@contextmanager
def failing_clearly(show_traceback: bool, status: int = 1) -> Iterator[None]:
    """Our own errors as one message and exit code ``status``; Ctrl-C as exit code 130.

    An error that is not ours is a bug and passes through with its traceback.
    """
    try:
        yield
    except LoadstoneError as error:
        if show_traceback or os.environ.get("LOADSTONE_DEBUG"):
            traceback.print_exc()
        else:
            style = "bold red" if sys.stderr.isatty() and "NO_COLOR" not in os.environ else ""
            Console(stderr=True, highlight=False, soft_wrap=True).print(
                Text.assemble(("error: ", style), printable(str(error)))
            )
        raise typer.Exit(status) from None
    except KeyboardInterrupt:
        typer.echo("", err=True)
        raise typer.Exit(130) from None
