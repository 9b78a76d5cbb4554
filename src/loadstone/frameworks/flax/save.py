"""Model → folder."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence

import jax
import jax.numpy as jnp
import numpy as np

from loadstone.architectures import components
from loadstone.core.slices import Box, bounds, boxes, shape_of
from loadstone.frameworks.flax.given import checked_state
from loadstone.frameworks.flax.structure import FlaxStructure
from loadstone.frameworks.save_model import Described, Written, outgoing, save_model, ties_of_file
from loadstone.materialize.arrays import from_numpy, outgoing_array
from loadstone.saving.checkpoint import OutgoingTensor, SaveOptions
from loadstone.transfer.array_bytes import Read, elements
from loadstone.transfer.outgoing import READ_NBYTES


def save(
    model: FlaxStructure,
    folder: str | os.PathLike[str],
    state_dict: Mapping[str, object] | None,
    options: SaveOptions,
) -> Written:
    """Write config and weights, all or nothing; see :func:`loadstone.frameworks.save_model.save_model`.

    Tied slots are stored once, experts one by one. Raises :class:`SaveError`, and what was in the folder before is then
    untouched.
    """
    given = checked_state(model, state_dict)
    state = given.tensors
    dropped, is_tied = ties_of_file(model, given)
    stacked = tuple(rule.slot for rule in model.family_spec.experts)
    # Sliced on the host: on the device each expert would be a copy and a program of its own.
    here = {
        name: np.asarray(tensor) if stacked and name.endswith(stacked) else tensor for name, tensor in state.items()
    }
    integers = {slot.name: slot.dtype for slot in components.slots(model.component)} if model.component else {}
    for name, dtype in integers.items():
        if dtype is not None:  # JAX has them in 32 bits
            here[name] = np.asarray(here[name]).astype(dtype.value)
    return save_model(
        model,
        folder,
        [_outgoing_tensor(name, tensor) for name, tensor in outgoing(model.family_spec, here, dropped)],
        Described("Flax", model.dtype if state_dict is None else _dtype(state, model.dtype), is_tied),
        options,
    )


def _dtype(state: Mapping[str, jax.Array | np.ndarray], otherwise: jnp.dtype) -> jnp.dtype:
    return next((tensor.dtype for tensor in state.values() if jnp.issubdtype(tensor.dtype, jnp.floating)), otherwise)


def _outgoing_tensor(name: str, array: jax.Array | np.ndarray) -> OutgoingTensor:
    dtype, shape = from_numpy(np.dtype(array.dtype)), tuple(array.shape)
    if isinstance(array, np.ndarray):
        return outgoing_array(name, array)
    devices = array.devices()
    if len(devices) < 2 and all(device.platform == "cpu" for device in devices):
        return outgoing_array(name, np.asarray(array))  # a view

    def reader(wanted: tuple[int, ...], is_turned: bool = False) -> Read:
        return elements(
            array.dtype.itemsize, lambda first, last: _fetch(array, boxes(wanted, first, last), is_turned=is_turned)
        )

    read_transposed = reader(shape[::-1], is_turned=True) if len(shape) == 2 else None
    return OutgoingTensor(name, dtype, shape, reader(shape), read_transposed=read_transposed)


def _fetch(array: jax.Array, parts: Iterable[Box], is_turned: bool) -> np.ndarray:
    """Boxes of an array on an accelerator, or of its transpose, as bytes in a row."""
    chunks = []
    for part in parts:
        for window, place in _windows(array.shape[::-1] if is_turned else array.shape, part, array.dtype.itemsize):
            starts, sizes = [bounds(index)[0] for index in window], shape_of(window)
            if is_turned:
                fetched = np.asarray(jax.lax.dynamic_slice(array, starts[::-1], sizes[::-1])).T
            else:
                fetched = np.asarray(jax.lax.dynamic_slice(array, starts, sizes))
            chunks.append(np.ascontiguousarray(fetched[place]).reshape(-1))
    return np.concatenate(chunks).view(np.uint8)


def _windows(shape: Sequence[int], part: Box, width: int) -> Iterator[tuple[Box, Box]]:
    """A box as windows of the same few sizes for every box of such an array, and what to take of each.

    A slice of a size of its own would be a program of its own, to be compiled.
    """
    axis = next((axis for axis, size in enumerate(shape_of(part)) if size > 1), len(part) - 1)
    if axis < 0:
        yield (), ()
        return
    inner = math.prod(shape[axis + 1 :]) * width
    size = min(shape[axis], max(1, READ_NBYTES // inner))
    start, stop = bounds(part[axis])
    for first in range(start, stop, size):
        low, high = min(first, shape[axis] - size), min(first + size, stop)
        whole = (slice(None),) * axis
        yield (*part[:axis], slice(low, low + size), *part[axis + 1 :]), (*whole, slice(first - low, high - low))
