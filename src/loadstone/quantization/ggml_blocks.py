"""Blocks of ggml's types → float32, the values that the ``gguf`` package gives, bit for bit.

The types that nearly all files are made of are decoded here, as :mod:`loadstone.quantization.ggml_layouts` describes
them, with the operations in the order that the reference has them and with as few passes over memory as NumPy allows:
two to nine times as fast as the package. All others come from the package itself, which knows their large tables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from loadstone.errors import CheckpointError, Fault, UnsupportedDType
from loadstone.quantization.decode import floats
from loadstone.quantization.ggml_layouts import LAYOUTS, Bits, Integers, Layout
from loadstone.quantization.ggml_types import NUMBERS, GgmlType

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loadstone.core.arrays import ByteArray, FloatArray

    Words = NDArray[np.unsignedinteger]

WITHOUT_NUMBERS = frozenset({"Q8_1", "Q8_K", "Q1_0"})
"""Types that the package knows by name only: the first two are for activations, and no file holds them."""


def decode(raw: ByteArray, kind: GgmlType) -> FloatArray:
    """Bytes of whole blocks, (rows, bytes of a row) → float32, (rows, values of a row)."""
    rows = len(raw)
    if kind.dtype is not None:
        return floats(raw, kind.dtype)
    layout = LAYOUTS.get(kind.name)
    if layout is None:
        return _by_package(raw, kind)
    with np.errstate(all="ignore"):  # damaged scales may be infinite; the values then are what they are
        return _decode_blocks(raw.reshape(-1, kind.nbytes), layout).reshape(rows, -1)


def refuse(kind: GgmlType, where: str) -> Fault | None:
    """What is wrong with a tensor of this type, if no values can be made of it."""
    if kind.name not in WITHOUT_NUMBERS:
        return None
    return Fault(where, "a type that the gguf package can decode", f"GGUF {kind.name}", "Take another file")


def needs_package(kind: GgmlType) -> bool:
    """Whether values of the type come from the ``gguf`` package."""
    return kind.dtype is None and kind.name not in LAYOUTS


def require_package() -> ModuleType:
    """The package's module of decoders; :class:`CheckpointError` says how to install it."""
    try:
        from gguf import quants  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError:
        raise CheckpointError(
            "The weights are of a type that the gguf package decodes, and it is not installed. "
            "Run `pip install gguf`, or take a file with Q4_K_M, Q5_K_M, Q6_K or Q8_0 in its name"
        ) from None
    return quants


def _by_package(raw: ByteArray, kind: GgmlType) -> FloatArray:
    if (fault := refuse(kind, "a tensor")) is not None:
        raise UnsupportedDType([fault])
    quants = require_package()
    with np.errstate(all="ignore"):
        values: FloatArray = quants.dequantize(raw, quants.GGMLQuantizationType(NUMBERS[kind.name]))
    return values


def _decode_blocks(blocks: ByteArray, layout: Layout) -> FloatArray:
    """(blocks, bytes of one) → float32, (blocks, weights of one)."""
    scales = halves(blocks, layout.scale)
    minima = None if layout.minimum is None else halves(blocks, layout.minimum)
    if layout.factors is not None:
        factors = integers(blocks, layout.factors).astype(np.float32)
        scales = factors[:, : layout.groups] * scales
        minima = None if minima is None else factors[:, layout.groups :] * minima
    weights = integers(blocks, layout.codes).astype(np.float32)
    grouped = weights.reshape(len(blocks), layout.groups, -1)
    grouped *= scales[..., None]
    if minima is not None and layout.adds_minimum:
        grouped += minima[..., None]
    elif minima is not None:
        grouped -= minima[..., None]
    return weights


def halves(blocks: ByteArray, offset: int) -> FloatArray:
    """A float16 of each block, (blocks, 1) float32."""
    return blocks[:, offset : offset + 2].view("<f2").astype(np.float32)


def integers(blocks: ByteArray, stored: Integers) -> NDArray[np.uint8 | np.int8]:
    """Those of each block, (blocks, count) of uint8, or of int8 where they are signed; perhaps a view."""
    if stored.low_bits == 8:
        (bits,) = stored.low
        return blocks[:, bits.offset : bits.offset + bits.nbytes].view(np.int8)
    unpacked = _unpacked(blocks, stored.low, 0)
    if stored.high:
        unpacked |= _unpacked(blocks, stored.high, stored.low_bits)
    if stored.subtracted:
        unpacked -= np.uint8(stored.subtracted)
    return unpacked.view(np.int8) if stored.is_signed else unpacked


def _unpacked(blocks: ByteArray, fields: Sequence[Bits], up: int) -> ByteArray:
    """The integers of some fields, one after the other, each moved ``up`` by so many bits: (blocks, count) of uint8."""
    unpacked = np.empty((len(blocks), sum(bits.total for bits in fields)), np.uint8)
    place = 0
    for bits in fields:
        packed = blocks[:, bits.offset : bits.offset + bits.nbytes]
        to = unpacked[:, place : place + bits.total]
        place += bits.total
        if bits.chunk == 1:  # the bits of each byte, in their order
            np.left_shift(np.unpackbits(packed, axis=-1, bitorder="little"), up, out=to)
            continue
        steps = _steps(bits, up)
        # A run is moved as one item: rows of so few bytes would each be a loop of their own.
        runs = to.view(steps.run).reshape(len(blocks), -1, len(steps.shifts))
        words = np.ascontiguousarray(packed.view(steps.run)).view(steps.word)
        for index, (shift, by) in enumerate(steps.shifts):
            shifted = words if shift is None else shift(words, by)
            runs[..., index] = (shifted & steps.mask).view(steps.run).reshape(runs.shape[:-1])
    return unpacked


class _Steps(NamedTuple):
    """How the integers of a field are made, as many at once as a word has bytes."""

    word: np.dtype[np.unsignedinteger]
    run: np.dtype[np.unsignedinteger | np.void]
    """The bytes of a chunk."""
    mask: np.unsignedinteger
    """Of ``word``: what belongs to the integers, once they are shifted."""
    shifts: tuple[tuple[Callable[[Words, np.unsignedinteger], Words] | None, np.unsignedinteger], ...]
    """Of each run of a chunk: an operation, if one is needed, and by how many bits, of ``word``."""


@cache
def _steps(bits: Bits, up: int) -> _Steps:
    word = np.dtype(f"u{min(bits.chunk, 8)}")
    mask = word.type(int.from_bytes(bytes([bits.mask << up]) * word.itemsize, "little"))
    shifts = tuple(
        (np.right_shift if shift > up else np.left_shift if shift < up else None, word.type(abs(shift - up)))
        for shift in bits.shifts
    )
    return _Steps(word, np.dtype(f"V{bits.chunk}") if bits.chunk > 8 else word, mask, shifts)
