"""How far long work is: a bar on a terminal or in a notebook, elsewhere a line now and then; nothing for short work."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from time import monotonic
from types import TracebackType
from typing import Any, Protocol

from loadstone.core.sizes import format_bytes

_PATIENCE_S = 2.0
"""Seconds after which a bar shows."""
_LINE_EVERY_S = 10.0
"""Seconds between two lines, where no bar can be drawn; the first comes after as many."""
_OFF = ("HF_HUB_DISABLE_PROGRESS_BARS", "TQDM_DISABLE")
"""Environment variables of the libraries that draw other bars, any of which turns ours off, too."""


class Progress:
    """Counts bytes, and shows on standard error how many are done. Use it in a ``with``; threads may share it.

    A bar comes after two seconds, where there is a terminal or a notebook. Elsewhere (a pipe, a log file, a batch job)
    a plain line is written every ten seconds in which bytes come. Neither comes where ``HF_HUB_DISABLE_PROGRESS_BARS``
    or ``TQDM_DISABLE`` is 1, nor from another rank than the first, as ``torchrun`` tells them by ``RANK``. No work
    fails because it cannot be shown.
    """

    def __init__(self, what: str, total_bytes: int) -> None:
        self.what = what
        self.total_bytes = total_bytes
        self.done_bytes = 0
        self._lock = threading.Lock()
        self._began_s = monotonic()
        self._view: _View | None = None

    def expect(self, nbytes: int) -> None:
        """So many bytes more are to come than was known."""
        with self._lock:
            self.total_bytes += nbytes

    def __call__(self, nbytes: int) -> None:
        """So many bytes more are done."""
        with self._lock:
            self.done_bytes += nbytes
            if self._view is None and monotonic() >= self._began_s + _PATIENCE_S:
                self._view = _view(self.what, self._began_s)
            if self._view is not None:
                self._view.show(self.done_bytes, self.total_bytes)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._view is not None:
            self._view.close()


class _View(Protocol):
    """What shows how far work is."""

    def show(self, done: int, total: int) -> None: ...

    def close(self) -> None: ...


def _view(what: str, began_s: float) -> _View:
    """What this process can show: nothing, a bar, or lines."""
    turned_off = any(os.environ.get(name, "").upper() in {"1", "ON", "TRUE", "YES"} for name in _OFF)
    if turned_off or os.environ.get("RANK", "0") != "0":
        return _Nothing()
    # The kernel of a notebook has no terminal, and shows bars.
    return _Bar(what) if "ipykernel.zmqshell" in sys.modules or _on_terminal() else _Lines(what, began_s)


def _on_terminal() -> bool:
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError):  # there is no standard error, or it is closed
        return False


class _Nothing:
    """For who wants to see nothing."""

    def show(self, done: int, total: int) -> None:
        pass

    def close(self) -> None:
        pass


class _Bar:
    """A bar, which is gone when the work is done; in a notebook with ``ipywidgets`` it is a widget."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._bar: Any = None

    def show(self, done: int, total: int) -> None:
        if self._bar is None:
            from tqdm.auto import tqdm  # type: ignore[import-untyped, unused-ignore]

            self._bar = tqdm(
                desc=self._what, total=total, initial=done, unit="B", unit_scale=True, leave=False, dynamic_ncols=True
            )
            return
        if total != self._bar.total:
            self._bar.total = total
            if hasattr(self._bar, "container"):  # a widget takes its end when it is made
                self._bar.container.children[1].max = total
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


class _Lines:
    """``Reading: 1.20 GB of 4.40 GB, 27 %, 310 MB/s``, with the speed since the line before."""

    def __init__(self, what: str, began_s: float) -> None:
        self._what = what
        self._last_s = began_s
        self._last_done = 0

    def show(self, done: int, total: int) -> None:
        now_s = monotonic()
        elapsed_s = now_s - self._last_s
        if elapsed_s < _LINE_EVERY_S:
            return
        far = f"{format_bytes(done)} of {format_bytes(total)}, {100 * done // total} %" if total else format_bytes(done)
        speed = format_bytes((done - self._last_done) / elapsed_s)
        self._last_s, self._last_done = now_s, done
        # There may be no standard error, or nobody who reads it any more.
        with contextlib.suppress(AttributeError, OSError, ValueError):
            sys.stderr.write(f"{self._what}: {far}, {speed}/s\n")
            sys.stderr.flush()

    def close(self) -> None:
        pass
