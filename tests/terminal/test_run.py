"""``loadstone run`` with a text, in a real terminal: narrow, wide without color, and interrupted."""

from __future__ import annotations

from pathlib import Path

import pytest
from terminal.screen import ESCAPE, PROGRAM, Screen

PROMPT = "The capital of France is"

pytestmark = pytest.mark.long


def test_in_a_narrow_terminal_words_are_whole_and_the_speed_is_told(tmp_path: Path, smollm2: Path) -> None:
    command = [*PROGRAM, "run", str(smollm2), PROMPT, "--max-new-tokens", "20", "--device", "cpu"]
    with Screen(tmp_path, command, columns=30) as screen:
        assert screen.status(120) == 0
        shown, written = screen.text(), screen.written()
    assert shown.startswith(f"{PROMPT}\nParis")
    assert all(len(line) <= 30 for line in shown.splitlines())
    assert " ".join(shown.split()).endswith(" tokens/s")
    assert f"{ESCAPE}[32m" in written


def test_ctrl_c_in_a_wide_terminal_without_color_keeps_what_was_written(tmp_path: Path, smollm2: Path) -> None:
    command = [*PROGRAM, "run", str(smollm2), PROMPT, "--max-new-tokens", "1500", "--device", "cpu"]
    with Screen(tmp_path, command, columns=150, NO_COLOR="1") as screen:
        screen.wait(f"{PROMPT} Paris", 120)
        screen.press("C-c")
        assert screen.status() == 130
        shown, written = screen.text(), screen.written()
    text, said = shown.split("interrupted after ")
    assert text.startswith(f"{PROMPT} Paris") and text.rstrip("^C").endswith("\n")
    assert said.splitlines()[0].endswith((" token", " tokens"))
    assert f"{ESCAPE}[32m" not in written and "Traceback" not in shown
