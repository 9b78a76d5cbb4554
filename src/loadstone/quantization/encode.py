"""Values → stored bytes, the way back from :mod:`loadstone.quantization.decode`; NumPy knows half of the dtypes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from loadstone.core.tensors import DType
from loadstone.quantization.decode import NUMPY, floats

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loadstone.core.arrays import ByteArray, FloatArray

TARGETS = (
    *(DType.FLOAT64, DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16),
    *(DType.FLOAT8_E4M3FN, DType.FLOAT8_E5M2),
)
"""What values can be rounded to."""
_END = {
    DType.FLOAT64: 0x7FF0_0000_0000_0000,
    DType.FLOAT32: 0x7F80_0000,
    DType.FLOAT16: 0x7C00,
    DType.BFLOAT16: 0x7F80,
    DType.FLOAT8_E5M2: 0x7C,
    DType.FLOAT8_E4M3FN: 0x7E,
}
"""Bits that are all set in what is no finite number, and in nothing else; of a dtype without infinities, in the largest
values too."""


def narrowed(values: NDArray[np.floating], dtype: DType) -> NDArray[np.unsignedinteger]:
    """Values → words of as many bits as ``dtype`` has, in the same shape: rounded to nearest, ties to even.

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


def overflows(values: NDArray[np.floating], words: NDArray[np.unsignedinteger], dtype: DType) -> bool:
    """Whether a number was beyond what ``dtype`` reaches. ``words``: what :func:`narrowed` made of ``values``."""
    return bool(_beyond(values, words, dtype).any())


def _beyond(values: NDArray[np.floating], words: NDArray[np.unsignedinteger], dtype: DType) -> NDArray[np.bool_]:
    """Which values were."""
    ends: NDArray[np.bool_] = words & words.dtype.type(_END[dtype]) == _END[dtype]
    if ends.any():
        there = values[ends]
        is_saturated = dtype is DType.FLOAT8_E4M3FN
        ends[ends] = np.abs(there) > _middles(dtype)[-1] if is_saturated else np.isfinite(there)
    return ends


def recode(
    codes: NDArray[np.unsignedinteger], source: DType, target: DType, words: NDArray[np.unsignedinteger]
) -> bool:
    """Words of a dtype of at most 16 bits → those of another, into ``words``; whether one was beyond what it reaches.

    Looked up: the same as :func:`narrowed` makes of the values, and several times faster.
    """
    table = _table(source, target)
    np.take(table.words, codes, mode="clip", out=words)
    ends = words & words.dtype.type(_END[target]) == _END[target]
    return bool(ends.any()) and bool(table.is_beyond[codes[ends]].any())


def to_bfloat16(values: FloatArray, words: NDArray[np.uint16]) -> None:
    """float32 → the bits of bfloat16, into ``words``. NaN stays NaN."""
    bits = values.view(np.uint32)
    rounded = bits >> 16
    rounded &= 1
    rounded += 0x7FFF
    rounded += bits
    rounded >>= 16
    words[...] = rounded
    is_nan = np.isnan(values)
    if is_nan.any():  # one whose upper bits are zero, or carry over, has become infinite or a number
        words[is_nan] = (bits[is_nan] >> 16) | 0x40


class _Table(NamedTuple):
    words: NDArray[np.unsignedinteger]
    """For each word of the source, that of the target."""
    is_beyond: NDArray[np.bool_]


@cache
def _table(source: DType, target: DType) -> _Table:
    codes = np.arange(1 << source.bits, dtype=f"<u{source.bits // 8}")
    numbers = floats(codes.view(np.uint8), source)
    words = narrowed(numbers, target)
    return _Table(words, _beyond(numbers, words, target))


def _to_eight_bits(values: FloatArray, dtype: DType) -> ByteArray:
    magnitudes = np.abs(values)
    middles = _middles(dtype)
    codes = np.searchsorted(middles, magnitudes.reshape(-1)).reshape(values.shape)
    # In the middle between two values, the one whose last bit is zero.
    is_tie = middles[np.minimum(codes, len(middles) - 1)] == magnitudes
    codes = codes + (is_tie & (codes & 1 == 1))
    if dtype is DType.FLOAT8_E4M3FN:
        codes = np.minimum(codes, 126)
    codes = np.where(np.isnan(values), 127, codes)
    return np.asarray(codes | np.signbit(values) * 128, np.uint8)


@cache
def _middles(dtype: DType) -> FloatArray:
    """What lies in the middle between each number from 0 on and the next; the last is what begins to overflow."""
    numbers = floats(np.arange(128, dtype=np.uint8), dtype).astype(np.float64)
    finite = numbers[np.isfinite(numbers)]
    beyond = 2 * finite[-1] - finite[-2]
    middles: FloatArray = ((finite + np.append(finite[1:], beyond)) / 2).astype(np.float32)
    return middles
