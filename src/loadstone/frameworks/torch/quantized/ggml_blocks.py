"""Blocks of ggml's types in PyTorch: codes, scales and minima, and the numbers that come of them.

The types that nearly all files are made of are read here, in few passes over memory, by all of PyTorch's threads and
on any device; on the CPU compiled functions take their place where there are such. All numbers are bit for bit those of
:mod:`loadstone.quantization.ggml_blocks`, which decodes the other types.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from loadstone.frameworks.torch.quantized import ggml_compiled
from loadstone.quantization import ggml_blocks
from loadstone.quantization.ggml_types import GgmlType

_ELEMENTS = 1 << 18
"""Decoded at once: 1 MiB of float32, which stays in the processor's cache until it is multiplied."""


class Groups(NamedTuple):
    """What numbers are made of: ``codes · scales - minima``, a scale for each group of codes that stand in a row."""

    codes: Tensor
    """(groups, numbers of each) of uint8 or int8."""
    scales: Tensor
    """(groups, 1) float32."""
    minima: Tensor | None = None
    """(groups, 1) float32."""


def decode(raw: Tensor, kind: GgmlType) -> Tensor:
    """Bytes of whole blocks, (rows, bytes of a row) → float32, (rows, numbers of a row), in memory of its own."""
    reader = _READERS.get(kind.name)
    if not len(raw):
        return torch.empty((0, raw.shape[1] // kind.nbytes * kind.elements), device=raw.device)
    if reader is None:
        made = ggml_blocks.decode(np.ascontiguousarray(raw.cpu().numpy()), kind)
        return torch.from_numpy(made).to(raw.device)
    compiled = ggml_compiled.numbers(raw, kind)
    if compiled is not None:
        return compiled
    groups = reader(raw.reshape(-1, kind.nbytes))
    numbers = groups.codes.float()
    numbers *= groups.scales
    if groups.minima is not None:
        numbers -= groups.minima
    return numbers.view(len(raw), -1)


def decoded(raw: Tensor, kind: GgmlType) -> Iterator[tuple[int, Tensor]]:
    """Some rows of (rows, bytes of a row) after the other: the number of the first, and (rows, numbers) of float32."""
    rows = max(_ELEMENTS // max(raw.shape[1] // kind.nbytes * kind.elements, 1), 1)
    for start in range(0, len(raw), rows):
        yield start, decode(raw[start : start + rows], kind)


def _bytes(blocks: Tensor, at: int, count: int) -> Tensor:
    """Some bytes of each block, (blocks, count), in a row."""
    if blocks.device.type != "cpu" or count > 32 or count & (count - 1):
        return blocks[:, at : at + count].contiguous()
    # PyTorch copies rows of so few bytes one by one; NumPy copies each as one item.
    items = max(count // 16, 1)
    made: Any = np.empty((len(blocks), items), _ITEMS[min(count, 16)])
    source: Any = blocks.numpy()
    for item in range(items):
        made[:, item] = np.ndarray(len(blocks), made.dtype, source, at + 16 * item, source.strides[:1])
    return torch.from_numpy(made.view(np.uint8))


_ITEMS = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64, 16: np.complex128}


def _floats(blocks: Tensor, at: int, count: int = 1) -> Tensor:
    """Float16 numbers of each block, (blocks, count) float32."""
    return _bytes(blocks, at, 2 * count).view(torch.float16).float()


def _halves(packed: Tensor) -> Tensor:
    """(…, n) bytes → (…, 2, n): the lower four bits of all, then the upper four."""
    low, high = packed & 15, packed >> 4
    if packed.device.type != "cpu" or packed.shape[-1] != 16:
        return torch.stack((low, high), -2)
    made = torch.empty((*packed.shape[:-1], 2), dtype=torch.complex128)
    made[..., 0] = low.view(torch.complex128)[..., 0]
    made[..., 1] = high.view(torch.complex128)[..., 0]
    return made.view(torch.uint8).view(*packed.shape[:-1], 2, 16)


def _parts(packed: Tensor, bits: int) -> Tensor:
    """(…, n) bytes → (…, 8 / bits, n) numbers of so many bits, the lowest of all first."""
    mask = (1 << bits) - 1
    return torch.stack([(packed >> place) & mask for place in range(0, 8, bits)], -2)


def _fifth_bits(blocks: Tensor, at: int) -> Tensor:
    """Numbers of five bits, (blocks, 32): the fifth bits of all stand in 32 bits before the others."""
    bits = torch.arange(8, device=blocks.device, dtype=torch.uint8)
    fifth = (_bytes(blocks, at, 4)[..., None] >> bits & 1) << 4
    return _halves(_bytes(blocks, at + 4, 16)).view(-1, 32) | fifth.view(-1, 32)


def _less(codes: Tensor, taken: int) -> Tensor:
    """Small numbers without a sign → int8, less a number."""
    return (codes - taken).view(torch.int8)


def _q4_0(blocks: Tensor) -> Groups:
    return Groups(_less(_halves(_bytes(blocks, 2, 16)).view(-1, 32), 8), _floats(blocks, 0))


def _q4_1(blocks: Tensor) -> Groups:
    both = _floats(blocks, 0, 2)
    return Groups(_halves(_bytes(blocks, 4, 16)).view(-1, 32), both[:, :1], -both[:, 1:])


def _q5_0(blocks: Tensor) -> Groups:
    return Groups(_less(_fifth_bits(blocks, 2), 16), _floats(blocks, 0))


def _q5_1(blocks: Tensor) -> Groups:
    both = _floats(blocks, 0, 2)
    return Groups(_fifth_bits(blocks, 4), both[:, :1], -both[:, 1:])


def _q8_0(blocks: Tensor) -> Groups:
    return Groups(_bytes(blocks, 2, 32).view(torch.int8), _floats(blocks, 0))


def _q2_k(blocks: Tensor) -> Groups:
    codes = _parts(_bytes(blocks, 16, 64).view(-1, 2, 32), 2).view(-1, 16)
    scales = _bytes(blocks, 0, 16)
    both = _floats(blocks, 80, 2)
    return Groups(
        codes, ((scales & 15).float() * both[:, :1]).view(-1, 1), ((scales >> 4).float() * both[:, 1:]).view(-1, 1)
    )


def _q3_k(blocks: Tensor) -> Groups:
    low, high = blocks[:, 96:104], blocks[:, 104:108]
    six_bits = torch.cat((low & 15, low >> 4), -1) | _parts(high, 2).view(-1, 16) << 4
    scales = _less(six_bits, 32).float() * _floats(blocks, 108)
    codes = _parts(_bytes(blocks, 32, 64).view(-1, 2, 32), 2).view(-1, 8, 32)
    # A bit that is set says that 4 is not taken away.
    codes = codes + (_parts(_bytes(blocks, 0, 32), 1) << 2)
    return Groups(_less(codes, 4).view(-1, 16), scales.view(-1, 1))


def _scales_and_minima(blocks: Tensor) -> tuple[Tensor, Tensor]:
    """Of Q4_K and Q5_K: of eight parts of each block the scale and the minimum; see the decoder in NumPy."""
    scale, minimum, rest = _bytes(blocks, 4, 4), _bytes(blocks, 8, 4), _bytes(blocks, 12, 4)
    both = _floats(blocks, 0, 2)
    scales = torch.cat((scale & 63, (rest & 15) | ((scale >> 2) & 48)), -1).float() * both[:, :1]
    minima = torch.cat((minimum & 63, (rest >> 4) | ((minimum >> 2) & 48)), -1).float() * both[:, 1:]
    return scales.view(-1, 1), minima.view(-1, 1)


def _q4_k(blocks: Tensor) -> Groups:
    codes = _halves(_bytes(blocks, 16, 128).view(-1, 4, 32)).view(-1, 32)
    return Groups(codes, *_scales_and_minima(blocks))


def _q5_k(blocks: Tensor) -> Groups:
    codes = _halves(_bytes(blocks, 48, 128).view(-1, 4, 32)).view(-1, 8, 32)
    codes |= _parts(_bytes(blocks, 16, 32), 1) << 4
    return Groups(codes.view(-1, 32), *_scales_and_minima(blocks))


def _q6_k(blocks: Tensor) -> Groups:
    codes = _halves(_bytes(blocks, 0, 128).view(-1, 2, 64)).view(-1, 8, 32)
    codes |= _parts(_bytes(blocks, 128, 64).view(-1, 2, 32), 2).view(-1, 8, 32) << 4
    scales = _bytes(blocks, 192, 16).view(torch.int8).float() * _floats(blocks, 208)
    return Groups(_less(codes, 32).view(-1, 16), scales.view(-1, 1))


_READERS: dict[str, Callable[[Tensor], Groups]] = {
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
