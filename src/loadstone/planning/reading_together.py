"""Each byte read once by the ranks of a node: which stored tensors they read together, in which rounds. Pure.

Where no page cache is shared (direct I/O), or none is wanted (a network file system), a rank that needs columns of a
matrix would read all of its rows, as would every other. So the ranks of a node read rows, each as many bytes, and give
each other what each needs of them. All ranks work this out from the same plan, and so come to the same rounds in the
same order, whatever their threads do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from loadstone.core.slices import Box, ByteRange, bounds, boxes, overlap, relative, row_major, shape_of, within
from loadstone.core.tensors import Slot, StoredTensor
from loadstone.planning.match import LoadPlan
from loadstone.planning.mesh import LocalSlot, Share, local_slot, shares_of
from loadstone.planning.recipes import Piece, Stored

ROUND_BYTES = 16 << 20
"""Read in one round by all ranks. The most that one holds beside its slots: its parts of two rounds (of five, where
each read is a request to elsewhere), what it sends and what it gets, which are at most a round each."""
_LEAST_BYTES = 256 << 10
"""Saved on a slot; for less, a round takes longer than reading some bytes twice."""


class Together(NamedTuple):
    """A stored tensor that the ranks of a node read together for a slot."""

    slot: str
    tensor: StoredTensor
    wanted: tuple[tuple[Share, ...], ...]
    """Of each rank: boxes of the stored tensor, and where they go in its own."""

    def rounds(self, limit: int = ROUND_BYTES) -> Iterator[list[ByteRange]]:
        """What each rank reads at once: ranges of the tensor's bytes, of ``limit`` in all, all but equally long."""
        size = self.tensor.dtype.bits // 8
        rows = [bounds(share.whole[0]) for shares in self.wanted for share in shares]
        row = math.prod(self.tensor.shape[1:])
        first, last = min(start for start, _ in rows) * row, max(stop for _, stop in rows) * row
        count = -(-(last - first) // (max(limit // size // len(self.wanted), 1) * len(self.wanted)))
        step = -(-(last - first) // (count * len(self.wanted)))
        for start in range(first, last, step * len(self.wanted)):
            edges = [min(start + number * step, last) for number in range(len(self.wanted) + 1)]
            yield [ByteRange(low * size, high * size) for low, high in pairwise(edges)]


class Part(NamedTuple):
    """Elements that one rank has read, and another wants."""

    start: int
    """Of the block that they are a part of, counted in elements from the first one read."""
    block: tuple[int, ...]
    """Its shape."""
    box: Box
    """Of the block."""
    place: Box
    """In the tensor of the rank that wants them."""


def parts(shape: Sequence[int], read: ByteRange, size: int, wanted: Sequence[Share]) -> Iterator[Part]:
    """What of the bytes that were read of a tensor of that shape is wanted. ``size``: bytes of an element."""
    at = 0
    for box in boxes(shape, read.start // size, read.stop // size):
        block = shape_of(box)
        for share in wanted:
            shared = overlap(box, share.whole)
            if shared is not None:
                place = within(share.local, relative(shared, share.whole))
                yield Part(at, block, relative(shared, box), place)
        at += math.prod(block)


def read_together(
    plan: LoadPlan, ranks: Sequence[Mapping[str, LocalSlot]], is_read: Callable[[Path], bool]
) -> list[Together]:
    """What the ranks of a node read together, in the order of the files: all of a slot's tensors, or none of them.

    ``ranks``: what of each slot each of them holds; all of one that is not named. ``is_read``: whether weights are
    read from a file, and not mapped.
    """
    found: list[Together] = []
    for slot in plan.slots:
        recipe = plan.recipes[slot.name]
        if isinstance(recipe, Stored) and all(_is_plain(piece.tensor, is_read) for piece in recipe.pieces):
            held = [local.get(slot.name) or local_slot(slot.shape, ()) for local in ranks]
            found += _of_slot(slot, recipe.pieces, held)
    return sorted(found, key=lambda each: (each.tensor.file, each.tensor.offset, each.slot))


def _is_plain(tensor: StoredTensor, is_read: Callable[[Path], bool]) -> bool:
    return tensor.packing is None and tensor.strides is None and bool(tensor.shape) and is_read(tensor.file)


def _of_slot(slot: Slot, pieces: Sequence[Piece], held: Sequence[LocalSlot]) -> list[Together]:
    found, saved = [], 0
    for piece in pieces:
        wanted = tuple(tuple(shares_of(piece, local)) for local in held)
        spans = [_span(piece.tensor, share.whole) for shares in wanted for share in shares]
        if spans:
            row = piece.tensor.nbytes // piece.tensor.shape[0]
            rows = [bounds(share.whole[0]) for shares in wanted for share in shares]
            saved += sum(spans) - row * (max(stop for _, stop in rows) - min(start for start, _ in rows))
            found.append(Together(slot.name, piece.tensor, wanted))
    return found if saved >= _LEAST_BYTES else []


def _span(tensor: StoredTensor, box: Box) -> int:
    """Bytes that a rank would read by itself for a box: from its first element to its last."""
    steps = zip(shape_of(box), row_major(tensor.shape), strict=True)
    return (1 + sum((count - 1) * step for count, step in steps)) * tensor.dtype.bits // 8
