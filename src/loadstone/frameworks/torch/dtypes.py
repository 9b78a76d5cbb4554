"""The dtypes that PyTorch and checkpoints have in common."""

from __future__ import annotations

import torch

from loadstone.core.tensors import BY_NAME, DType
from loadstone.errors import Fault, UnsupportedDType


def to_torch(dtype: DType | str) -> torch.dtype:
    """PyTorch's dtype of that name; :class:`UnsupportedDType` if it has none."""
    name = dtype if isinstance(dtype, str) else dtype.value
    torch_dtype = getattr(torch, name, None)
    if name not in BY_NAME or not isinstance(torch_dtype, torch.dtype):
        raise UnsupportedDType(
            [Fault(f"dtype {name!r}", "one that PyTorch has", "none", "Known: " + ", ".join(BY_NAME))]
        )
    return torch_dtype


def from_torch(dtype: torch.dtype) -> DType:
    """The shared word for one of PyTorch's dtypes."""
    name = str(dtype).removeprefix("torch.")
    if name not in BY_NAME:
        raise UnsupportedDType([Fault(f"dtype {dtype}", "one that checkpoints can store", "none")])
    return BY_NAME[name]
