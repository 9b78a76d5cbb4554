"""Processes of one process group on this machine, started once, which run the functions that a test names.

A process that imports PyTorch takes seconds to start, so tests share a pool: :func:`ranks` gives the one of its size.
What a test has killed, or left in a collective, is never used again: such a test makes a pool of its own, in a
``with``. Functions that ranks run are top-level functions of modules in this folder, since a rank imports them by name.
"""

from __future__ import annotations

import atexit
import os
import signal
import socket
import time
import traceback
from collections.abc import Callable, Sequence
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, NamedTuple

COLLECTIVE_SECONDS = 60
"""After which a collective that not all ranks call fails, in the tests."""


class Outcome(NamedTuple):
    """What a function came to on one rank."""

    value: Any = None
    error: BaseException | None = None
    trace: str = ""
    seconds: float = 0.0
    is_gone: bool = False
    """Whether the process ended before it answered."""


class Ranks:
    """A pool: ranks 0 to ``count - 1`` of a gloo group, each in a process with one thread for computing."""

    def __init__(self, count: int, setup: Callable[[int, int, int], None] | None = None) -> None:
        """``setup(rank, count, port)`` joins the group; by default PyTorch's, by gloo."""
        self.count = count
        context = get_context("spawn")
        port = free_port()
        self.pipes: list[Connection] = []
        self.processes: list[BaseProcess] = []
        for rank in range(count):
            here, there = context.Pipe()
            process = context.Process(target=_serve, args=(there, rank, count, port, setup or torch_group), daemon=True)
            process.start()
            there.close()
            self.pipes.append(here)
            self.processes.append(process)

    def __enter__(self) -> Ranks:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def outcomes(self, function: Callable[..., Any], *arguments: Any, seconds: float = 120) -> list[Outcome]:
        """What ``function(*arguments)`` came to on each rank; it is called on all at once.

        Raises TimeoutError where a rank neither answers nor ends in time, and ends the pool.
        """
        self.start(function, *arguments)
        return self.finish(seconds)

    def start(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Have all ranks begin."""
        for pipe in self.pipes:
            pipe.send((function, arguments))

    def finish(self, seconds: float = 120) -> list[Outcome]:
        """What they came to."""
        found: dict[int, Outcome] = {}
        deadline = time.monotonic() + seconds
        while len(found) < self.count:
            left = [rank for rank in range(self.count) if rank not in found]
            ready = wait([self.pipes[rank] for rank in left], max(deadline - time.monotonic(), 0))
            if not ready:
                self.close()
                raise TimeoutError(f"ranks {left} did not answer within {seconds} s")
            for rank in left:
                if self.pipes[rank] in ready:
                    try:
                        found[rank] = self.pipes[rank].recv()
                    except (EOFError, ConnectionError):
                        found[rank] = Outcome(is_gone=True)
        return [found[rank] for rank in range(self.count)]

    def run(self, function: Callable[..., Any], *arguments: Any, seconds: float = 120) -> list[Any]:
        """What ``function(*arguments)`` returns on each rank; an AssertionError where one of them raised."""
        outcomes = self.outcomes(function, *arguments, seconds=seconds)
        failed = [f"rank {rank}: {each.trace or 'gone'}" for rank, each in enumerate(outcomes) if _failed(each)]
        assert not failed, "\n".join(failed)
        return [outcome.value for outcome in outcomes]

    def kill(self, rank: int) -> None:
        """``kill -9`` of one of them."""
        pid = self.processes[rank].pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    def close(self) -> None:
        """End all of them."""
        for process in self.processes:
            process.kill()
        for process, pipe in zip(self.processes, self.pipes, strict=True):
            process.join()
            pipe.close()


_shared: dict[int, Ranks] = {}


def ranks(count: int) -> Ranks:
    """The pool of that size that the tests of this process share; a new one after a test that left it in pieces."""
    pool = _shared.get(count)
    if pool is None or not all(process.is_alive() for process in pool.processes):
        if pool is not None:
            pool.close()
        pool = _shared[count] = Ranks(count)
        atexit.register(pool.close)
    return pool


def torch_group(rank: int, count: int, port: int) -> None:
    """Join PyTorch's default group, as ``torchrun`` has a script do."""
    import torch
    import torch.distributed as dist

    torch.set_num_threads(1)
    os.environ |= {"RANK": str(rank), "WORLD_SIZE": str(count), "LOCAL_RANK": str(rank), "LOCAL_WORLD_SIZE": str(count)}
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    dist.init_process_group("gloo", timeout=timedelta(seconds=COLLECTIVE_SECONDS))


def free_port() -> int:
    """One that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def _failed(outcome: Outcome) -> bool:
    return outcome.is_gone or outcome.error is not None


def _serve(
    pipe: Connection, rank: int, count: int, port: int, setup: Callable[[int, int, int], None]
) -> None:  # pragma: no cover (in a process of its own)
    setup(rank, count, port)
    while True:
        try:
            function, arguments = pipe.recv()
        except EOFError:
            return
        began = time.monotonic()
        try:
            outcome = Outcome(function(*arguments))
        except BaseException as error:  # noqa: BLE001 (the test decides)
            outcome = Outcome(error=error, trace=traceback.format_exc())
        _answer(pipe, outcome._replace(seconds=time.monotonic() - began))


def _answer(pipe: Connection, outcome: Outcome) -> None:  # pragma: no cover
    """An error that cannot be pickled comes as its text."""
    try:
        pipe.send(outcome)
    except Exception:  # noqa: BLE001 (whatever pickle says)
        pipe.send(outcome._replace(value=None, error=RuntimeError(outcome.trace or "a value that cannot be sent")))


__all__: Sequence[str] = ("COLLECTIVE_SECONDS", "Outcome", "Ranks", "free_port", "ranks", "torch_group")
