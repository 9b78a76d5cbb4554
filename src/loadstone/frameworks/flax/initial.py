"""Random initial values for slots, after their family's scheme."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax import Array

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.leaves import Weight
from loadstone.architectures.initial import initial
from loadstone.frameworks.flax.forward import is_traced
from loadstone.frameworks.flax.leaf import Leaf
from loadstone.frameworks.flax.tree import at, put, variables
from loadstone.transfer.machine import cores
from loadstone.transfer.threads import each


class InitialSlot(NamedTuple):
    """A slot to be made anew, and the leaf whose scheme it follows."""

    name: str
    leaf: Component
    shape: tuple[int, ...]


def fill_fresh(model: nnx.Module, seed: int, dtype: jnp.dtype) -> None:
    """Random initial values for every parameter of a skeleton that is made of a blueprint's parts."""
    first: dict[int, tuple[str, nnx.Variable[Array]]] = {}
    for name, variable in variables(model):
        first.setdefault(id(variable), (name, variable))
    owners = dict(first.values())
    slots = initial_slots(model, owners)
    if is_traced():  # the same values, by way of XLA, which need not be drawn where only shapes are asked for
        shapes = {slot.name: jax.ShapeDtypeStruct(slot.shape, _dtype_of(slot, dtype)) for slot in slots}
        arrays = jax.pure_callback(lambda: initial_arrays(slots, seed, dtype), shapes)
    else:
        arrays = {name: jnp.asarray(array) for name, array in initial_arrays(slots, seed, dtype).items()}
    for name, array in arrays.items():
        put(owners[name], array)


def initial_slots(model: nnx.Module, names: Iterable[str]) -> list[InitialSlot]:
    """The named slots that belong to a blueprint's parts."""
    slots = []
    for name in names:
        holder, _, leaf = name.rpartition(".")
        owner, shape = at(model, holder) if holder else model, tuple(at(model, name).shape)
        while holder and not hasattr(owner, "component"):  # a level of names, which the blueprint around it knows
            holder, _, level = holder.rpartition(".")
            owner, leaf = at(model, holder) if holder else model, f"{level}.{leaf}"
        if isinstance(owner, Leaf):
            slots.append(InitialSlot(name, owner.component, shape))
        elif (lone := _lone(owner, leaf)) is not None:
            slots.append(InitialSlot(name, lone, shape))
    return slots


def _lone(owner: object, leaf: str) -> Weight | None:
    """The lone array of that name in a module's blueprint; None if there is none."""
    component = getattr(owner, "component", None)
    parts = _parts_here(component) if isinstance(component, Component) else ()
    return next((part.component for part in parts if part.name == leaf and isinstance(part.component, Weight)), None)


def _parts_here(component: Component) -> Iterable[Part]:
    for part in component.parts():
        if part.name:
            yield part
        else:
            yield from _parts_here(part.component)


def _dtype_of(slot: InitialSlot, dtype: jnp.dtype) -> jnp.dtype:
    """``dtype`` for floating-point slots; integers are what their leaf says."""
    leaf_name = slot.name.rpartition(".")[2]
    own = next((own.dtype for own in slot.leaf.own_slots() if own.name == leaf_name), None)
    return dtype if own is None else jax.dtypes.canonicalize_dtype(own.value)


def initial_arrays(slots: Sequence[InitialSlot], seed: int, dtype: jnp.dtype) -> dict[str, np.ndarray]:
    """The numbers of each slot: they depend on the seed and on the slot's name, not on what else is made."""

    def make(slot: InitialSlot) -> np.ndarray:
        rng = np.random.default_rng((seed, zlib.crc32(slot.name.encode())))
        leaf_name = slot.name.rpartition(".")[2]
        return initial(slot.leaf, leaf_name, slot.shape, rng).astype(_dtype_of(slot, dtype))

    return dict(zip((slot.name for slot in slots), each(make, slots, cores(), "loadstone-initial"), strict=True))
