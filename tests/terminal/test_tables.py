"""Tables and errors in a real terminal, narrow, wide, plain and colored, and in a pipe."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from terminal.screen import ESCAPE, PROGRAM, Screen

COLOR = re.compile(rf"{ESCAPE}\[[0-9;]*3[0-9][0-9;]*m")


@pytest.mark.parametrize("term", ["screen-256color", "dumb"])
def test_a_narrow_terminal_gets_whole_words(minilm: Path, tmp_path: Path, term: str) -> None:
    with Screen(tmp_path, [*PROGRAM, "plan", str(minilm)], columns=40, TERM=term) as screen:
        assert screen.status() == 0
        lines = screen.text().splitlines()
    assert max(map(len, lines)) <= 40
    modules = lines.index("module")
    assert lines[modules + 1].split() == ["device", "bytes", "why"]
    assert lines[modules + 2] == "embeddings"
    assert re.fullmatch(r"  cpu +[0-9.]+ MB", lines[modules + 3])
    assert "…" not in "".join(lines)


def test_a_wide_terminal_gets_one_line_a_module_in_bold_and_no_colour_where_none_is_wanted(
    minilm: Path, tmp_path: Path
) -> None:
    with Screen(tmp_path, [*PROGRAM, "plan", str(minilm)], columns=200, NO_COLOR="1") as screen:
        assert screen.status() == 0
        lines, written = screen.text().splitlines(), screen.written()
    assert any(re.fullmatch(r"encoder\.layer\.\[0-5\] +cpu +[0-9.]+ MB", line) for line in lines)
    assert f"{ESCAPE}[1m" in written and not COLOR.search(written)


def test_a_dumb_terminal_and_a_pipe_get_no_codes(minilm: Path, tmp_path: Path) -> None:
    line = shlex.join([*PROGRAM, "plan", str(minilm)])
    with Screen(tmp_path, ["sh", "-c", f"TERM=dumb {line}; {line} 2>&1 | cat"], columns=100) as screen:
        assert screen.status() == 0
        text, written = screen.text(), screen.written()
    assert text.count("encoder.layer.[0-5]") == 2
    assert ESCAPE not in written


def test_an_error_is_one_message_with_its_exit_code(tmp_path: Path) -> None:
    with Screen(tmp_path, [*PROGRAM, "plan", "/nowhere"], columns=80) as screen:
        assert screen.status() == 1
        text = screen.text()
    assert text.startswith("error: ") and "/nowhere" in text and "Traceback" not in text
