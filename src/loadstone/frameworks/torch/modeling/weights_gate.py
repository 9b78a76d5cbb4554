"""The gate between those who run a model and the one who replaces its weights.

Whatever an interrupt comes in between, nobody stays inside, and no gate stays closed: each is said by one operation,
``inside.discard(thread)`` or ``turn.is_over = True``, at the beginning of a ``finally``, where Python lets none in.
"""

from __future__ import annotations

import threading

from loadstone.errors import ArgumentError

_LOOK_EVERY_S = 0.05
"""How often somebody who waits looks by himself, should nobody wake him."""


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
        self._swap: Turn | None = None
        self._changed = threading.Condition()

    def step_back(self, thread: int) -> None:
        """Wait outside while the gate is closed; then the thread is inside again."""
        with self._changed:
            while self.closed is not None:
                if self.closed.is_over:
                    self.closed = None
                    continue
                self.inside.discard(thread)
                self._changed.notify_all()
                self._changed.wait(_LOOK_EVERY_S)
            self.inside.add(thread)

    def begin_swap(self, turn: Turn) -> None:
        """Wait until no other swap is under way."""
        with self._changed:
            while self._swap is not None and not self._swap.is_over:
                self._changed.wait(_LOOK_EVERY_S)
            self._swap = turn

    def close(self, turn: Turn) -> None:
        """Nobody comes in until the turn is over; returns when nobody is inside."""
        with self._changed:
            self.closed = turn
            while self.inside:
                self._changed.wait(_LOOK_EVERY_S)

    def wake(self) -> None:
        """Tell those who wait that something has changed."""
        with self._changed:
            self._changed.notify_all()

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
