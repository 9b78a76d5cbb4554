"""What the modules that own variables share.

A slot has the name and the layout that the Hub stores. A module is made without memory: each variable holds a
``jax.ShapeDtypeStruct`` until values are put into its place.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from loadstone.architectures import components
from loadstone.core.tensors import Slot


class Buffer(nnx.Variable[Any]):
    """What is stored and not trained; a forward pass does not change it."""


class Frozen(Buffer):
    """A parameter that is not trained."""


class Leaf(nnx.Module):
    """A module with a variable for each slot of its component."""

    def __init__(self, component: components.Component) -> None:
        self.component = component
        for slot in component.own_slots():
            setattr(self, slot.name, unfilled(slot))


def unfilled(slot: Slot) -> nnx.Variable[Any]:
    """A parameter or buffer without memory: of a shape and a dtype for now, of an array later."""
    dtype = jnp.float32 if slot.dtype is None else jax.dtypes.canonicalize_dtype(slot.dtype.value)
    return _VARIABLES[slot.kind](jax.ShapeDtypeStruct(slot.shape, dtype))


_VARIABLES: dict[str, type[nnx.Variable[Any]]] = {"parameter": nnx.Param, "frozen": Frozen, "buffer": Buffer}
"""By the kind of a slot."""
