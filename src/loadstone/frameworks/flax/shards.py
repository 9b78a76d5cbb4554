"""Slots spread over a mesh: each device gets its part of each slot, and no more of the file is read for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import jax
import numpy as np
from jax.sharding import NamedSharding

from loadstone.core.tensors import DType, StoredTensor
from loadstone.materialize.arrays import ArraySource, _check_kinds, cast_into, numpy_dtype
from loadstone.planning.match import LoadPlan
from loadstone.planning.recipes import Piece, Stored
from loadstone.transfer.machine import cores

Array = np.ndarray[Any, Any]
Box = tuple[tuple[int, int], ...]
"""First and last plus one, for each axis."""


class Shards(NamedTuple):
    """The arrays, and what they took, in bytes."""

    arrays: dict[str, jax.Array]
    viewed: int
    copied: int
    by_device: dict[str, int]


class _Slot(NamedTuple):
    name: str
    array: jax.Array
    read: dict[str, int]
    viewed: int
    copied: int


def fill_shards(
    plan: LoadPlan,
    shapes: Mapping[str, tuple[int, ...]],
    shardings: Mapping[str, NamedSharding],
    source: ArraySource,
    dtype_of: Callable[[StoredTensor], DType],
) -> Shards:
    """Make the array of every slot that is made of stored tensors, each device's part straight from the file."""

    def make(name: str, pieces: Sequence[Piece]) -> _Slot:
        dtype = numpy_dtype(dtype_of(pieces[0].tensor))
        return _slot(name, pieces, shapes[name], shardings[name], source, dtype)

    _check_kinds(plan)
    stored = {name: recipe.pieces for name, recipe in plan.recipes.items() if isinstance(recipe, Stored)}
    with ThreadPoolExecutor(cores()) as pool:
        slots = list(pool.map(make, stored, stored.values()))
    by_device: dict[str, int] = {}
    for slot in slots:
        for device, nbytes in slot.read.items():
            by_device[device] = by_device.get(device, 0) + nbytes
    return Shards(
        {slot.name: slot.array for slot in slots},
        sum(slot.viewed for slot in slots),
        sum(slot.copied for slot in slots),
        by_device,
    )


def _slot(
    name: str,
    pieces: Sequence[Piece],
    shape: tuple[int, ...],
    sharding: NamedSharding,
    source: ArraySource,
    dtype: np.dtype[Any],
) -> _Slot:
    parts: dict[Box, _Part] = {}
    read: dict[str, int] = {}
    for device, index in sharding.addressable_devices_indices_map(shape).items():
        box = _box(index or (), shape)
        if box not in parts:
            parts[box] = read_part(pieces, box, source, dtype)
        read[str(device)] = parts[box].nbytes
    array = jax.make_array_from_callback(shape, sharding, lambda index: parts[_box(index or (), shape)].array)
    copied = sum(part.array.nbytes for part in parts.values() if part.copied)
    return _Slot(name, array, read, sum(part.array.nbytes for part in parts.values()) - copied, copied)


class _Part(NamedTuple):
    """A box of a slot."""

    array: Array
    nbytes: int
    """Of the stored tensors, that were read for it."""
    copied: bool


def read_part(pieces: Sequence[Piece], box: Box, source: ArraySource, dtype: np.dtype[Any]) -> _Part:
    """A box of the slot that the pieces make: a view where one piece has its dtype, else cast and put together."""
    here = tuple(slice(*each) for each in box)
    if len(pieces) == 1 and pieces[0].into is None and not pieces[0].tensor.stretches:
        view = source.taken(pieces[0])[here]
        if view.dtype == dtype:
            return _Part(view, view.nbytes, False)
    pieces = [each for piece in pieces for each in piece.spread()]
    out = np.empty([stop - start for start, stop in box], dtype)
    nbytes = 0
    for piece in pieces:
        for to, values in _overlap(piece, box, source):
            cast_into(out[to], values)
            nbytes += values.nbytes
    return _Part(out, nbytes, True)


def _overlap(piece: Piece, box: Box, source: ArraySource) -> Iterator[tuple[tuple[int | slice, ...], Array]]:
    """Where in the box a piece lies, and what of it: nothing, or one part."""
    view = source.taken(piece)
    into = piece.into or ()
    to: list[int | slice] = []
    of: list[slice] = []
    for axis, (start, stop) in enumerate(box):
        place = into[axis] if axis < len(into) else slice(None)
        if isinstance(place, int):
            if not start <= place < stop:
                return
            to.append(place - start)
            continue
        first = place.start or 0
        last = first + view.shape[len(of)]
        low, high = max(first, start), min(last, stop)
        if low >= high:
            return
        to.append(slice(low - start, high - start))
        of.append(slice(low - first, high - first))
    yield tuple(to), view[tuple(of)]


def _box(index: tuple[slice, ...], shape: tuple[int, ...]) -> Box:
    whole = (*index, *(slice(None) for _ in shape[len(index) :]))
    return tuple(each.indices(size)[:2] for each, size in zip(whole, shape, strict=True))
