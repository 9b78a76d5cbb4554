"""What of each slot one rank of a mesh holds, and the plan that reads no more than that. Pure.

A mesh is ranks in a grid whose axes have names (``fsdp``, ``tp``). Each axis cuts a slot along one of its dimensions,
or leaves it whole; several axes cut one after another. What comes of it is a :class:`LocalSlot`, whoever decided on
the cuts: a blueprint, or a DTensor that is there already. :func:`local_plan` then cuts the stored tensors of a plan
by the same boxes, so that whatever fills a model fills a rank's part of it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from loadstone.core.slices import Box, bounds, normalize, overlap, relative, row_major, shape_of, within
from loadstone.core.tensors import Slot, StoredTensor
from loadstone.errors import ArgumentError
from loadstone.planning.match import LoadPlan
from loadstone.planning.recipes import Piece, Stored
from loadstone.quantization.packed import PackedTensor
from loadstone.quantization.packed_part import PackedPart


class Cut(NamedTuple):
    """One axis of a mesh cuts a slot along one dimension, as ``torch.chunk`` does: the last parts may be smaller."""

    dimension: int
    parts: int
    number: int
    """Which of the parts it is."""
    sections: int | tuple[int, ...] = 1
    """Sections of the dimension, each of which is cut by itself: how many, cut as the parts are, or the size of each.
    Projections for queries, keys and values that are stored as one have three."""


class Share(NamedTuple):
    """Some elements of a slot that the rank has, and where it has them."""

    whole: Box
    """Of the slot: a slice for each dimension."""
    local: Box
    """Of the rank's own tensor: as many, of the same sizes."""


class LocalSlot(NamedTuple):
    """What a rank holds of a slot."""

    shape: tuple[int, ...]
    """Of the rank's own tensor."""
    shares: tuple[Share, ...]
    """Together all of that tensor; none if it is empty."""


_Ranges = list[tuple[int, int]]
"""What is left of a dimension, in the order in which the rank has it: start and stop of each range."""


def coordinate(sizes: Sequence[int], rank: int) -> tuple[int, ...]:
    """Where a rank stands in a mesh whose axes have those sizes; the last runs fastest.

    >>> coordinate((2, 4), 5)
    (1, 1)
    """
    return tuple(rank // step % size for size, step in zip(sizes, row_major(sizes), strict=True))


def chunk(size: int, parts: int, index: int) -> tuple[int, int]:
    """Start and stop of one of so many parts of a dimension, as ``torch.chunk`` cuts it.

    >>> [chunk(5, 4, index) for index in range(4)]
    [(0, 2), (2, 4), (4, 5), (5, 5)]
    """
    step = -(-size // parts)
    return min(index * step, size), min((index + 1) * step, size)


def local_slot(shape: Sequence[int], cuts: Iterable[Cut]) -> LocalSlot:
    """What is left of a slot of that shape when it is cut so, one cut after another."""
    kept: list[_Ranges] = [[(0, size)] if size else [] for size in shape]
    for cut in cuts:
        kept[cut.dimension] = _after(kept[cut.dimension], cut)
    sizes = tuple(sum(stop - start for start, stop in ranges) for ranges in kept)
    by_dimension = [list(_placed(ranges)) for ranges in kept]
    shares = (
        Share(tuple(whole for whole, _ in pairs), tuple(local for _, local in pairs))
        for pairs in itertools.product(*by_dimension)
    )
    return LocalSlot(sizes, tuple(shares))


def slots_of_rank(
    slots: Iterable[Slot], dimensions: Mapping[str, int], sizes: Mapping[str, int], rank: int
) -> dict[str, LocalSlot]:
    """What a rank holds where each slot of ``dimensions`` is cut along that dimension over the axis ``tp``, and then
    every parameter along its first over the axis ``fsdp``; ranks that differ in ``tp`` alone are neighbors.

    ``sizes``: axis → how many ranks; an axis that is not named has one.
    """
    tp, fsdp = sizes.get("tp", 1), sizes.get("fsdp", 1)
    fsdp_place, tp_place = coordinate((fsdp, tp), rank)
    local = {}
    for slot in slots:
        cuts = [Cut(dimensions[slot.name], tp, tp_place)] if slot.name in dimensions else []
        if slot.shape and slot.kind != "buffer":  # FSDP shards no scalars, and leaves buffers alone
            cuts.append(Cut(0, fsdp, fsdp_place))
        local[slot.name] = local_slot(slot.shape, cuts)
    return local


def local_plan(plan: LoadPlan, local: Mapping[str, LocalSlot]) -> LoadPlan:
    """The plan of one rank, which holds those parts of slots, and all other slots whole.

    A stored tensor of which the rank has some becomes one of that shape: rows of it still lie in one row of bytes,
    columns have strides, and of what is packed only the rank's values are kept when it is decoded.

    Raises :class:`ArgumentError` where weights that stay packed would be cut.
    """
    refused: list[str] = []
    recipes = dict(plan.recipes)
    for slot in plan.slots:
        recipe, part = recipes[slot.name], local.get(slot.name)
        if not isinstance(recipe, Stored) or part is None or part.shape == slot.shape:
            continue
        if any(isinstance(tensor.packing, PackedTensor) for tensor in recipe.tensors):
            refused.append(slot.name)
            continue
        pieces = tuple(_cut_pieces(recipe.pieces, part))
        recipes[slot.name] = Stored(pieces or (_nothing(recipe.pieces[0], part.shape),))
    if refused:
        more = f" and {len(refused) - 3} more" if len(refused) > 3 else ""
        raise ArgumentError(
            f"{', '.join(refused[:3])}{more} are kept as they are packed in the files, and cannot be spread over a "
            "mesh so. Give dequantize=True, which dequantizes them."
        )
    slots = tuple(slot._replace(shape=local[slot.name].shape) if slot.name in local else slot for slot in plan.slots)
    return replace(plan, recipes=recipes, slots=slots, whole=plan)


def stored_bytes(plan: LoadPlan) -> int:
    """Bytes of the files that a plan takes: of each stored tensor what slots are made of, gaps left out.

    Of what is packed, and of the scales beside it, all: its rows are read to be decoded.
    """
    return sum(
        _bytes_of(piece) for recipe in plan.recipes.values() if isinstance(recipe, Stored) for piece in recipe.pieces
    )


def _bytes_of(piece: Piece) -> int:
    if piece.tensor.packing is not None:
        return sum(part.nbytes for part in piece.tensor.packing.parts)
    return math.prod(piece.shape) * piece.tensor.dtype.bits // 8


def _after(ranges: _Ranges, cut: Cut) -> _Ranges:
    """What a cut leaves of a dimension."""
    size = sum(stop - start for start, stop in ranges)
    count = cut.sections
    edges = [chunk(size, count, index) for index in range(count)] if isinstance(count, int) else list(_edges(count))
    left: _Ranges = []
    for first, last in edges:
        start, stop = chunk(last - first, cut.parts, cut.number)
        for low, high in _taken(ranges, first + start, first + stop):
            if left and left[-1][1] == low:
                left[-1] = left[-1][0], high
            else:
                left.append((low, high))
    return left


def _edges(sizes: Iterable[int]) -> Iterator[tuple[int, int]]:
    stop = 0
    for size in sizes:
        start, stop = stop, stop + size
        yield start, stop


def _taken(ranges: _Ranges, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Places ``start`` to ``stop`` of what is left, as ranges of the dimension."""
    at = 0
    for low, high in ranges:
        first, last = max(start, at), min(stop, at + high - low)
        if first < last:
            yield low + first - at, low + last - at
        at += high - low


def _placed(ranges: _Ranges) -> Iterator[tuple[slice, slice]]:
    """Each range, and where the rank has it."""
    at = 0
    for start, stop in ranges:
        yield slice(start, stop), slice(at, at + stop - start)
        at += stop - start


def shares_of(piece: Piece, slot: LocalSlot) -> Iterator[Share]:
    """What of a piece's stored tensor goes where in a rank's own tensor: boxes of these two."""
    # A piece fills a box of the slot, of which dimensions that are not named are those of the tensor.
    named = piece.into or ()
    inner = piece.shape[len(shape_of(named)) :]
    region = (*named, *(slice(0, size) for size in inner))
    for share in slot.shares:
        shared = overlap(region, share.whole)
        if shared is not None:
            place = within(share.local, relative(shared, share.whole))
            yield Share(within(piece.taken, relative(shared, region)), place)


def _cut_pieces(pieces: Iterable[Piece], slot: LocalSlot) -> Iterator[Piece]:
    for piece in pieces:
        for taken, place in shares_of(piece, slot):
            fills = place == normalize((), slot.shape)
            yield Piece(_part(piece.tensor, taken), None, None if fills else place)


def _part(tensor: StoredTensor, box: Box) -> StoredTensor:
    """A box of a stored tensor, a slice for each dimension, as a tensor of its own."""
    shape = shape_of(box)
    if shape == tensor.shape:
        return tensor
    if tensor.packing is not None:
        part = PackedPart(tensor.packing, tuple(bounds(index) for index in box))
        return tensor._replace(shape=shape, packing=part)
    steps = tensor.strides or row_major(tensor.shape)
    first = sum(bounds(index)[0] * step for index, step in zip(box, steps, strict=True))
    span = sum((size - 1) * step for size, step in zip(shape, steps, strict=True)) + 1
    # A dimension of one element is never stepped along.
    is_in_row = all(
        size == 1 or step == plain for size, step, plain in zip(shape, steps, row_major(shape), strict=True)
    )
    return tensor._replace(
        shape=shape,
        offset=tensor.offset + first * tensor.dtype.bits // 8,
        nbytes=span * tensor.dtype.bits // 8,
        strides=None if is_in_row else steps,
    )


def _nothing(piece: Piece, shape: tuple[int, ...]) -> Piece:
    """For a rank whose part is empty: no bytes of what the others have some of."""
    return Piece(piece.tensor._replace(shape=shape, nbytes=0, strides=None, packing=None))
