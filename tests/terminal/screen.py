"""A real terminal for a command: tmux on a socket of its own, whose screen is read as a person sees it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

ESCAPE = "\x1b"
PROGRAM = [sys.executable, "-m", "loadstone.cli"]
"""The command as it is installed, by the Python that runs the tests."""


class Screen:
    """A command in a terminal of so many columns and rows; ``environment`` is added to that of the tests.

    It ends with the ``with`` block, whatever the command does then.
    """

    def __init__(self, folder: Path, command: list[str], *, columns: int, rows: int = 40, **environment: str) -> None:
        tmux = shutil.which("tmux")
        assert tmux is not None, "These tests need tmux, which `make test` installs (apt-get install tmux)."
        self._tmux = [tmux, "-S", str(folder / "tmux"), "-f", os.devnull]
        self.columns, self.rows = columns, rows
        self._command, self._environment, self._status = command, environment, folder / "status"
        self._record = folder / "record"

    def __enter__(self) -> Self:
        clean = {name: value for name, value in os.environ.items() if name not in _OF_OTHERS}
        said = [f"{name}={value}" for name, value in {"TERM": "screen-256color", **self._environment}.items()]
        size = ["-x", f"{self.columns}", "-y", f"{self.rows}"]
        line = shlex.join(["env", *said, *self._command])
        # The shell outlives Ctrl-C, which the command gets too; the pane stays when both have ended, to be read.
        script = f"trap : INT; sleep 0.2; {line}; echo $? > {shlex.quote(str(self._status))}"
        start = ["new-session", "-d", *size, "sh", "-c", script]
        stays = [";", "set", "-g", "remain-on-exit", "on", ";", "set", "-g", "remain-on-exit-format", ""]
        record = [";", "pipe-pane", f"cat > {shlex.quote(str(self._record))}"]
        subprocess.run([*self._tmux, *start, *stays, *record], check=True, env=clean)
        return self

    def __exit__(self, *_: object) -> None:
        self._do("kill-server")

    def text(self) -> str:
        """What was shown, from the first line on, as it is broken into lines; without blanks at their ends."""
        return "\n".join(line.rstrip() for line in self._do("capture-pane", "-p", "-S", "-").splitlines()).rstrip()

    def written(self) -> str:
        """All that the command wrote into the terminal, and what that echoed, with the codes that steer it."""
        return self._record.read_bytes().decode()

    def type(self, text: str) -> None:
        """Keys, as they are."""
        self._do("send-keys", "-l", text)

    def press(self, *keys: str) -> None:
        """Keys by their names: ``Enter``, ``C-c``, ``Up``."""
        self._do("send-keys", *keys)

    def paste(self, text: str) -> None:
        """Several lines at once, marked as pasted where the program asked for that."""
        self._do("set-buffer", text)
        self._do("paste-buffer", "-p")

    def resize(self, columns: int) -> None:
        self.columns = columns
        self._do("resize-window", "-x", f"{columns}", "-y", f"{self.rows}")

    def wait(self, holds: str | Callable[[str], bool], timeout_s: float = 60) -> str:
        """The text, once it holds this; it will not where the command has ended."""
        is_there = (lambda text: holds in text) if isinstance(holds, str) else holds
        until_s = time.monotonic() + timeout_s
        while True:
            has_ended = self._has_ended()
            if is_there(text := self.text()):
                return text
            seen = "the command ended" if has_ended else f"{timeout_s} s were over"
            assert not has_ended and time.monotonic() < until_s, f"Not seen before {seen}: {holds!r}\n{text}"
            time.sleep(0.05)

    def status(self, timeout_s: float = 60) -> int:
        """The command's exit code, once it has ended."""
        until_s = time.monotonic() + timeout_s
        while not self._has_ended():
            assert time.monotonic() < until_s, f"Still running after {timeout_s} s. The screen:\n{self.text()}"
            time.sleep(0.05)
        return int(self._status.read_text())

    def _has_ended(self) -> bool:
        return self._status.exists() and bool(self._status.read_text().strip())

    def _do(self, *arguments: str) -> str:
        return subprocess.run(
            [*self._tmux, *arguments], check=True, capture_output=True, text=True, encoding="utf-8"
        ).stdout


_OF_OTHERS = {"TMUX", "TMUX_PANE", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "CLICOLOR_FORCE"}
"""What would tell the command of another terminal than this one."""
