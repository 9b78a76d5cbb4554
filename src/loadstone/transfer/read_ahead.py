"""Many small reads of remote files, served from a few large ones: for what is decoded some rows at a time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from loadstone.core.slices import ByteRange, FileRange
from loadstone.transfer.block_cache import BlockCache

if TYPE_CHECKING:
    from loadstone.core.byte_source import ByteSource, OpenSource

BLOCK_BYTES = 8 << 20
_MOST_BLOCKS = 6
"""Held at once, of all files together."""
_GAP_BYTES = 64 << 10
"""What lies between two ranges and is read with them."""


class ReadAhead:
    """Blocks of files, each fetched once by whoever needs it first; the last few are held. Shared between threads.

    ``ranges``: all that will be read; what lies between them is not.
    """

    def __init__(self, open_file: OpenSource, ranges: Iterable[FileRange]) -> None:
        self._open_file = open_file
        self._blocks = BlockCache(_MOST_BLOCKS)
        self._cut = _cut(ranges)

    def open(self, path: Path) -> ByteSource:
        """A file that is read by blocks. Raises what opening it raises."""
        return _Ahead(self._open_file(path), self._cut.get(path, ()), self._block)

    def _block(self, file: ByteSource, block: ByteRange) -> bytearray:
        return self._blocks.get((file.path, block.start), partial(_fetched, file, block))


def _fetched(file: ByteSource, block: ByteRange) -> bytearray:
    content = bytearray(block.nbytes)
    file.read_into(block.start, block.nbytes, memoryview(content))
    return content


class _Ahead:
    """One file as its blocks give it."""

    takes_direct = False

    def __init__(
        self, file: ByteSource, blocks: Sequence[ByteRange], fetched: Callable[[ByteSource, ByteRange], bytearray]
    ) -> None:
        self._file, self._blocks, self._fetched = file, blocks, fetched
        self._starts = [block.start for block in blocks]
        self.path, self.nbytes = file.path, file.nbytes

    def check(self) -> None:
        """As the file itself."""
        self._file.check()

    def read_into(self, offset: int, nbytes: int, buffer: memoryview, /) -> None:
        """From the blocks; what is in none is asked of the file."""
        done = 0
        while done < nbytes:
            at = offset + done
            number = bisect_right(self._starts, at) - 1
            if number < 0 or at >= self._blocks[number].stop:
                self._file.read_into(at, nbytes - done, buffer[done:])
                return
            block = self._blocks[number]
            inside = at - block.start
            part = memoryview(self._fetched(self._file, block))[inside : inside + nbytes - done]
            buffer[done : done + len(part)] = part
            done += len(part)


def _cut(ranges: Iterable[FileRange]) -> dict[Path, list[ByteRange]]:
    """Neighbors together, and what is long in blocks."""
    joined: dict[Path, list[ByteRange]] = {}
    for path, part in sorted(ranges):
        those = joined.setdefault(path, [])
        if those and part.start <= those[-1].stop + _GAP_BYTES:
            those[-1] = ByteRange(those[-1].start, max(those[-1].stop, part.stop))
        else:
            those.append(part)
    return {path: [block for part in those for block in part.split(BLOCK_BYTES)] for path, those in joined.items()}
