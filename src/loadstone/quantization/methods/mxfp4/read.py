"""``quant_method: "mxfp4"``: stacked experts of four-bit values, 32 of which share a power of two (gpt-oss).

``…_blocks`` (experts, outputs, groups, 16 bytes) and ``…_scales`` (experts, outputs, groups) make ``…``, which the
model has turned: (experts, inputs, outputs). The lower half of a byte is the first of its two values.
Sources: https://huggingface.co/openai/gpt-oss-20b (its card and ``config.json``); OCP Microscaling Formats (MX)
Specification 1.0, by which a scale of 255 makes its values NaN.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from loadstone.core.slices import Box
from loadstone.core.tensors import DType, StoredTensor
from loadstone.quantization.contents import Contents, lies_in_rows
from loadstone.quantization.decode import floats
from loadstone.quantization.nibbles import E2M1
from loadstone.quantization.problems import Problems

if TYPE_CHECKING:
    from loadstone.core.arrays import ByteArray, FloatArray

BLOCKS, SCALES = "_blocks", "_scales"
_BYTES = (DType.UINT8, DType.FLOAT8_E8M0FNU)


def read(stored: Contents, settings: Mapping[str, object], problems: Problems) -> Iterator[StoredTensor]:
    """The tensors that the model has; those that are packed know how they come out."""
    for name, tensor in stored.items():
        if name.endswith(BLOCKS):
            whole = name.removesuffix(BLOCKS)
            scales = stored.get(whole + SCALES)
            if scales is None:
                problems.add(tensor, f"its scales, {whole + SCALES}", "none", "Is a shard missing?")
            elif whole in stored:
                problems.add(tensor, "one way to store a tensor", f"{whole} beside it")
            elif (packed := _experts(whole, tensor, scales, problems)) is not None:
                yield packed
        elif name.endswith(SCALES):
            if name.removesuffix(SCALES) + BLOCKS not in stored:
                problems.add(tensor, "blocks that it scales", "none", "Is a shard missing?")
        else:
            yield tensor


@dataclass(frozen=True)
class TurnedExperts:
    """``blocks`` (experts, outputs, groups, 16) of ``scales`` (experts, outputs, groups)."""

    blocks: StoredTensor
    scales: StoredTensor
    kind: str = "MXFP4"

    @property
    def parts(self) -> tuple[StoredTensor, ...]:
        return self.blocks, self.scales

    @property
    def rows(self) -> int:
        return self.blocks.shape[0] * self.blocks.shape[1]

    @property
    def step(self) -> int:
        return 1

    def decode(self, first: int, rows: ByteArray, others: Sequence[ByteArray]) -> Iterable[tuple[Box, FloatArray]]:
        _, outputs, groups, _ = self.blocks.shape
        at = 0
        while at < len(rows):
            expert, output = divmod(first + at, outputs)
            size = min(outputs - output, len(rows) - at)
            scales = others[0].reshape(-1, groups)[first + at : first + at + size]
            numbers = _turned(rows[at : at + size])
            numbers.reshape(groups, -1, size)[...] *= floats(scales.T, DType.FLOAT8_E8M0FNU)[:, None]
            yield (slice(expert, expert + 1), slice(0, len(numbers)), slice(output, output + size)), numbers[None]
            at += size


def _turned(rows: ByteArray) -> FloatArray:
    """Codes of (outputs, inputs / 2 bytes) → float32 (inputs, outputs): bytes are turned, which are fewer to move."""
    columns = np.ascontiguousarray(rows.T)
    numbers = np.empty((len(columns), 2, len(rows)), np.float32)
    for half, values in enumerate((np.tile(E2M1, 16), np.repeat(E2M1, 16))):  # of each byte: its lower, its higher half
        numbers[:, half] = np.take(values, columns)
    return numbers.reshape(-1, len(rows))


def _experts(name: str, blocks: StoredTensor, scales: StoredTensor, problems: Problems) -> StoredTensor | None:
    if blocks.dtype is not DType.UINT8 or len(blocks.shape) != 4 or blocks.shape[3] != 16 or not lies_in_rows(blocks):
        problems.add(blocks, "bytes of shape (experts, outputs, groups, 16)", f"{blocks.dtype}, shape {blocks.shape}")
        return None
    if scales.dtype not in _BYTES or scales.shape != blocks.shape[:3] or not lies_in_rows(scales):
        problems.add(scales, f"bytes of shape {blocks.shape[:3]}", f"{scales.dtype}, shape {scales.shape}")
        return None
    experts, outputs, groups, _ = blocks.shape
    packing = TurnedExperts(blocks, scales)
    return blocks._replace(name=name, dtype=DType.BFLOAT16, shape=(experts, groups * 32, outputs), packing=packing)
