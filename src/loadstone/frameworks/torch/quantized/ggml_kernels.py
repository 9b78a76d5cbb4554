"""Products with, and values of, ggml's blocks in one pass over their bytes, by functions compiled when first needed.

PyTorch has no operation that goes from packed bytes to a product, so each of its passes writes and reads all values
of a few rows again. These keep them in registers. Weights are made in the operations and the order of
:mod:`loadstone.quantization.ggml_blocks`, bit for bit; only the order of a product's sums is another.

Needs llvmlite, and works on the CPU; everything works without, by the module ``ggml_blocks`` beside this one.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from loadstone.frameworks.torch.quantized.llvm_ir import Code, Value, compiled
from loadstone.quantization.ggml_layouts import LAYOUTS, Bits, Integers, Layout
from loadstone.quantization.ggml_types import GgmlType

_WIDTH = 16
"""Values of a vector."""


class _Some(NamedTuple):
    """Sixteen weights that stand in a row: ``codes · scale - minimum``."""

    codes: Value
    """As float32."""
    scale: Value
    minimum: Value | None = None

    def weights(self) -> Value:
        numbers = self.codes * self.scale.repeated(_WIDTH)
        return numbers if self.minimum is None else numbers - self.minimum.repeated(_WIDTH)


def _block(layout: Layout, code: Code) -> Iterator[_Some]:
    """All weights of the block at ``%block``."""
    groups = layout.groups
    scales, minima = _factors(layout, code, layout.scale, 0), None
    if layout.minimum is not None:
        minima = _factors(layout, code, layout.minimum, groups)
        minima = -minima if layout.adds_minimum else minima
    for start in range(0, layout.codes.total, _WIDTH):
        group = start * groups // layout.codes.total
        codes = _integers(code, layout.codes, start, _WIDTH)
        yield _Some(codes, scales[group], None if minima is None else minima[group])


def _factors(layout: Layout, code: Code, offset: int, first: int) -> Value:
    """A float16 as float32, times the factor of each group, of which the first is given: a vector."""
    one = code.load("half", 1, "%block", offset).to("fpext", "float")
    if layout.factors is None:
        return one
    return _integers(code, layout.factors, first, layout.groups) * one[0].repeated(layout.groups)


def _integers(code: Code, integers: Integers, start: int, count: int) -> Value:
    """Some of them, as float32."""
    unpacked = _unpacked(code, integers.low, start, count)
    if integers.high:
        unpacked = unpacked | _unpacked(code, integers.high, start, count) << integers.low_bits
    if integers.subtracted:
        unpacked = unpacked - integers.subtracted
    return unpacked.to("sitofp" if integers.is_signed else "uitofp", "float")


def _unpacked(code: Code, fields: Sequence[Bits], start: int, count: int) -> Value:
    """Some integers of the fields that stand one after the other, as bytes."""
    parts: list[Value] = []
    for bits in fields:
        if bits.chunk == 1:  # the bits of each byte, in their order
            return code.load(f"i{count}", 0, "%block", bits.offset + start // 8).bits()
        for offset, shift in bits.runs():
            # What of this run is asked for: all of it, some, or nothing.
            skipped, end = max(start, 0), min(start + count, bits.chunk)
            if skipped < end:
                packed = code.load("i8", end - skipped, "%block", offset + skipped)
                parts.append(packed >> shift & bits.mask if bits.bits < 8 else packed)
            start -= bits.chunk
    while len(parts) > 1:  # each as long as the next, and as many as a power of two
        parts = [one.joined(other) for one, other in zip(parts[::2], parts[1::2], strict=True)]
    return parts[0]


_SUMS = 4
"""Sums of a row that grow side by side: a processor can begin an addition before the last one is done."""
_VECTOR = f"<{_WIDTH} x float>"
_ARGUMENTS = (ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p)
_TEXT = """
declare {vector} @llvm.fma.v{width}f32({vector}, {vector}, {vector})
declare float @llvm.vector.reduce.fadd.v{width}f32(float, {vector})

define void @walk(ptr %raw, i64 %rows, i64 %blocks, ptr %x, ptr %made) {{
entry:
  br label %row_begin
row_begin:
  %row = phi i64 [ 0, %entry ], [ %row_next, %row_end ]
  %row_block = phi ptr [ %raw, %entry ], [ %block_next, %row_end ]
  %place = phi ptr [ %made, %entry ], [ %place_next, %row_end ]
  br label %block_begin
block_begin:
  %number = phi i64 [ 0, %row_begin ], [ %number_next, %block_begin ]
  %block = phi ptr [ %row_block, %row_begin ], [ %block_next, %block_begin ]
  %x_block = phi ptr [ %x, %row_begin ], [ %x_next, %block_begin ]
  {sums}
  {work}
  %number_next = add i64 %number, 1
  %block_next = getelementptr i8, ptr %block, i64 {block_bytes}
  %x_next = getelementptr i8, ptr %x_block, i64 {x_bytes}
  %is_block = icmp ult i64 %number_next, %blocks
  br i1 %is_block, label %block_begin, label %row_end
row_end:
  {end}
  %row_next = add i64 %row, 1
  %place_next = getelementptr i8, ptr %place, i64 4
  %is_row = icmp ult i64 %row_next, %rows
  br i1 %is_row, label %row_begin, label %done
done:
  ret void
}}
"""
"""All blocks of all rows; ``x`` goes along with the blocks of a row, and begins anew with the next."""


@functools.cache
def product(kind: GgmlType) -> Callable[..., None] | None:
    """``f(raw, rows, blocks of a row, vector, made)``: a float32 number for each row. None where there is no such.

    All but the counts, at least 1 each, are addresses; they may be any.
    """
    layout = LAYOUTS.get(kind.name)
    if layout is None:
        return None
    code, end = Code(), Code("end")
    sums = [Value(code, "float", _WIDTH, f"%sum{number}") for number in range(_SUMS)]
    begin = [f"{accumulator.name} = phi {_VECTOR} [ zeroinitializer, %row_begin ], " for accumulator in sums]
    for number, some in enumerate(_block(layout, code)):
        x, at = code.load("float", _WIDTH, "%x_block", 4 * _WIDTH * number), number % _SUMS
        sums[at] = code.value(
            "float", _WIDTH, f"call {_VECTOR} @llvm.fma.v{_WIDTH}f32({some.weights()}, {x}, {sums[at]})"
        )
    begin = [f"{phi}[ {last.name}, %block_begin ]" for phi, last in zip(begin, sums, strict=True)]
    total = Value(end, "float", _WIDTH, sums[0].name)
    for accumulator in sums[1:]:
        total = total + accumulator
    # In any order: its halves, quarters, and so on are added.
    whole = end.value("float", 0, f"call reassoc float @llvm.vector.reduce.fadd.v{_WIDTH}f32(float 0.0, {total})")
    end.store(whole, "%place", 0)
    return _walk(kind, begin, code.lines, end.lines)


@functools.cache
def numbers(kind: GgmlType) -> Callable[..., None] | None:
    """``f(raw, 1, blocks, made, anything)``: blocks → float32. None where there is no such."""
    layout = LAYOUTS.get(kind.name)
    if layout is None:
        return None
    code = Code()
    for number, some in enumerate(_block(layout, code)):
        code.store(some.weights(), "%x_block", 4 * _WIDTH * number)
    return _walk(kind, (), code.lines, ())


def _walk(kind: GgmlType, sums: Sequence[str], work: Sequence[str], end: Sequence[str]) -> Callable[..., None] | None:
    text = _TEXT.format(
        vector=_VECTOR,
        width=_WIDTH,
        block_bytes=kind.nbytes,
        x_bytes=4 * kind.elements,
        sums="\n  ".join(sums),
        work="\n  ".join(work),
        end="\n  ".join(end),
    )
    return compiled(text, "walk", _ARGUMENTS)
