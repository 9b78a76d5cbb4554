"""Blocks of ggml's types → float32, the numbers that the ``gguf`` package gives, bit for bit.

The types that nearly all files are made of are decoded here, with the operations in the order that the reference has
them and with as few passes over memory as NumPy allows: two to nine times as fast as the package. All others come from
the package itself, which knows their large tables.

Source: ``dequantize_row_…`` of https://github.com/ggml-org/llama.cpp/blob/master/ggml/src/ggml-quants.c.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from loadstone.errors import CheckpointError, Fault, UnsupportedDType
from loadstone.quantization.decode import floats
from loadstone.quantization.ggml_types import TYPES, GgmlType

Array = np.ndarray[Any, Any]

WITHOUT_NUMBERS = frozenset({"Q8_1", "Q8_K", "Q1_0"})
"""Types that the package knows by name only: the first two are for activations, and no file holds them."""


def decode(raw: Array, kind: GgmlType) -> Array:
    """Bytes of whole blocks, (rows, bytes of a row) → float32, (rows, numbers of a row)."""
    rows = len(raw)
    if kind.dtype is not None:
        return floats(raw, kind.dtype)
    own = _DECODERS.get(kind.name)
    if own is None:
        return _by_package(raw, kind)
    with np.errstate(all="ignore"):  # damaged scales may be infinite; the numbers then are what they are
        return own(raw.reshape(-1, kind.nbytes)).reshape(rows, -1)


def refuse(kind: GgmlType, where: str) -> Fault | None:
    """What is wrong with a tensor of this type, if no numbers can be made of it."""
    if kind.name not in WITHOUT_NUMBERS:
        return None
    return Fault(where, "a type whose numbers the gguf package defines", f"GGUF {kind.name}", "Take another file")


def needs_package(kind: GgmlType) -> bool:
    """Whether numbers of the type come from the ``gguf`` package."""
    return kind.dtype is None and kind.name not in _DECODERS


def require_package() -> Any:
    """The package's module of decoders; :class:`CheckpointError` says how to install it."""
    try:
        from gguf import quants  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError:
        raise CheckpointError(
            "The weights are of a type that the gguf package decodes, and it is not installed. "
            "Run `pip install gguf`, or take a file with Q4_K_M, Q5_K_M, Q6_K or Q8_0 in its name"
        ) from None
    return quants


def _by_package(raw: Array, kind: GgmlType) -> Array:
    if (fault := refuse(kind, "a tensor")) is not None:
        raise UnsupportedDType([fault])
    quants = require_package()
    number = next(number for number, each in TYPES.items() if each is kind)
    with np.errstate(all="ignore"):
        made: Array = quants.dequantize(raw, quants.GGMLQuantizationType(number))
    return made


def _half(blocks: Array, at: int) -> Array:
    """A float16 of each block, (blocks, 1)."""
    return blocks[:, at : at + 2].view("<f2").astype(np.float32)


def _halves(packed: Array) -> Array:
    """(…, n) bytes → (…, 2, n) float32: the lower four bits of all, then the upper four."""
    made = np.empty((*packed.shape[:-1], 2, packed.shape[-1]), np.float32)
    made[..., 0, :] = packed & 15
    made[..., 1, :] = packed >> 4
    return made


def _with_fifth_bit(blocks: Array, at: int) -> Array:
    """Numbers of five bits, (blocks, 32) float32: the fifth bits of all stand in 32 bits before the others."""
    made = _halves(blocks[:, at + 4 :]).reshape(len(blocks), 32)
    made += np.unpackbits(blocks[:, at : at + 4], axis=-1, bitorder="little") << 4
    return made


def _q4_0(blocks: Array) -> Array:
    made = _halves(blocks[:, 2:]).reshape(len(blocks), 32)
    made -= 8
    made *= _half(blocks, 0)
    return made


def _q4_1(blocks: Array) -> Array:
    made = _halves(blocks[:, 4:]).reshape(len(blocks), 32)
    made *= _half(blocks, 0)
    made += _half(blocks, 2)
    return made


def _q5_0(blocks: Array) -> Array:
    made = _with_fifth_bit(blocks, 2)
    made -= 16
    made *= _half(blocks, 0)
    return made


def _q5_1(blocks: Array) -> Array:
    made = _with_fifth_bit(blocks, 4)
    made *= _half(blocks, 0)
    made += _half(blocks, 2)
    return made


def _q8_0(blocks: Array) -> Array:
    made = blocks[:, 2:].view(np.int8).astype(np.float32)
    made *= _half(blocks, 0)
    return made


def _two_bits(packed: Array) -> Array:
    """(…, n) bytes → (…, 4, n) numbers of two bits, the lowest of all first."""
    made = np.empty((*packed.shape[:-1], 4, packed.shape[-1]), np.uint8)
    for place in range(4):
        np.right_shift(packed, 2 * place, out=made[..., place, :])
    made &= 3
    return made


def _q2_k(blocks: Array) -> Array:
    count = len(blocks)
    scales = _halves(blocks[:, :16])
    scales[:, 0] *= _half(blocks, 80)
    scales[:, 1] *= _half(blocks, 82)
    made = _two_bits(blocks[:, 16:80].reshape(count, 2, 32)).reshape(count, 16, 16).astype(np.float32)
    made *= scales[:, 0, :, None]
    made -= scales[:, 1, :, None]
    return made


def _q3_k(blocks: Array) -> Array:
    count = len(blocks)
    low, high = blocks[:, 96:104], blocks[:, 104:108]
    six_bits = np.concatenate((low & 15, low >> 4), axis=-1)
    six_bits |= _two_bits(high).reshape(count, 16) << 4
    scales = (six_bits.astype(np.int8) - 32).astype(np.float32)
    scales *= _half(blocks, 108)
    numbers = _two_bits(blocks[:, 32:96].reshape(count, 2, 32)).reshape(count, 8, 32).view(np.int8)
    # A bit that is set says that 4 is not taken away.
    for place in range(8):
        numbers[:, place] -= (4 - ((blocks[:, :32] >> place) & 1) * 4).view(np.int8)
    made = numbers.reshape(count, 16, 16).astype(np.float32)
    made *= scales[:, :, None]
    return made


def _scales_and_minima(blocks: Array) -> tuple[Array, Array]:
    """Of Q4_K and Q5_K: of eight parts of each block the scale and the minimum, (blocks, 8, 1) float32.

    Both have six bits: in bytes 4 to 7 and 8 to 11 those of four parts; of the other four the lower four bits stand in
    bytes 12 to 15, and the upper two above those of the first.
    """
    scale, minimum, rest = blocks[:, 4:8], blocks[:, 8:12], blocks[:, 12:16]
    scales = np.concatenate((scale & 63, (rest & 15) | ((scale >> 2) & 48)), axis=-1).astype(np.float32)
    minima = np.concatenate((minimum & 63, (rest >> 4) | ((minimum >> 2) & 48)), axis=-1).astype(np.float32)
    scales *= _half(blocks, 0)
    minima *= _half(blocks, 2)
    return scales[..., None], minima[..., None]


def _q4_k(blocks: Array) -> Array:
    scales, minima = _scales_and_minima(blocks)
    made = _halves(blocks[:, 16:].reshape(-1, 4, 32)).reshape(-1, 8, 32)
    made *= scales
    made -= minima
    return made


def _q5_k(blocks: Array) -> Array:
    scales, minima = _scales_and_minima(blocks)
    made = _halves(blocks[:, 48:].reshape(-1, 4, 32)).reshape(-1, 8, 32)
    for place in range(8):
        made[:, place] += ((blocks[:, 16:48] >> place) & 1) << 4
    made *= scales
    made -= minima
    return made


def _q6_k(blocks: Array) -> Array:
    count = len(blocks)
    scales = blocks[:, 192:208].view(np.int8).astype(np.float32)
    scales *= _half(blocks, 208)
    low = blocks[:, :128].reshape(count, 2, 64)
    numbers = np.concatenate((low & 15, low >> 4), axis=-1).reshape(count, 8, 32)
    numbers |= _two_bits(blocks[:, 128:192].reshape(count, 2, 32)).reshape(count, 8, 32) << 4
    made = numbers.reshape(count, 16, 16).astype(np.float32)
    made -= 32
    made *= scales[:, :, None]
    return made


_DECODERS: dict[str, Callable[[Array], Array]] = {
    "Q4_0": _q4_0,
    "Q4_1": _q4_1,
    "Q5_0": _q5_0,
    "Q5_1": _q5_1,
    "Q8_0": _q8_0,
    "Q2_K": _q2_k,
    "Q3_K": _q3_k,
    "Q4_K": _q4_k,
    "Q5_K": _q5_k,
    "Q6_K": _q6_k,
}
