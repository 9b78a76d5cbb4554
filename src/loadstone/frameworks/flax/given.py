"""What a Flax model is saved from: its own arrays, or some that are given, under the names of slots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jax
import numpy as np
from flax import nnx

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.leaves import Weight
from loadstone.core.tensors import BY_NAME
from loadstone.frameworks.checked_state import (
    CHANGED,
    Look,
    Slots,
    State,
    checked,
    declared_slots,
    is_as_declared,
    may_part,
    own_shapes,
)
from loadstone.frameworks.flax.slots import ties
from loadstone.frameworks.flax.structure import FlaxStructure
from loadstone.frameworks.flax.tree import is_slot, value_of, variables

_GATHER = (
    "jax.experimental.multihost_utils.process_allgather(array, tiled=True), in every process, puts each together; then "
    "save in one, with state_dict=."
)


def checked_state(model: FlaxStructure, state_dict: Mapping[str, object] | None) -> State[jax.Array | np.ndarray]:
    """Every slot and its array; :class:`StateMismatch` where the model's own, or those given, are no such arrays."""
    held: Mapping[str, Any] = {name: value_of(variable) for name, variable in variables(model) if is_slot(variable)}
    rank = {name: index for index, name in enumerate(_order(model.component))} if model.component else {}
    # nnx.jit puts a model's attributes into alphabetical order; the same model gives the same files all the same.
    own = {name: held[name] for name in sorted(held, key=lambda name: rank.get(name, len(rank)))}
    declared = declared_slots(model) if is_as_declared(model) else {}
    shapes = {name: slot.shape for name, slot in declared.items()} or own_shapes(
        model, {name: tuple(array.shape) for name, array in own.items()}
    )
    slots = Slots(shapes, ties(model), may_part(model))

    def look(slot: str, value: object) -> Look:
        return _look(value, is_floating=slot in declared and declared[slot].dtype is None)

    if state_dict is None:
        return checked(own, slots, look, _is_same, CHANGED)
    given = dict(_flat(state_dict)) if isinstance(state_dict, Mapping) else state_dict
    return checked(given, slots, look, _is_same, "state_dict= takes arrays under the names that nnx.state(model) has.")


def _flat(given: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted names and arrays of what may be nested, as ``nnx.state(model)`` is."""
    for key, value in given.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name}.")
        elif not isinstance(value, nnx.Variable):
            yield name, value
        elif is_slot(value):
            yield name, value_of(value)


def _look(value: object, *, is_floating: bool) -> Look:
    if isinstance(value, jax.ShapeDtypeStruct):
        return Look(tuple(value.shape), "one without memory", "A skeleton has nothing to save.")
    if isinstance(value, jax.core.Tracer):
        return Look(tuple(value.shape), "a tracer, which stands for values inside a compiled function", "Save outside.")
    if not isinstance(value, jax.Array | np.ndarray):
        return Look(None, f"a {type(value).__name__}")
    if isinstance(value, jax.Array) and value.is_deleted():
        return Look(tuple(value.shape), "one that was donated (donate_argnums) or deleted")
    if isinstance(value, jax.Array) and not value.is_fully_addressable:
        return Look(tuple(value.shape), "one of which other processes have a part", _GATHER)
    if value.dtype.name not in BY_NAME:
        return Look(tuple(value.shape), f"one of {value.dtype}, which no checkpoint stores")
    is_wrong = is_floating and not BY_NAME[value.dtype.name].is_floating
    return Look(tuple(value.shape), f"one of {value.dtype}" if is_wrong else "")


def _is_same(one: jax.Array | np.ndarray, other: jax.Array | np.ndarray) -> bool:
    return one.dtype == other.dtype and np.asarray(one).tobytes() == np.asarray(other).tobytes()


def _order(component: Component, prefix: str = "") -> Iterator[str]:
    """Slots in the order of PyTorch's ``state_dict``: a module's own arrays, then what its parts hold."""
    parts = list(_named_parts(component))
    for part in sorted(parts, key=lambda part: not isinstance(part.component, Weight)):
        name = f"{prefix}{part.name}"
        yield from (f"{name}.{slot.name}".rstrip(".") for slot in part.component.own_slots())
        yield from _order(part.component, f"{name}.")


def _named_parts(component: Component) -> Iterator[Part]:
    for part in component.parts():
        if part.name:
            yield part
        else:
            yield from _named_parts(part.component)
