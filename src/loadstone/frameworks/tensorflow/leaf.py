"""What the layers that own variables share. None makes a variable: filling and initializing do."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from types import MappingProxyType

import keras

from loadstone.architectures import components
from loadstone.architectures.components.base import Component
from loadstone.core.tensors import Slot


class Holder:
    """What may own slots. In Keras's own files (``.weights.h5``, ``.keras``) a slot has the path of attributes that
    leads to its owner, then ``vars``, then its last name: ``model/layers/0/self_attn/q_proj/vars/weight``. Only parts
    named ``output`` and ``input`` are called ``output_`` and ``input_`` there, as Keras has attributes of these names,
    and of numbered arrays the first ``_0``. A tied slot is stored once.
    """

    component: Component | None
    lone_slots: tuple[Slot, ...] = ()
    """Arrays that lie directly in a layer that has parts."""
    lone_weights: Mapping[str, components.Weight] = MappingProxyType({})
    """The components of those, by name."""
    tied: tuple[str, ...] = ()
    """Those of its slots that are another's variable."""

    def own_slots(self) -> tuple[Slot, ...]:
        """The slots that lie directly in this layer."""
        return self.lone_slots

    def save_own_variables(self, store: MutableMapping[str, keras.Variable]) -> None:
        """For Keras: what it writes of this layer."""
        for slot in self.own_slots():
            if slot.name not in self.tied:
                store[_stored_name(slot)] = getattr(self, slot.name)

    def load_own_variables(self, store: MutableMapping[str, keras.Variable]) -> None:
        """For Keras: take back what it wrote."""
        for slot in self.own_slots():
            if slot.name not in self.tied:
                getattr(self, slot.name).assign(store[_stored_name(slot)])


def _stored_name(slot: Slot) -> str:
    """A number among ``vars`` would be that of a variable without a name."""
    return f"_{slot.name}" if slot.name.isdigit() else slot.name


class Module(Holder, keras.layers.Layer):
    """A Keras layer made from a component. Its inputs stay as they are: dtypes are the checkpoint's affair."""

    def __init__(self, component: Component | None, name: str) -> None:
        super().__init__(name=name, dtype="float32")
        # Past Keras, which looks at each attribute that is set, for a layer or a variable in it.
        self.__dict__.update(component=component, built=True, _convert_input_args=False)


class Leaf(Module):
    """A layer that owns the slots of its component."""

    component: Component

    def own_slots(self) -> tuple[Slot, ...]:
        return self.component.own_slots()
