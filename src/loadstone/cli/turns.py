"""What is said to a model, turn by turn: typed in a terminal, with line editing, or from a file or a pipe."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import NamedTuple

from loadstone.cli.console import Output
from loadstone.cli.wrapping import wrapped
from loadstone.errors import ArgumentError

FENCE = '"""'
"""A line that a block of lines begins with, and ends with."""
_PROMPT, _MORE = "> ", "... "


class Turn(NamedTuple):
    """One message, or one command."""

    text: str
    is_block: bool = False
    """Whether it stood between two fences, and so is no command, whatever it begins with."""


class Turns:
    """Reads standard input. A line is a turn; one that ends with a backslash goes on with the next, and lines between
    two lines of three double quotes are one turn. Only in a terminal are there prompts, line editing and a history.
    """

    def __init__(self, output: Output) -> None:
        self._output = output
        self.is_interactive = sys.stdin is not None and sys.stdin.isatty()
        if self.is_interactive:
            _edit_lines()

    def read(self) -> Turn | None:
        """The next turn that is not empty; None where there is no more.

        In a terminal Ctrl-C drops what was typed, and ends the turns where it comes twice. Raises
        :class:`ArgumentError` for bytes that are no text and, outside of a terminal, for a block without an end.
        """
        was_interrupted = False
        while True:
            try:
                turn = self._turn()
            except KeyboardInterrupt:
                if not self.is_interactive:
                    raise
                self._output.note("")
                if was_interrupted:
                    return None
                was_interrupted = True
                self._output.note(wrapped("Ctrl-C once more, or Ctrl-D, ends the conversation."))
                continue
            if turn is None or turn.text.strip():
                return turn

    def _turn(self) -> Turn | None:
        line = self._line(_PROMPT)
        if line is None:
            return None
        if line.strip() == FENCE:
            return self._block()
        lines = [line]
        while lines[-1].endswith("\\"):
            lines[-1] = lines[-1][:-1]
            following = self._line(_MORE)
            if following is None:
                break
            lines.append(following)
        return Turn("\n".join(lines))

    def _block(self) -> Turn | None:
        lines: list[str] = []
        while (line := self._line(_MORE)) is not None:
            if line.strip() == FENCE:
                return Turn("\n".join(lines), is_block=True)
            lines.append(line)
        fault = f"The block of lines has no end: expected a line of {FENCE} after it. It was not sent."
        if not self.is_interactive:
            raise ArgumentError(fault)
        self._output.note(wrapped(fault))
        return None

    def _line(self, prompt: str) -> str | None:
        """One line without its end; None where there is no more."""
        try:
            if not self.is_interactive:
                line = sys.stdin.readline()
                return _as_text(line.removesuffix("\n").removesuffix("\r")) if line else None
            if not sys.stdout.isatty():  # input() would write the prompt among the answers
                sys.stderr.write(prompt)
                sys.stderr.flush()
                prompt = ""
            return _as_text(input(prompt))
        except EOFError:
            self._output.note("")
            return None
        except UnicodeDecodeError as error:
            raise _no_text(error) from None


def _edit_lines() -> None:
    """From now on ``input`` edits lines and knows those before, where the system has readline. What is pasted comes in
    one piece, which Python turns off, since its own prompt takes lines one by one."""
    with contextlib.suppress(ImportError):  # Windows has none
        import readline

        if "libedit" not in (readline.__doc__ or "") and os.environ.get("TERM", "dumb") != "dumb":
            readline.parse_and_bind("set enable-bracketed-paste on")


def _as_text(line: str) -> str:
    """The line itself, where all of it is text: some systems mark bytes that are none, rather than to refuse them."""
    try:
        return line.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeDecodeError as error:
        raise _no_text(error) from None


def _no_text(error: UnicodeDecodeError) -> ArgumentError:
    return ArgumentError(
        f"Standard input: expected UTF-8 text, found the byte 0x{error.object[error.start]:02x} in a line. "
        "Write the text in UTF-8."
    )
