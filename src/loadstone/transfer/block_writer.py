"""Several files written at once, in large blocks, by a few threads; they are on the disk when the call returns.

Every file gets its room on the disk before anything is written. Then each thread takes one block after another, of
whichever file is next, so that some blocks are read (from an accelerator, say) while others are written. What a block
is made of decides its way:

========================================== ====================================================================
bytes that lie unchanged in a stored file  shared with it, where the file system can: nothing is copied at all; else
                                           copied inside the kernel
memory whose place fits the file's         written from where it is, past the page cache: the device fetches it
all other bytes                            gathered in a block of memory, and that is written past the page cache
========================================== ====================================================================

Writes that must go through the page cache are sent to the disk as they come.

Measured on ext4 with 2 cores, for 2.2 GB, in seconds and processor seconds: written from where it is 0.7-0.9 and 0.1,
gathered 0.7-0.9 and 0.4, copied by the kernel 1.1 and 1.5, for that goes through the page cache; shared on XFS 0.2 and
0.02. ``dd oflag=direct bs=8M`` took 0.7-1.1.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from time import monotonic

from loadstone.core.slices import ByteRange
from loadstone.transfer.durable import finish_writing, start_writing
from loadstone.transfer.kernel_copy import check_sources, cloned, copied
from loadstone.transfer.memory import new_memory
from loadstone.transfer.memory_alignment import MemoryAlignment
from loadstone.transfer.new_file import NewFile
from loadstone.transfer.outgoing import READ_NBYTES, FilePlan, TensorRange, bytes_of
from loadstone.transfer.threads import Job

Block = tuple[NewFile, ByteRange]
"""At most :data:`BLOCK_NBYTES` of a file."""
BLOCK_NBYTES = 8 << 20
Wait = Callable[[float], bool]
"""Waits for so many seconds, or until the threads that write have ended; whether they have."""
_MAX_WORKERS = 4
"""More than there may be cores, since they mostly wait for the disk: 2 took 1.07 s where 4 took 0.84 s, and 6 no less.
Each has a block, and what it takes to read :data:`READ_NBYTES`: together 48 MiB."""
_MAX_BEHIND = 3
"""Blocks in the page cache that a worker has sent to the disk and not waited for."""


def write_files(plans: Mapping[Path, FilePlan], *, progress: Callable[[int], None] | None = None) -> None:
    """Creates these files, none of which may exist, and returns when their bytes are on the disk.

    Takes less than 64 MiB of memory, whatever the size of the tensors. ``progress`` is told of bytes of tensors as
    they are written, by several threads.

    :raises SaveError: a tensor gave other than the promised number of bytes, or the file that it is mapped from was
        cut short.
    :raises OSError: the disk is full, a file could not be written, or the like. What there is of the files stays for
        the caller to remove. Then, and after an interrupt, no thread is left and no file is open.
    """
    check_sources(plans.values())
    memory = MemoryAlignment()
    files = [NewFile(path, plan, memory=memory) for path, plan in plans.items()]
    for file in files:
        file.create()
    write_blocks([block for file in files for block in blocks_of(file, ByteRange(0, file.plan.nbytes))], progress)


def blocks_of(file: NewFile, range: ByteRange) -> Iterator[Block]:
    """Some bytes of a file as blocks to be written."""
    return ((file, block) for block in range.split(BLOCK_NBYTES))


def write_blocks(
    blocks: Sequence[Block],
    progress: Callable[[int], None] | None = None,
    meanwhile: Callable[[Wait], None] = lambda wait_for: None,
) -> None:
    """Writes blocks of files that are there already; what :func:`write_files` says holds here.

    With the last of its bytes each file is put on the disk; in the end, whatever happened, all of them are closed.
    ``meanwhile`` is called while the threads write, with what waits for them; what it raises stops them.
    """
    tasks = _Writing(blocks, progress)
    # Without pwrite a file has one position only, and so there can be one writer only.
    count = min(_MAX_WORKERS, len(blocks)) if hasattr(os, "pwrite") else 1
    jobs = [Job(tasks.work) for _ in range(count)]
    try:
        for job in jobs:
            job.start("loadstone-save")
        meanwhile(lambda seconds: _are_done(jobs, seconds))
        for job in jobs:
            job.result()
    finally:
        _end(tasks, jobs)


def _are_done(jobs: Sequence[Job[None]], seconds: float) -> bool:
    until = monotonic() + seconds
    return all(job.wait(max(until - monotonic(), 0)) for job in jobs)


def _end(tasks: _Writing, jobs: Sequence[Job[None]]) -> None:
    """Waits for the threads, which each end with the block that they are at, and then lets go of all files."""
    interrupt: KeyboardInterrupt | None = None
    while True:
        try:
            tasks.stop()
            for job in jobs:
                job.abandon()
            for file in tasks.files:
                file.close()
            break
        except KeyboardInterrupt as error:
            interrupt = error  # not now: a file must not be closed while it is written to
    if interrupt is not None:
        raise interrupt


class _Writing:
    """The blocks of all files, for several threads to take."""

    def __init__(self, blocks: Sequence[Block], progress: Callable[[int], None] | None) -> None:
        self.blocks = blocks
        self.files = {id(file): file for file, _ in blocks}.values()
        self._tell = progress or (lambda nbytes: None)
        self._lock = threading.Lock()
        self._next = 0

    def stop(self) -> None:
        """No further block is begun."""
        with self._lock:
            self._next = len(self.blocks)

    def work(self) -> None:
        """Writes blocks until there are none. A failure of one thread stops the others."""
        memory: memoryview | None = None
        behind: deque[Block] = deque()
        try:
            while task := self._take():
                memory = memory or memoryview(new_memory(BLOCK_NBYTES))
                file, block = task
                file.open()
                if not self._write(file, block, memory):
                    file.done(block.nbytes)
                    continue
                start_writing(file.plain, block.start, block.nbytes)
                behind.append(task)
                if len(behind) > _MAX_BEHIND:
                    _finish(*behind.popleft())
            while behind:
                _finish(*behind.popleft())
        except BaseException:
            self.stop()
            raise

    def _take(self) -> Block | None:
        with self._lock:
            if self._next == len(self.blocks):
                return None
            self._next += 1
            return self.blocks[self._next - 1]

    def _write(self, file: NewFile, block: ByteRange, memory: memoryview) -> bool:
        """One block. Whether some of it lies in the page cache now."""
        is_cached = False
        for part, run in file.parts(block):
            if run and cloned(run, file.plain):
                self._tell(part.nbytes)
            elif run and copied(run, file.plain):
                is_cached = True
                self._tell(part.nbytes)
            elif file.write_in_place(part):
                self._tell(part.nbytes)
            else:
                nbytes = _gather(file, part, memory)
                is_cached |= file.write(memory[: part.nbytes], part.start)
                self._tell(nbytes)
        return is_cached


def _finish(file: NewFile, block: ByteRange) -> None:
    finish_writing(file.plain, block.start, block.nbytes)
    file.done(block.nbytes)


def _gather(file: NewFile, wanted: ByteRange, memory: memoryview) -> int:
    """Puts some bytes of a file into memory. How many of them are tensors'."""
    import numpy as np

    # NumPy's copies let other threads run meanwhile; those of a memoryview do not.
    block = np.frombuffer(memory, np.uint8)
    nbytes = 0
    for at, piece in file.pieces(wanted):
        into = at - wanted.start
        if isinstance(piece, bytes):
            memory[into : into + len(piece)] = piece
            continue
        for part in piece.range.split(READ_NBYTES):
            view = bytes_of(TensorRange(piece.tensor, part))
            np.copyto(block[into : into + len(view)], np.frombuffer(view, np.uint8))
            into += len(view)
            del view  # before the next is made
        nbytes += piece.range.nbytes
    return nbytes
