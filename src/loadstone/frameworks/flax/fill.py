"""Load plan + skeleton → model: each variable gets its values, on one device or spread over a mesh."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax import Array

from loadstone.core.tensors import DType, StoredTensor
from loadstone.frameworks.flax.initial import initial_arrays, initial_slots
from loadstone.frameworks.flax.leaf import Buffer
from loadstone.frameworks.flax.placement import Placement
from loadstone.frameworks.flax.shards import fill_shards
from loadstone.frameworks.flax.structure import FlaxStructure
from loadstone.frameworks.flax.tree import put, value_of, variables
from loadstone.materialize.arrays import ArraySource, fill_arrays
from loadstone.planning.match import LoadPlan


class Filled(NamedTuple):
    """What filling took, in bytes."""

    viewed: int
    copied: int
    by_device: Mapping[str, int]
    """Device → bytes of stored tensors that were read for it."""


def fill(
    model: FlaxStructure,
    plan: LoadPlan,
    source: ArraySource,
    dtype_of: Callable[[StoredTensor], DType],
    place: Placement,
) -> Filled:
    """Put every slot's values into ``model``.

    On the CPU a slot whose dtype and layout are the stored ones is a view of the mapped file, which JAX takes over as
    it is where it is aligned. Everything else is copied once. On a mesh each device gets its part of each slot.
    """
    slots = dict(variables(model))
    shapes = {name: tuple(slots[name].shape) for name in plan.recipes}
    others = _others(model, slots, plan)
    if place.mesh is None:
        filled_arrays = fill_arrays(plan, shapes, source, dtype_of, shared=True)
        arrays: dict[str, Array | np.ndarray] = dict(filled_arrays.arrays)
        filled = Filled(filled_arrays.viewed, filled_arrays.copied, {})
    else:
        shardings = place.shardings(getattr(model, "component", None), shapes)
        spread, viewed, copied, by_device = fill_shards(plan, shapes, shardings, source, dtype_of)
        arrays = dict(spread)
        filled = Filled(viewed, copied, by_device)
    kinds = (jnp.dtype(array.dtype) for array in arrays.values())
    dtype = next((kind for kind in kinds if jnp.issubdtype(kind, jnp.floating)), jnp.dtype(jnp.float32))
    arrays |= {name: _as(array, slots[name], dtype) for name, array in others.items()}
    if place.mesh is None:
        there = jax.device_put(list(arrays.values()), place.device)
    else:
        whole = jax.sharding.NamedSharding(place.mesh, jax.sharding.PartitionSpec())
        there = [
            array if name not in others else _spread(array, shardings.get(name, whole))
            for name, array in arrays.items()
        ]
    for name, array in zip(arrays, there, strict=True):
        put(slots[name], array)
    return filled


def _spread(array: Array | np.ndarray, sharding: jax.sharding.NamedSharding) -> Array:
    """A value that every process has made alike, on a mesh. ``device_put`` would compare them by a collective."""
    if sharding.is_fully_addressable:
        return jax.device_put(array, sharding)
    held = np.asarray(array)
    return jax.make_array_from_callback(held.shape, sharding, lambda box: held[box])


def _others(
    model: FlaxStructure, slots: Mapping[str, nnx.Variable[Array]], plan: LoadPlan
) -> dict[str, Array | np.ndarray]:
    """Numbers that are not stored: of newly initialized slots, and of variables that are no slots at all."""
    about = model.about
    unread = {*plan.initialized, *plan.computed}
    initial = initial_slots(model, unread)
    wanted = {name for name in slots if name not in plan.recipes or name in unread} - {slot.name for slot in initial}
    arrays: dict[str, Array | np.ndarray] = dict(initial_arrays(initial, about.seed, jnp.dtype(jnp.float32)))
    if wanted:
        arrays |= _from_constructor(about.remake, wanted)
    return arrays


def _from_constructor(remake: Callable[[], nnx.Module] | None, names: set[str]) -> dict[str, Array]:
    """What a module's own constructor gives some variables. What is not asked for is not computed."""
    assert remake is not None, f"no blueprint and no constructor makes {sorted(names)}"
    return jax.jit(lambda: {name: value_of(variable) for name, variable in variables(remake()) if name in names})()


def _as(array: Array | np.ndarray, variable: nnx.Variable[Array], dtype: jnp.dtype) -> Array | np.ndarray:
    floating = isinstance(variable, nnx.Param | Buffer) and jnp.issubdtype(array.dtype, jnp.floating)
    return array.astype(dtype) if floating else array
