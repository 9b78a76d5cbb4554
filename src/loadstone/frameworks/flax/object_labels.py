"""What pictures show, as arrays of one shape."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from loadstone.architectures.objects import Objects
from loadstone.architectures.tasks import IGNORED
from loadstone.errors import ArgumentError
from loadstone.frameworks.object_labels import Kind, check_picture, check_values, pictures


def padded(labels: object, count: int) -> Objects:
    """Labels of pictures of so many classes; :class:`ArgumentError` for those that are none.

    There is room for a power of two of objects, so that few programs are compiled. A class below 0 becomes one that
    there is not, for that is what a traced loss can tell.
    """
    given = [(_array(index, label), _array(index, box)) for index, (label, box) in enumerate(pictures(labels))]
    for index, (label, box) in enumerate(given):
        check_picture(index, _kind(label), _kind(box))
        if isinstance(label, np.ndarray) and isinstance(box, np.ndarray):
            check_values(index, label, box.astype(np.float32), count)
    most = max(len(label) for label, _ in given)
    room = 1 << max(most - 1, 0).bit_length()
    classes, boxes = [], []
    for label, box in given:
        numbers: Any = np if isinstance(label, np.ndarray) and isinstance(box, np.ndarray) else jnp
        real = numbers.where(label < 0, count + 1, label).astype(np.int32)
        classes.append(numbers.pad(real, (0, room - len(label)), constant_values=IGNORED))
        boxes.append(numbers.pad(box.astype(np.float32), ((0, room - len(label)), (0, 0)), constant_values=1))
    return Objects(jnp.stack(classes), jnp.stack(boxes))


def _array(index: int, value: object) -> Any:
    """As NumPy has it, or JAX where it is traced."""
    if isinstance(value, jax.core.Tracer):
        return value
    try:
        return np.asarray(value)
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"labels[{index}] holds a {type(value).__name__}, expected arrays: {error}") from error


def _kind(array: Any) -> Kind:
    is_whole, is_floating = (bool(jnp.issubdtype(array.dtype, kind)) for kind in (jnp.integer, jnp.floating))
    return Kind(array.dtype, is_whole, is_floating, array.shape)
