"""Whether two stored tensors hold the same values: for ties, of which a file may hold both sides."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from loadstone.core.tensors import StoredTensor
from loadstone.planning.same import Same, lie_in_one_place

_ELEMENTS = 1 << 19
"""Read at once, of each of the two."""


def stored_alike(one: StoredTensor, other: StoredTensor) -> bool:
    """Whether tensors of files hold the same values, whatever dtypes and packings they are stored in.

    Nothing is read where they lie in one place or differ in shape; else a few MiB at a time, up to the first
    difference. Raises :class:`CorruptCheckpoint` where a file is cut short.
    """
    if one.shape != other.shape or lie_in_one_place(one, other):
        return one.shape == other.shape
    is_plain = one.dtype is other.dtype and not one.is_packed and not other.is_packed
    if not is_plain and min(one.dtype.bits, other.dtype.bits) < 8:
        return False  # such elements have no values here
    from loadstone.materialize.reader import TensorReader  # hardly any load compares

    count = math.prod(one.shape)
    with TensorReader(Path(tempfile.gettempdir())) as reader:
        for first in range(0, count, _ELEMENTS):
            last = min(first + _ELEMENTS, count)
            if is_plain:
                start, stop = first * one.dtype.bits // 8, -(-last * one.dtype.bits // 8)
                pair = [
                    np.frombuffer(memoryview(reader.stored(tensor)(start, stop)), np.uint8) for tensor in (one, other)
                ]
            else:
                pair = [reader.numbers(tensor, first, last) for tensor in (one, other)]
            if not np.array_equal(pair[0], pair[1], equal_nan=not is_plain):
                return False
    return True


def arrays_alike(state_dict: Mapping[str, object]) -> Same:
    """The same for arrays that the caller holds, by the names under which he gives them."""

    def same(one: StoredTensor, other: StoredTensor) -> bool:
        pair = state_dict[one.name], state_dict[other.name]
        return pair[0] is pair[1] or np.array_equal(np.asarray(pair[0]), np.asarray(pair[1]))

    return same
