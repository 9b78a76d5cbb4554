"""Values of 1 to 8 bits that lie one after the other, the lowest bits of each byte first → float32, by look-up."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from loadstone.core.arrays import ByteArray, FloatArray


class Code(NamedTuple):
    """What a few bits stand for."""

    bits: int
    meaning: str = "unsigned"
    """``"unsigned"``; ``"offset"``, the number and half of all codes; ``"float"``, E2M1 of 4 or E2M3 of 6 bits."""

    def words(self, count: int) -> int:
        """32-bit words that ``count`` values take.

        >>> Code(3).words(32), Code(4).words(9)
        (3, 2)
        """
        return -(-count * self.bits // 32)


def decoded(raw: ByteArray, code: Code, count: int) -> FloatArray:
    """Bytes (…, n) → (…, ``count``) float32, memory of its own; ``count`` values lie in those bytes."""
    if 8 % code.bits == 0:
        # One look-up a byte gives all of its values.
        numbers = np.take(_in_byte(code), raw, axis=0).reshape(*raw.shape[:-1], -1)
        return numbers if numbers.shape[-1] == count else np.ascontiguousarray(numbers[..., :count])
    eights = -(-count // 8)  # eight values are as many bytes as each has bits
    nbytes = min(raw.shape[-1], eights * code.bits)
    padded = np.zeros((*raw.shape[:-1], eights * code.bits), np.uint8)
    padded[..., :nbytes] = raw[..., :nbytes]
    wide = np.zeros((*raw.shape[:-1], eights, 8), np.uint8)
    wide[..., : code.bits] = padded.reshape(*raw.shape[:-1], eights, code.bits)
    shifts = np.arange(8, dtype=np.uint64) * np.uint64(code.bits)
    codes = (wide.view("<u8") >> shifts) & np.uint64((1 << code.bits) - 1)
    numbers = np.take(values(code), codes.astype(np.intp)).reshape(*raw.shape[:-1], -1)
    return np.ascontiguousarray(numbers[..., :count])


@cache
def values(code: Code) -> FloatArray:
    """The number of every code, as float32.

    Source of the floats: OCP Microscaling Formats (MX) Specification 1.0, tables 3 and 5; their exponents' bias is 1.
    """
    codes = np.arange(1 << code.bits, dtype=np.int32)
    if code.meaning == "offset":
        codes -= 1 << (code.bits - 1)
    if code.meaning != "float":
        return codes.astype(np.float32)
    mantissa_bits = {4: 1, 6: 3}[code.bits]
    magnitude = codes & ((1 << (code.bits - 1)) - 1)
    exponent, mantissa = magnitude >> mantissa_bits, magnitude & ((1 << mantissa_bits) - 1)
    significand = mantissa + (exponent > 0) * (1 << mantissa_bits)
    numbers = np.ldexp(significand.astype(np.float32), np.maximum(exponent, 1) - 1 - mantissa_bits)
    signed: FloatArray = np.where(codes >> (code.bits - 1) == 0, numbers, -numbers)
    return signed.astype(np.float32)


@cache
def _in_byte(code: Code) -> FloatArray:
    """All values of every byte, in order: (256, 8 / bits)."""
    shifts = np.arange(0, 8, code.bits)
    codes = (np.arange(256)[:, None] >> shifts) & ((1 << code.bits) - 1)
    return np.ascontiguousarray(values(code)[codes])
