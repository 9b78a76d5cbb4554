"""Tensors to another device, wherever they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from loadstone.frameworks.outputs import ModelOutput


class Movable:
    """What knows itself how it is moved."""

    def on_device(self, device: torch.device) -> Any:
        """The same with its tensors there."""
        raise NotImplementedError


def move(value: Any, device: torch.device) -> Any:
    """Tensors to ``device``, also those in tuples, lists, dicts and the outputs and states of this library."""
    if isinstance(value, Tensor):
        return value.to(device)
    if isinstance(value, tuple):
        moved = [move(each, device) for each in value]
        return type(value)(*moved) if hasattr(value, "_fields") else tuple(moved)
    if isinstance(value, list):
        return [move(each, device) for each in value]
    if type(value) is dict:
        return {key: move(each, device) for key, each in value.items()}
    if isinstance(value, ModelOutput):
        for name, each in value.items():
            setattr(value, name, move(each, device))
    elif isinstance(value, Movable):
        return value.on_device(device)
    return value


def tensors_in(value: Any) -> Iterator[Tensor]:
    """Those in tuples, lists, dicts and this library's outputs."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, tuple | list):
        for each in value:
            yield from tensors_in(each)
    elif isinstance(value, dict | ModelOutput):
        yield from tensors_in(list(value.values()))
