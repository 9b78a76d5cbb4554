"""Blueprint → modules: every component becomes a module under the name that its part gives it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from types import new_class
from typing import Any

from flax import nnx
from jax import Array

from loadstone.architectures.components.base import Component
from loadstone.architectures.components.leaves import Weight
from loadstone.errors import Fault, InvalidConfig
from loadstone.frameworks.flax.leaf import unfilled
from loadstone.frameworks.flax.leaves import LEAVES
from loadstone.frameworks.flax.run import Run
from loadstone.frameworks.flax.state import State

_LARGEST_SLOT = 1 << 56


class Built(nnx.Module):
    """A module made from a component that says itself what it computes. Each kind of component has a class of its own,
    which bears its name."""

    def __init__(self, component: Component) -> None:
        self._component = component
        attach(self, component)

    @property
    def component(self) -> Component:
        """What it was made from."""
        return self._component

    def __call__(self, *args: Any, state: State | None = None, **given: Any) -> Any:
        """``given``: the inputs of a tower, by name."""
        if given:
            args = (*args, given)
        return self.component.compute(Run(self, state or State()), *args)

    def __reduce__(self) -> tuple[Callable[[type[Component]], Built], tuple[type[Component]], object]:
        return _empty, (type(self.component),), self.__getstate__()


class Level(nnx.Module):
    """A level of names alone: what lies in it is called by what lies around it."""


_CLASSES: dict[type[Component], type[Built]] = {}


def built_class(kind: type[Component]) -> type[Built]:
    """The class of the modules that components of a kind become."""
    if kind not in _CLASSES:
        body = {"__module__": __name__, "__doc__": kind.__doc__}
        _CLASSES.setdefault(kind, new_class(kind.__name__, (Built,), exec_body=lambda names: names.update(body)))
    return _CLASSES[kind]


def _empty(kind: type[Component]) -> Built:
    """A module that is about to be unpickled."""
    made = built_class(kind)
    return made.__new__(made)


def build(component: Component) -> nnx.Module | nnx.Variable[Array]:
    """The module (or, for a lone array, the variable) of a component, without memory.

    Raises :class:`InvalidConfig` for a tensor so large that its bytes cannot be counted.
    """
    for slot in component.own_slots():
        if slot.elements > _LARGEST_SLOT:
            raise InvalidConfig([Fault("a tensor's size", f"at most {_LARGEST_SLOT} elements", f"shape {slot.shape}")])
    if isinstance(component, Weight):
        return unfilled(*component.own_slots())
    if type(component) in LEAVES:
        return LEAVES[type(component)](component)
    return built_class(type(component))(component)


def attach(holder: nnx.Module, component: Component) -> None:
    """Build a component's parts into ``holder``."""
    for part in component.parts():
        if not part.name:
            attach(holder, part.component)
        elif type(part.component) in LEAVES or part.component.parts() or isinstance(part.component, Weight):
            place(holder, part.name, build(part.component))


def place(holder: nnx.Module, name: str, module: nnx.Module | nnx.Variable[Array]) -> None:
    """Put a module under a name. One with dots lies in levels of its own: before a number (``layers.0``) these are
    lists, to whose end it goes."""
    *levels, name = name.split(".")
    for level, inner in pairwise((*levels, name)):
        if isinstance(holder, nnx.List):
            while len(holder) <= int(level):
                holder.append(nnx.List() if inner.isdecimal() else Level())
        elif not hasattr(holder, level):
            setattr(holder, level, nnx.List() if inner.isdecimal() else Level())
        holder = holder[int(level)] if isinstance(holder, nnx.List) else getattr(holder, level)
    if isinstance(holder, nnx.List):
        while len(holder) < int(name):  # what has no arrays has a number all the same
            holder.append(Level())
        holder.append(module)
    else:
        setattr(holder, name, module)
