"""A matrix of small values, float8 or int8, each block of which has a scale: value = stored value × scale.

One scale for all, one for each row, or one for each block of rows and columns, the last of which may be cut short
(DeepSeek-V3, https://huggingface.co/deepseek-ai/DeepSeek-V3#61-inference-with-deepseek-infer-demo-example-only,
``weight_scale_inv``).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from loadstone.core.slices import Box
from loadstone.core.tensors import DType, StoredTensor
from loadstone.quantization.decode import floats
from loadstone.quantization.problems import Problems
from loadstone.quantization.row_boxes import in_boxes

if TYPE_CHECKING:
    from loadstone.core.arrays import ByteArray, FloatArray


@dataclass(frozen=True)
class Scaled:
    """``block``: rows and columns that share a scale; ``scale`` has one number for each block, row-major."""

    weight: StoredTensor
    scale: StoredTensor
    block: tuple[int, int]
    kind: str

    @property
    def parts(self) -> tuple[StoredTensor, ...]:
        return self.weight, self.scale

    @property
    def rows(self) -> int:
        return math.prod(self.weight.shape[:-1])

    @property
    def step(self) -> int:
        return 1

    def decode(self, first: int, rows: ByteArray, others: Sequence[ByteArray]) -> Iterable[tuple[Box, FloatArray]]:
        height, width = self.block
        columns = self.weight.shape[-1]
        numbers = floats(rows, self.weight.dtype)
        scales = floats(others[0], self.scale.dtype).reshape(-1, -(-columns // width))
        of_row = np.arange(first, first + len(rows)) // height
        of_block = scales[of_row]
        whole = columns // width * width
        if whole:
            numbers[:, :whole].reshape(len(rows), -1, width)[...] *= of_block[:, : whole // width, None]
        numbers[:, whole:] *= of_block[:, whole // width :]
        yield from in_boxes(self.weight.shape, first, numbers)


def scaled(
    weight: StoredTensor, scale: StoredTensor, block: tuple[int, int] | None, kind: str, problems: Problems
) -> StoredTensor | None:
    """The tensor that a weight and its scales make; without ``block`` there is one scale, or one for each row.

    None, and a problem, where they do not belong together.
    """
    count = math.prod(scale.shape)
    if len(weight.shape) < 2 or not scale.dtype.is_floating or weight.strides or scale.strides:
        problems.add(scale, "the scales of a matrix", f"shape {weight.shape} of {weight.name}, {scale.dtype} scales")
        return None
    rows, columns = math.prod(weight.shape[:-1]), weight.shape[-1]
    if block is None and count in (1, rows):
        block = (rows // count, columns)
    elif block is None or (len(weight.shape) > 2 and weight.shape[-2] % block[0]):
        expected = "1 scale or one for each row" if block is None else f"rows in whole blocks of {block[0]}"
        problems.add(scale, expected, f"shape {scale.shape} for {weight.name} of shape {weight.shape}")
        return None
    elif count != -(-rows // block[0]) * -(-columns // block[1]):
        expected = f"{-(-rows // block[0])} × {-(-columns // block[1])} scales, one for each {block[0]} × {block[1]}"
        problems.add(scale, expected, f"shape {scale.shape} for {weight.name} of shape {weight.shape}")
        return None
    dtype = scale.dtype if scale.dtype.bits == 16 else DType.BFLOAT16
    return weight._replace(dtype=dtype, packing=Scaled(weight, scale, block, kind))
