"""Reading ahead: what will be needed goes into the page cache, and into the page tables, while other work is done."""

from __future__ import annotations

import logging
import mmap
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from loadstone.core.slices import ByteRange
from loadstone.errors import CorruptCheckpoint, LoadstoneError
from loadstone.transfer.machine import cores
from loadstone.transfer.mapped_file import populate
from loadstone.transfer.memory import PAGE_BYTES, new_memory
from loadstone.transfer.probe import cached_bytes
from loadstone.transfer.read_log import ReadLog
from loadstone.transfer.threads import WorkerPool
from loadstone.transfer.weight_file import WeightFile

logger = logging.getLogger("loadstone")

_POPULATE_BYTES = 32 << 20
_READ_BYTES = 1 << 20
"""Of one read into the page cache. The kernel reads ahead of it, so larger ones are no faster (measured to 8 MiB)."""
_TELL_EVERY_S = 0.25


class Region(NamedTuple):
    """Bytes of a file, and the memory that the file is mapped over."""

    path: Path
    range: ByteRange
    memory: mmap.mmap | None
    """None where nothing is mapped: then only the page cache is filled."""
    at: int
    """Where the first of them lies in the memory; the same as in the file where there is none."""


class _Step(NamedTuple):
    """Flat: there may be 16,000, of stacked experts, and a range in each would be felt."""

    path: Path
    offset: int
    nbytes: int
    memory: weakref.ref[mmap.mmap] | None
    at: int


class Warmup:
    """Reads regions in the background: start it, do something else, then :meth:`wait`.

    Each thread has a run of them, in the order given: the kernel reads ahead of whoever goes through a file, into large
    pages, which are entered at once (2.2 GB by two threads: 0.07 s of processor time, and 0.25 s where these take turns
    within a file). What is not in the page cache is read; then it is entered into the page tables, in short ranges,
    since the kernel holds a lock over one that whoever allocates memory has to wait for. It holds no memory: what is
    not needed any more is ignored.
    """

    def __init__(self, regions: Iterable[Region], threads: int | None = None, log: ReadLog | None = None) -> None:
        steps = list(_steps(regions))
        self.nbytes = sum(step.nbytes for step in steps)
        """Bytes to read."""
        self._runs = _runs(steps, min(threads or cores(), len(steps)))
        self._log = log or ReadLog()
        self._lock = threading.Lock()
        self._done_bytes = 0
        self._is_alone = False
        self._pool = WorkerPool(iter(self._runs), self._work, "loadstone-warmup", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._pool.start(len(self._runs))

    def wait(self, progress: Callable[[int], None] | None = None) -> None:
        """Until all is done; ``progress`` is told of the bytes that are, several times a second.

        Raises :class:`CorruptCheckpoint` for a file that cannot be read, or has become shorter.
        """
        told, is_done = 0, False
        while not is_done:
            is_done = self._pool.wait(_TELL_EVERY_S)
            if progress is not None and self._done_bytes > told:
                progress(self._done_bytes - told)
                told = self._done_bytes

    def cancel(self) -> None:
        """Begin nothing more, and wait for what is under way: a piece of 32 MiB for each thread."""
        self._pool.stop()

    def detach(self) -> None:
        """Let it go on alone. An error is then a line in the log."""
        self._is_alone = True

    def _work(self, run: Sequence[_Step]) -> None:
        reader = _Reader()
        try:
            for step in run:
                if self._pool.is_stopped:
                    break
                memory = None if step.memory is None else step.memory()
                if step.memory is not None and memory is None:
                    continue
                start_s = time.perf_counter()
                was_cached = reader.read(step)
                if memory is not None:
                    populate(memory, step.at, step.nbytes, step.path, step.offset, was_cached)
                del memory
                self._log.note(step.path, start_s, step.nbytes, was_cached)
                with self._lock:
                    self._done_bytes += step.nbytes
        except LoadstoneError as error:
            if self._is_alone:
                logger.warning("Reading ahead stopped: %s", error)
            raise
        finally:
            reader.close()


class _Reader:
    """Brings what is missing into the page cache; one file is open at a time."""

    def __init__(self) -> None:
        self._file: WeightFile | None = None
        self._buffer: memoryview | None = None

    def read(self, step: _Step) -> bool:
        """Whether all of it was in the page cache already. Raises :class:`CorruptCheckpoint`."""
        if self._file is None or self._file.path != step.path:
            self.close()
            try:
                self._file = WeightFile(step.path, cached=True)
            except CorruptCheckpoint:
                if step.memory is None:
                    raise
                return False  # removed since it was mapped: the map has it still
        # One call: each waits for the interpreter, which another thread needs to build the model.
        if cached_bytes(self._file.descriptor, step.offset, step.nbytes) == step.nbytes:
            return True
        if self._buffer is None:
            self._buffer = memoryview(new_memory(_READ_BYTES))
        # Whoever leaves out what seems to be there, as what is on its way does, stops the kernel from reading ahead.
        for start in range(step.offset, step.offset + step.nbytes, _READ_BYTES):
            self._file.read_into(start, min(_READ_BYTES, step.offset + step.nbytes - start), self._buffer)
        return False

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _runs(steps: Sequence[_Step], count: int) -> list[list[_Step]]:
    """``count`` runs of about as many bytes each."""
    runs: list[list[_Step]] = [[] for _ in range(count)]
    total, reached = sum(step.nbytes for step in steps), 0
    for step in steps:
        runs[reached * count // total].append(step)
        reached += step.nbytes
    return runs


def _steps(regions: Iterable[Region]) -> Iterator[_Step]:
    """Whole pages, in pieces; one that two neighbors share once."""
    reached: dict[Path | int, int] = {}
    for path, (offset, stop), memory, at in regions:
        key = path if memory is None else id(memory)
        start, end = at // PAGE_BYTES * PAGE_BYTES, at + stop - offset
        if start + PAGE_BYTES == reached.get(key):
            start += PAGE_BYTES
        reached[key] = -(-end // PAGE_BYTES) * PAGE_BYTES
        where = None if memory is None else weakref.ref(memory)
        for position in range(start, end, _POPULATE_BYTES):
            yield _Step(path, offset + position - at, min(_POPULATE_BYTES, end - position), where, position)
