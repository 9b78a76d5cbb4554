"""Work for other threads that Ctrl-C can neither leave waiting for one another nor running.

Python raises KeyboardInterrupt in the main thread, between any two steps of its code: also within ``threading`` and
``concurrent.futures``, where it has just taken a lock that another thread will wait for, for ever. So whoever has work
done here does single steps only: starts a thread, looks whether a job is done, waits on a lock that nobody else needs
to get on. All the rest is done in threads that no interrupt reaches.
"""

from __future__ import annotations

import atexit
import contextlib
import os
from _thread import allocate_lock, start_new_thread
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread, get_ident, main_thread
from threading import enumerate as enumerate_threads
from time import monotonic, sleep
from typing import Any, Generic, TypeVar
from weakref import WeakSet

TaskT = TypeVar("TaskT")
ResultT = TypeVar("ResultT")

_LOOK_EVERY_S = 0.05
"""How often who waits looks by himself, should nobody wake him."""
_MOMENT_S = 0.00002
"""In which a thread ends that has nothing more to do."""


class Job(Generic[ResultT]):
    """Work that another thread does, once."""

    def __init__(self, work: Callable[[], ResultT]) -> None:
        self._work: Callable[[], ResultT] | None = work
        self._results: list[ResultT] = []
        self._error: BaseException | None = None
        self._ended = allocate_lock()
        self._ended.acquire()
        self._thread: Thread | None = None
        self._is_started = False
        self._has_begun = False
        self.is_done = False
        self.is_cancelled = False
        """Set it, and a job that has not begun does nothing when its turn comes."""

    def start(self, name: str, daemon: bool = False) -> None:
        """Have a thread of its own do it; ``daemon``: the interpreter does not wait for it when it ends."""
        if get_ident() == main_thread().ident:
            # A thread starts the thread: ``Thread.start`` waits until that runs, which is no single step.
            start_new_thread(self._start, (name, daemon))
        else:
            self._start(name, daemon)
        self._is_started = True  # unless an interrupt came before

    def _start(self, name: str, daemon: bool) -> None:
        self._thread = Thread(target=self.run, name=name, daemon=daemon)
        try:
            self._thread.start()
        except BaseException as error:  # noqa: BLE001 (no more threads, say: whoever waits is told)
            self._error = error
            self._end()

    def run(self) -> None:
        """Do it in this thread; :meth:`result` tells what came of it."""
        self._has_begun = True
        if self._work is not None and not self.is_cancelled:
            self._results, self._error = _outcome(self._work)
        self._end()

    def _end(self) -> None:
        self._work = None
        self.is_done = True
        self._ended.release()

    def wait(self, seconds: float | None = None) -> bool:
        """Until it is done, and no thread of its own is left, or for so long. Whether it is done."""
        until = None if seconds is None else monotonic() + seconds
        while not self.is_done:
            left = _LOOK_EVERY_S if until is None else min(until - monotonic(), _LOOK_EVERY_S)
            if left <= 0:
                break
            if self._ended.acquire(timeout=left):
                self._ended.release()
        while self.is_done and self._thread in enumerate_threads():
            sleep(_MOMENT_S)
        return self.is_done

    def result(self) -> ResultT:
        """What the work returned, when it is done. Raises what it raised, the first time."""
        self.wait()
        error, self._error = self._error, None  # or each would hold the other: its traceback holds who waits
        if error is not None:
            try:
                raise error
            finally:
                del error
        return self._results[0]

    def abandon(self) -> None:
        """It does not begin any more; where it has, or its thread was started, return when it has ended."""
        self.is_cancelled = True
        if self._has_begun or self._is_started:
            self.wait()


def _outcome(work: Callable[[], ResultT]) -> tuple[list[ResultT], BaseException | None]:
    """In a frame that knows no job, since the error's traceback holds it."""
    try:
        return [work()], None
    except BaseException as error:  # noqa: BLE001 (raised where the result is asked for)
        return [], error


class WorkerPool(Generic[TaskT]):
    """``work`` is done for every task, which are made one at a time, when a thread is free.

    The first error stops all threads, and so does an interrupt of who waits for them. ``daemon``: the interpreter does
    not wait for the threads when it ends.
    """

    def __init__(
        self, tasks: Iterator[TaskT], work: Callable[[TaskT], object], name: str, *, daemon: bool = False
    ) -> None:
        self._tasks, self._work, self._name, self._is_daemon = tasks, work, name, daemon
        self._making = allocate_lock()
        self._leader: Job[None] | None = None
        self.is_stopped = False
        """Set it, and no task is begun any more. Long work looks at it."""

    def run(self, threads: int) -> None:
        """Until all is done. Raises what a task, or making it, raises, as soon as no thread works any more."""
        try:
            self.start(threads)
            self.wait()
        except BaseException:
            self.is_stopped = True  # as the first step, into which no further interrupt can come
            self.stop()
            raise

    def start(self, threads: int) -> None:
        """Begin; :meth:`wait` or :meth:`stop` ends it."""
        self._leader = Job(partial(self._lead, threads))
        self._leader.start(self._name, self._is_daemon)

    def wait(self, seconds: float | None = None) -> bool:
        """Until all is done, or for so long. Whether it is; then it raises what :meth:`run` does."""
        if self._leader is None or not self._leader.wait(seconds):
            return False
        self._leader.result()
        return True

    def stop(self) -> None:
        """Begin no further task, and return when no thread works any more. Raises nothing of what they raised."""
        self.is_stopped = True
        if self._leader is not None:
            self._leader.abandon()

    def _lead(self, threads: int) -> None:
        others: list[Job[None]] = []
        try:
            for _ in range(threads - 1):
                job = Job(self._go_through)
                job.start(self._name, self._is_daemon)
                others.append(job)
            self._go_through()
        finally:
            for job in others:
                job.wait()
        for job in others:
            job.result()

    def _go_through(self) -> None:
        try:
            while (task := self._next()) is not None:
                self._work(task)
        except BaseException:
            self.is_stopped = True
            raise

    def _next(self) -> TaskT | None:
        with self._making:
            return None if self.is_stopped else next(self._tasks, None)


def each(work: Callable[[TaskT], ResultT], tasks: Iterable[TaskT], threads: int, name: str) -> list[ResultT]:
    """What ``work`` returns for each task, in their order. Raises as :meth:`WorkerPool.run` does."""
    numbered = list(enumerate(tasks))
    results: dict[int, ResultT] = {}

    def one(task: tuple[int, TaskT]) -> None:
        results[task[0]] = work(task[1])

    WorkerPool(iter(numbered), one, name).run(min(threads, len(numbered)))
    return [results[number] for number, _ in numbered]


class Workers:
    """Threads that do one job after another, in the order in which they come, as long as somebody holds this."""

    def __init__(self, count: int, name: str) -> None:
        self._jobs: SimpleQueue[Job[Any] | None] = SimpleQueue()
        self._process = os.getpid()
        self._threads = [Job(partial(_serve, self._jobs)) for _ in range(count)]
        _open.add(self)
        for thread in self._threads:
            thread.start(name, daemon=True)

    def submit(self, job: Job[Any]) -> None:
        """To be done when those before are."""
        self._jobs.put(job)

    def close(self) -> None:
        """Jobs that have not begun do not; returns when nobody works any more. In a forked child nobody does."""
        if self._process != os.getpid():
            return
        with contextlib.suppress(Empty):
            while True:
                job = self._jobs.get_nowait()
                if job is not None:
                    job.is_cancelled = True
                    job.run()
        self._jobs.put(None)
        for thread in self._threads:
            thread.abandon()

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def __del__(self) -> None:
        self._jobs.put(None)


def _serve(jobs: SimpleQueue[Job[Any] | None]) -> None:
    while (job := jobs.get()) is not None:
        job.run()
        del job  # and what its work holds, while the next is waited for
    jobs.put(None)  # for the others


_open: WeakSet[Workers] = WeakSet()


@atexit.register
def _close_all() -> None:
    """Whoever still works when the interpreter ends may find its memory gone."""
    for workers in list(_open):
        workers.close()
