"""PyTorch under the names of :class:`loadstone.architectures.components.run.ArrayFunctions`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor

from loadstone.architectures.components.run import ArrayFunctions
from loadstone.frameworks.torch.modeling.activations import ACTIVATIONS

xp = cast(ArrayFunctions, sys.modules[__name__])
"""This module, for those who compute with it."""

activations = ACTIVATIONS
float32, int32 = torch.float32, torch.int64
"""PyTorch counts in 64 bits, and looks nothing up by fewer."""
abs = torch.abs
any = torch.any
argmax = torch.argmax
clip = torch.clamp
concat = torch.cat
cos = torch.cos
log = torch.log
max = torch.amax
mean = torch.mean
permute_dims = torch.permute
reshape = torch.reshape
sin = torch.sin
tanh = torch.tanh
where = torch.where
zeros_like = torch.zeros_like


def arange(stop: int, /, *, like: Tensor) -> Tensor:
    return torch.arange(stop, device=like.device)


def asarray(values: Sequence[float], /) -> Tensor:
    return torch.tensor(values, dtype=torch.float32)


def at_rows(x: Tensor, places: Tensor, /) -> Tensor:
    return x[torch.arange(x.shape[0], device=x.device), places]


def astype(x: Tensor, dtype: torch.dtype, /) -> Tensor:
    return x.to(dtype)


def cumulative_sum(x: Tensor, /, *, axis: int) -> Tensor:
    return x.cumsum(axis)


def shape(x: Tensor, /) -> torch.Size:
    return x.shape


def slice(x: Tensor, start: int, count: int, /) -> Tensor:
    return x[:, start : start + count]


def softmax(x: Tensor, /) -> Tensor:
    return x.softmax(dim=-1, dtype=torch.float32)


def split(x: Tensor, sizes: tuple[int, ...], /) -> tuple[Tensor, ...]:
    return x.split_with_sizes(sizes, dim=-1)


def sum(x: Tensor, /, *, axis: int, keepdims: bool) -> Tensor:
    return x.sum(axis, keepdim=keepdims)


def take(x: Tensor, indices: Tensor, /, *, axis: int) -> Tensor:
    return x.index_select(axis, indices)


def top_k(x: Tensor, count: int, /) -> tuple[Tensor, Tensor]:
    return x.topk(count, dim=-1)


def unstack(x: Tensor, count: int, /) -> tuple[Tensor, ...]:
    return x.unbind(dim=-1)
