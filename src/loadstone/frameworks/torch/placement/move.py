"""Tensors to another device, wherever they are: in the arguments and outputs of a call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Self, TypeVar

import torch
from torch import Tensor

from loadstone.frameworks.outputs import ModelOutput

T = TypeVar("T")


class Movable:
    """What knows itself how it is moved."""

    def on_device(self, device: torch.device) -> Self:
        """The same with its tensors there."""
        raise NotImplementedError


def move(value: T, device: torch.device) -> T:
    """Tensors to ``device``, also those in tuples, lists, dicts and the outputs and states of this library."""

    def moved(leaf: object) -> object:
        if isinstance(leaf, Tensor):
            return leaf.to(device)
        return leaf.on_device(device) if isinstance(leaf, Movable) else leaf

    return changed(value, moved)


def changed(value: Any, change: Callable[[object], object]) -> Any:
    """A value with ``change`` made of what is in it: in tuples, lists, dicts and, in place, this library's outputs."""
    if isinstance(value, tuple):
        children = [changed(child, change) for child in value]
        return type(value)(*children) if hasattr(value, "_fields") else tuple(children)
    if isinstance(value, list):
        return [changed(child, change) for child in value]
    if type(value) is dict:
        return {key: changed(child, change) for key, child in value.items()}
    if isinstance(value, ModelOutput):
        for name, child in list(value.items()):
            setattr(value, name, changed(child, change))
        return value
    return change(value)


def tensors_in(value: object) -> Iterator[Tensor]:
    """Those in tuples, lists, dicts and this library's outputs."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, tuple | list):
        for child in value:
            yield from tensors_in(child)
    elif isinstance(value, dict | ModelOutput):
        yield from tensors_in(list(value.values()))
