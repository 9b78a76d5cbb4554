"""Blueprint → layers: every component becomes a Keras layer under the name that its part gives it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from types import new_class
from typing import Any

import keras
import tensorflow as tf

from loadstone.architectures.components.base import Component
from loadstone.architectures.components.leaves import Weight
from loadstone.core.tensors import Slot
from loadstone.errors import Fault, InvalidConfig
from loadstone.frameworks.tensorflow.leaf import Module
from loadstone.frameworks.tensorflow.leaves import LEAVES
from loadstone.frameworks.tensorflow.names import attribute
from loadstone.frameworks.tensorflow.run import Run
from loadstone.frameworks.tensorflow.state import Options, State

_LARGEST_SLOT = 1 << 56


class Numbered(Module):
    """Layers in a row: ``layers[0]``. Their names are their indices."""

    def __init__(self, name: str) -> None:
        super().__init__(None, name)

    def append(self, layer: Module) -> None:
        """Put a layer at the end."""
        setattr(self, str(len(self)), layer)

    def __len__(self) -> int:
        return len(self._layers)

    def __iter__(self) -> Iterator[keras.Layer]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index: int | slice) -> keras.Layer:
        if isinstance(index, slice):
            return [self[position] for position in range(len(self))[index]]
        return getattr(self, str(range(len(self))[index]))


class Level(Module):
    """A level of names alone: what lies in it is called by what lies around it."""


class Built(Module):
    """A layer made from a component that says itself what it computes. Each kind of component has a class of its own,
    which bears its name."""

    def __init__(self, component: Component, name: str) -> None:
        super().__init__(component, name)
        attach(self, component)

    def __call__(self, *args: object, state: State | None = None, **given: object) -> Any:
        if given:  # the inputs of a tower, by name
            args = (*args, given)
        # Not by way of Keras, which looks at each argument: the state is none that it knows.
        with tf.name_scope(self.name):
            assert self.component is not None
            return self.component.compute(Run(self, state or State(Options())), *args)

    @property
    def input(self) -> keras.Layer:
        """The part of that name, where the component has one."""
        return self.__dict__["input_"] if "input_" in self.__dict__ else super().input

    @property
    def output(self) -> keras.Layer:
        """The part of that name, where the component has one."""
        return self.__dict__["output_"] if "output_" in self.__dict__ else super().output


_CLASSES: dict[type[Component], type[Built]] = {}


def built_class(kind: type[Component]) -> type[Built]:
    """The class of the layers that components of a kind become."""
    if kind not in _CLASSES:
        body = {"__module__": __name__, "__doc__": kind.__doc__}
        _CLASSES.setdefault(kind, new_class(kind.__name__, (Built,), exec_body=lambda names: names.update(body)))
    return _CLASSES[kind]


def build(component: Component, name: str) -> Module | Slot:
    """The layer of a component, or for a lone array its slot.

    Raises :class:`InvalidConfig` for a tensor so large that its bytes cannot be counted.
    """
    for slot in component.own_slots():
        if slot.elements > _LARGEST_SLOT:
            raise InvalidConfig([Fault("a tensor's size", f"at most {_LARGEST_SLOT} elements", f"shape {slot.shape}")])
    if isinstance(component, Weight):
        return component.own_slots()[0]._replace(name=name)
    if type(component) in LEAVES:
        return LEAVES[type(component)](component, name)
    return built_class(type(component))(component, name)


def attach(holder: keras.Layer, component: Component) -> None:
    """Build a component's parts into ``holder``."""
    for part in component.parts():
        if not part.name:
            attach(holder, part.component)
        elif type(part.component) in LEAVES or part.component.parts() or isinstance(part.component, Weight):
            place(holder, part.name, part.component)


def place(holder: keras.Layer, name: str, component: Component) -> None:
    """Build a part into ``holder`` under its name. One with dots lies in levels of its own: before a number
    (``layers.0``) these are rows, to whose end it goes."""
    *levels, last = name.split(".")
    for level, inner in pairwise((*levels, last)):
        if attribute(level) not in holder.__dict__:
            setattr(holder, attribute(level), Numbered(level) if inner.isdecimal() else Level(None, level))
        holder = getattr(holder, attribute(level))
    child = build(component, last)
    if isinstance(component, Weight):
        holder.lone_slots = (*holder.lone_slots, child)
        holder.lone_weights = {**holder.lone_weights, last: component}
    elif isinstance(holder, Numbered) and isinstance(child, Module):
        while len(holder) < int(last):  # what has no arrays has a number all the same
            holder.append(Level(None, str(len(holder))))
        holder.append(child)
    else:
        setattr(holder, attribute(last), child)
