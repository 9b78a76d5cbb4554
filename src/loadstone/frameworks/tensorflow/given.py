"""What a TensorFlow model is saved from: its own variables, or arrays that are given, under the names of slots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import keras
import numpy as np
import tensorflow as tf

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
from loadstone.frameworks.tensorflow.slots import ties, walk
from loadstone.frameworks.tensorflow.structure import TFStructure

Stored: TypeAlias = "keras.Variable | tf.Tensor | np.ndarray"
"""What the values of a slot may lie in."""


def checked_state(model: TFStructure, state_dict: Mapping[str, Stored] | None) -> State[Stored]:
    """Every slot and its variable or array; :class:`StateMismatch` where those held, or given, are not the model's."""
    declared = declared_slots(model) if is_as_declared(model) else {}
    shapes = {name: slot.shape for name, slot in declared.items()} or own_shapes(
        model, {slot.name: slot.shape for slot in walk(model)}
    )
    slots = Slots(shapes, ties(model), may_part(model))

    def look(slot: str, value: Stored | None) -> Look:
        return _look(value, is_floating=slot in declared and declared[slot].dtype is None)

    if state_dict is None:
        return checked(model.named_weights(), slots, look, _is_same, CHANGED)
    return checked(state_dict, slots, look, _is_same, "state_dict= takes arrays under the names in named_weights().")


def _look(value: Stored | None, *, is_floating: bool) -> Look:
    if value is None:
        return Look(None, "none, as in a skeleton", "Call the model's class with a config, or load it.")
    if isinstance(value, keras.KerasTensor) or (tf.is_tensor(value) and tf.is_symbolic_tensor(value)):
        return Look(None, "a symbolic tensor, which stands for values inside a graph", "Save outside of tf.function.")
    if not isinstance(value, keras.Variable | np.ndarray) and not tf.is_tensor(value):
        return Look(None, f"a {type(value).__name__}")
    if isinstance(value, tf.SparseTensor | tf.RaggedTensor):
        return Look(tuple(value.shape), f"a {type(value).__name__}", "tf.sparse.to_dense makes a plain tensor of it.")
    shape, name = tuple(value.shape), getattr(value.dtype, "name", str(value.dtype))
    if name not in BY_NAME:
        return Look(shape, f"one of {name}, which no checkpoint stores")
    return Look(shape, f"one of {name}" if is_floating and not BY_NAME[name].is_floating else "")


def _is_same(one: Stored, other: Stored) -> bool:
    first, second = (
        np.asarray(stored.value if isinstance(stored, keras.Variable) else stored) for stored in (one, other)
    )
    return first.dtype == second.dtype and first.tobytes() == second.tobytes()
