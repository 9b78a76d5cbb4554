"""Text that a model writes, shown while it comes, with how fast it came and what is kept of it on Ctrl-C."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadstone.cli.console import Output

INTERRUPTED = 130
"""The exit code of a command that was ended with Ctrl-C."""
_UNKNOWN = "\ufffd"
"""What a sign of several bytes decodes to while some of them are not there yet."""


@dataclass(frozen=True)
class Statistics:
    """How fast one text came."""

    new_tokens: int
    time_to_first_token_s: float | None
    """Seconds from the call of ``generate`` to the first new token; None where no token came by itself."""
    from_process_start_s: float | None
    """The same, from the start of this process: with imports and the load. None where the system does not tell it."""
    tokens_per_s: float | None
    """Of the tokens after the first, which are one step of the model each; None for fewer than two tokens."""

    def __str__(self) -> str:
        said = [counted(self.new_tokens)]
        if self.time_to_first_token_s is not None:
            said.append(f"first after {self.time_to_first_token_s:.2f} s")
        if self.from_process_start_s is not None:
            said.append(f"{self.from_process_start_s:.2f} s after the start")
        if self.tokens_per_s is not None:
            said.append(f"{self.tokens_per_s:.1f} tokens/s")
        return ", ".join(said)


class TokenStream:
    """A streamer for ``generate`` of one text: decodes tokens as they come and gives whole signs to ``show``.

    Make it just before ``generate`` is called, since its clock starts then. ``stops`` are strings that the text ends
    before: what may be the beginning of one is held back until that is known. Tokens in ``ends`` are neither shown nor
    counted. ``continues``: the prompt is shown too, and new text goes on with it, rather than to begin by itself, which
    matters to tokenizers that mark a space before a word.
    """

    def __init__(
        self,
        tokenizer: Any,
        show: Callable[[str], object],
        *,
        stops: Sequence[str] = (),
        ends: Collection[int] = (),
        continues: bool = False,
    ) -> None:
        self._tokenizer = tokenizer
        self._show = show
        self._stops = stops
        self._ends = ends
        self._continues = continues
        self._ids: list[int] = []
        self._has_begun = False
        self._begin = self._read = 0
        self._held = ""
        self._began_s = time.perf_counter()
        self._first_s: float | None = None
        self._last_s: float | None = None
        self._process_s: float | None = None
        self.text = ""
        """What was shown."""
        self.new_ids: list[int] = []
        """The new tokens, without what ended them."""
        self.is_stopped = False
        """Whether one of ``stops`` came."""
        self.is_interrupted = False

    def put(self, value: Any) -> None:
        """The prompt first, (1, tokens); then one token at a time, (1,). Raises KeyboardInterrupt after Ctrl-C, which
        may have come where Python drops exceptions (a finalizer)."""
        if self.is_interrupted:
            raise KeyboardInterrupt
        ids = value.tolist()
        if not self._has_begun:
            self._start(ids[0])
            return
        self._last_s = time.perf_counter()
        if self._first_s is None:
            self._first_s, self._process_s = self._last_s, process_age_s()
        self._add(ids)
        text = self._unread()
        if text and not text.endswith(_UNKNOWN):
            self._begin, self._read = self._read, len(self._ids)
            self._take(text)

    def take(self, prompt: Sequence[int], new: Sequence[int]) -> None:
        """A whole text at once, where ``generate`` gave no token before the end."""
        self._start(prompt)
        self._add(new)
        self.end()

    def end(self) -> None:
        """What was held back, and the end of the line."""
        self._take(self._unread())
        if not self.is_stopped:
            self._emit(self._held)
        self._held, self._begin, self._read = "", self._read, len(self._ids)
        self._show("\n")

    def statistics(self) -> Statistics:
        """What is known so far."""
        first_s, last_s, count = self._first_s, self._last_s, len(self.new_ids)
        rate = (count - 1) / (last_s - first_s) if count > 1 and first_s and last_s and last_s > first_s else None
        return Statistics(count, None if first_s is None else first_s - self._began_s, self._process_s, rate)

    def _start(self, prompt: Sequence[int]) -> None:
        self._has_begun = True
        self._ids = list(prompt) if self._continues else []
        self._read = len(self._ids)
        if self._continues:
            self._emit(self._tokenizer.decode(self._ids, skip_special_tokens=True))

    def _add(self, ids: Sequence[int]) -> None:
        new = [token_id for token_id in ids if token_id not in self._ends]
        self.new_ids += new
        self._ids += new

    def _unread(self) -> str:
        """The text of the tokens that were not shown yet, decoded with a few before them, which may change it."""
        before = self._tokenizer.decode(self._ids[self._begin : self._read], skip_special_tokens=True)
        text = self._tokenizer.decode(self._ids[self._begin :], skip_special_tokens=True)
        return str(text[len(before) :])

    def _take(self, text: str) -> None:
        """Shows of a new piece, and of what was held back, what is sure to come before any of the stops."""
        if self.is_stopped:
            return
        text = self._held + text
        places = [place for stop in self._stops if (place := text.find(stop)) >= 0]
        if places:
            self.is_stopped = True
            text, self._held = text[: min(places)], ""
        else:
            kept = max((_overlap(text, stop) for stop in self._stops), default=0)
            text, self._held = text[: len(text) - kept], text[len(text) - kept :]
        self._emit(text)

    def _emit(self, text: str) -> None:
        if text:
            self.text += text
            self._show(text)


@contextmanager
def until_interrupted(stream: TokenStream, output: Output) -> Iterator[None]:
    """Ctrl-C ends the text: what was written stays, its line is ended, and standard error says after how many tokens.

    The stream then says ``is_interrupted``; a command that has nothing else to do leaves with :data:`INTERRUPTED`.
    """

    def interrupt(number: int, frame: object) -> None:
        stream.is_interrupted = True
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:  # as in a job of the background
        signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    except KeyboardInterrupt:
        stream.is_interrupted = True
        stream.end()
        output.note(f"interrupted after {counted(len(stream.new_ids))}")
    finally:
        signal.signal(signal.SIGINT, before)


def counted(tokens: int) -> str:
    """``1 token``, ``2 tokens``."""
    return "1 token" if tokens == 1 else f"{tokens} tokens"


def process_age_s() -> float | None:
    """Seconds since this process was started, to a hundredth, as Linux tells them; None on other systems.

    Source: proc_pid_stat(5), field 22, in clock ticks since the machine was started.
    """
    try:
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        started_s = int(fields[19]) / os.sysconf("SC_CLK_TCK")
        return time.clock_gettime(time.CLOCK_BOOTTIME) - started_s
    except (AttributeError, OSError, ValueError, IndexError):
        return None


def _overlap(text: str, stop: str) -> int:
    """How many characters at the end of a text may be the beginning of a stop."""
    return next((size for size in range(min(len(stop) - 1, len(text)), 0, -1) if text.endswith(stop[:size])), 0)
