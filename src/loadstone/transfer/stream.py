"""Blocks of weights read from their files in turn, over and over: one is at work while the next is read.

The bytes go past the page cache where the system lets them, straight into a ring of buffers. So what is in memory is
the ring and nothing else, and the disk is read as fast as it goes, however little memory there is for caches.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from loadstone.core.slices import ByteRange, FileRange
from loadstone.transfer.memory import new_memory
from loadstone.transfer.threads import Job, Workers
from loadstone.transfer.weight_file import READ_BYTES, SECTOR_BYTES, WeightFile

if TYPE_CHECKING:
    from loadstone.core.byte_source import ByteSource

READERS = 2
"""Measured on a virtual disk: one thread gets 70 % of what two get; three get no more."""
_GAP_BYTES = 256 << 10
"""Two ranges of a file that lie closer than this are read as one."""


class BufferedRange(NamedTuple):
    """Whole sectors of an open file, and their place in a buffer."""

    file: ByteSource
    range: ByteRange
    at: int


class StreamedBlock:
    """Ranges that are needed together, and where each lies in a buffer."""

    def __init__(self, ranges: Sequence[FileRange], files: Mapping[Path, ByteSource]) -> None:
        self.ranges = tuple(ranges)
        self.extents: list[BufferedRange] = []
        starts: list[int] = []
        for file_range in sorted(ranges):
            file = files[file_range.file]
            start, stop = file_range.range
            sectors = ByteRange(start // SECTOR_BYTES * SECTOR_BYTES, min(_up(stop), file.nbytes))
            last = self.extents[-1] if self.extents else None
            if last is not None and last.file is file and sectors.start - last.range.stop <= _GAP_BYTES:
                joined = ByteRange(last.range.start, max(sectors.stop, last.range.stop))
                self.extents[-1] = last._replace(range=joined)
            else:
                at = 0 if last is None else _up(last.at + last.range.nbytes)
                self.extents.append(BufferedRange(file, sectors, at))
            starts.append(self.extents[-1].at + start - self.extents[-1].range.start)
        placed = dict(zip(sorted(ranges), starts, strict=True))
        self.starts = [placed[file_range] for file_range in ranges]
        """Of each range, in the order given, its first byte in the buffer."""
        last = self.extents[-1]
        self.nbytes = _up(last.at + last.range.nbytes)

    def check(self) -> None:
        """:class:`CorruptCheckpoint` if the files are not what they were."""
        for file in {extent.file for extent in self.extents}:
            file.check()

    def steps(self) -> Iterator[tuple[BufferedRange, ByteRange]]:
        """Each extent with the parts of it that are read at once, in bytes of the file."""
        for extent in self.extents:
            for part in extent.range.split(READ_BYTES):
                yield extent, part


def _up(nbytes: int) -> int:
    return -(-nbytes // SECTOR_BYTES) * SECTOR_BYTES


class Relay:
    """Blocks that are brought into buffers in turn, by a few threads, for whoever uses one at a time."""

    def __init__(self, count: int, buffers: int = 2) -> None:
        self._count, self._buffers = count, buffers
        self._under_way: dict[int, tuple[int, list[Job[None]]]] = {}  # block → buffer and jobs begun or done
        self._jobs: list[Job[None]] = []  # all that may write into a buffer
        self._is_changing = False
        self._readers: Workers
        self._process = 0  # whose readers they are; of none yet

    def check(self, index: int) -> None:
        """Raises if a block cannot be had any more."""
        raise NotImplementedError

    def jobs(self, index: int, buffer: int) -> Iterable[Callable[[], None]]:
        """What brings a block into a buffer that nobody uses, in pieces that may run side by side."""
        raise NotImplementedError

    def arrived(self, index: int, buffer: int) -> None:
        """Called when all jobs of a block that is waited for are done, before those of the next begin."""

    def fetch(self, index: int) -> int:
        """The buffer that has a block. There already, if the block before was the last fetched; and the one after is
        under way from now on. Raises what :meth:`check` and the jobs raise.
        """
        self._begin_change()
        self.check(index)
        if index not in self._under_way:
            self._start(index, keep=None)
        buffer, jobs = self._under_way[index]
        for job in jobs:
            job.result()
        self.arrived(index, buffer)
        following = (index + 1) % self._count
        if following not in self._under_way:
            self._start(following, keep=index)
        self._is_changing = False
        return buffer

    def release(self, index: int) -> None:
        """Nobody uses a fetched block any more: its buffer is for the block after those under way, at once, so that
        whoever reads never waits for whoever computes.
        """
        self._begin_change()
        coming = (index + self._buffers) % self._count
        following = (index + 1) % self._count
        if following in self._under_way and coming not in self._under_way:
            self._forget(index)
            self._start(coming, keep=following)
        self._is_changing = False

    def give_up(self) -> None:
        """Whoever used a block was broken off, maybe in the middle of :meth:`fetch`."""
        self._is_changing = True

    def _begin_change(self) -> None:
        """What a failure, or an interrupt, has left half done is forgotten whole; so is what a forked child's parent
        has under way, for the child has none of its threads."""
        if self._process != os.getpid():
            self._readers, self._process = Workers(READERS, "loadstone-reader"), os.getpid()
            self._jobs.clear()
            self._under_way.clear()
        elif self._is_changing:
            for job in self._jobs:
                job.abandon()
            self._under_way.clear()
        self._is_changing = True

    def _start(self, index: int, keep: int | None) -> None:
        """Bring a block into a buffer that ``keep`` is not in."""
        held = self._under_way[keep][0] if keep is not None else -1
        used = {buffer: block for block, (buffer, _) in self._under_way.items()}
        free = [number for number in range(self._buffers) if number != held]
        buffer = next((number for number in free if number not in used), free[0])
        if buffer in used:
            self._forget(used[buffer])
        jobs = [Job(work) for work in self.jobs(index, buffer)]
        self._jobs = [job for job in self._jobs if not job.is_done] + jobs
        self._under_way[index] = (buffer, jobs)
        for job in jobs:
            self._readers.submit(job)

    def _forget(self, index: int) -> None:
        """Let go of a block's buffer, when nothing is written into it any more."""
        _, jobs = self._under_way.pop(index, (0, []))
        for job in jobs:
            job.abandon()


class Ring(Relay):
    """Blocks read into buffers in memory."""

    def __init__(self, blocks: Sequence[Sequence[FileRange]], buffers: int = 2) -> None:
        super().__init__(len(blocks), buffers)
        files = open_files(file_range for ranges in blocks for file_range in ranges)
        self.blocks = [StreamedBlock(ranges, files) for ranges in blocks]
        self.memory = [new_memory(max(block.nbytes for block in self.blocks)) for _ in range(buffers)]

    @property
    def nbytes(self) -> int:
        """Of all buffers."""
        return sum(len(memory) for memory in self.memory)

    def check(self, index: int) -> None:
        """:class:`CorruptCheckpoint` if the block's files are not what they were."""
        self.blocks[index].check()

    def jobs(self, index: int, buffer: int) -> Iterable[Callable[[], None]]:
        memory = memoryview(self.memory[buffer])
        for extent, part in self.blocks[index].steps():
            room = memory[extent.at + part.start - extent.range.start :][: _up(part.nbytes)]
            yield partial(extent.file.read_into, part.start, part.nbytes, room)


def open_files(ranges: Iterable[FileRange]) -> dict[Path, WeightFile]:
    """Each file once."""
    return {path: WeightFile(path) for path in dict.fromkeys(file_range.file for file_range in ranges)}
