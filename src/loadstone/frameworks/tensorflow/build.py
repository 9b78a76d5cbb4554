"""Blueprint → layers: every component becomes a Keras layer under the name that its part gives it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import keras
import tensorflow as tf

from loadstone.architectures import components
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.leaves import Bias
from loadstone.core.tensors import Slot
from loadstone.errors import Fault, InvalidConfig
from loadstone.frameworks.tensorflow.activations import ACTIVATIONS
from loadstone.frameworks.tensorflow.leaves import LEAVES, Module
from loadstone.frameworks.tensorflow.state import State, dropout

_LARGEST_SLOT = 1 << 56
_TAKEN = ("layers", "output")
"""Names of parts that Keras's own classes have too."""


def attribute(name: str) -> str:
    """The attribute that holds the part ``name``. Where Keras has one of that name a property leads to it."""
    return f"{name}_" if name in _TAKEN else name


def part_name(attribute: str) -> str:
    """The name of the part that an attribute holds."""
    return attribute[:-1] if attribute[:-1] in _TAKEN else attribute


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


class Built(Module):
    """A layer made from a component that has parts.

    A subclass names its component and gives :meth:`run`. ``run`` takes the holder of the parts apart from the
    layer, since a part without a name lies directly in its parent.
    """

    made_from: ClassVar[dict[type[Component], type[Built]]] = {}
    run: ClassVar[Callable[..., Any]]
    """What the component computes, with its parts found in the first argument; the last one is the state."""

    def __init_subclass__(cls, *, component: type[Component] | None = None) -> None:
        super().__init_subclass__()
        if component is not None:
            Built.made_from[component] = cls

    def __init__(self, component: Component, name: str) -> None:
        super().__init__(component, name)
        attach(self, component)

    def __call__(self, *args: object) -> Any:
        # Not by way of Keras, which looks at each argument: the state is none that it knows.
        with tf.name_scope(self.name):
            return self.run(self, self.component, *args)

    @property
    def output(self) -> keras.Layer:
        """The part of that name, where the component has one."""
        return self.__dict__["output_"] if "output_" in self.__dict__ else super().output


def made_from(component: Component | None) -> type[Built]:
    """The class of layer that a component is made into, with the ``run`` that it computes with."""
    assert component is not None
    return Built.made_from[type(component)]


def _softcap(component: components.Softcap, x: tf.Tensor, state: State) -> tf.Tensor:
    return tf.tanh(x / component.cap) * component.cap


WITHOUT_SLOTS: dict[type[Component], Callable[[Any, tf.Tensor, State], tf.Tensor]] = {
    components.Activation: lambda component, x, state: ACTIVATIONS[component.function](x),
    components.Dropout: lambda component, x, state: dropout(x, component.share, state),
    components.Softcap: _softcap,
}
"""Components that hold nothing: functions, not layers."""


def build(component: Component, name: str) -> Module | Slot:
    """The layer of a component, or for a lone vector its slot.

    Raises :class:`InvalidConfig` for a tensor so large that its bytes cannot be counted.
    """
    for slot in component.own_slots():
        if slot.elements > _LARGEST_SLOT:
            raise InvalidConfig([Fault("a tensor's size", f"at most {_LARGEST_SLOT} elements", f"shape {slot.shape}")])
    if isinstance(component, Bias):
        return Slot(name, (component.width,))
    if type(component) in LEAVES:
        return LEAVES[type(component)](component, name)
    return made_from(component)(component, name)


def attach(holder: keras.Layer, component: Component) -> None:
    """Build a component's parts into ``holder``."""
    for part in component.parts():
        if not part.name:
            attach(holder, part.component)
        elif type(part.component) not in WITHOUT_SLOTS:
            place(holder, part.name, part.component)


def place(holder: keras.Layer, name: str, component: Component) -> None:
    """Build a part into ``holder`` under its name; a numbered one (``layers.0``) goes to the end of a row."""
    stem, _, number = name.rpartition(".")
    if stem:
        if attribute(stem) not in holder.__dict__:
            setattr(holder, attribute(stem), Numbered(stem))
        getattr(holder, attribute(stem)).append(build(component, number))
        return
    child = build(component, name)
    if isinstance(child, Slot):
        holder.lone_slots = (*holder.lone_slots, child)
    else:
        setattr(holder, attribute(name), child)


def call(holder: keras.Layer, part: Part, *args: tf.Tensor | None, state: State) -> tf.Tensor:
    """Run a part of ``holder``. A layer that owns variables sees no state, so any layer may stand in for it."""
    kind = type(part.component)
    if kind in WITHOUT_SLOTS:
        (x,) = args
        return WITHOUT_SLOTS[kind](part.component, x, state)
    if kind in LEAVES:
        return getattr(holder, attribute(part.name))(*args)
    if part.name:
        return getattr(holder, attribute(part.name))(*args, state)
    return made_from(part.component).run(holder, part.component, *args, state)
