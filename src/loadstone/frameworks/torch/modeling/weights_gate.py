"""The gate between those who run a model and the one who replaces its weights."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from loadstone.errors import ArgumentError


class WeightsGate:
    """Any number of threads run with the weights; one replaces them, while none runs.

    Who waits to replace them goes before those who come later, so that a model in use is not kept from its new
    weights. A model and the models in it have one gate together; a copy of them has another, and so do those that are
    unpickled.
    """

    def __init__(self) -> None:
        self.swapping = threading.Lock()
        """Held from the beginning of a swap to its end: there is one at a time."""
        self.inside: set[int] = set()
        """The threads that run. Who is inside stays there, and need not enter again for the parts of what it does."""
        self._lock = threading.Lock()  # taken by itself where nobody is waited for: that costs a tenth
        self._changed = threading.Condition(self._lock)
        self._is_closed = False

    def enter(self, thread: int) -> None:
        """From here on, until :meth:`leave`, the weights stay in this thread. Waits while they are replaced."""
        with self._lock:
            while self._is_closed:
                self._changed.wait()
            self.inside.add(thread)

    def leave(self, thread: int) -> None:
        """This thread runs no more, however far :meth:`enter` came before it was interrupted."""
        with self._lock:
            self.inside.discard(thread)
            if self._is_closed:
                self._changed.notify_all()

    def check_outside(self) -> None:
        """:class:`ArgumentError` in a thread that is inside: it would wait for itself."""
        if threading.get_ident() in self.inside:
            raise ArgumentError(
                "swap_weights was called by what runs with the model's weights: within hold_weights(), or by a hook, a "
                "streamer or a logits processor. Call it when that has ended, or from another thread."
            )

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Within it nobody runs: who does is waited for, and who comes waits. For a thread that is outside."""
        try:
            with self._lock:
                self._is_closed = True
                while self.inside:
                    self._changed.wait()
            yield
        finally:
            with self._lock:
                self._is_closed = False
                self._changed.notify_all()

    def __deepcopy__(self, memo: object) -> WeightsGate:
        return WeightsGate()

    def __reduce__(self) -> tuple[type[WeightsGate], tuple[()]]:
        return WeightsGate, ()
