"""Work that several threads share: an error or an interrupt ends it, and nothing of it is kept."""

from __future__ import annotations

import gc
import itertools
import threading
import weakref
from typing import Any

import pytest

from loadstone.transfer.threads import WorkerPool, thread_pool


class Held:
    """What a job holds on to, such as the map of a file."""

    def work(self, task: int) -> None:
        """Does nothing."""


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C when ``threading`` has listed its first thread, and not started it yet."""
    real, calls = threading._start_new_thread, itertools.count()  # type: ignore[attr-defined]

    def start(*arguments: Any) -> Any:
        if next(calls) == 0:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(threading, "_start_new_thread", start)


@pytest.mark.usefixtures("interrupted")
def test_an_interrupt_while_a_thread_is_started_keeps_nothing_of_a_crew() -> None:
    held = Held()
    with pytest.raises(KeyboardInterrupt):
        WorkerPool(iter(range(3)), held.work, "crew").run(2)
    watched = weakref.ref(held)
    del held
    gc.collect()
    assert watched() is None


@pytest.mark.usefixtures("interrupted")
def test_nor_of_a_pool() -> None:
    held = Held()
    with pytest.raises(KeyboardInterrupt), thread_pool(2) as pool:
        list(pool.map(held.work, range(3)))
    watched = weakref.ref(held)
    del held
    gc.collect()
    assert watched() is None
