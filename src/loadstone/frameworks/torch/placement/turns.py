"""Blocks whose weights lie in the same few buffers run one at a time, whatever breaks one of them off.

PyTorch calls no hook for a forward pass that Ctrl-C, or another such exception, breaks off. So a turn may be nobody's
any more: one whose call has left the stack of its thread.
"""

from __future__ import annotations

import sys
import threading
import time
from types import FrameType
from typing import Protocol

_PATIENCE_S = 0.5
"""After which whoever waits for a turn looks whether it is somebody's still."""
_PAUSES_S = (0.0001, 0.005)
"""Between two looks at whether a turn is over, at first and in the end."""


class HasTurn(Protocol):
    """A block."""

    def give_up(self) -> None:
        """Its turn is over, though its call was broken off, maybe in the middle of beginning or ending it."""


class Turns:
    """Whose turn it is: that of one block in one thread, while others wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turn: HasTurn | None = None
        self._thread = 0
        self._call: FrameType | None = None

    def take(self, turn: HasTurn, call: FrameType) -> bool:
        """Wait until nobody has a turn, then it is this one's for as long as ``call`` runs, or until :meth:`give`.
        False where it is already.
        """
        thread, began = threading.get_ident(), time.monotonic()
        pause, longest = _PAUSES_S
        while True:
            with self._lock:
                if self._turn is not None and self._thread == thread:
                    if self._turn is turn and self._is_running():
                        return False
                    self._end(self._turn)  # a thread goes through one block at once
                elif self._turn is not None and time.monotonic() - began > _PATIENCE_S and not self._is_running():
                    self._end(self._turn)
                if self._turn is None:
                    self._call, self._thread, self._turn = call, thread, turn
                    return True
            time.sleep(pause)
            pause = min(2 * pause, longest)

    def has(self, turn: HasTurn) -> bool:
        """Whether it is this one's turn, in this thread."""
        return self._turn is turn and self._thread == threading.get_ident()

    def give(self, turn: HasTurn) -> None:
        """It is nobody's turn any more."""
        with self._lock:
            if self.has(turn):
                self._turn = self._call = None

    def end_broken(self) -> None:
        """End a turn whose call was broken off."""
        with self._lock:
            if self._turn is not None and not self._is_running():
                self._end(self._turn)

    def _end(self, turn: HasTurn) -> None:
        turn.give_up()
        self._turn = self._call = None

    def _is_running(self) -> bool:
        frame = sys._current_frames().get(self._thread)
        while frame is not None and frame is not self._call:
            frame = frame.f_back
        return frame is not None
