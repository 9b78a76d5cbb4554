"""Threads that work through one queue; the first error stops them all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Generic, TypeVar

TaskT = TypeVar("TaskT")


@contextmanager
def thread_pool(threads: int, name: str = "loadstone") -> Iterator[ThreadPoolExecutor]:
    """A pool that leaves nothing behind: what an error or an interrupt left in its queue is taken out.

    An interrupt in the middle of ``Thread.start`` leaves a thread that never runs in ``threading``'s list for ever,
    and with it the pool's queue and all that its jobs hold: maps of files, say.
    """
    with ThreadPoolExecutor(threads, name) as pool:
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)


class WorkerPool(Generic[TaskT]):
    """``work`` is done for every task, which are made one at a time, when a thread is free."""

    def __init__(self, tasks: Iterator[TaskT], work: Callable[[TaskT], None], name: str) -> None:
        self._tasks, self._work, self._name = tasks, work, name
        self._lock = threading.Lock()
        self._is_stopped = False

    def run(self, threads: int) -> None:
        """Until all is done. Raises what a task, or making it, raises, as soon as no thread works any more."""
        with thread_pool(threads, self._name) as pool:
            try:
                for job in [pool.submit(self._run) for _ in range(threads)]:
                    job.result()
            finally:
                self._is_stopped = True  # by an interrupt too

    def _run(self) -> None:
        try:
            while (task := self._next()) is not None:
                self._work(task)
        except BaseException:
            self._is_stopped = True
            raise

    def _next(self) -> TaskT | None:
        with self._lock:
            return None if self._is_stopped else next(self._tasks, None)
