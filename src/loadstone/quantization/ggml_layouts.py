"""What ggml's blocks hold, and where: the one description that every reader of blocks follows.

A weight of a block is ``code · scale - minimum``, in float32. Scales and minima are float16 values; in the types with
"K" in their names these are multiplied, in float32, by small integers of which each group of weights has its own.

Source: the ``block_…`` structs and ``dequantize_row_…`` of https://github.com/ggml-org/llama.cpp
(``ggml/src/ggml-common.h``, ``ggml/src/ggml-quants.c``), as of ``gguf`` 0.19.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple


class Bits(NamedTuple):
    """Unsigned integers of ``bits`` bits each.

    Their bytes are cut into chunks. A chunk gives one run of integers for each shift: first the integers at the lowest
    shift of all its bytes, then those at the next. ``Bits(4, 16, 128, chunk=32)`` are 256 integers of four bits in 128
    bytes from byte 16 on: the lower halves of 32 bytes, the upper halves of the same, and so on.
    """

    bits: int
    """1, 2, 4 or 8."""
    offset: int
    """Of the first byte in the block."""
    nbytes: int
    chunk: int
    """Bytes of a chunk, and integers of a run."""
    only: tuple[int, ...] = ()
    """The shifts, where they are not all that a byte has room for: some that follow one another."""

    @property
    def shifts(self) -> tuple[int, ...]:
        """By how many bits the integers of each run lie above the lowest bit of their bytes."""
        return self.only or tuple(range(0, 8, self.bits))

    @property
    def mask(self) -> int:
        """The bits of one integer."""
        return (1 << self.bits) - 1

    @property
    def total(self) -> int:
        """How many integers there are."""
        return self.nbytes * len(self.shifts)

    def runs(self) -> Iterator[tuple[int, int]]:
        """Of each run, in order, the offset of its first byte and its shift."""
        for offset in range(self.offset, self.offset + self.nbytes, self.chunk):
            for shift in self.shifts:
                yield offset, shift


class Integers(NamedTuple):
    """Integers of at most eight bits: ``low | high << (bits of low)``, less ``subtracted``."""

    low: tuple[Bits, ...]
    """One after the other; all of the same bits."""
    high: tuple[Bits, ...] = ()
    """As many, or none."""
    subtracted: int = 0

    @property
    def low_bits(self) -> int:
        """Of each integer, the bits that ``low`` has."""
        return self.low[0].bits

    @property
    def is_signed(self) -> bool:
        """Whether they are int8 in the end: something is subtracted, or all eight bits are stored."""
        return self.subtracted > 0 or self.low_bits == 8

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(bits.total for bits in self.low)


class Layout(NamedTuple):
    """One type's block."""

    codes: Integers
    scale: int
    """Offset of a float16."""
    minimum: int | None = None
    """Offset of a float16."""
    factors: Integers | None = None
    """One for each group's scale, then, where there is a ``minimum``, one for each group's minimum."""
    groups: int = 1
    """The weights of a block are cut into so many groups, each with a scale and a minimum."""
    adds_minimum: bool = False
    """Whether ``minimum`` is stored as what is added."""


_Q4_K_FACTORS = Integers(
    low=(Bits(4, 4, 4, 4, (0,)), Bits(4, 12, 4, 4, (0,)), Bits(4, 8, 4, 4, (0,)), Bits(4, 12, 4, 4, (4,))),
    high=(Bits(2, 4, 8, 4, (4, 6)),),
)
"""Of Q4_K and Q5_K: eight scales and eight minima of six bits each. Those of the first four groups lie in the lower six
bits of bytes 4 to 7 and 8 to 11. Of the others the lower four bits lie in bytes 12 to 15, the scales' in the lower
halves, and the upper two bits above those of the first."""

LAYOUTS: Mapping[str, Layout] = {
    "Q4_0": Layout(Integers((Bits(4, 2, 16, 16),), subtracted=8), scale=0),
    "Q4_1": Layout(Integers((Bits(4, 4, 16, 16),)), scale=0, minimum=2, adds_minimum=True),
    "Q5_0": Layout(Integers((Bits(4, 6, 16, 16),), (Bits(1, 2, 4, 1),), subtracted=16), scale=0),
    "Q5_1": Layout(Integers((Bits(4, 8, 16, 16),), (Bits(1, 4, 4, 1),)), scale=0, minimum=2, adds_minimum=True),
    "Q8_0": Layout(Integers((Bits(8, 2, 32, 32),)), scale=0),
    "Q2_K": Layout(
        Integers((Bits(2, 16, 64, 32),)), scale=80, minimum=82, factors=Integers((Bits(4, 0, 16, 16),)), groups=16
    ),
    "Q3_K": Layout(
        Integers((Bits(2, 32, 64, 32),), (Bits(1, 0, 32, 32),), subtracted=4),
        scale=108,
        factors=Integers((Bits(4, 96, 8, 8),), (Bits(2, 104, 4, 4),), subtracted=32),
        groups=16,
    ),
    "Q4_K": Layout(Integers((Bits(4, 16, 128, 32),)), scale=0, minimum=2, factors=_Q4_K_FACTORS, groups=8),
    "Q5_K": Layout(
        Integers((Bits(4, 48, 128, 32),), (Bits(1, 16, 32, 32),)), scale=0, minimum=2, factors=_Q4_K_FACTORS, groups=8
    ),
    "Q6_K": Layout(
        Integers((Bits(4, 0, 128, 64),), (Bits(2, 128, 64, 32),), subtracted=32),
        scale=208,
        factors=Integers((Bits(8, 192, 16, 16),)),
        groups=16,
    ),
}
"""Name of the type → its block. Types that are missing here have tables of values, or are rare."""
