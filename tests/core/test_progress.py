"""What long work shows: a bar on a terminal, a line now and then elsewhere. Notebooks: tests/examples."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from loadstone.core import progress
from loadstone.core.progress import Progress

MB = 1_000_000


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    fake = Clock()
    monkeypatch.setattr(progress, "monotonic", fake)
    for name in ("HF_HUB_DISABLE_PROGRESS_BARS", "TQDM_DISABLE", "RANK"):
        monkeypatch.delenv(name, raising=False)
    return fake


Work = Callable[..., None]


@pytest.fixture
def work(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Work:
    """Work of 500 MB in steps of so many seconds, for 100 MB each, that is shown on such a standard error."""

    def run(stderr: object, *steps_s: float, total: int = 500 * MB) -> None:
        monkeypatch.setattr("sys.stderr", stderr)
        with Progress("Loading", total) as tell:
            for step_s in steps_s:
                clock.now_s += step_s
                tell(100 * MB)

    return run


# A terminal


def test_quick_work_shows_nothing(work: Work) -> None:
    work(terminal := Terminal(), 0.3, 0.3, 0.3, 0.3, 0.3)
    assert terminal.getvalue() == ""


def test_long_work_shows_a_bar_with_bytes_on_a_terminal(work: Work) -> None:
    work(terminal := Terminal(), 2.5, 2.5, 2.5, 2.5, 2.5)
    assert re.search(r"Loading: +20%\|.*100M/500M", terminal.getvalue())
    assert terminal.getvalue().endswith("\r"), "the bar is gone in the end"


def test_a_bar_whose_end_moves_has_the_new_end(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", Terminal())
    with Progress("Downloading", 0) as tell:
        clock.now_s += 3
        for _ in range(2):
            tell.expect(1000)
            tell(500)
        assert isinstance(tell._view, progress._Bar)
        assert (tell._view._bar.n, tell._view._bar.total) == (1000, 2000)


# No terminal


def test_work_of_less_than_ten_seconds_writes_nothing_where_there_is_no_terminal(work: Work) -> None:
    work(pipe := io.StringIO(), 1.9, 1.9, 1.9, 1.9, 1.9)
    assert pipe.getvalue() == ""


def test_longer_work_writes_a_line_every_ten_seconds(work: Work) -> None:
    work(pipe := io.StringIO(), 5, 5, 5, 5, 5)
    assert pipe.getvalue().splitlines() == [
        "Loading: 200.00 MB of 500.00 MB, 40 %, 20.00 MB/s",
        "Loading: 400.00 MB of 500.00 MB, 80 %, 20.00 MB/s",
    ]


def test_a_line_tells_the_speed_since_the_line_before(work: Work) -> None:
    work(pipe := io.StringIO(), 10, 20)
    assert [line.rpartition(", ")[2] for line in pipe.getvalue().splitlines()] == ["10.00 MB/s", "5.00 MB/s"]


def test_a_line_leaves_out_an_end_that_nobody_knows(work: Work) -> None:
    work(pipe := io.StringIO(), 10, total=0)
    assert pipe.getvalue() == "Loading: 100.00 MB, 10.00 MB/s\n"


class Unread(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError("nobody reads")


def test_work_goes_on_where_standard_error_is_gone(work: Work) -> None:
    shut = io.StringIO()
    shut.close()
    for stderr in (None, shut, Unread(), object()):
        work(stderr, 10, 10)


# Switches


@pytest.mark.parametrize("name", ["HF_HUB_DISABLE_PROGRESS_BARS", "TQDM_DISABLE"])
@pytest.mark.parametrize("kind", [Terminal, io.StringIO])
def test_the_switches_of_other_libraries_turn_it_off(
    name: str, kind: type[io.StringIO], work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    work(before := kind(), 10, 10)
    monkeypatch.setenv(name, "1")
    work(after := kind(), 10, 10)
    assert "Loading" in before.getvalue() and after.getvalue() == ""


def test_of_several_ranks_the_first_one_shows_it(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = {}
    for rank in ("0", "1"):
        monkeypatch.setenv("RANK", rank)
        work(pipe := io.StringIO(), 10, 10)
        shown[rank] = len(pipe.getvalue().splitlines())
    assert shown == {"0": 2, "1": 0}


# Threads and imports


def test_threads_lose_no_bytes(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", Terminal())
    monkeypatch.setattr(progress, "_PATIENCE_S", 0.0)
    with Progress("Loading", 80_000) as tell:
        threads = [threading.Thread(target=lambda: [tell(1) for _ in range(10_000)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert isinstance(tell._view, progress._Bar)
        assert tell._view._bar.n == tell.done_bytes == 80_000


def test_lines_need_no_tqdm() -> None:
    code = (
        "import sys; from loadstone.core import progress; progress._PATIENCE_S = progress._LINE_EVERY_S = 0\n"
        "with progress.Progress('Loading', 100) as tell: tell(100)\n"
        "print('tqdm' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
    assert re.fullmatch(r"Loading: 100 B of 100 B, 100 %, .*/s\n", done.stderr)
