"""When which bytes of which file were read: what a timeline of a load is drawn from.

A note costs about a microsecond, beside reads of megabytes; those of one thread that follow each other are one span,
so that the log of a terabyte is as short as that of a gigabyte. It holds paths and numbers, and no file.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from loadstone.core.byte_source import ByteSource

_PAUSE_S = 0.001
"""Reads of a thread that are further apart are told apart, at first."""
_MANY = 1000
"""So many spans later, only those twice as far apart are."""


class Span(NamedTuple):
    """Some time in which one thread read from one file, one read after another."""

    start_s: float
    """As ``time.perf_counter`` counts."""
    stop_s: float
    nbytes: int
    was_cached: bool
    """Whether the bytes were in the page cache already, so that they were only entered into the page tables."""
    thread: int
    """Which of the threads that read, from 0."""


class ReadLog:
    """The spans of one load; threads may share it."""

    def __init__(self) -> None:
        self._pause_s, self._count = _PAUSE_S, 0
        self._spans: dict[str, list[Span]] = {}
        self._threads: dict[int, int] = {}
        self._last: dict[tuple[int, Path], int] = {}
        """Thread and file → where its last span stands in the file's."""

    def note(self, path: Path, start_s: float, nbytes: int, was_cached: bool = False) -> None:
        """So many bytes were read, from ``start_s`` until now."""
        stop_s = time.perf_counter()
        thread = self._threads.get(threading.get_ident())
        if thread is None:
            with _APPENDING:
                thread = self._threads[threading.get_ident()] = len(self._threads)
        spans = self._spans.setdefault(str(path), [])
        at = self._last.get((thread, path))
        if at is not None:
            last = spans[at]
            if start_s - last.stop_s < self._pause_s and last.was_cached == was_cached:
                spans[at] = Span(last.start_s, stop_s, last.nbytes + nbytes, was_cached, thread)
                return
        with _APPENDING:
            self._last[thread, path] = len(spans)
            spans.append(Span(start_s, stop_s, nbytes, was_cached, thread))
            self._count += 1
            if self._count % _MANY == 0:
                self._pause_s *= 2

    def spans(self, path: str) -> tuple[Span, ...]:
        """Of one file, in the order in which they began."""
        return tuple(sorted(self._spans.get(path, ())))

    def open(self, open_file: Callable[[Path], ByteSource], path: Path) -> ByteSource:
        """A file whose reads are noted. Raises what opening it raises."""
        return _Noted(open_file(path), path, self)


_APPENDING = threading.Lock()
"""One for all logs, so that a log itself can be copied and pickled."""


class _Noted:
    """A file, and the log of what is read from it."""

    def __init__(self, file: ByteSource, named: Path, log: ReadLog) -> None:
        self._file, self._named, self._log = file, named, log
        self.path, self.nbytes, self.takes_direct = file.path, file.nbytes, file.takes_direct
        self.check = file.check

    def read_into(self, offset: int, nbytes: int, buffer: memoryview, /) -> None:
        """As the file itself."""
        start_s = time.perf_counter()
        self._file.read_into(offset, nbytes, buffer)
        self._log.note(self._named, start_s, nbytes)
