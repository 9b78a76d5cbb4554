"""From files into final memory in one pass: read an extent, and cast, reorder or stack what is in it, on all cores.

Neighboring reads are joined, whoever they are for, and go in the order of the file. What is in flight is bounded by
the staging buffers, which are filled from the files and drained into the model. No tensor is ever held in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeVar

from loadstone.core.slices import Box, ByteRange, bounds, shape_of
from loadstone.core.tensors import DType
from loadstone.transfer.memory import new_memory
from loadstone.transfer.threads import WorkerPool
from loadstone.transfer.weight_file import SECTOR_BYTES

if TYPE_CHECKING:
    from loadstone.core.byte_source import ByteSource, OpenSource

EXTENT_BYTES = 2 << 20
"""Of what is read at once into memory: it is then still in the processor's cache when it is cast."""
_GAP_BYTES = 64 << 10
"""Two ranges of a file that lie closer than this are read as one."""


class Move(NamedTuple):
    """Bytes of a file, and the place in a target where they go.

    Flat, for there may be 100,000: a range in each would be one object more, and they sort in the order of the file.
    """

    offset: int
    nbytes: int
    target: int
    start: int
    """Of the first element, counted in the target's row-major order, where all of them go into one row there."""
    dtype: DType
    """As stored."""
    box: Box | None = None
    """Where they do not: the part of the target that they fill."""
    axes: tuple[int, ...] | None = None
    """The dimensions of that part, outermost first, in the order in which the file has them."""


class StagingBuffer(Protocol):
    """A buffer on its way from the files into the model."""

    @property
    def view(self) -> memoryview:
        """Room for the longest extent of its kind, to be read into."""
        ...


BufferT = TypeVar("BufferT", bound=StagingBuffer)


class StagingBuffers(Protocol[BufferT]):
    """The buffers that there are."""

    @property
    def extent_bytes(self) -> int:
        """Of the longest extent that one is for."""
        ...

    def acquire(self) -> BufferT:
        """One that nobody uses; waits for it."""
        ...

    def release(self, buffer: BufferT) -> None:
        """It is done with, as far as this thread is concerned."""
        ...

    def room_for(self, extent: Extent) -> memoryview | None:
        """The final memory of all that is in an extent, to be read into at once; None where it goes by a buffer."""
        ...


class HostBuffer:
    """A buffer in memory, for extents of so many bytes."""

    def __init__(self, extent_bytes: int = EXTENT_BYTES) -> None:
        self.memory = new_memory(buffer_bytes(extent_bytes))
        self.view = memoryview(self.memory)


class BufferPool(Generic[BufferT]):
    """Some buffers for extents of so many bytes, each made when it is first needed. ``room_for``: what needs none."""

    def __init__(
        self,
        make: Callable[[int], BufferT],
        count: int,
        extent_bytes: int = EXTENT_BYTES,
        room_for: Callable[[Extent], memoryview | None] = lambda extent: None,
    ) -> None:
        self._make, self._extent_bytes, self.room_for = make, extent_bytes, room_for
        self._free: SimpleQueue[BufferT | None] = SimpleQueue()
        for _ in range(count):
            self._free.put(None)

    @property
    def extent_bytes(self) -> int:
        """Of the longest extent that one is for."""
        return self._extent_bytes

    def acquire(self) -> BufferT:
        """One that nobody uses; waits for it."""
        return self._free.get() or self._make(self._extent_bytes)

    def release(self, buffer: BufferT) -> None:
        """It is done with."""
        self._free.put(buffer)


class Extent(NamedTuple):
    """What is read at once, and what is in it."""

    file: ByteSource
    range: ByteRange
    moves: Sequence[Move]


def copy(
    moves: Mapping[Path, list[Move]],
    open_file: OpenSource,
    buffers: StagingBuffers[BufferT],
    put: Callable[[BufferT, Extent], None],
    threads: int,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Make all moves. ``put`` brings an extent from its buffer to its targets, in many threads at once; an extent that
    ``buffers`` has final room for is read there.

    Raises what reading raises, as soon as no thread works any more; nothing is left open.
    """

    def bring(extent: Extent) -> None:
        final = buffers.room_for(extent)
        if final is not None:
            extent.file.read_into(extent.range.start, extent.range.nbytes, final)
            extent.file.check()
        else:
            by_a_buffer(extent)
        if progress is not None:
            progress(sum(move.nbytes for move in extent.moves))

    def by_a_buffer(extent: Extent) -> None:
        buffer = buffers.acquire()
        try:
            room = -(-extent.range.nbytes // SECTOR_BYTES) * SECTOR_BYTES
            extent.file.read_into(extent.range.start, extent.range.nbytes, buffer.view[:room])
            extent.file.check()
            put(buffer, extent)
        finally:
            buffers.release(buffer)

    WorkerPool(_extents(moves, open_file, buffers.extent_bytes), bring, "loadstone-copy").run(threads)


def buffer_bytes(extent_bytes: int) -> int:
    """Of a buffer for such extents: one that begins and ends in the middle of a sector fits too."""
    return extent_bytes + 2 * SECTOR_BYTES


def _extents(moves: Mapping[Path, list[Move]], open_file: OpenSource, limit: int) -> Iterator[Extent]:
    for path, those in moves.items():
        if not those:
            continue
        file = open_file(path)
        sector = SECTOR_BYTES if file.takes_direct else 1
        for joined in _joined(_split(those, limit), limit):
            start = joined[0].offset // sector * sector
            end = max(move.offset + move.nbytes for move in joined)
            yield Extent(file, ByteRange(start, end), joined)


def _joined(moves: Iterable[Move], limit: int) -> Iterator[list[Move]]:
    """Neighbors together, in the order of the file."""
    batch: list[Move] = []
    start = end = 0
    for move in moves:
        last = move.offset + move.nbytes
        if batch and (last - start > limit or move.offset - end > _GAP_BYTES):
            yield batch
            batch = []
        if not batch:
            start = move.offset
        batch.append(move)
        end = max(end, last) if len(batch) > 1 else last
    if batch:
        yield batch


def _split(moves: list[Move], limit: int) -> Iterable[Move]:
    """None longer than ``limit``, in the order of the file."""
    merged = _merged(sorted(moves))
    if all(move.nbytes <= limit for move in merged):
        return merged
    return sorted(part for move in merged for part in _parts(move, limit))


def _merged(moves: Iterable[Move]) -> list[Move]:
    """Those that are neighbors both in the file and in the target as one."""
    merged: list[Move] = []
    end = next_start = 0
    last: Move | None = None
    for move in moves:
        offset, nbytes, target, start, dtype, box, _ = move
        if (
            last is not None
            and offset == end
            and start == next_start
            and target == last.target
            and box is None
            and last.box is None
            and dtype is last.dtype
        ):
            last = merged[-1] = last._replace(nbytes=last.nbytes + nbytes)
        else:
            merged.append(move)
            last = move
        end = offset + nbytes
        next_start = start + nbytes * 8 // dtype.bits
    return merged


def _parts(move: Move, limit: int) -> Iterator[Move]:
    if move.nbytes <= limit:
        yield move
        return
    width = move.dtype.bits // 8
    if move.box is None or move.axes is None:
        step = limit // width * width
        for at in range(0, move.nbytes, step):
            nbytes = min(step, move.nbytes - at)
            yield move._replace(offset=move.offset + at, nbytes=nbytes, start=move.start + at // width)
        return
    # Rows of the file's layout; each may have to be split again.
    ends = ((axis, *bounds(move.box[axis])) for axis in move.axes)
    axis, start, stop = next((axis, start, stop) for axis, start, stop in ends if stop - start > 1)
    row = move.nbytes // (stop - start)
    step = max(limit // row, 1)
    for first in range(start, stop, step):
        last = min(first + step, stop)
        box = (*move.box[:axis], slice(first, last), *move.box[axis + 1 :])
        offset = move.offset + (first - start) * row
        yield from _parts(move._replace(offset=offset, nbytes=(last - first) * row, box=box), limit)


def layout(box: Box, axes: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The shape of a move's elements as the file has them, and the order of dimensions that gives the target's part it.

    ``target[box]`` drops the dimensions that ``box`` names by one number, so both leave these out.
    """
    kept = [axis for axis, index in enumerate(box) if not isinstance(index, int)]
    order = [axis for axis in axes if axis in kept]
    return shape_of([box[axis] for axis in order]), tuple(kept.index(axis) for axis in order)
