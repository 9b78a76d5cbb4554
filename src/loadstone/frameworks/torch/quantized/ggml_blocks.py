"""Blocks of ggml's types → float32 in PyTorch.

The types that :mod:`loadstone.quantization.ggml_layouts` describes, of which nearly all files are made, are read here,
on any device and where ``torch.compile`` traces; on the CPU by compiled functions where there are such, else integers
by NumPy and the rest by all of PyTorch's threads. All values are bit for bit those of
:mod:`loadstone.quantization.ggml_blocks`, which decodes the other types.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from loadstone.frameworks.torch.quantized import ggml_compiled
from loadstone.quantization import ggml_blocks
from loadstone.quantization.ggml_layouts import LAYOUTS, Bits, Integers, Layout
from loadstone.quantization.ggml_types import GgmlType

_ELEMENTS = 1 << 18
"""Decoded at once: 1 MiB of float32, which stays in the processor's cache until it is multiplied."""


def decode(raw: Tensor, kind: GgmlType) -> Tensor:
    """Bytes of whole blocks, (rows, bytes of a row) → float32, (rows, values of a row), in memory of its own."""
    layout = LAYOUTS.get(kind.name)
    if not len(raw):
        return torch.empty((0, raw.shape[1] // kind.nbytes * kind.elements), device=raw.device)
    if layout is None:
        values = ggml_blocks.decode(np.ascontiguousarray(raw.cpu().numpy()), kind)
        return torch.from_numpy(values).to(raw.device)
    compiled = ggml_compiled.numbers(raw, kind)
    if compiled is not None:
        return compiled
    return _decode_blocks(raw.reshape(-1, kind.nbytes), layout).view(len(raw), -1)


def decoded(raw: Tensor, kind: GgmlType) -> Iterator[tuple[int, Tensor]]:
    """Some rows of (rows, bytes of a row) after the other: the number of the first, and (rows, values) of float32."""
    rows = max(_ELEMENTS // max(raw.shape[1] // kind.nbytes * kind.elements, 1), 1)
    for start in range(0, len(raw), rows):
        yield start, decode(raw[start : start + rows], kind)


def _decode_blocks(blocks: Tensor, layout: Layout) -> Tensor:
    """(blocks, bytes of one) → float32, (groups of all blocks, weights of one)."""
    scales = _halves(blocks, layout.scale)
    minima = None if layout.minimum is None else _halves(blocks, layout.minimum)
    if layout.factors is not None:
        factors = _integers(blocks, layout.factors).float()
        scales = factors[:, : layout.groups] * scales
        minima = None if minima is None else factors[:, layout.groups :] * minima
    weights = _integers(blocks, layout.codes).float().view(len(blocks) * layout.groups, -1)
    weights *= scales.reshape(-1, 1)
    if minima is not None and layout.adds_minimum:
        weights += minima.reshape(-1, 1)
    elif minima is not None:
        weights -= minima.reshape(-1, 1)
    return weights


def _halves(blocks: Tensor, offset: int) -> Tensor:
    """A float16 of each block, (blocks, 1) float32."""
    if _is_for_numpy(blocks):
        return torch.from_numpy(ggml_blocks.halves(blocks.numpy(), offset))
    return blocks[:, offset : offset + 2].contiguous().view(torch.float16).float()


def _integers(blocks: Tensor, stored: Integers) -> Tensor:
    """Those of each block, (blocks, count) of uint8, or of int8 where they are signed."""
    if _is_for_numpy(blocks):
        return torch.from_numpy(ggml_blocks.integers(blocks.numpy(), stored))
    return _integers_by_pytorch(blocks, stored)


def _is_for_numpy(blocks: Tensor) -> bool:
    """PyTorch copies rows of a few bytes one by one, NumPy each as one item; but no compiler follows it there."""
    return blocks.device.type == "cpu" and not torch.compiler.is_compiling()


def _integers_by_pytorch(blocks: Tensor, stored: Integers) -> Tensor:
    unpacked = _unpacked(blocks, stored.low)
    if stored.high:
        unpacked |= _unpacked(blocks, stored.high) << stored.low_bits
    if stored.subtracted:
        unpacked -= stored.subtracted
    return unpacked.view(torch.int8) if stored.is_signed else unpacked


def _unpacked(blocks: Tensor, fields: Sequence[Bits]) -> Tensor:
    """The integers of some fields, one after the other: (blocks, count) of uint8; a view where all eight bits count."""
    parts = []
    for bits in fields:
        runs = blocks[:, bits.offset : bits.offset + bits.nbytes].reshape(len(blocks), -1, 1, bits.chunk)
        if bits.shifts != (0,):
            # Made on the device: copied there, they would have to be waited for.
            shifts = torch.arange(bits.shifts[0], bits.shifts[-1] + 1, bits.bits, dtype=torch.uint8, device=runs.device)
            runs = runs >> shifts[:, None]
        if bits.bits < 8:
            runs = runs & bits.mask
        parts.append(runs.reshape(len(blocks), -1))
    return parts[0] if len(parts) == 1 else torch.cat(parts, -1)
