"""Blueprint → modules: every component becomes a module under the name that its part gives it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import jax.numpy as jnp
from flax import nnx
from jax import Array

from loadstone.architectures import components
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.leaves import Bias
from loadstone.errors import Fault, InvalidConfig
from loadstone.frameworks.flax.activations import ACTIVATIONS
from loadstone.frameworks.flax.inputs import Inputs
from loadstone.frameworks.flax.leaves import LEAVES, unfilled
from loadstone.frameworks.flax.state import State, dropout

_LARGEST_SLOT = 1 << 56


class Built(nnx.Module):
    """A module made from a component that has parts.

    A subclass names its component and gives :meth:`run`. ``run`` takes the holder of the parts apart from the
    module, since a part without a name lies directly in its parent.
    """

    made_from: ClassVar[dict[type[Component], type[Built]]] = {}

    def __init_subclass__(cls, *, component: type[Component] | None = None, **kwargs: bool) -> None:
        super().__init_subclass__(**kwargs)
        if component is not None:
            Built.made_from[component] = cls

    def __init__(self, component: Component) -> None:
        self._component = component
        attach(self, component)

    @property
    def component(self) -> Component:
        """What it was made from."""
        return self._component

    def __call__(self, *args: Any) -> Any:
        return self.run(self, self.component, *args)

    @staticmethod
    def run(holder: nnx.Module, component: Any, *args: Any) -> Any:
        """What the component computes, with its parts found in ``holder``; the last argument is the state."""
        raise NotImplementedError


def _softcap(component: components.Softcap, x: Array, state: State) -> Array:
    return jnp.tanh(x / component.cap) * component.cap


WITHOUT_SLOTS: dict[type[Component], Callable[..., Array]] = {
    components.Activation: lambda component, x, state: ACTIVATIONS[component.function](x),
    components.Dropout: lambda component, x, state: dropout(x, component.share, state),
    components.Softcap: _softcap,
}
"""Components that hold nothing: functions, not modules."""


def build(component: Component) -> nnx.Module | nnx.Param[Array]:
    """The module (or, for a lone vector, the parameter) of a component, without memory.

    Raises :class:`InvalidConfig` for a tensor so large that its bytes cannot be counted.
    """
    for slot in component.own_slots():
        if slot.elements > _LARGEST_SLOT:
            raise InvalidConfig([Fault("a tensor's size", f"at most {_LARGEST_SLOT} elements", f"shape {slot.shape}")])
    if isinstance(component, Bias):
        return unfilled((component.width,))
    if type(component) in LEAVES:
        return LEAVES[type(component)](component)
    return Built.made_from[type(component)](component)


def attach(holder: nnx.Module, component: Component) -> None:
    """Build a component's parts into ``holder``."""
    for part in component.parts():
        if not part.name:
            attach(holder, part.component)
        elif type(part.component) not in WITHOUT_SLOTS:
            place(holder, part.name, build(part.component))


def place(holder: nnx.Module, name: str, module: nnx.Module | nnx.Param[Array]) -> None:
    """Put a module under a name; a numbered one (``layers.0``) goes to the end of a list."""
    stem, _, _ = name.rpartition(".")
    if not stem:
        setattr(holder, name, module)
        return
    if not hasattr(holder, stem):
        setattr(holder, stem, nnx.List())
    getattr(holder, stem).append(module)


def call(holder: nnx.Module, part: Part, *args: Array | Inputs | None, state: State) -> Array:
    """Run a part of ``holder``. A module that owns parameters sees no state, so any module may stand in for it."""
    kind = type(part.component)
    if kind in WITHOUT_SLOTS:
        return WITHOUT_SLOTS[kind](part.component, *args, state)
    if kind in LEAVES:
        return getattr(holder, part.name)(*args)
    if part.name:
        return getattr(holder, part.name)(*args, state)
    return Built.made_from[kind].run(holder, part.component, *args, state)
