"""Which process this is, so that another one on the same machine can tell whether it has ended."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc")


class Process(NamedTuple):
    """One process, told apart from a later one that got its number."""

    host: str
    pid: int
    machine: str = ""
    """What tells machines, and containers with numbers of their own, apart: the kernel's boot id and the namespace of
    process ids. Empty where there is no ``/proc``."""
    start: str = ""
    """When it started, in ticks since the machine did: field 22 of ``/proc/<pid>/stat``, see proc_pid_stat(5)."""

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"

    def is_watchable(self, by: Process) -> bool:
        """Whether ``by`` can ask its own kernel about it."""
        return bool(self.machine) and self.machine == by.machine

    def is_gone(self, by: Process, proc: Path = _PROC) -> bool:
        """Whether ``by`` knows that it has ended. False also where that cannot be known from there."""
        if not self.is_watchable(by):
            return False
        state, start = _state_and_start(self.pid, proc)
        return state in ("", "Z", "X") or start != self.start  # a zombie runs no more, whether or not it was waited for


def this_process(proc: Path = _PROC) -> Process:
    """The one that calls."""
    host, pid = platform.node(), os.getpid()
    try:
        boot = (proc / "sys/kernel/random/boot_id").read_text().strip()
        machine = f"{boot} {os.readlink(proc / 'self/ns/pid')}"
    except OSError:
        return Process(host, pid)
    return Process(host, pid, machine, _state_and_start(pid, proc)[1])


def _state_and_start(pid: int, proc: Path) -> tuple[str, str]:
    """Its state, one letter, and its start; both empty where there is no such process.

    The name in brackets before them may hold anything, brackets too.
    """
    try:
        text = (proc / str(pid) / "stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return "", ""
    fields = text.rpartition(")")[2].split()
    return fields[0], fields[19]
