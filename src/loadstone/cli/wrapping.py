"""Text in lines of whole words."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Callable

from rich.cells import cell_len

from loadstone.cli.console import printable

_TAB_CELLS = 8


def terminal_columns() -> int:
    """How wide the terminal is at this moment."""
    return shutil.get_terminal_size().columns


def wrapped(text: str) -> str:
    """A text for standard error: with new lines between words where that is a terminal, else as it is."""
    if not sys.stderr.isatty():
        return text
    lines = text.split("\n")
    width = terminal_columns()
    return "\n".join(textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False) for line in lines)


class WordWrap:
    """Gives a text that comes in pieces to ``write``, with a new line before a word that would be broken otherwise.

    A word is held back until it is known to be complete. Signs of two cells, as Chinese has them, are words of their
    own, since there are no blanks between them. ``columns`` is asked at every word: a terminal may change its size.
    """

    def __init__(self, write: Callable[[str], object], columns: Callable[[], int] = terminal_columns) -> None:
        self._write = write
        self._columns = columns
        self._column = 0
        self._blanks = self._word = self._ready = ""

    def show(self, text: str) -> None:
        """The next piece, or pieces; a newline shows what is held back."""
        for sign in printable(text):
            if sign == "\n":
                self._end_word()
                self._ready += "\n"
                self._column, self._blanks = 0, ""
            elif sign.isspace():
                self._end_word()
                self._blanks += sign
            elif cell_len(sign) > 1:
                self._end_word()
                self._word = sign
                self._end_word()
            else:
                self._word += sign
        if self._ready:
            self._write(self._ready)
            self._ready = ""

    def _end_word(self) -> None:
        if not self._word:
            return
        columns = max(self._columns(), 1)
        blanks, cells = sum(_TAB_CELLS if each == "\t" else 1 for each in self._blanks), cell_len(self._word)
        if self._column and self._column + blanks + cells > columns:
            self._ready += "\n"
            self._column, self._blanks, blanks = 0, "", 0
        self._ready += self._blanks + self._word
        self._column = (self._column + blanks + cells - 1) % columns + 1
        self._blanks = self._word = ""
