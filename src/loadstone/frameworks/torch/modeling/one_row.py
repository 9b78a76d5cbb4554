"""Products of one row and a weight on the CPU, written so that inductor makes loops of them.

A step that writes one token reads each weight once and computes little on it: memory sets the pace. The libraries that
PyTorch calls for a product are made for many rows, and reach a third to a half of what memory gives for one; the loop
``sum(weight * row)`` that inductor writes comes close to all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode

_DTYPES = (torch.float32, torch.bfloat16, torch.float16)


class OneRowProducts(TorchFunctionMode):
    """Within it, in a function that is compiled, ``F.linear`` of one row on the CPU is a sum of products in float32."""

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func is F.linear and not kwargs and _is_one_row(*args[:2]):
            return _product(*args)
        return func(*args, **(kwargs or {}))


def _is_one_row(x: Tensor, weight: Tensor) -> bool:
    is_plain = type(weight) in (Tensor, torch.nn.Parameter) and weight.dim() == 2
    is_plain = is_plain and x.device.type == "cpu" and x.dtype is weight.dtype and x.dtype in _DTYPES
    return is_plain and x.numel() == weight.shape[1] and not torch.is_autocast_enabled("cpu")


def _product(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """(…, inputs) with one row and (outputs, inputs) → (…, outputs), rounded to the row's dtype once, as in oneDNN."""
    inputs = weight.shape[1]
    # A view by strides needs a row that is stored: else inductor would compute it anew for each output.
    row = x.reshape(inputs).float()
    values = (weight.float() * row.as_strided(row.shape, row.stride())).sum(-1)
    if bias is not None:
        values = values + bias.float()
    return values.to(x.dtype).reshape(*x.shape[:-1], len(weight))
