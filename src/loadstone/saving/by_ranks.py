"""Which rank writes which bytes of the files that several save together, and what it is sent for that. Pure.

Every rank works this out for all of them, from the same plan of the files and from what each rank has, so that nobody
need ask. Each page of a file has one writer, a rank that has the bytes itself wherever there is one. Rows lie in one
row of bytes, so whoever has rows writes them. Of columns nobody has a row of bytes: their rows are divided among those
that have some of them, who send each other the rest, in rounds that need little memory.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from loadstone.core.slices import Box, ByteRange, bounds, boxes, overlap, relative, shape_of
from loadstone.transfer.block_writer import BLOCK_NBYTES
from loadstone.transfer.kernel_copy import ALIGNMENT
from loadstone.transfer.outgoing import FilePlan, OutgoingTensor, TensorRange, nbytes_of

ROUND_NBYTES = 16 << 20
"""What a rank sends in one round, and what it receives, at most."""
_MIN_NBYTES = 1 << 20
"""Of a range that several could write: less is not divided among them."""


class Cell(NamedTuple):
    """Some elements of a tensor, all of which the same ranks have."""

    box: Box
    """A slice for each dimension."""
    holders: tuple[int, ...]
    """In order; none where nobody has them."""


class Claim(NamedTuple):
    """Some bytes of a file, and who writes them."""

    range: ByteRange
    writer: int
    is_whole: bool
    """Whether the writer has all of them itself."""


class Take(NamedTuple):
    """Elements that a block takes from one rank."""

    tensor: str
    box: Box
    """Which elements: a slice for each dimension."""
    holder: int
    row: Box
    """What of the tensor lies in one row of bytes in the block, these elements among others."""
    at: int
    """Where in the block that begins, in bytes."""


class Gathered(NamedTuple):
    """A block of a file whose writer does not have all of it."""

    file: str
    range: ByteRange
    writer: int
    takes: tuple[Take, ...]


class _Span(NamedTuple):
    """Bytes of a file that one rank is to write, before they are made whole pages."""

    range: ByteRange
    writer: int
    holders: frozenset[int]
    """Who has all of them."""


def cells_of(shape: Sequence[int], held: Sequence[Iterable[Box]]) -> tuple[Cell, ...]:
    """A tensor as cells, in order, from the boxes of it that each rank has: a slice for each dimension."""
    held = [list(own) for own in held]
    edges = [{0, size} for size in shape]
    for box in itertools.chain.from_iterable(held):
        for axis, index in enumerate(box):
            edges[axis] |= {index.start, index.stop}  # type: ignore[union-attr]
    ranges = [[slice(*pair) for pair in itertools.pairwise(sorted(ends))] for ends in edges]
    return tuple(
        Cell(box, tuple(rank for rank, own in enumerate(held) if any(overlap(box, other) is not None for other in own)))
        for box in itertools.product(*ranges)
    )


def cells_in(cells: Iterable[Cell], box: Box) -> tuple[Cell, ...]:
    """The cells of ``tensor[box]``, of which dimensions that have one place in the box are gone."""
    shared = ((overlap(cell.box, box), cell) for cell in cells)
    return tuple(Cell(relative(both, box), cell.holders) for both, cell in shared if both is not None)


def claims_of(plan: FilePlan, cells: Mapping[str, Sequence[Cell]], loads: list[int]) -> list[Claim]:
    """All bytes of a file, in order. ``loads`` is how many bytes each rank writes already, and is added to."""
    spans = list(_spans(plan, cells, loads))
    starts = [span.range.start for span in spans]
    claims: list[Claim] = []

    def add(start: int, stop: int, span: _Span) -> None:
        if start >= stop:
            return
        first = bisect_right(starts, start) - 1
        inside = itertools.takewhile(lambda number: starts[number] < stop, range(first, len(spans)))
        is_whole = all(span.writer in spans[number].holders for number in inside)
        claim = Claim(ByteRange(start, stop), span.writer, is_whole)
        if claims and claims[-1][1:] == claim[1:]:
            claim = claim._replace(range=ByteRange(claims.pop().range.start, stop))
        claims.append(claim)

    at = 0
    for span in spans:
        # The page in which a span ends is its writer's too.
        last = span.range.stop // ALIGNMENT * ALIGNMENT
        end = min(-(-span.range.stop // ALIGNMENT) * ALIGNMENT, plan.nbytes)
        add(at, last, span)
        add(max(at, last), end, span)
        at = max(at, end)
    return claims


def gathered_blocks(
    file: str, plan: FilePlan, claims: Iterable[Claim], cells: Mapping[str, Sequence[Cell]]
) -> Iterator[Gathered]:
    """The blocks of those claims whose writers do not have all of them."""
    starts = list(itertools.accumulate((nbytes_of(piece) for piece in plan.pieces), initial=0))
    for claim in claims:
        if not claim.is_whole:
            for block in claim.range.split(BLOCK_NBYTES):
                takes = _takes(plan, starts, block, claim.writer, cells)
                yield Gathered(file, block, claim.writer, tuple(takes))


def rounds(blocks: Iterable[Gathered], widths: Mapping[str, int]) -> Iterator[list[Gathered]]:
    """The same blocks, in rounds in which no rank sends or receives more than :data:`ROUND_NBYTES`.

    A block by itself is within that. Each rank's blocks stay in order.
    """
    waiting: dict[int, deque[Gathered]] = {}
    for block in blocks:
        waiting.setdefault(block.writer, deque()).append(block)
    while waiting:
        chosen: list[Gathered] = []
        sent: dict[int, int] = {}
        received: dict[int, int] = {}
        for writer in sorted(waiting):
            queue = waiting[writer]
            while queue and _fits(queue[0], widths, sent, received):
                chosen.append(queue.popleft())
            if not queue:
                del waiting[writer]
        yield chosen


def nbytes_sent(take: Take, widths: Mapping[str, int]) -> int:
    """What a take adds to a message: whole words of 8 bytes, so that any elements may follow."""
    return -(-math.prod(shape_of(take.box)) * widths[take.tensor] // 8) * 8


def _fits(block: Gathered, widths: Mapping[str, int], sent: dict[int, int], received: dict[int, int]) -> bool:
    """Whether a round has room for a block, which is then counted."""
    added: dict[int, int] = {}
    for take in block.takes:
        if take.holder != block.writer:
            added[take.holder] = added.get(take.holder, 0) + nbytes_sent(take, widths)
    total = received.get(block.writer, 0) + sum(added.values())
    is_first = not sent and not received
    if not is_first and (
        total > ROUND_NBYTES or any(sent.get(rank, 0) + nbytes > ROUND_NBYTES for rank, nbytes in added.items())
    ):
        return False
    received[block.writer] = total
    for rank, nbytes in added.items():
        sent[rank] = sent.get(rank, 0) + nbytes
    return True


def _spans(plan: FilePlan, cells: Mapping[str, Sequence[Cell]], loads: list[int]) -> Iterator[_Span]:
    everybody = range(len(loads))
    at = 0
    for piece in plan.pieces:
        nbytes = nbytes_of(piece)
        if isinstance(piece, TensorRange):
            for range_, whole, some in _bands(piece.tensor, cells[piece.tensor.name]):
                yield from _divided(range_.shift(at), whole or some, frozenset(whole), loads)
        elif nbytes:
            yield _Span(ByteRange(at, at + nbytes), 0, frozenset(everybody))
        at += nbytes


def _bands(
    tensor: OutgoingTensor, cells: Sequence[Cell]
) -> Iterator[tuple[ByteRange, tuple[int, ...], tuple[int, ...]]]:
    """Rows of a tensor that have the same holders, as bytes; who has all of them, and who has some."""
    if not tensor.nbytes:
        return
    rows = tensor.shape[0] if tensor.shape else 1
    row_nbytes = tensor.nbytes // rows
    keyed = ((cell.box[0] if cell.box else slice(0, 1), cell.holders) for cell in cells)
    for index, band in itertools.groupby(keyed, lambda pair: pair[0]):
        holders = [set(each) for _, each in band]
        whole, some = set.intersection(*holders), set.union(*holders)
        assert isinstance(index, slice)
        yield ByteRange(index.start * row_nbytes, index.stop * row_nbytes), tuple(sorted(whole)), tuple(sorted(some))


def _divided(range_: ByteRange, ranks: Sequence[int], holders: frozenset[int], loads: list[int]) -> Iterator[_Span]:
    """A range divided among ranks that could all write it, each of which gets a good deal of it."""
    count = min(len(ranks), max(range_.nbytes // _MIN_NBYTES, 1))
    writers = sorted(sorted(ranks, key=lambda rank: loads[rank])[:count])
    step = -(-range_.nbytes // count)
    for writer, deal in zip(writers, range_.split(step), strict=False):
        loads[writer] += deal.nbytes
        yield _Span(deal, writer, holders)


def _takes(
    plan: FilePlan, starts: Sequence[int], block: ByteRange, writer: int, cells: Mapping[str, Sequence[Cell]]
) -> Iterator[Take]:
    index = bisect_right(starts, block.start) - 1
    while index < len(plan.pieces) and starts[index] < block.stop:
        piece, begin = plan.pieces[index], starts[index]
        index += 1
        if isinstance(piece, bytes) or not piece.tensor.nbytes:
            continue
        tensor = piece.tensor
        width = tensor.dtype.bits // 8
        first, last = (max(block.start, begin) - begin) // width, (min(block.stop, starts[index]) - begin) // width
        at = max(block.start, begin) - block.start
        for row in boxes(tensor.shape, first, last):
            for cell in _touching(cells[tensor.name], row):
                shared = overlap(cell.box, row)
                if shared is not None:
                    holder = writer if writer in cell.holders else cell.holders[writer % len(cell.holders)]
                    yield Take(tensor.name, shared, holder, row, at)
            at += math.prod(shape_of(row)) * width


def _touching(cells: Sequence[Cell], box: Box) -> Iterator[Cell]:
    """The cells, which are in order, whose rows a box has some of."""
    if not box:
        yield from cells
        return
    start, stop = bounds(box[0])
    first = bisect_right(cells, start, key=lambda cell: bounds(cell.box[0])[1])
    yield from itertools.takewhile(lambda cell: bounds(cell.box[0])[0] < stop, itertools.islice(cells, first, None))
