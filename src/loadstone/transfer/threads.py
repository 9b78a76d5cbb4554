"""Threads that work through one queue; the first error stops them all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

TaskT = TypeVar("TaskT")


class Crew(Generic[TaskT]):
    """``work`` is done for every task, which are made one at a time, when a thread is free."""

    def __init__(self, tasks: Iterator[TaskT], work: Callable[[TaskT], None], name: str) -> None:
        self._tasks, self._work, self._name = tasks, work, name
        self._lock = threading.Lock()
        self._is_stopped = False

    def run(self, threads: int) -> None:
        """Until all is done. Raises what a task, or making it, raises, as soon as no thread works any more."""
        with ThreadPoolExecutor(threads, self._name) as pool:
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
