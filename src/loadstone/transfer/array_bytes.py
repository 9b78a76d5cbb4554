"""The bytes of an array in row-major order, any of them, whatever its strides: no array need be copied whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from loadstone.core.slices import boxes

if TYPE_CHECKING:
    import numpy as np
    from typing_extensions import Buffer

Read = Callable[[int, int], "Buffer"]
"""(first byte, byte after the last) → these bytes of a tensor: little-endian elements in row-major order."""


def elements(width: int, read: Callable[[int, int], np.ndarray]) -> Read:
    """From a reader of elements, each ``width`` bytes, a reader of bytes. ``read`` gives bytes in one row."""

    def between(start: int, stop: int) -> Buffer:
        if start == stop:
            return b""
        first, last = start // width, -(-stop // width)
        return read(first, last)[start - first * width : stop - first * width].data

    return between


def of_array(array: np.ndarray) -> Read:
    """Reads any array: a view where it lies in one row, else a copy of what is asked for."""
    import numpy as np

    if array.flags.c_contiguous:
        flat = array.reshape(-1).view(np.uint8)
        return lambda start, stop: flat[start:stop].data

    def read(first: int, last: int) -> np.ndarray:
        values = np.empty(last - first, array.dtype)
        at = 0
        for box in boxes(array.shape, first, last):
            part = array[box]
            values[at : at + part.size].reshape(part.shape)[...] = part
            at += part.size
        return values.view(np.uint8)

    return elements(array.itemsize, read)
