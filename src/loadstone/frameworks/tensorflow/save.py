"""Model → folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

import keras
import numpy as np

from loadstone.core.slices import Box, boxes
from loadstone.core.tensors import BY_NAME
from loadstone.frameworks.save_model import Described, Written, outgoing, save_model, ties_of_file
from loadstone.frameworks.tensorflow.given import Stored, checked_state
from loadstone.frameworks.tensorflow.structure import TFStructure
from loadstone.materialize.arrays import from_numpy, numpy_dtype, outgoing_array
from loadstone.saving.checkpoint import OutgoingTensor, SaveOptions
from loadstone.transfer.array_bytes import Read, elements


def save(
    model: TFStructure,
    folder: str | os.PathLike[str],
    state_dict: Mapping[str, Stored] | None,
    options: SaveOptions,
) -> Written:
    """Write config and weights, all or nothing; see :func:`loadstone.frameworks.save_model.save_model`.

    Tied slots are stored once, experts one by one. Raises :class:`SaveError`, and what was in the folder before is then
    untouched.
    """
    given = checked_state(model, state_dict)
    state = given.tensors
    dropped, is_tied = ties_of_file(model, given)
    # NumPy's slices are views, TensorFlow's would be a copy for each expert.
    stacked = tuple(rule.slot for rule in model.family_spec.experts)
    here = {name: _array(tensor) if stacked and name.endswith(stacked) else tensor for name, tensor in state.items()}
    return save_model(
        model,
        folder,
        [_outgoing_tensor(name, tensor) for name, tensor in outgoing(model.family_spec, here, dropped)],
        Described("TF", model.dtype if state_dict is None else _dtype(state, model.dtype), is_tied),
        options,
    )


def _dtype(state: Mapping[str, Stored], otherwise: str) -> str:
    """Of the first floating-point tensor."""
    names = (getattr(tensor.dtype, "name", str(tensor.dtype)) for tensor in state.values())
    return next((name for name in names if BY_NAME[name].is_floating), otherwise)


def _array(tensor: Stored) -> np.ndarray:
    """The numbers of a variable, a tensor or an array; without a copy where they lie on the CPU."""
    return np.asarray(tensor.value.value() if isinstance(tensor, keras.Variable) else tensor)


def _outgoing_tensor(name: str, tensor: Stored) -> OutgoingTensor:
    name_of_dtype: str = getattr(tensor.dtype, "name", str(tensor.dtype))
    dtype = from_numpy(numpy_dtype(name_of_dtype))
    shape = tuple(tensor.shape)
    value = tensor.value.value() if isinstance(tensor, keras.Variable) else tensor
    if ":GPU:" not in str(getattr(value, "device", "")):
        return outgoing_array(name, np.asarray(value))  # a view

    def reader(wanted: tuple[int, ...], is_turned: bool = False) -> Read:
        return elements(
            dtype.bits // 8, lambda first, last: _fetch(value, boxes(wanted, first, last), is_turned=is_turned)
        )

    read_transposed = reader(shape[::-1], is_turned=True) if len(shape) == 2 else None
    return OutgoingTensor(name, dtype, shape, reader(shape), read_transposed=read_transposed)


def _fetch(tensor: Stored, parts: Iterable[Box], is_turned: bool) -> np.ndarray:
    """Boxes of a tensor on an accelerator, or of its transpose, as bytes in a row."""
    if is_turned:
        chunks = [np.asarray(tensor[part[::-1]]).T.reshape(-1) for part in parts]
    else:
        chunks = [np.asarray(tensor[part]).reshape(-1) for part in parts]
    return np.concatenate(chunks).view(np.uint8)
