"""Work for other threads: in order, ended by the first error, and by an interrupt at whatever moment that comes."""

from __future__ import annotations

import ast
import gc
import threading
import time
import weakref
from functools import partial
from pathlib import Path

import pytest
from forks import Forks

from loadstone.transfer import threads as threads_module
from loadstone.transfer.threads import Job, WorkerPool, Workers, each


class Held:
    """What a job holds on to, such as the map of a file."""

    def work(self, task: int) -> None:
        """Does nothing."""

    def fail(self, task: int) -> None:
        raise ZeroDivisionError(f"task {task}")


def slow(results: list[int], number: int) -> None:
    time.sleep(0.01)
    results.append(number)


def test_no_thread_is_left_when_the_call_returns(monkeypatch: pytest.MonkeyPatch) -> None:
    class Lingering(threading.Thread):
        def run(self) -> None:
            super().run()
            time.sleep(0.01)

    monkeypatch.setattr(threads_module, "Thread", Lingering)
    before = threading.enumerate()
    WorkerPool(iter(range(6)), lambda task: None, "crew").run(3)
    assert threading.enumerate() == before
    job: Job[None] = Job(lambda: None)
    job.start("crew")
    job.abandon()
    assert threading.enumerate() == before
    with pytest.raises(ZeroDivisionError):
        WorkerPool(iter(range(6)), Held().fail, "crew").run(3)
    assert threading.enumerate() == before


def test_results_come_in_the_order_of_the_tasks() -> None:
    assert each(lambda number: time.sleep(0.001 * (9 - number)) or number, range(10), 4, "each") == list(range(10))
    assert each(str, (), 4, "each") == []


@pytest.mark.parametrize("threads", [1, 3])
def test_the_first_error_ends_it_and_is_raised(threads: int) -> None:
    done: list[int] = []

    def work(number: int) -> None:
        done.append(number)
        if number == 4:
            raise ZeroDivisionError("the fourth")

    with pytest.raises(ZeroDivisionError, match="the fourth"):
        WorkerPool(iter(range(1000)), work, "crew").run(threads)
    assert len(done) < 1000


def test_nothing_of_what_failed_is_kept() -> None:
    held = Held()
    gc.disable()
    try:
        with pytest.raises(ZeroDivisionError):
            WorkerPool(iter(range(3)), held.fail, "crew").run(2)
        with pytest.raises(ZeroDivisionError):
            each(held.fail, range(3), 2, "each")
        watched = weakref.ref(held)
        del held
        deadline = time.monotonic() + 10  # the last thread may not be gone yet
        while watched() is not None and time.monotonic() < deadline:
            time.sleep(0.001)
        assert watched() is None
    finally:
        gc.enable()


def test_a_system_that_has_no_more_threads_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refused(threading.Thread):
        def start(self) -> None:
            raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threads_module, "Thread", Refused)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        WorkerPool(iter(range(3)), print, "crew").run(2)


def test_a_pool_tells_whether_it_is_done_and_can_be_stopped() -> None:
    done: list[int] = []
    pool = WorkerPool(iter(range(1000)), partial(slow, done), "crew")
    assert not pool.wait(0)  # of one that has not begun
    pool.start(2)
    assert not pool.wait(0.02)
    pool.stop()
    found = len(done)
    time.sleep(0.05)
    assert pool.wait() and found == len(done) < 1000


def test_workers_do_jobs_in_order_and_drop_what_has_not_begun_when_they_are_closed() -> None:
    results: list[int] = []
    with Workers(1, "worker") as workers:
        jobs = [Job(partial(slow, results, number)) for number in range(50)]
        for job in jobs:
            workers.submit(job)
        jobs[2].result()
        assert results == [0, 1, 2]
    assert results == list(range(len(results))) and len(results) < 50
    assert all(job.is_done for job in jobs)


def test_workers_that_nobody_holds_end() -> None:
    workers = Workers(2, "forgotten")
    job = Job(lambda: threading.current_thread().name)
    workers.submit(job)
    assert job.result() == "forgotten"
    del workers
    deadline = time.monotonic() + 10
    while any(thread.name == "forgotten" for thread in threading.enumerate()) and time.monotonic() < deadline:
        time.sleep(0.001)
    assert all(thread.name != "forgotten" for thread in threading.enumerate())


def test_a_job_that_was_abandoned_before_it_began_does_nothing() -> None:
    job: Job[None] = Job(lambda: pytest.fail("done all the same"))
    job.abandon()
    job.run()
    assert job.is_done


_AT_EVERY_STEP = """
import sys, time
from functools import partial
from pathlib import Path
sys.path.append(sys.argv[1])
from interrupts import at_every_step
folder = Path(sys.argv[2])
FILES = ["threading.py", "concurrent/futures", "loadstone/transfer/"]
{setup}
steps = at_every_step(work, FILES + {files}, after)
assert steps > {least}, steps
print(steps)
"""
_POOL = """
from loadstone.transfer.threads import WorkerPool
def work():
    WorkerPool(iter(range(6)), lambda task: time.sleep(0.0002), "crew").run(3)
def after():
    pass
"""
_EACH = """
from loadstone.transfer.threads import each
def work():
    each(lambda task: time.sleep(0.0002), range(4), 2, "each")
def after():
    pass
"""
_WORKERS = """
from loadstone.transfer.threads import Job, Workers
def work():
    with Workers(2, "worker") as workers:
        jobs = [Job(partial(time.sleep, 0.0002)) for _ in range(4)]
        for job in jobs:
            workers.submit(job)
        for job in jobs:
            job.result()
def after():
    pass
"""
_HASHES = """
from loadstone.sources.hashing import Hashes
paths = [folder / str(number) for number in range(3)]
for path in paths:
    path.write_bytes(bytes(5000))
def work():
    assert len(Hashes(paths, remember=False).wait()) == 3
def after():
    pass
"""
_WRITTEN = """
from loadstone.transfer.block_writer import write_files
from loadstone.transfer.outgoing import FilePlan
def work():
    write_files({folder / str(time.monotonic_ns() + number): FilePlan([b"x" * 5000], 5000) for number in range(2)})
def after():
    pass
"""
_RING = """
import threading
from loadstone.core.slices import ByteRange, FileRange
from loadstone.transfer.stream import Ring
path = folder / "blocks"
path.write_bytes(b"".join(bytes([number]) * 8192 for number in range(3)))
ring = Ring([[FileRange(path, ByteRange(8192 * number, 8192 * number + 8192))] for number in range(3)])
def block(number):
    buffer, start = ring.fetch(number), ring.blocks[number].starts[0]
    found = bytes(ring.memory[buffer][start : start + 8192])
    ring.release(number)
    return found
def work():
    for number in (0, 1, 2, 0):
        block(number)
def after():
    for number in range(8):
        assert block(number % 3) == bytes([number % 3]) * 8192, number
    ring._readers.close()
"""
_CACHE = """
import threading
from loadstone.transfer.block_cache import BlockCache
cache = BlockCache(2)
def work():
    for number in range(4):
        cache.get(number, lambda: bytearray(8))
def after():
    found = []
    thread = threading.Thread(target=lambda: found.append([cache.get(n, lambda: bytearray(8)) for n in range(4)]))
    thread.start()
    thread.join()
    assert len(found) == 1
"""
_GATE = """
import threading
from loadstone.frameworks.torch.modeling.weights_gate import Turn, WeightsGate
gate = WeightsGate()
def swap():
    turn = Turn()
    try:
        gate.begin_swap(turn)
        gate.close(turn)
    finally:
        turn.is_over = True
def enter():
    thread = threading.get_ident()
    try:
        gate.inside.add(thread)
        if gate.closed is not None:
            gate.step_back(thread)
    finally:
        gate.inside.discard(thread)
def work():
    swap()
    gate.closed = Turn()
    gate.closed.is_over = True
    enter()
    swap()
def after():
    for use in (swap, enter):
        thread = threading.Thread(target=use)
        thread.start()
        thread.join()
"""


@pytest.mark.parametrize(
    ("setup", "files", "least"),
    [
        pytest.param(_POOL, [], 10, id="a pool"),
        pytest.param(_EACH, [], 10, id="results"),
        pytest.param(_WORKERS, [], 10, id="workers"),
        pytest.param(_HASHES, ["loadstone/sources/hashing.py"], 10, id="hashes"),
        pytest.param(_WRITTEN, [], 10, id="a file that is written"),
        pytest.param(_RING, [], 10, id="blocks in turn"),
        pytest.param(_CACHE, [], 10, id="a cache of blocks"),
        pytest.param(_GATE, ["torch/modeling/weights_gate.py"], 10, id="a model's gate"),
    ],
)
def test_an_interrupt_at_any_step_leaves_no_thread_and_nobody_waiting(
    setup: str, files: list[str], least: int, forks: Forks, tmp_path: Path
) -> None:
    program = _AT_EVERY_STEP.format(setup=setup, files=files, least=least)
    done = forks.run(program, Path(__file__).parents[1], tmp_path)
    assert done.returncode == 0, done.stderr[-5000:]


_LEFT_LOCKED = {"Thread", "Event", "Condition", "Semaphore", "BoundedSemaphore", "Barrier", "Timer"}


def test_nobody_else_waits_for_threads_by_what_an_interrupt_can_leave_locked() -> None:
    """ADR 37."""
    own = Path(threads_module.__file__)
    for path in sorted(set(own.parents[1].rglob("*.py")) - {own}):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "threading":
                assert node.attr not in _LEFT_LOCKED, path
            elif isinstance(node, ast.ImportFrom) and node.module == "threading":
                assert not _LEFT_LOCKED & {name.name for name in node.names}, path
            elif isinstance(node, ast.Import | ast.ImportFrom):
                modules = [name.name for name in node.names] if isinstance(node, ast.Import) else [node.module or ""]
                assert not any(module.startswith(("concurrent", "asyncio")) for module in modules), path
