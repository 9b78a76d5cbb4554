"""Building a model without memory for what will be loaded."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

ResultT = TypeVar("ResultT")

_EMPTY = (torch.empty, torch.empty_strided, torch.empty_permuted)


@contextlib.contextmanager
def without_memory() -> Iterator[None]:
    """While inside, in this thread, what ``torch.empty`` makes lies on the meta device.

    Left for good however it is left: an interrupt in the middle of PyTorch's own leaving of a mode keeps that mode on.
    """
    depth = torch._C._len_torch_function_stack()
    try:
        with _EmptyWithoutMemory():
            yield
    finally:
        while torch._C._len_torch_function_stack() > depth:
            torch._C._pop_torch_function_stack()


def are_emptied() -> bool:
    """Whether somebody takes the memory from parameters as they are registered: accelerate's ``init_empty_weights``."""
    holder, probe = nn.Module(), nn.Parameter(torch.empty(0))
    holder.register_parameter("probe", probe)
    return not probe.is_meta and holder.get_parameter("probe").is_meta


def as_registered() -> contextlib.AbstractContextManager[None]:
    """:func:`without_memory` where parameters are emptied, for ours go past ``register_parameter``; else nothing."""
    return without_memory() if are_emptied() else contextlib.nullcontext()


def is_complete_skeleton(model: nn.Module) -> bool:
    """Whether a model has no memory and is not being built, which happens where new parameters get none."""
    first = next(model.parameters(), None)
    return first is not None and first.is_meta and not torch.empty(0).is_meta and not are_emptied()


class _EmptyWithoutMemory(TorchFunctionMode):
    """Layers make their parameters so. What is computed (positions, frequencies, rates of dropout) is computed for
    real: on the meta device, where a skeleton is often built whole, such values would be lost.
    """

    def __torch_function__(
        self,
        func: Callable[..., ResultT],
        types: Sequence[type],
        args: Sequence[object] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> ResultT:
        kwargs = dict(kwargs or {})
        if func in _EMPTY and kwargs.get("device") is None:
            kwargs["device"] = "meta"
        return func(*args, **kwargs)
