"""PyTorch under the names of :class:`loadstone.architectures.components.run.ArrayFunctions`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from loadstone.architectures.components.leaves import Conv
from loadstone.architectures.components.run import ArrayFunctions
from loadstone.architectures.interpolation import Method
from loadstone.frameworks.torch.modeling.activations import ACTIVATIONS

xp = cast(ArrayFunctions, sys.modules[__name__])
"""This module, for those who compute with it."""

activations = ACTIVATIONS
bool_, float32, int32 = torch.bool, torch.float32, torch.int64
"""PyTorch counts in 64 bits, and looks nothing up by fewer."""
abs = torch.abs
any = torch.any
argmax = torch.argmax
clip = torch.clamp
concat = torch.cat
broadcast_to = torch.broadcast_to
cos = torch.cos
exp = torch.exp
log = torch.log
max = torch.amax
mean = torch.mean
permute_dims = torch.permute
reshape = torch.reshape
sin = torch.sin
softplus = F.softplus
sqrt = torch.sqrt
tanh = torch.tanh
top_k = torch.topk
where = torch.where
zeros_like = torch.zeros_like


def arange(count: int, /, *, like: Tensor, start: int | Tensor = 0) -> Tensor:
    if isinstance(start, Tensor):
        return torch.arange(count, device=like.device) + start.to(like.device)
    return torch.arange(start, start + count, device=like.device)


def argsort(x: Tensor, /, *, axis: int, descending: bool = False) -> Tensor:
    return torch.argsort(x, dim=axis, descending=descending)


def asarray(values: Sequence[float], /) -> Tensor:
    return torch.tensor(values, dtype=torch.float32)


def at_places(x: Tensor, places: Tensor, /) -> Tensor:
    return torch.take_along_dim(x, places.long().reshape(*places.shape, *(1,) * (x.dim() - 2)), dim=1)


def at_rows(x: Tensor, places: Tensor, /) -> Tensor:
    return x[torch.arange(x.shape[0], device=x.device), places]


def astype(x: Tensor, dtype: torch.dtype, /) -> Tensor:
    return x.to(dtype)


def convolve(x: Tensor, weight: Tensor, conv: Conv, /) -> Tensor:
    edges = [zeros for pair in reversed(conv.pads) for zeros in pair]
    over = (F.conv1d, F.conv2d, F.conv3d)[len(conv.kernel) - 1]
    return over(F.pad(x, edges), weight, None, conv.strides, 0, conv.dilations, conv.groups)


def cumulative_sum(x: Tensor, /, *, axis: int) -> Tensor:
    return x.cumsum(axis)


def expand_dims(x: Tensor, /, *, axis: int) -> Tensor:
    return x.unsqueeze(axis)


def fft2_real(x: Tensor, /) -> Tensor:
    return torch.fft.fft2(x.float()).real.to(x.dtype)


def flip(x: Tensor, /, *, axis: int) -> Tensor:
    return x.flip(axis)


def in_bfloat16(x: Tensor, /) -> Tensor:
    return x.to(torch.bfloat16).to(x.dtype)


def near(x: Tensor, like: Tensor, /) -> Tensor:
    return x.to(like.device)


def log_softmax(x: Tensor, /) -> Tensor:
    return x.log_softmax(dim=-1, dtype=torch.float32)


def max_pool(x: Tensor, kernel: int, stride: int, padding: int, /) -> Tensor:
    return F.max_pool2d(x, kernel, stride, padding)


def on_host(function: Callable[..., np.ndarray], like: Tensor, /, *arrays: Tensor) -> Tensor:
    return torch.from_numpy(function(*(array.detach().cpu().numpy() for array in arrays))).to(like)


def pad(x: Tensor, before: int, after: int, /, *, axis: int) -> Tensor:
    behind = -1 - axis if axis < 0 else x.dim() - 1 - axis
    return F.pad(x, [0, 0] * behind + [before, after])


def resize(x: Tensor, sizes: tuple[int, int], method: Method, /) -> Tensor:
    mode, _, more = method.partition("_")
    smooth, is_aligned = more == "antialiased", more == "aligned"
    # On the CPU there is no antialiasing in half precision.
    corners = None if mode == "area" else is_aligned
    wide = F.interpolate(x.float() if smooth else x, sizes, mode=mode, align_corners=corners, antialias=smooth)
    return wide.to(x.dtype)


def roll(x: Tensor, /, shift: tuple[int, ...], *, axis: tuple[int, ...]) -> Tensor:
    return x.roll(shift, axis)


def scan(step: Callable[[Any, Any], tuple[Any, Any]], carry: Any, xs: Any, /) -> tuple[Any, Any]:
    ys = []
    for x in zip(*(each.unbind() for each in xs), strict=True) if isinstance(xs, tuple) else xs.unbind():
        carry, y = step(carry, x)
        ys.append(y)
    return carry, tuple(map(torch.stack, zip(*ys, strict=True))) if isinstance(ys[0], tuple) else torch.stack(ys)


def shape(x: Tensor, /) -> torch.Size:
    return x.shape


def slice(x: Tensor, start: int | Tensor, count: int, /) -> Tensor:
    if isinstance(start, Tensor):
        return x.index_select(1, arange(count, like=x, start=start))
    return x[:, start : start + count]


def softmax(x: Tensor, /) -> Tensor:
    return x.softmax(dim=-1, dtype=torch.float32)


def split(x: Tensor, sizes: tuple[int, ...], /) -> tuple[Tensor, ...]:
    return x.split_with_sizes(sizes, dim=-1)


def stop_gradient(x: Tensor, /) -> Tensor:
    return x.detach()


def sum(x: Tensor, /, *, axis: int, keepdims: bool) -> Tensor:
    return x.sum(axis, keepdim=keepdims)


def take(x: Tensor, indices: Tensor, /, *, axis: int) -> Tensor:
    return x.index_select(axis, indices)


def unstack(x: Tensor, count: int, /) -> tuple[Tensor, ...]:
    return x.unbind(dim=-1)
