"""Every slot of a model under its name: the path of attributes to the layer that owns it, then its own name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import keras

from loadstone.core.naming import Naming
from loadstone.core.tensors import BY_NAME, DType, Slot
from loadstone.errors import ArgumentError
from loadstone.frameworks.structure import naming_of
from loadstone.frameworks.tensorflow.build import Numbered
from loadstone.frameworks.tensorflow.leaf import Holder
from loadstone.frameworks.tensorflow.names import part_name
from loadstone.frameworks.tensorflow.structure import TFStructure


class Owned(NamedTuple):
    """A slot, and where its variable lies or will lie."""

    name: str
    owner: keras.Layer
    leaf: str
    """Its last name; in a layer of ours also the attribute that holds the variable."""
    slot: Slot
    """What is to be filled, under its full name."""
    variable: keras.Variable | None
    """None while a layer of ours has none yet."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of its values."""
        return self.slot.shape

    @property
    def key(self) -> tuple[int, str]:
        """The same for two names of one slot."""
        return id(self.owner), self.leaf


@lru_cache(maxsize=1)
def _keras_attributes() -> frozenset[str]:
    """Attributes that Keras keeps for itself."""
    return frozenset(vars(keras.Model()))


def walk(layer: keras.Layer, prefix: str = "") -> Iterator[Owned]:
    """Every slot under ``layer``; a layer that is held twice gives its slots twice."""
    start = f"{prefix}." if prefix else ""
    declared = layer.own_slots() if isinstance(layer, Holder) else ()
    for slot in declared:
        name = start + slot.name
        yield Owned(name, layer, slot.name, slot._replace(name=name), layer.__dict__.get(slot.name))
    if not declared:
        for variable in [*layer._trainable_variables, *layer._non_trainable_variables]:
            slot = Slot(start + variable.name, tuple(variable.shape), dtype=_integers(variable))
            yield Owned(slot.name, layer, variable.name, slot, variable)
    for name, child in children(layer):
        yield from walk(child, start + name)


def _integers(variable: keras.Variable) -> DType | None:
    """The dtype of a slot that is not floating-point."""
    dtype = BY_NAME.get(variable.dtype)
    return None if dtype is None or dtype.is_floating else dtype


def children(layer: keras.Layer) -> Iterator[tuple[str, keras.Layer]]:
    """The layers directly inside, each with the name of the attribute; in a list or dict, with the place there too.

    Those of a ``keras.Sequential`` are named by index, those of a functional model by the names that they were given.
    """
    if layer._obj_type() == "Sequential":
        yield from ((str(index), child) for index, child in enumerate(layer.layers))
        return
    if layer._obj_type() == "Functional":
        yield from ((child.name, child) for child in layer.layers)
        return
    for attribute, value in vars(layer).items():
        if attribute in _keras_attributes() or attribute.startswith("_self_"):
            continue
        name = part_name(attribute)
        if isinstance(value, Numbered):
            if value.lone_slots:
                yield name, value
            else:
                yield from ((f"{name}.{index}", child) for index, child in enumerate(value))
        elif isinstance(value, keras.layers.Layer):
            yield name, value
        elif isinstance(value, list | tuple | dict):
            for key, child in value.items() if isinstance(value, dict) else enumerate(value):
                if isinstance(child, keras.layers.Layer):
                    yield f"{name}.{key}", child


def unbuilt(layer: keras.Layer, prefix: str = "") -> Iterator[str]:
    """Names of the layers of others that make their variables later, when they are first called."""
    for name, child in children(layer):
        path = f"{prefix}.{name}" if prefix else name
        if not isinstance(child, Holder) and not child.built:
            yield path
        else:
            yield from unbuilt(child, path)


def check_layers(model: keras.Model) -> None:
    """:class:`ArgumentError` for layers of others that could not be loaded into.

    Those whose variables are not there yet, and those with two variables of one name.
    """
    names = list(unbuilt(model))
    if names:
        raise ArgumentError(
            f"{type(model).__name__} has layers whose variables do not exist yet: {', '.join(names)}. Build each in "
            f"__init__, such as self.{names[0]}.build((None, config.hidden_size)), so that they can be loaded."
        )
    held: dict[str, keras.Variable | None] = {}
    twice = [slot.name for slot in walk(model) if held.setdefault(slot.name, slot.variable) is not slot.variable]
    if twice:
        raise ArgumentError(
            f"{type(model).__name__} has several variables of one name: {', '.join(twice)}. Give each a name of its "
            "own: self.add_weight(…, name=…)."
        )


def at(model: keras.Model, name: str) -> keras.Layer:
    """The layer of that name."""
    for part in name.split(".") if name else ():
        model = model[int(part)] if isinstance(model, (Numbered, list, tuple)) else getattr(model, part)
    return model


def slots(model: keras.Model) -> list[Slot]:
    """What has to be filled, those that share numbers under each name."""
    return [owned.slot for owned in walk(model)]


def ties(model: keras.Model) -> dict[str, str]:
    """Further name of a slot → the name that counts: the one the family declares, else the first."""
    return shared(model) | (dict(model.tied_slots()) if isinstance(model, TFStructure) else {})


def shared(model: keras.Model) -> dict[str, str]:
    """Further name of a variable, or of a slot that has none yet → the first one."""
    names: dict[str, str] = {}
    first: dict[object, str] = {}
    for slot in walk(model):
        key = slot.key if slot.variable is None else id(slot.variable)
        counts = first.setdefault(key, slot.name)
        if counts != slot.name:
            names[slot.name] = counts
    return names


def naming(model: TFStructure) -> Naming:
    """What links a model's slots to stored names."""
    return naming_of(model, ties(model))
