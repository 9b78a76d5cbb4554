"""All or none: a piece of work that succeeds on every rank, or fails on every rank."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from loadstone.frameworks.ranks.group import Alone, Exchange, Ranks
from loadstone.frameworks.ranks.visit import Visit

logger = logging.getLogger("loadstone")


@contextmanager
def together(ranks: Ranks | None, call: str, patience_s: float = 1800.0) -> Iterator[Exchange]:
    """All or none: what is within it succeeds on every rank, or fails on every rank.

    Entering waits for nobody. An error within it is told to the others, which raise :class:`RankFailed` with its text
    when they next :meth:`~Exchange.gather`, or at the end; the rank that failed raises its own. At the end every rank
    waits until all have come to it.

    ``ranks`` is None for a process by itself. ``call`` is what all ranks have to call, such as ``"load_into"``; where
    one is in another, all raise :class:`RanksDisagree`. A rank that has not come within ``patience_s`` seconds, or what
    the environment's ``LOADSTONE_RANKS_TIMEOUT`` says, is given up with :class:`RankFailed`; one that has come is
    waited for as long as it lives. One within another of the same thread is part of that.
    """
    if ranks is None or ranks.count == 1:
        yield Alone()
        return
    memory, thread = ranks.memory, threading.get_ident()
    current = memory.current
    if current is not None and current[0] == thread:
        yield current[1]
        return
    with memory.lock:
        visit = Visit(ranks, call, _patience(patience_s))
        memory.current = thread, visit
        try:
            visit.enter()
            yield visit
            visit.gather("the end", b"")
            visit.leave()
        except BaseException as error:
            raised = visit.explained(error)
            visit.fail(raised)
            if raised is error:
                raise
            raise raised from error
        finally:
            memory.current = None


def _patience(seconds: float) -> float:
    given = os.environ.get("LOADSTONE_RANKS_TIMEOUT", "")
    try:
        return float(given) if given else seconds
    except ValueError:
        logger.warning("LOADSTONE_RANKS_TIMEOUT=%r is no number of seconds; it is %.0f.", given, seconds)
        return seconds
