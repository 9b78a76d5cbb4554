"""What takes its time is said in a line of its own, and bars of that work do not write over it."""

from __future__ import annotations

import sys
from pathlib import Path

from terminal.screen import Screen

PROGRAM = """
import time
from loadstone.cli.console import Output
from loadstone.core import progress

progress._PATIENCE_S = 0.0
with Output().working("Loading {0}"):
    with progress.Progress("Reading", 40) as reading:
        for _ in range(40):
            reading(1)
            time.sleep(0.05)
print("the answer")
"""


def test_a_bar_comes_below_the_line_that_says_what_is_done_and_both_go(tmp_path: Path) -> None:
    with Screen(tmp_path, [sys.executable, "-c", PROGRAM], columns=60) as screen:
        screen.wait("Reading")
        first, second = screen.text().splitlines()
        assert first == "Loading {0} …" and second.startswith("Reading:")
        screen.wait("the answer")
        assert screen.text() == "the answer"
