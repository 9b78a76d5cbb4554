"""One file that several threads write at once, each at its own place: past the page cache where that can be."""

from __future__ import annotations

import contextlib
import errno
import os
import threading
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from loadstone.core.slices import ByteRange
from loadstone.transfer.durable import reserve, sync
from loadstone.transfer.kernel_copy import ALIGNMENT, runs
from loadstone.transfer.memory_alignment import MemoryAlignment, alignment_of
from loadstone.transfer.outgoing import FilePlan, StoredRange, TensorRange, bytes_of, nbytes_of


class NewFile:
    """A file to be written from a plan.

    It is open from its first block to its last, so that a thousand shards do not take a thousand descriptors. Its
    methods may be called from several threads, for ranges that do not overlap.

    :raises OSError: of every method that writes, with the path of the file.
    """

    def __init__(
        self, path: Path, plan: FilePlan, share: int | None = None, memory: MemoryAlignment | None = None
    ) -> None:
        """``share`` is how many of its bytes are written through this object, where others write the rest; ``memory``
        is what the files of a save have learned."""
        self.path, self.plan = path, plan
        self._starts = list(accumulate((nbytes_of(piece) for piece in plan.pieces), initial=0))[:-1]
        self._runs = runs(plan)
        self._run_stops = [run.range.stop for run in self._runs]
        self._lock = threading.Lock()
        self._left = plan.nbytes if share is None else share
        self._plain: int | None = None
        self._direct: int | None = None
        self._memory = memory or MemoryAlignment()

    def create(self) -> None:
        """Makes the file, which must not exist, with room for all of it on the disk."""
        descriptor = self._open(os.O_CREAT | os.O_EXCL)
        try:
            with self._named():
                reserve(descriptor, self.plan.nbytes)
        finally:
            os.close(descriptor)

    def open(self) -> None:
        """To be called before a block is written; the last :meth:`done` closes it."""
        with self._lock:
            if self._plain is None:
                self._plain = self._open(0)
                if hasattr(os, "O_DIRECT"):
                    # tmpfs and some network file systems have no such way.
                    with contextlib.suppress(OSError):
                        self._direct = self._open(os.O_DIRECT)

    def done(self, nbytes: int) -> None:
        """So many bytes more are written; with the last of them the file is put on the disk, and closed."""
        with self._lock:
            self._left -= nbytes
            is_whole = not self._left
        if is_whole:
            with self._named():
                sync(self.plain)
            self.close()

    def close(self) -> None:
        """Lets go of the file; nobody may be writing to it."""
        held, self._plain, self._direct = (self._plain, self._direct), None, None
        for descriptor in held:
            if descriptor is not None:
                os.close(descriptor)

    @property
    def plain(self) -> int:
        """Its descriptor for writes through the page cache."""
        assert self._plain is not None, "open() comes first"
        return self._plain

    @property
    def is_direct(self) -> bool:
        """Whether it can be written past the page cache."""
        return self._direct is not None

    def parts(self, wanted: ByteRange) -> Iterator[tuple[ByteRange, StoredRange | None]]:
        """Some bytes of the file in order: those that lie in another file with where, and those between."""
        at = wanted.start
        for run in self._runs[bisect_right(self._run_stops, at) :]:
            shared = run.range.overlap(wanted)
            if shared is None:
                break
            if at < shared.start:
                yield ByteRange(at, shared.start), None
            yield shared, run.part(shared)
            at = shared.stop
        if at < wanted.stop:
            yield ByteRange(at, wanted.stop), None

    def pieces(self, wanted: ByteRange) -> Iterator[tuple[int, bytes | TensorRange]]:
        """What some bytes of the file are made of, each with its place in the file."""
        start, stop = wanted
        index = bisect_right(self._starts, start) - 1
        while start < stop:
            piece, begin = self.plan.pieces[index], self._starts[index]
            end = min(stop, begin + nbytes_of(piece))
            if start < end:
                yield start, _part(piece, start - begin, end - begin)
            start, index = end, index + 1

    def write(self, view: memoryview, at: int) -> bool:
        """Writes bytes to a place in the file. Whether some of them lie in the page cache now."""
        whole = 0
        if self._direct is not None and at % ALIGNMENT == 0:
            whole = len(view) // ALIGNMENT * ALIGNMENT
            try:
                self._write(self._direct, [view[:whole]], at)
            except OSError as error:
                # Some file systems take the flag and then refuse the write, or the rest of one that they did in part.
                if error.errno != errno.EINVAL:
                    raise
                whole = 0
        self._write(self.plain, [view[whole:]], at + whole)
        return whole < len(view)

    def write_in_place(self, wanted: ByteRange) -> bool:
        """Writes bytes from where they lie in memory, with no copy of them made; false if that cannot be."""
        if self._direct is None:
            return False
        placed: list[tuple[int, int, memoryview]] = []
        for at, piece in self.pieces(wanted):
            if isinstance(piece, bytes) or piece.tensor.address is None:
                return False
            if at % ALIGNMENT or piece.range.nbytes % ALIGNMENT:
                return False
            placed.append((alignment_of(piece.tensor.address + piece.range.start), at, bytes_of(piece)))
        alignment = min(each[0] for each in placed)
        with self._memory.trying(alignment) as is_known:
            if not self._memory.is_enough(alignment):
                return False
            try:
                if is_known:
                    self._write(self._direct, [view for _, _, view in placed], wanted.start)
                else:  # first what is most likely refused
                    for _, at, view in sorted(placed, key=lambda place: place[:2]):
                        self._write(self._direct, [view], at)
            except OSError as error:
                if error.errno == errno.EFAULT:
                    # Memory the device cannot reach; or a map of a file that was cut short, and this raises again.
                    self._write(self.plain, [view for _, _, view in placed], wanted.start)
                    return True
                if error.errno != errno.EINVAL:
                    raise
                self._memory.refused(alignment)
                return False
            self._memory.succeeded(alignment)
        return True

    def _write(self, descriptor: int, views: Sequence[memoryview], at: int) -> None:
        rest = [view for view in views if view]
        with self._named():
            while rest:
                nbytes = _write_at(descriptor, rest, at)
                at += nbytes
                while rest and nbytes >= len(rest[0]):
                    nbytes -= len(rest.pop(0))
                if nbytes:
                    rest[0] = rest[0][nbytes:]

    def _open(self, flags: int) -> int:
        flags |= os.O_WRONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        return os.open(self.path, flags, 0o666)

    @contextlib.contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.filename is None and error.errno is not None:
                raise OSError(error.errno, os.strerror(error.errno), str(self.path)) from error
            raise


def _part(piece: bytes | TensorRange, start: int, stop: int) -> bytes | TensorRange:
    if isinstance(piece, bytes):
        return piece[start:stop]
    return TensorRange(piece.tensor, ByteRange(start, stop).shift(piece.range.start))


def _write_at(descriptor: int, views: Sequence[memoryview], at: int) -> int:
    """Some of these bytes, at least one. How many."""
    if len(views) > 1:
        nbytes = os.pwritev(descriptor, views[:512], at)
    elif hasattr(os, "pwrite"):
        nbytes = os.pwrite(descriptor, views[0], at)
    else:  # a file has one position then, and one writer
        os.lseek(descriptor, at, os.SEEK_SET)
        nbytes = os.write(descriptor, views[0])
    if not nbytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))
    return nbytes
