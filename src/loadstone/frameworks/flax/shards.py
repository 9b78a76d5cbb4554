"""Slots spread over a mesh: each device gets its part of each slot, and no more of the file is read for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import jax
import numpy as np
from jax.sharding import NamedSharding

from loadstone.core.slices import Box, bounds, normalize, overlap, relative, shape_of
from loadstone.core.tensors import DType, StoredTensor
from loadstone.materialize.arrays import ArraySource, cast_into, check_kinds, numpy_dtype
from loadstone.planning.match import LoadPlan
from loadstone.planning.recipes import Piece, Stored
from loadstone.planning.slot_dtypes import own_dtypes
from loadstone.transfer.machine import cores
from loadstone.transfer.threads import each

Array = np.ndarray


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

    def make(slot: tuple[str, Sequence[Piece]]) -> _Slot:
        name, pieces = slot
        dtype = numpy_dtype(own.get(name) or dtype_of(pieces[0].tensor))
        return _slot(name, pieces, shapes[name], shardings[name], source, dtype)

    check_kinds(plan)
    own = own_dtypes(plan.slots)
    stored = {name: recipe.pieces for name, recipe in plan.recipes.items() if isinstance(recipe, Stored)}
    slots = each(make, stored.items(), cores(), "loadstone-shards")
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
    dtype: np.dtype,
) -> _Slot:
    parts: dict[tuple[tuple[int, int], ...], _Part] = {}
    read: dict[str, int] = {}
    for device, index in sharding.addressable_devices_indices_map(shape).items():
        box = normalize(index or (), shape)
        key = _key(box)
        if key not in parts:
            parts[key] = read_part(pieces, shape, box, source, dtype)
        read[str(device)] = parts[key].nbytes
    array = jax.make_array_from_callback(
        shape, sharding, lambda index: parts[_key(normalize(index or (), shape))].array
    )
    copied = sum(part.array.nbytes for part in parts.values() if part.copied)
    return _Slot(name, array, read, sum(part.array.nbytes for part in parts.values()) - copied, copied)


class _Part(NamedTuple):
    """A box of a slot."""

    array: Array
    nbytes: int
    """Of the stored tensors, that were read for it."""
    copied: bool


def read_part(pieces: Sequence[Piece], shape: Sequence[int], box: Box, source: ArraySource, dtype: np.dtype) -> _Part:
    """A box of the slot of that shape that the pieces make: a view where one has its dtype, else cast and put together.

    The box names every dimension, in slices.
    """
    if len(pieces) == 1 and pieces[0].into is None and not pieces[0].tensor.slices:
        view = source.taken(pieces[0])[(*box, ...)]  # the dots keep an array where nothing is left to index
        if view.dtype == dtype:
            return _Part(view, view.nbytes, False)
    out = np.empty(shape_of(box), dtype)
    nbytes = 0
    for piece in (flat for whole in pieces for flat in whole.spread()):
        region = normalize(piece.into or (), shape)
        shared = overlap(box, region)
        if shared is not None:
            values = source.taken(piece)[(*relative(shared, region), ...)]
            cast_into(out[(*relative(shared, box), ...)], values)
            nbytes += values.nbytes
    return _Part(out, nbytes, True)


def _key(box: Box) -> tuple[tuple[int, int], ...]:
    """For a dictionary: before Python 3.12 slices cannot be looked up."""
    return tuple(bounds(index) for index in box)
