"""Products with, and numbers of, ggml's blocks in one pass over their bytes, by functions compiled when first needed.

PyTorch has no operation that goes from packed bytes to a product, so each of its passes writes and reads all numbers
of a few rows again. These keep them in registers. Weights are made in the operations and the order of
:mod:`loadstone.quantization.ggml_blocks`, bit for bit; only the order of a product's sums is another.

Needs llvmlite, and works on the CPU; everything works without, by the module ``ggml_blocks`` beside this one.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from loadstone.frameworks.torch.quantized.llvm_ir import Code, Value, compiled
from loadstone.quantization.ggml_types import GgmlType

_WIDTH = 16
"""Numbers of a vector."""


class _Block(NamedTuple):
    """A block whose bytes the code reads."""

    code: Code
    pointer: str

    def bytes(self, at: int, count: int) -> Value:
        return self.code.load("i8", count, self.pointer, at)

    def floats(self, at: int, count: int) -> Value:
        """Float16 numbers, as float32."""
        return self.code.load("half", count, self.pointer, at).to("fpext", "float")

    def bits(self, at: int) -> Value:
        """32 bits, as bytes of 0 and 1."""
        return self.code.load("i32", 0, self.pointer, at).bits()


class _Some(NamedTuple):
    """Sixteen weights that stand in a row: ``codes · scale - minimum``."""

    codes: Value
    scale: Value
    minimum: Value | None = None
    signed: bool = False

    def weights(self) -> Value:
        numbers = self.codes.to("sitofp" if self.signed else "uitofp", "float") * self.scale.repeated(_WIDTH)
        return numbers if self.minimum is None else numbers - self.minimum.repeated(_WIDTH)


def _halves(packed: Value) -> tuple[Value, Value]:
    return packed & 15, packed >> 4


def _q4_0(block: _Block) -> Iterator[_Some]:
    scale = block.floats(0, 1)[0]
    for codes in _halves(block.bytes(2, 16)):
        yield _Some(codes - 8, scale, signed=True)


def _q4_1(block: _Block) -> Iterator[_Some]:
    both = block.floats(0, 2)
    for codes in _halves(block.bytes(4, 16)):
        yield _Some(codes, both[0], -both[1])


def _q5_0(block: _Block) -> Iterator[_Some]:
    scale, fifth = block.floats(0, 1)[0], block.bits(2) << 4
    for half, codes in enumerate(_halves(block.bytes(6, 16))):
        yield _Some((codes | fifth.part(16 * half, 16)) - 16, scale, signed=True)


def _q5_1(block: _Block) -> Iterator[_Some]:
    both, fifth = block.floats(0, 2), block.bits(4) << 4
    for half, codes in enumerate(_halves(block.bytes(8, 16))):
        yield _Some(codes | fifth.part(16 * half, 16), both[0], -both[1])


def _q8_0(block: _Block) -> Iterator[_Some]:
    scale = block.floats(0, 1)[0]
    for half in range(2):
        yield _Some(block.bytes(2 + 16 * half, 16), scale, signed=True)


def _q2_k(block: _Block) -> Iterator[_Some]:
    both, packed = block.floats(80, 2), block.bytes(0, 16)
    scales = (packed & 15).to("uitofp", "float") * both[0].repeated(16)
    minima = (packed >> 4).to("uitofp", "float") * both[1].repeated(16)
    for group in range(16):
        half, part, which = group // 8, group // 2 % 4, group % 2
        codes = block.bytes(16 + 32 * half + 16 * which, 16) >> 2 * part & 3
        yield _Some(codes, scales[group], minima[group])


def _q3_k(block: _Block) -> Iterator[_Some]:
    low, high = block.bytes(96, 8), block.bytes(104, 4)
    fours = (low & 15).joined(low >> 4)
    twos = (high & 3).joined(high >> 2 & 3).joined((high >> 4 & 3).joined(high >> 6))
    scales = ((fours | twos << 4) - 32).to("sitofp", "float") * block.floats(108, 1)[0].repeated(16)
    for group in range(16):
        half, part, which = group // 8, group // 2 % 4, group % 2
        codes = block.bytes(32 + 32 * half + 16 * which, 16) >> 2 * part & 3
        # A bit that is set says that 4 is not taken away.
        third = block.bytes(16 * which, 16) >> 4 * half + part & 1
        yield _Some((codes | third << 2) - 4, scales[group], signed=True)


def _scales_and_minima(block: _Block) -> tuple[Value, Value]:
    """Of Q4_K and Q5_K: of eight parts of each block the scale and the minimum, six bits each."""
    scale, minimum, rest, both = block.bytes(4, 4), block.bytes(8, 4), block.bytes(12, 4), block.floats(0, 2)
    scales = (scale & 63).joined(rest & 15 | scale >> 2 & 48)
    minima = (minimum & 63).joined(rest >> 4 | minimum >> 2 & 48)
    return (
        scales.to("uitofp", "float") * both[0].repeated(8),
        minima.to("uitofp", "float") * both[1].repeated(8),
    )


def _q4_k(block: _Block) -> Iterator[_Some]:
    scales, minima = _scales_and_minima(block)
    for part in range(8):
        for which in range(2):
            packed = block.bytes(16 + 32 * (part // 2) + 16 * which, 16)
            yield _Some(_halves(packed)[part % 2], scales[part], minima[part])


def _q5_k(block: _Block) -> Iterator[_Some]:
    scales, minima = _scales_and_minima(block)
    for part in range(8):
        for which in range(2):
            packed = block.bytes(48 + 32 * (part // 2) + 16 * which, 16)
            fifth = (block.bytes(16 + 16 * which, 16) >> part & 1) << 4
            yield _Some(_halves(packed)[part % 2] | fifth, scales[part], minima[part])


def _q6_k(block: _Block) -> Iterator[_Some]:
    scales = block.bytes(192, 16).to("sitofp", "float") * block.floats(208, 1)[0].repeated(16)
    for group in range(16):
        half, part, which = group // 8, group // 2 % 4, group % 2
        packed = block.bytes(64 * half + 32 * (part % 2) + 16 * which, 16)
        two = block.bytes(128 + 32 * half + 16 * which, 16) >> 2 * part & 3
        yield _Some((_halves(packed)[part // 2] | two << 4) - 32, scales[group], signed=True)


_READERS: dict[str, Callable[[_Block], Iterator[_Some]]] = {
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
def product(kind: GgmlType) -> Any:
    """``f(raw, rows, blocks of a row, vector, made)``: a float32 number for each row. None where there is no such.

    All but the counts, at least 1 each, are addresses; they may be any.
    """
    reader = _READERS.get(kind.name)
    if reader is None:
        return None
    code, end = Code(), Code("end")
    sums = [Value(code, "float", _WIDTH, f"%sum{number}") for number in range(_SUMS)]
    begin = [f"{each.name} = phi {_VECTOR} [ zeroinitializer, %row_begin ], " for each in sums]
    for number, some in enumerate(reader(_Block(code, "%block"))):
        x, at = code.load("float", _WIDTH, "%x_block", 4 * _WIDTH * number), number % _SUMS
        sums[at] = code.value(
            "float", _WIDTH, f"call {_VECTOR} @llvm.fma.v{_WIDTH}f32({some.weights()}, {x}, {sums[at]})"
        )
    begin = [f"{each}[ {last.name}, %block_begin ]" for each, last in zip(begin, sums, strict=True)]
    total = Value(end, "float", _WIDTH, sums[0].name)
    for each in sums[1:]:
        total = total + each
    # In any order: its halves, quarters, and so on are added.
    whole = end.value("float", 0, f"call reassoc float @llvm.vector.reduce.fadd.v{_WIDTH}f32(float 0.0, {total})")
    end.store(whole, "%place", 0)
    return _walk(kind, begin, code.lines, end.lines)


@functools.cache
def numbers(kind: GgmlType) -> Any:
    """``f(raw, 1, blocks, made, anything)``: blocks → float32. None where there is no such."""
    reader = _READERS.get(kind.name)
    if reader is None:
        return None
    code = Code()
    for number, some in enumerate(reader(_Block(code, "%block"))):
        code.store(some.weights(), "%x_block", 4 * _WIDTH * number)
    return _walk(kind, (), code.lines, ())


def _walk(kind: GgmlType, sums: Sequence[str], work: Sequence[str], end: Sequence[str]) -> Any:
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
