"""The arguments of a forward pass: tensors, whose values Python may look at or not."""

from __future__ import annotations

import torch
from torch import Tensor

from loadstone.errors import ArgumentError


def check_tensors(**given: object) -> None:
    """:class:`ArgumentError` for arguments, by name, that are neither tensors nor None."""
    for name, value in given.items():
        if value is not None and not isinstance(value, Tensor):
            raise ArgumentError(f"{name} is a {type(value).__name__}, expected a tensor: torch.tensor({name}).")


def values_known(tensor: Tensor) -> bool:
    """Whether Python may look at a tensor's values: not while a graph is traced or captured, nor under ``vmap``."""
    tracing = torch.compiler.is_compiling() or torch.jit.is_tracing()  # type: ignore[attr-defined, no-untyped-call]
    if tracing or type(tensor) is not Tensor or tensor.is_meta:
        return False
    capturing = tensor.is_cuda and torch.cuda.is_current_stream_capturing()
    return not (capturing or torch._C._functorch.is_functorch_wrapped_tensor(tensor))
