"""A conversation with a real model in a real terminal: typed, interrupted, resized, without colors, and from a pipe."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from terminal.screen import ESCAPE, PROGRAM, Screen

pytestmark = pytest.mark.long

COLOR = re.compile(rf"{ESCAPE}\[[0-9;]*3[0-9][0-9;]*m")
SPEED = re.compile(r"\(\d+ tokens?, first after [0-9.]+ s, [0-9.]+\s+tokens/s\)")


def talking(model: Path, new_tokens: int) -> list[str]:
    return [*PROGRAM, "run", str(model), "--dtype", "float32", "--device", "cpu", "--max-new-tokens", f"{new_tokens}"]


def is_ready(text: str) -> bool:
    """Whether the last line is an empty prompt."""
    return text.endswith("\n>")


def enter(screen: Screen, text: str) -> None:
    screen.type(text)
    screen.press("Enter")


def said(screen: Screen, text: str) -> str:
    """Enter a message or a command; what the screen shows from there on, once the next prompt is there."""
    typed = f"> {text}\n"
    enter(screen, text)
    return screen.wait(lambda now: typed in now and is_ready(now), 120).rpartition(typed)[2]


def messages(file: Path) -> list[str]:
    return [json.loads(line)["content"] for line in file.read_text().splitlines()]


def test_two_turns_a_resize_and_an_interrupt(smollm2: Path, tmp_path: Path) -> None:
    with Screen(tmp_path, talking(smollm2, 150), columns=40, rows=60) as screen:
        screen.wait(is_ready, 120)
        first = said(screen, "What is the sun? In a few words.")
        lines = first.splitlines()
        assert SPEED.search(first) and max(map(len, lines)) <= 40 < sum(map(len, lines[:-3]))

        # The second turn knows the first. The terminal becomes wider while it is answered.
        enter(screen, "And the moon?")
        screen.wait(lambda text: len(text.partition("the moon?")[2].split()) > 2)
        screen.resize(100)
        second = screen.wait(is_ready, 120).rpartition("the moon?")[2]
        assert "moon" in second.lower()

        # Ctrl-C ends an answer; what was written of it stays.
        enter(screen, "Tell me a long tale.")
        screen.wait(lambda text: len(text.partition("tale.")[2].split()) > 1)
        screen.press("C-c")
        third = screen.wait(is_ready).rpartition("tale.")[2]
        assert re.search(r"interrupted after \d+ tokens?\n", third)

        # What is kept is what was shown, with whole words in every line.
        said(screen, f"/save {tmp_path / 'kept'}")
        kept = messages(tmp_path / "kept")
        assert kept[::2] == ["What is the sun? In a few words.", "And the moon?", "Tell me a long tale."]
        for answer, shown in zip(kept[1::2], (first, second, third), strict=True):
            assert answer.split() and shown.replace("^C", "").split()[: len(answer.split())] == answer.split()

        screen.press("C-d")
        assert screen.status() == 0 and "Traceback" not in screen.text()


def test_lines_are_edited_and_wrong_commands_said_and_ctrl_c_drops_a_line(smollm2: Path, tmp_path: Path) -> None:
    with Screen(tmp_path, talking(smollm2, 2), columns=200, NO_COLOR="1") as screen:
        screen.wait(is_ready, 120)
        assert "error: /rest is no command, and was not sent" in said(screen, "/rest")
        assert "/system [TEXT]  Put TEXT before all messages" in said(screen, "/help")
        for line in ('"""', "One", "", "two", '"""'):
            enter(screen, line)
        screen.wait(lambda text: SPEED.search(text) is not None and is_ready(text), 120)
        screen.paste("three\nfour")
        screen.wait("four")
        screen.press("Enter")
        screen.wait(lambda text: len(SPEED.findall(text)) == 2 and is_ready(text))
        enter(screen, "fiv\\")
        screen.wait(lambda text: text.endswith("\n..."))
        screen.type("sixes")
        screen.press("Left", "BSpace", "Enter")
        screen.wait(lambda text: len(SPEED.findall(text)) == 3 and is_ready(text))
        said(screen, f"/save {tmp_path / 'kept'}")
        assert messages(tmp_path / "kept")[::2] == ["One\n\ntwo", "three\nfour", "fiv\nsixs"]
        screen.press("Up", "Up")
        screen.wait(lambda text: text.endswith("> sixes") or text.endswith("> sixs"))
        screen.press("C-c")
        assert is_ready(screen.wait("Ctrl-C once more, or Ctrl-D, ends the conversation.\n>"))
        screen.press("C-c")
        assert screen.status() == 0
        text, written = screen.text(), screen.written()
    assert "Traceback" not in text and not COLOR.search(written)


def test_a_dumb_terminal_and_a_pipe_get_no_codes_and_a_pipe_no_prompts(smollm2: Path, tmp_path: Path) -> None:
    line = shlex.join(talking(smollm2, 6))
    turns = r"printf 'Hello.\nAnd you?\n'"
    command = f"{turns} | {line} | cat; echo ====; TERM=dumb {line}"
    with Screen(tmp_path, ["sh", "-c", command], columns=40, rows=60, TERM="dumb") as screen:
        piped = screen.wait(lambda text: "====" in text and is_ready(text), 120).partition("====")[0]
        said(screen, "Hello.")
        screen.press("C-d")
        assert screen.status() == 0
        text, written = screen.text(), screen.written()
    assert ESCAPE not in written
    answers = [answer for answer in piped.split("\n") if answer and "cut off" not in answer]
    assert len(answers) >= 2 and ">" not in piped and "tokens/s" not in piped
    assert answers[0].split()[:2] == text.rpartition("Hello.")[2].split()[:2]


@pytest.mark.parametrize("arguments", [[], ["Hello."]], ids=["conversation", "text"])
def test_ctrl_c_while_a_model_loads_ends_with_130(smollm2: Path, tmp_path: Path, arguments: list[str]) -> None:
    with Screen(tmp_path, [*talking(smollm2, 6), *arguments], columns=80) as screen:
        screen.wait("Loading")
        screen.press("C-c")
        assert screen.status() == 130
        assert "Traceback" not in screen.text()
