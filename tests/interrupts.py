"""What a test counts once an interrupt is noticed: a busy machine may let the main thread wait for its turn."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sized
from contextlib import contextmanager
from types import FrameType


@contextmanager
def noticing(counted: Sized) -> Iterator[list[int]]:
    """How much was ``counted`` when the main thread noticed each Ctrl-C; they interrupt as ever."""
    noticed: list[int] = []

    def notice(signum: int, frame: FrameType | None) -> None:
        noticed.append(len(counted))
        signal.default_int_handler(signum, frame)

    before = signal.signal(signal.SIGINT, notice)
    try:
        yield noticed
    finally:
        signal.signal(signal.SIGINT, before)
