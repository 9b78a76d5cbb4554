"""float32 → blocks of ggml's types, the way back from :mod:`loadstone.quantization.ggml_blocks`.

The bytes are those of llama.cpp and of the ``gguf`` package. Q8_0, which most files are made of, is encoded here; the
other types that the package can encode come from it. It has no way to make the types with "K" or "IQ" in their names:
llama.cpp's ``llama-quantize`` makes these, of a file in float16 or bfloat16.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loadstone.errors import CheckpointError
from loadstone.quantization.encode import narrowed
from loadstone.quantization.ggml_types import ENCODED, NUMBERS, TYPES, GgmlType

if TYPE_CHECKING:
    from loadstone.core.arrays import ByteArray, FloatArray

_HERE = ENCODED[:4]
_BLOCK = TYPES[NUMBERS["Q8_0"]]
_AT_ONCE = 1 << 16
"""Values: what is needed in between stays in the processor's caches."""


def require_encoder(kind: GgmlType) -> None:
    """:class:`CheckpointError` that says what to install, if the type needs a package that is not there."""
    if kind.name in _HERE:
        return
    try:
        import gguf  # type: ignore[import-not-found, import-untyped, unused-ignore]  # noqa: F401
    except ImportError:
        raise CheckpointError(
            f"{kind.name} is encoded by the gguf package, which is not installed. Run `pip install gguf`, or take one "
            f"of {', '.join(_HERE)}"
        ) from None


def encode(values: FloatArray, kind: GgmlType) -> ByteArray:
    """float32, (rows, values of a row) → bytes of blocks, (rows, bytes of a row), of a type in :data:`ENCODED`."""
    rows, width = values.shape
    if kind.dtype is not None:
        return narrowed(values, kind.dtype).view(np.uint8).reshape(rows, -1)
    encoded = np.empty((rows, width // kind.elements * kind.nbytes), np.uint8)
    step = max(_AT_ONCE // max(width, 1), 1)
    for first in range(0, rows, step):
        part = values[first : first + step]
        encoded[first : first + step] = _q8_0(part) if kind.name == "Q8_0" else _by_package(part, kind)
    return encoded


def _by_package(values: FloatArray, kind: GgmlType) -> ByteArray:
    from gguf import GGMLQuantizationType, quants

    number = GGMLQuantizationType(NUMBERS[kind.name])
    with np.errstate(all="ignore"):
        encoded: ByteArray = quants.quantize(np.ascontiguousarray(values), number)
    return encoded


def _q8_0(values: FloatArray) -> ByteArray:
    """As llama.cpp: 32 numbers as a float16 scale and int8 codes, rounded to nearest, ties away from 0."""
    blocks = values.reshape(-1, _BLOCK.elements)
    largest = np.abs(blocks)
    while largest.shape[1] > 1:  # NumPy takes the largest of so few numbers one by one
        half = largest.shape[1] // 2
        largest = np.maximum(largest[:, :half], largest[:, half:])
    with np.errstate(all="ignore"):  # what is no number, or too large for float16, becomes what it becomes there
        scales = largest / np.float32(127)
        inverses = np.where(scales == 0, np.float32(0), np.float32(1) / scales)
        halves = (blocks * (inverses * np.float32(2))).astype(np.int16)
        halves += halves >= 0
        halves >>= 1
        encoded = np.empty((len(blocks), _BLOCK.nbytes), np.uint8)
        encoded[:, :2] = scales.astype("<f2").view(np.uint8)
        encoded[:, 2:].view(np.int8)[...] = halves
    return encoded.reshape(len(values), -1)
