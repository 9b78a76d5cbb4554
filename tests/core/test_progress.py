"""The bar of long work."""

from __future__ import annotations

import io
import threading

import pytest

from loadstone.core import progress
from loadstone.core.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_quick_work_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with Progress("Loading", 100) as bar:
        bar(100)
    assert terminal.getvalue() == ""


def test_long_work_shows_a_bar_with_bytes_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr(progress, "_PATIENCE_S", 0.0)
    with Progress("Loading", 4_000_000) as bar:
        bar(1_000_000)
        bar(3_000_000)
    assert "Loading" in terminal.getvalue()
    assert "MB" in terminal.getvalue() or "M/4.00M" in terminal.getvalue()


def test_long_work_shows_nothing_where_nobody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr("sys.stderr", pipe)
    monkeypatch.setattr(progress, "_PATIENCE_S", 0.0)
    with Progress("Loading", 10) as bar:
        bar(10)
    assert pipe.getvalue() == ""


def test_threads_lose_no_bytes() -> None:
    with Progress("Loading", 80_000) as bar:
        threads = [threading.Thread(target=lambda: [bar(1) for _ in range(10_000)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert bar.done_bytes == 80_000
