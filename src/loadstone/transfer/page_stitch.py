"""Page-stitched views: a stacked tensor without a copy, the pages of its parts mapped side by side.

What a tensor is made of usually begins at the same place within a page in the file as in memory that was chosen for it.
Then all whole pages are the file's own, private and copy-on-write like any mapped weight's; only the pages in which two
parts meet are copied.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from loadstone.core.slices import ByteRange
from loadstone.transfer.copy import Move
from loadstone.transfer.memory import PAGE_BYTES, can_overlay, overlay
from loadstone.transfer.prefetch import Region
from loadstone.transfer.weight_file import WeightFile

LEAST_BYTES = 256 << 10
"""Of a part that is stitched: to map one takes the kernel about as long as to copy this much."""
_MOST = 16_000
"""Parts stitched in one load: a process can have 65,530 ranges of memory where nobody changed ``vm.max_map_count``."""


class Stitched(NamedTuple):
    """What became of some moves."""

    moves: dict[Path, list[Move]]
    """What is still to be copied."""
    regions: list[Region]
    """What was stitched and can be populated."""
    nbytes: int
    """Of what was stitched."""


def stitch(
    memory: mmap.mmap,
    moves: Mapping[Path, Sequence[Move]],
    place_of: Callable[[Move], int | None],
    open_file: Callable[[Path], WeightFile],
) -> Stitched:
    """Stitch what can be. ``place_of`` says where in the memory a move's bytes go as they are stored, or None."""
    rest: dict[Path, list[Move]] = {}
    regions: list[Region] = []
    stitched = 0
    for path, those in moves.items():
        file: WeightFile | None = None
        rest[path] = []
        for move in those:
            place = place_of(move) if move.nbytes >= LEAST_BYTES else None
            if place is None or (place - move.offset) % PAGE_BYTES or len(regions) >= _MOST or not can_overlay():
                rest[path].append(move)
                continue
            first = -(-place // PAGE_BYTES) * PAGE_BYTES
            last = (place + move.nbytes) // PAGE_BYTES * PAGE_BYTES
            pages = ByteRange(move.offset + first - place, move.offset + last - place)
            file = file or open_file(path)
            try:
                overlay(memory, first, file.descriptor, pages.start, last - first)
            except OSError:
                rest[path].append(move)
                continue
            regions.append(Region(path, pages, memory, first))
            stitched += last - first
            rest[path] += _edges(move, pages)
    return Stitched(rest, regions, stitched)


def _edges(move: Move, pages: ByteRange) -> list[Move]:
    """What lies before and behind these pages of the file."""
    width = move.dtype.bits // 8
    done = pages.stop - move.offset
    head = move._replace(nbytes=pages.start - move.offset)
    tail = move._replace(offset=pages.stop, nbytes=move.nbytes - done, start=move.start + done // width)
    return [edge for edge in (head, tail) if edge.nbytes]
