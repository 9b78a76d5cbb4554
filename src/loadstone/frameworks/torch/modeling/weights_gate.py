"""The gate between those who run a model and the one who replaces its weights."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from loadstone.errors import ArgumentError


class WeightsGate:
    """Any number of threads run with the weights; one replaces them, while none runs.

    Who waits to replace them goes before those who come later, so that a model in use is not kept from its new
    weights. A thread that runs already may enter again, as a text that is written enters for each of its steps.
    A copy of a model has a gate of its own, and so does one that is unpickled.
    """

    def __init__(self) -> None:
        self.swapping = threading.Lock()
        """Held from the beginning of a swap to its end: there is one at a time."""
        self._changed = threading.Condition(threading.Lock())
        self._running: dict[int, int] = {}
        """Thread → how many times it has entered."""
        self._is_closed = False

    def depth(self) -> int:
        """How many times this thread has entered."""
        return self._running.get(threading.get_ident(), 0)

    def enter(self) -> None:
        """From here on the weights stay, in this thread, until :meth:`back_to`. Waits while they are replaced."""
        thread = threading.get_ident()
        with self._changed:
            depth = self._running.get(thread, 0)
            while self._is_closed and not depth:
                self._changed.wait()
            self._running[thread] = depth + 1

    def back_to(self, depth: int) -> None:
        """This thread has entered so many times only, whatever was interrupted meanwhile."""
        with self._changed:
            if depth:
                self._running[threading.get_ident()] = depth
            elif self._running.pop(threading.get_ident(), 0) and self._is_closed:
                self._changed.notify_all()

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Within it nobody runs: who does is waited for, and who comes waits.

        :class:`ArgumentError` in a thread that runs itself, which would wait for ever.
        """
        try:
            with self._changed:
                if self.depth():
                    raise ArgumentError(
                        "swap_weights was called by what runs with the model's weights: within hold_weights(), or by a "
                        "hook, a streamer or a logits processor. Call it when that has ended, or from another thread."
                    )
                self._is_closed = True
                while self._running:
                    self._changed.wait()
            yield
        finally:
            with self._changed:
                self._is_closed = False
                self._changed.notify_all()

    def __deepcopy__(self, memo: object) -> WeightsGate:
        return WeightsGate()

    def __reduce__(self) -> tuple[type[WeightsGate], tuple[()]]:
        return WeightsGate, ()
