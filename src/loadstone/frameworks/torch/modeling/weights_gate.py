"""The gate between those who run a model and the one who replaces its weights.

Whatever an interrupt comes in between, nobody stays inside, and no gate stays closed: each is said by one operation,
``inside.discard(thread)`` or ``turn.is_over = True``, at the beginning of a ``finally``, where Python lets none in.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial

from loadstone.errors import ArgumentError

_LOOK_EVERY_S = (0.0002, 0.02)
"""How often somebody who waits looks, at first and in the end. Nobody wakes him: an interrupt within
``threading.Condition`` leaves its lock taken."""


class Turn:
    """Somebody's turn, until it is over."""

    is_over = False


class WeightsGate:
    """Any number of threads run with the weights; one replaces them, while none runs.

    Who waits to replace them goes before those who come later, so that a model in use is not kept from its new
    weights. A model and the models in it have one gate together; a copy of them has another, and so do those that are
    unpickled.

    Who runs adds his thread to :attr:`inside`, and then, if there is a :attr:`closed` turn, waits in :meth:`step_back`.
    Who is inside stays there, and need not enter again for the parts of what he does.
    """

    def __init__(self) -> None:
        self.inside: set[int] = set()
        """The threads that run."""
        self.closed: Turn | None = None
        """The turn in which nobody may run."""
        self.when_broken_off: list[Callable[[], None]] = []
        """What is called where an interrupt or the like ends what a thread does inside, for which PyTorch calls no
        hook."""
        self._swap: Turn | None = None
        self._changing = threading.Lock()

    def step_back(self, thread: int) -> None:
        """Wait outside while the gate is closed; then the thread is inside again."""
        _wait_until(partial(self._enters, thread))

    def _enters(self, thread: int) -> bool:
        with self._changing:
            if self.closed is not None and not self.closed.is_over:
                self.inside.discard(thread)
                return False
            self.closed = None
            self.inside.add(thread)
            return True

    def begin_swap(self, turn: Turn) -> None:
        """Wait until no other swap is under way."""
        _wait_until(partial(self._takes, turn))

    def _takes(self, turn: Turn) -> bool:
        with self._changing:
            if self._swap is not None and not self._swap.is_over:
                return False
            self._swap = turn
            return True

    def close(self, turn: Turn) -> None:
        """Nobody comes in until the turn is over; returns when nobody is inside."""
        with self._changing:
            self.closed = turn
        _wait_until(lambda: not self.inside)

    def break_off(self) -> None:
        """What this thread did inside was ended by an interrupt, or the like."""
        for end in self.when_broken_off:
            end()

    def check_outside(self) -> None:
        """:class:`ArgumentError` in a thread that is inside: it would wait for itself."""
        if threading.get_ident() in self.inside:
            raise ArgumentError(
                "swap_weights was called by what runs with the model's weights: within hold_weights(), or by a hook, a "
                "streamer or a logits processor. Call it when that has ended, or from another thread."
            )

    def __deepcopy__(self, memo: object) -> WeightsGate:
        return WeightsGate()

    def __reduce__(self) -> tuple[type[WeightsGate], tuple[()]]:
        return WeightsGate, ()


def _wait_until(is_so: Callable[[], bool]) -> None:
    pause, longest = _LOOK_EVERY_S
    while not is_so():
        time.sleep(pause)
        pause = min(2 * pause, longest)
