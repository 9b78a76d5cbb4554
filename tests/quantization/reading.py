"""Stored tensors → packed tensors → numbers, without a model, for the tests of formats."""

from __future__ import annotations

from typing import Any

import bitsandbytes.functional as bnb
import numpy as np
import torch

from loadstone.core.tensors import StoredTensor


def in_pieces(tensor: StoredTensor, rows: int) -> torch.Tensor:
    """A packed tensor's numbers, decoded some rows at a time."""
    packing = tensor.packing
    assert packing is not None and packing.parts[0].offset == tensor.offset
    first, *others = (_read(part) for part in packing.parts)
    stored = first.reshape(packing.rows, -1)
    made = np.full(tensor.shape, np.float32(-777))
    for start in range(0, packing.rows, rows * packing.step):
        piece = stored[start : start + rows * packing.step]
        with np.errstate(all="ignore"):
            for box, values in packing.decode(start, piece, others):
                assert values.dtype == np.float32 and made[box].shape == values.shape
                made[box] = values
    return torch.from_numpy(made)


def assert_everywhere(tensor: StoredTensor, expected: torch.Tensor) -> None:
    """However it is read, a tensor has these numbers, bit for bit."""
    assert tensor.shape == tuple(expected.shape)
    for rows in (1, 3, 7, 1 << 20):
        torch.testing.assert_close(in_pieces(tensor, rows), expected.float(), rtol=0, atol=0, equal_nan=True)


def of_four_bits(codes: torch.Tensor, state: Any) -> torch.Tensor:
    """bitsandbytes' own numbers of a weight, taken as one row.

    Blocks go over all of a weight's numbers, row after row. Its kernel for processors with AVX-512 (0.50.2) begins them
    anew with each row instead, so where a row is not whole blocks, it does not give back what was quantized.
    """
    shape, state.shape = state.shape, torch.Size((1, state.shape.numel()))
    numbers = bnb.dequantize_4bit(codes, state).reshape(shape)
    state.shape = shape
    return numbers


def _read(part: StoredTensor) -> np.ndarray[Any, Any]:
    with open(part.file, "rb") as file:
        file.seek(part.offset)
        return np.frombuffer(file.read(part.nbytes), np.uint8)
