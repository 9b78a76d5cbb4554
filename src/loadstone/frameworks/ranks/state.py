"""What a rank shows of itself in the store, and how it looks to another one."""

from __future__ import annotations

import json
from typing import NamedTuple

from loadstone.core.process import Process


class Failure(NamedTuple):
    """A call that failed on a rank, for those that come to it later."""

    turn: int
    call: str
    rank: int | None
    """The one that failed first."""
    text: str
    gave_up: bool = False
    """Whether it was that others did not come: they may come to the next call and never to this one."""


class State(NamedTuple):
    """What a rank shows of itself."""

    nonce: str
    """Random; tells this visit from every other one."""
    call: str
    process: Process
    epoch: int
    """How many calls have succeeded: the same on all ranks."""
    turn: int
    """Which call it is since then, from 1 on: calls of the same turn are one call."""
    failures: tuple[Failure, ...] = ()
    """Its calls since then, all of which failed; this one too, once it has failed."""
    beat: int = 0
    """A number that grows: the sign of life."""

    def failure(self, turn: int) -> Failure | None:
        """How the call of that turn failed; None where it has not."""
        return next((failure for failure in self.failures if failure.turn == turn), None)

    def encoded(self) -> bytes:
        """For the store."""
        return json.dumps(self).encode()

    @classmethod
    def decoded(cls, value: bytes) -> State:
        """What :meth:`encoded` made."""
        nonce, call, process, epoch, turn, failures, beat = json.loads(value)
        return cls(nonce, call, Process(*process), epoch, turn, tuple(Failure(*each) for each in failures), beat)
