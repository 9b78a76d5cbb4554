"""From values to ``keras.Variable``: without a copy where the memory allows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import keras
import ml_dtypes
import numpy as np
import tensorflow as tf

from loadstone.architectures.initial import initial
from loadstone.core.tensors import DType, StoredTensor
from loadstone.frameworks.tensorflow.leaf import Holder
from loadstone.frameworks.tensorflow.slots import Owned, walk
from loadstone.frameworks.tensorflow.structure import TFStructure
from loadstone.materialize.arrays import Array, ArraySource, fill_arrays, from_numpy, numpy_dtype
from loadstone.planning.match import LoadPlan
from loadstone.planning.recipes import Tied

_ALIGNMENT = 64
"""TensorFlow ends the process where a buffer that it was lent starts elsewhere."""


class Filled(NamedTuple):
    """What filling took, in bytes."""

    viewed: int
    copied: int


def tensor_of(array: Array) -> tf.Tensor:
    """A tensor over the array's own memory, which it keeps alive; a copy where TensorFlow could not use that.

    A variable made of it has the same memory until it is first assigned to.
    """
    lendable = array.flags.writeable and array.flags.c_contiguous and array.ctypes.data % _ALIGNMENT == 0
    if not lendable or not array.size:
        return tf.constant(array)
    if array.dtype == ml_dtypes.bfloat16:  # which NumPy cannot lend
        return tf.bitcast(tf.experimental.dlpack.from_dlpack(array.view(np.uint16).__dlpack__()), tf.bfloat16)
    return tf.experimental.dlpack.from_dlpack(array.__dlpack__())


def fill(
    model: TFStructure,
    plan: LoadPlan,
    source: ArraySource,
    dtype_of: Callable[[StoredTensor], DType],
    device: str,
) -> Filled:
    """Make the variable of every slot of ``model``; tied slots get one."""
    owned = {slot.name: slot for slot in walk(model)}
    shapes = {name: slot.shape for name, slot in owned.items()}
    arrays, viewed, copied = fill_arrays(plan, shapes, source, dtype_of)
    kinds = (array.dtype for array in arrays.values() if from_numpy(array.dtype).is_floating)
    initial_dtype = next(kinds, np.dtype(np.float32))
    with tf.init_scope(), tf.device(device):
        for name in list(arrays):
            _put(owned[name], tensor_of(arrays.pop(name)))
        initialize([owned[name] for name in (*plan.initialized, *plan.computed)], initial_dtype)
    tie(owned, {name: recipe.slot for name, recipe in plan.recipes.items() if isinstance(recipe, Tied)})
    return Filled(viewed, copied)


def initialize(slots: list[Owned], dtype: np.dtype) -> None:
    """Initial values after the family's scheme; a layer of somebody else's keeps those that it was made with."""
    # Seeded by NumPy's own generator, so that keras.utils.set_random_seed decides about these values too.
    rng = np.random.default_rng(np.random.randint(1 << 31, size=4))
    for slot in slots:
        if isinstance(slot.owner, Holder):
            component = slot.owner.lone_weights.get(slot.leaf, slot.owner.component)
            assert component is not None
            own = dtype if slot.slot.dtype is None else numpy_dtype(slot.slot.dtype)
            numbers = initial(component, slot.leaf, slot.shape, rng).astype(own)
        else:
            assert slot.variable is not None
            numbers = slot.variable.numpy().astype(dtype)
        _put(slot, tf.constant(numbers))


def initialize_all(model: TFStructure, dtype: DType) -> None:
    """Initial values for every slot that has no variable yet."""
    owned = {slot.name: slot for slot in walk(model)}
    tied = model.tied_slots()
    initialize([slot for slot in owned.values() if slot.variable is None and slot.name not in tied], numpy_dtype(dtype))
    tie(owned, tied)


def tie(owned: Mapping[str, Owned], tied: Mapping[str, str]) -> None:
    """Make tied slots one variable. Those of layers that are one object are so already."""
    for name, source in tied.items():
        slot, other = owned[name], owned[source]
        if slot.key != other.key:
            setattr(slot.owner, slot.leaf, getattr(other.owner, other.leaf))
            slot.owner.tied = (*slot.owner.tied, slot.leaf)


def _put(slot: Owned, tensor: tf.Tensor) -> None:
    """Give a slot its values. What is no layer of ours keeps its variable, since it may hold it anywhere."""
    if isinstance(slot.owner, Holder) and slot.leaf in {own_slot.name for own_slot in slot.owner.own_slots()}:
        trained = slot.slot.kind == "parameter"
        variable = keras.Variable(tensor, dtype=tensor.dtype.name, trainable=trained, name=slot.name)
        setattr(slot.owner, slot.leaf, variable)
        return
    assert slot.variable is not None
    if slot.variable.dtype == tensor.dtype.name:
        slot.variable.assign(tensor)
    else:
        slot.variable._dtype = tensor.dtype.name
        slot.variable._initialize(tensor)
