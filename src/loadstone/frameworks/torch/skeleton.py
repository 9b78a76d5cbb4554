"""Building a model without memory for what will be loaded."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

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


class _EmptyWithoutMemory(TorchFunctionMode):
    """Layers make their parameters so. What is computed (positions, frequencies, rates of dropout) is computed for
    real: on the meta device, where a skeleton is often built whole, such numbers would be lost.
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = dict(kwargs or {})
        if func in _EMPTY and kwargs.get("device") is None:
            kwargs["device"] = "meta"
        return func(*args, **kwargs)
