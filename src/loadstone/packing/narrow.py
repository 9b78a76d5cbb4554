"""Numbers → stored bytes, the way back from :mod:`loadstone.packing.numbers`; NumPy itself knows half of the dtypes."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from loadstone.packing.numbers import NUMPY, floats
from loadstone.tensors import DType

Array = np.ndarray[Any, Any]

TARGETS = (
    *(DType.FLOAT64, DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16),
    *(DType.FLOAT8_E4M3FN, DType.FLOAT8_E5M2),
)
"""What numbers can be rounded to."""
_EXPONENT = {
    DType.FLOAT64: 0x7FF0_0000_0000_0000,
    DType.FLOAT32: 0x7F80_0000,
    DType.FLOAT16: 0x7C00,
    DType.BFLOAT16: 0x7F80,
    DType.FLOAT8_E5M2: 0x7C,
}
"""The bits that are all set in what is no finite number, and in nothing else."""


def narrowed(values: Array, dtype: DType) -> Array:
    """Numbers → words of as many bits as ``dtype`` has, in the same shape: rounded to nearest, ties to even.

    ``values``: float32 or float64; the latter become float32 first on their way to less than 16 bits, or to bfloat16,
    as PyTorch does it. Beyond the largest number lies infinity; where ``dtype`` has none, what is beyond, infinity too,
    becomes the largest number. ``dtype`` is one of :data:`TARGETS`.
    """
    if dtype in NUMPY:
        with np.errstate(over="ignore"):
            return values.astype(NUMPY[dtype], copy=False).view(f"<u{dtype.bits // 8}")
    with np.errstate(over="ignore"):
        values = np.ascontiguousarray(values, np.float32)
    if dtype is DType.BFLOAT16:
        words = np.empty(values.shape, np.uint16)
        to_bfloat16(values, words)
        return words
    return _to_eight_bits(values, dtype)


def overflows(values: Array, words: Array, dtype: DType) -> bool:
    """Whether a number was beyond what ``dtype`` reaches. ``words``: what :func:`narrowed` made of ``values``."""
    if dtype is DType.FLOAT8_E4M3FN:
        ends = words & 0x7F == 0x7E
        return bool((np.abs(values[ends]) > _middles(dtype)[-1]).any())
    bits = words.dtype.type(_EXPONENT[dtype])
    ends = (words & bits) == bits
    return bool(ends.any()) and bool(np.isfinite(values[ends]).any())


def to_bfloat16(values: Array, words: Array) -> None:
    """float32 → the bits of bfloat16, into ``words``. NaN stays NaN."""
    bits = values.view(np.uint32)
    rounded = bits + (((bits >> 16) & 1) + np.uint32(0x7FFF))
    halves = (rounded >> 16).astype(np.uint16)
    # A NaN whose upper bits are zero, or carry over, would become infinite or a number.
    np.copyto(halves, ((bits >> 16) | 0x40).astype(np.uint16), where=(bits & 0x7FFFFFFF) > 0x7F800000)
    words[...] = halves


def _to_eight_bits(values: Array, dtype: DType) -> Array:
    magnitudes = np.abs(values)
    middles = _middles(dtype)
    codes = np.searchsorted(middles, magnitudes.reshape(-1)).reshape(values.shape)
    # In the middle between two numbers, the one whose last bit is zero.
    is_tie = middles[np.minimum(codes, len(middles) - 1)] == magnitudes
    codes = codes + (is_tie & (codes & 1 == 1))
    if dtype is DType.FLOAT8_E4M3FN:
        codes = np.minimum(codes, 126)
    codes = np.where(np.isnan(values), 127, codes)
    return np.asarray(codes | np.signbit(values) * 128, np.uint8)


@cache
def _middles(dtype: DType) -> Array:
    """What lies in the middle between each number from 0 on and the next; the last is what begins to overflow."""
    numbers = floats(np.arange(128, dtype=np.uint8), dtype).astype(np.float64)
    finite = numbers[np.isfinite(numbers)]
    beyond = 2 * finite[-1] - finite[-2]
    middles: Array = ((finite + np.append(finite[1:], beyond)) / 2).astype(np.float32)
    return middles
