"""What a rank shows of itself in the store, and how it looks to another one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from loadstone.core.process import Process


class Failure(NamedTuple):
    """A call that failed on a rank, for those that have not heard of it."""

    nonce: str
    """Of the visit that failed."""
    first: str
    """Of the visit that failed first, on the rank that the others followed: one error is heard of once."""
    call: str
    rank: int | None
    """The one that failed first."""
    text: str
    met: Mapping[str, str]
    """Rank, in digits → nonce of its visit that this one had seen."""
    gave_up: bool = False
    """Whether it was that others did not come: they may come to the next call and never to this one."""


class State(NamedTuple):
    """What a rank shows of itself."""

    nonce: str
    """Random; tells this visit from every other one."""
    call: str
    process: Process
    beat: int = 0
    """A number that grows: the sign of life."""
    failures: tuple[Failure, ...] = ()
    """Its calls that failed since the last one that worked; this visit too, once it has failed."""
    heard: tuple[str, ...] = ()
    """The failures of others that this rank has already stopped for, by :attr:`Failure.first`."""

    @property
    def failed(self) -> Failure | None:
        """How this visit failed; None while it has not."""
        return next((failure for failure in self.failures if failure.nonce == self.nonce), None)

    def known(self) -> frozenset[str]:
        """The failures that do not stop it any more, by :attr:`Failure.first`: those it stopped for, and its own."""
        return frozenset((*self.heard, *(failure.first for failure in self.failures)))

    def encoded(self) -> bytes:
        """For the store."""
        return json.dumps(self).encode()

    @classmethod
    def decoded(cls, value: bytes) -> State:
        """What :meth:`encoded` made."""
        nonce, call, process, beat, failures, heard = json.loads(value)
        return cls(nonce, call, Process(*process), beat, tuple(Failure(*each) for each in failures), tuple(heard))

    def failure_for(self, rank: int, nonce: str, call: str, heard: frozenset[str]) -> Failure | None:
        """The failure that stops the visit ``nonce`` of ``rank``, which is in ``call`` and has ``heard`` of some."""
        for failure in self.failures:
            met = failure.met.get(str(rank))
            if failure.first in heard or met not in (None, nonce):
                continue  # it has stopped for that, or had a part in it
            is_over = failure.gave_up and failure.nonce != self.nonce
            if met == nonce or (failure.call == call and not is_over):
                return failure
        return None
