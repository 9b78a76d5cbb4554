"""Stored bytes → float32, for every dtype that a checkpoint can store; NumPy itself knows half of them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from loadstone.core.tensors import DType

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loadstone.core.arrays import ByteArray, FloatArray

NUMPY = {
    **{dtype: np.dtype(dtype.value).newbyteorder("<") for dtype in (DType.FLOAT64, DType.FLOAT32, DType.FLOAT16)},
    **{dtype: np.dtype(dtype.value).newbyteorder("<") for dtype in DType if not dtype.is_floating},
}
"""The dtypes that NumPy has of its own."""


def floats(raw: ByteArray, dtype: DType) -> FloatArray:
    """Bytes → float32, one number for each element, exactly; float64 is rounded. Any shape whose last dimension is the
    bytes of whole elements."""
    if dtype is DType.BFLOAT16:
        halves = raw.view("<u2")
        values = np.empty(halves.shape, np.float32)
        from_bfloat16(halves, values)
        return values
    if dtype.is_floating and dtype.bits == 8:
        return np.take(_eight_bits(dtype), raw)
    return np.array(raw.view(NUMPY[dtype]), np.float32)


def exact(raw: ByteArray, dtype: DType) -> NDArray[np.number | np.bool_]:
    """Bytes → values as they are: a view with a dtype of NumPy's where it has it, else float32."""
    return raw.view(NUMPY[dtype]) if dtype in NUMPY else floats(raw, dtype)


def from_bfloat16(halves: NDArray[np.uint16], values: FloatArray) -> None:
    """The bits of bfloat16, which are the upper half of those of a float32, → float32, into ``values``."""
    np.left_shift(halves, np.uint32(16), out=values.view(np.uint32), dtype=np.uint32)


def integers(raw: ByteArray, dtype: DType) -> NDArray[np.integer]:
    """Bytes → integers, a view."""
    return raw.view(NUMPY[dtype])


def unpacked(words: NDArray[np.integer], bits: int) -> NDArray[np.uint32]:
    """32-bit words → 32 / ``bits`` times as many values, the lowest bits of each word first."""
    shifts = np.arange(0, 32, bits, dtype=np.uint32)
    numbers = (words.view(np.uint32)[..., None] >> shifts) & np.uint32((1 << bits) - 1)
    return numbers.reshape(*words.shape[:-1], -1)


@cache
def _eight_bits(dtype: DType) -> FloatArray:
    """The value of every byte.

    Sources: OCP 8-bit Floating Point Specification (E4M3, E5M2; their FNUZ relatives have one zero and one NaN, and an
    exponent bias larger by one: arXiv:2206.02915); OCP Microscaling Formats (E8M0).
    """
    codes = np.arange(256, dtype=np.int32)
    if dtype is DType.FLOAT8_E8M0FNU:
        powers: FloatArray = np.ldexp(np.float32(1), np.minimum(codes, 254) - 127).astype(np.float32)
        powers[255] = np.nan
        return powers
    mantissa_bits = 3 if dtype in (DType.FLOAT8_E4M3FN, DType.FLOAT8_E4M3FNUZ) else 2
    is_fnuz = dtype in (DType.FLOAT8_E4M3FNUZ, DType.FLOAT8_E5M2FNUZ)
    bias = (1 << (6 - mantissa_bits)) - 1 + is_fnuz
    exponent, mantissa = (codes & 127) >> mantissa_bits, codes & ((1 << mantissa_bits) - 1)
    is_normal = exponent > 0
    significand = mantissa + is_normal * (1 << mantissa_bits)
    magnitudes = np.ldexp(significand.astype(np.float32), np.maximum(exponent, 1) - bias - mantissa_bits)
    values: FloatArray = np.where(codes < 128, magnitudes, -magnitudes).astype(np.float32)
    if is_fnuz:
        values[128] = np.nan
    elif dtype is DType.FLOAT8_E4M3FN:
        values[[127, 255]] = np.nan
    else:
        top = codes & 127
        values[top == 124] = np.where(codes[top == 124] < 128, np.inf, -np.inf)
        values[top > 124] = np.nan
    return values
