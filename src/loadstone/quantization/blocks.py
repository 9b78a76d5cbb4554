"""Values of a few bits in boxes of one size, each of which has a scale, and perhaps a number to take away or to add.

A box may be a row, a part of a row, a tile, a whole matrix. The scales of all boxes lie in the boxes' order, or
turned, or in the tiles that some graphics processors read.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from loadstone.core.slices import Box
from loadstone.core.tensors import DType, StoredTensor
from loadstone.quantization.contents import lies_in_rows
from loadstone.quantization.decode import floats
from loadstone.quantization.nibbles import E2M1, TWOS_COMPLEMENT, looked_up
from loadstone.quantization.problems import Problems
from loadstone.quantization.row_boxes import in_boxes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loadstone.core.arrays import ByteArray, FloatArray

IN_ORDER, TURNED, TILED = "in order", "turned", "tiled"
_HALVES = {"int4": TWOS_COMPLEMENT, "fp4": E2M1}


@dataclass(frozen=True)
class Blocks:
    """value = (code − ``zero``) × scale, or code × scale + ``zero`` where that ``is_added``.

    ``halves``: what two codes in a byte are, ``"int4"`` or ``"fp4"``; empty where a code is an element of ``codes``.
    ``scales`` has one number for each box: row-major (:data:`IN_ORDER`); with the last two dimensions exchanged
    (:data:`TURNED`), as ``zero`` then is too; or in tiles of 128 × 4 of 8 bits each (:data:`TILED`,
    https://docs.nvidia.com/cuda/cublas/index.html#d-block-scaling-factors-layout). ``over`` scales all scales.
    """

    codes: StoredTensor
    scales: StoredTensor
    zero: StoredTensor | None
    over: StoredTensor | None
    shape: tuple[int, ...]
    box: tuple[int, ...]
    kind: str
    halves: str = ""
    layout: str = IN_ORDER
    is_added: bool = False

    @property
    def parts(self) -> tuple[StoredTensor, ...]:
        return tuple(part for part in (self.codes, self.scales, self.zero, self.over) if part is not None)

    @property
    def rows(self) -> int:
        return math.prod(self.shape[:-1])

    @property
    def step(self) -> int:
        return 1

    def decode(self, first: int, rows: ByteArray, others: Sequence[ByteArray]) -> Iterable[tuple[Box, FloatArray]]:
        numbers = looked_up(rows, _HALVES[self.halves]) if self.halves else floats(rows, self.codes.dtype)
        boxes = self._boxes(first, len(rows))
        scales = self._of(self.scales, others[0], boxes)
        if self.over is not None:
            over = floats(others[-1], self.over.dtype)
            scales = scales * over[np.arange(first, first + len(rows)) // (self.rows // len(over)), None]
        zero = None if self.zero is None else self._of(self.zero, others[1], boxes)[..., None]
        in_groups = numbers.reshape(len(rows), -1, self.box[-1])
        if zero is not None and not self.is_added:
            in_groups -= zero
        in_groups *= scales[..., None]
        if zero is not None and self.is_added:
            in_groups += zero
        yield from in_boxes(self.shape, first, numbers)

    def _boxes(self, first: int, count: int) -> NDArray[np.intp]:
        """For some rows of the tensor, the row of boxes in which each lies."""
        places = np.unravel_index(np.arange(first, first + count), self.shape[:-1])
        inside = tuple(place // size for place, size in zip(places, self.box[:-1], strict=True))
        return np.ravel_multi_index(inside, counts(self.shape, self.box)[:-1])

    def _of(self, part: StoredTensor, raw: ByteArray, boxes: NDArray[np.intp]) -> FloatArray:
        """Values of some rows of boxes, as float32 (rows, boxes in a row)."""
        *_, down, across = counts(self.shape, self.box)
        size = part.dtype.bits // 8
        if self.layout == TURNED:
            outer, inner = np.divmod(boxes, down)
            taken = raw.reshape(-1, across, down, size)[outer, :, inner]
        elif self.layout == TILED:
            row, column = boxes[:, None], np.arange(across)[None]
            tile = row // 128 * -(-across // 4) + column // 4
            taken = raw[((tile * 32 + row % 32) * 4 + row % 128 // 32) * 4 + column % 4]
        else:
            taken = raw.reshape(-1, across * size)[boxes]
        return floats(np.ascontiguousarray(taken).reshape(len(boxes), across * size), part.dtype)


def counts(shape: tuple[int, ...], box: tuple[int, ...]) -> tuple[int, ...]:
    """How many boxes there are in each dimension."""
    return tuple(size // part for size, part in zip(shape, box, strict=True))


def blocks(packing: Blocks, name: str, dtype: DType, problems: Problems) -> StoredTensor | None:
    """The tensor that codes and scales make; None, and problems, where they do not belong together."""
    shape, box, codes = packing.shape, packing.box, packing.codes
    before = len(problems)
    for part in packing.parts:
        if not lies_in_rows(part):
            problems.add(part, "contiguous row-major values", f"{part.dtype}, shape {part.shape}")
    if len(shape) < 2 or len(box) != len(shape) or any(size % part for size, part in zip(shape, box, strict=False)):
        problems.add(codes, f"a shape in whole blocks of {box}", f"shape {shape}")
    elif packing.halves and shape[-1] % 2:
        problems.add(codes, "whole bytes in each row", f"shape {shape}")
    elif codes.nbytes * (2 if packing.halves else 1) != math.prod(shape):
        problems.add(codes, f"the bytes of shape {shape}", f"{codes.nbytes} bytes")
    if len(problems) > before:
        return None
    grid = counts(shape, box)
    for number in (packing.scales, packing.zero):
        if number is not None and not _fits(number, packing.layout, grid):
            expected = f"{math.prod(grid)} values, one for each of {' × '.join(map(str, grid))} blocks of {box}"
            problems.add(number, expected, f"{number.dtype}, shape {number.shape} for {name} of shape {shape}")
    over = packing.over
    if over is not None and (math.prod(over.shape) not in (1, shape[0]) or not over.dtype.is_floating):
        problems.add(over, f"1 or {shape[0]} scales", f"{over.dtype}, shape {over.shape}")
    if len(problems) > before:
        return None
    return codes._replace(name=name, dtype=dtype, shape=shape, packing=packing)


def _fits(part: StoredTensor, layout: str, grid: tuple[int, ...]) -> bool:
    if part.dtype.bits < 8:
        return False
    if layout == TURNED:
        return part.shape == (*grid[:-2], grid[-1], grid[-2])
    if layout == TILED:
        tiles = -(-math.prod(grid[:-1]) // 128) * -(-grid[-1] // 4)
        return part.dtype.bits == 8 and part.nbytes == tiles * 512
    return math.prod(part.shape) == math.prod(grid)
