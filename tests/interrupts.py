"""Ctrl-C in tests: when it was noticed, and what becomes of work that is broken off at each of its steps."""

from __future__ import annotations

import dis
import faulthandler
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence, Sized
from contextlib import contextmanager
from functools import cache, partial
from types import CodeType, FrameType
from typing import Any


@contextmanager
def noticing(counted: Sized) -> Iterator[list[int]]:
    """How much was ``counted`` when the main thread noticed each Ctrl-C; they interrupt as ever. A busy machine may let
    the main thread wait for its turn."""
    noticed: list[int] = []

    def notice(signum: int, frame: FrameType | None) -> None:
        noticed.append(len(counted))
        signal.default_int_handler(signum, frame)

    before = signal.signal(signal.SIGINT, notice)
    try:
        yield noticed
    finally:
        signal.signal(signal.SIGINT, before)


def at_every_step(
    work: Callable[[], object],
    files: Sequence[str],
    after: Callable[[], object] = lambda: None,
    seconds: float = 30,
) -> int:
    """Run ``work`` again and again, each time in a fork of this process, and break it off one step later than before,
    until it gets to its end. How many steps there were.

    A step is a place where Python looks whether there is a signal, in code of ``files`` (parts of their paths) that the
    main thread runs, but in finalizers, where Python drops what is raised. AssertionError where the interrupt is not
    what ``work`` ends with, where ``after`` fails, and where a thread is left or nothing goes on; then with the stack
    of each thread. Call it in a process that has no other threads: one of :mod:`forks`.
    """
    step = 0
    while said := _in_a_fork(partial(_broken_off, work, files, after, step), seconds):
        assert said.startswith("interrupted at "), f"step {step}: {said}"
        step += 1
    return step


def _in_a_fork(work: Callable[[], str], seconds: float) -> str:
    """What it returns, or the stacks of its threads where that takes too long."""
    here, there = os.pipe()
    child = os.fork()
    if not child:
        os.close(here)
        faulthandler.dump_traceback_later(seconds, exit=True, file=there)
        try:
            said = work()
        except BaseException:  # noqa: BLE001 (told to who has forked)
            said = traceback.format_exc()
        os.write(there, said.encode()[:30_000])
        os._exit(0)
    os.close(there)
    with open(here, encoding="utf-8", errors="replace") as said_there:
        said = said_there.read()
    os.waitpid(child, 0)
    return said


def _broken_off(work: Callable[[], object], files: Sequence[str], after: Callable[[], object], wanted: int) -> str:
    """Where it was, or nothing where there are not so many steps."""
    steps, where = 0, ""

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        if not any(file in frame.f_code.co_filename for file in files) or frame.f_code.co_name == "__del__":
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return follow

    def follow(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal steps, where
        if event == "opcode" and not where and frame.f_lasti in _steps(frame.f_code):
            if steps == wanted:
                where = f"{frame.f_code.co_filename}:{frame.f_lineno}"
                sys.settrace(None)
                raise KeyboardInterrupt
            steps += 1
        return follow

    sys.settrace(trace)
    try:
        work()
    except KeyboardInterrupt:
        pass
    else:
        if where:
            return f"lost the interrupt at {where}"
        return ""
    finally:
        sys.settrace(None)
    after()
    until = time.monotonic() + 10
    while len(threading.enumerate()) > 1 and time.monotonic() < until:
        time.sleep(0.001)
    left = [thread.name for thread in threading.enumerate()[1:]]
    return f"left {left} after the interrupt at {where}" if left else f"interrupted at {where}"


@cache
def _steps(code: CodeType) -> frozenset[int]:
    """Python looks for signals where a function begins, after a call, and before it goes back."""
    found, before = set(), ""
    for instruction in dis.get_instructions(code):
        if before.startswith("CALL") or instruction.opname in ("RESUME", "JUMP_BACKWARD"):
            found.add(instruction.offset)
        before = instruction.opname
    return frozenset(found)
