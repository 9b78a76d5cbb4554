"""What of a module has to be filled, and under which names: its slots, those that are one, and the stored names."""

from __future__ import annotations

import jax.numpy as jnp
from flax import nnx
from jax import Array

from loadstone.architectures import components
from loadstone.core.naming import Naming
from loadstone.core.tensors import BY_NAME, DType, Slot
from loadstone.frameworks.flax.structure import FlaxStructure
from loadstone.frameworks.flax.tree import is_slot, value_of, variables
from loadstone.frameworks.structure import naming_of, ties_of
from loadstone.planning.slot_dtypes import own_dtypes


def slots(model: nnx.Module) -> list[Slot]:
    """What has to be filled: parameters and other variables that are saved, shared ones under each name."""
    component = model.component if isinstance(model, FlaxStructure) else None
    own = {} if component is None else own_dtypes(components.slots(component))
    return [
        Slot(name, tuple(variable.shape), _kind(variable), own.get(name) or _integers(variable))
        for name, variable in variables(model)
        if is_slot(variable)
    ]


def _kind(variable: nnx.Variable[Array]) -> str:
    return "parameter" if isinstance(variable, nnx.Param) else "buffer"


def _integers(variable: nnx.Variable[Array]) -> DType | None:
    """The dtype of a slot that is not floating-point."""
    dtype = BY_NAME.get(jnp.dtype(value_of(variable).dtype).name)
    return None if dtype is None or dtype.is_floating else dtype


def ties(model: nnx.Module) -> dict[str, str]:
    """Further name of a parameter → the name that counts: the one the family declares, else the first."""
    declared = set(model.tied_slots().values()) if isinstance(model, FlaxStructure) else set()
    return ties_of(variables(model), declared)


def naming(model: nnx.Module) -> Naming:
    """What links a model's slots to stored names."""
    return naming_of(model, ties(model)) if isinstance(model, FlaxStructure) else Naming(tied=ties(model))
