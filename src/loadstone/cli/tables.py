"""Tables of lines, and of a terminal that may be narrow."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_GAP = "  "


def aligned(rows: Sequence[Sequence[str]], numbers: Collection[int]) -> list[str]:
    """Rows as lines, each cell as wide as its column; the columns in ``numbers`` are aligned to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if index in numbers else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append(_GAP.join(cells).rstrip())
    return lines


def print_table(
    console: Console, header: Sequence[str], rows: Sequence[Sequence[str]], numbers: Collection[int]
) -> None:
    """Rows under a header, in a terminal. Where columns would break words, the first gets lines of its own."""
    least = [
        max(len(part) for cell in column for part in ([cell] if index in numbers else cell.split() or [""]))
        for index, column in enumerate(zip(header, *rows, strict=True))
    ]
    if sum(least) + len(_GAP) * (len(least) - 1) > console.width:
        _print_stacked(console, [header, *rows], numbers)
    else:
        _print_side_by_side(console, header, rows, numbers, least)


def _print_side_by_side(
    console: Console,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    numbers: Collection[int],
    least: Sequence[int],
) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for index, name in enumerate(header):
        is_whole = least[index] == max(len(row[index]) for row in (header, *rows))  # with no blank to break it at
        table.add_column(name, justify="right" if index in numbers else "left", overflow="fold", no_wrap=is_whole)
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)


def _print_stacked(console: Console, rows: Sequence[Sequence[str]], numbers: Collection[int]) -> None:
    from rich.padding import Padding
    from rich.text import Text

    lines = aligned([row[1:] for row in rows], [index - 1 for index in numbers])
    for index, (row, line) in enumerate(zip(rows, lines, strict=True)):
        style = "" if index else "bold"
        console.print(Text(row[0], style))
        console.print(Padding(Text(line, style), (0, 0, 0, len(_GAP))))
