"""Values of four bits, two in a byte: each byte is looked up once, and both of its values come out together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from loadstone.core.arrays import ByteArray, FloatArray

E2M1 = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6], np.float32)
"""Of each code: two bits of exponent, one of mantissa. Source: OCP Microscaling Formats (MX) Specification 1.0."""

TWOS_COMPLEMENT = np.array([*range(8), *range(-8, 0)], np.float32)


def looked_up(raw: ByteArray, values: FloatArray, *, high_first: bool = False) -> FloatArray:
    """Bytes → float32, twice as many in the last dimension: for each half of a byte what ``values``, 16 float32, has.

    >>> looked_up(np.array([0x21], np.uint8), E2M1).tolist()
    [0.5, 1.0]
    """
    low, high = np.tile(values, 16), np.repeat(values, 16)
    pairs = np.stack((high, low) if high_first else (low, high), axis=-1)
    # One look-up of eight bytes in place of two of four.
    return np.take(pairs.view(np.uint64)[:, 0], raw).view(np.float32)
