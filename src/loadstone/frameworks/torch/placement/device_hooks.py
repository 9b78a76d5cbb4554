"""Inputs and outputs that cross from device to device by themselves."""

from __future__ import annotations

import threading
from typing import TypeVar

import torch
from torch import nn

from loadstone.frameworks.torch.placement.hooks import Hook, Inputs, Keywords, not_of_state
from loadstone.frameworks.torch.placement.move import move, tensors_in
from loadstone.frameworks.torch.placement.placement import Devices

T = TypeVar("T")


def cross(model: nn.Module, devices: Devices) -> None:
    """Have every module of ``model`` get its inputs where it runs, and the caller the outputs where the inputs were.

    Does nothing for a model that lies on one device whole, as PyTorch users expect of such a model.
    """
    if not devices.is_accelerated or len(set(devices.placement.places.values())) == 1:
        return
    came = threading.local()
    model.register_forward_pre_hook(_Enter(devices.main, came), with_kwargs=True)
    model.register_forward_hook(_Leave(came), always_call=True)
    modules = dict(model.named_modules(remove_duplicate=False))
    units = {unit.name for unit in devices.units}
    for unit in devices.units:
        module = modules.get(unit.name)
        if module is not None and module is not model:
            module.register_forward_pre_hook(_Bring(devices.runs_on(unit.name)), with_kwargs=True)
    for name, module in modules.items():
        if module is model:
            continue
        if isinstance(module, nn.Embedding) and devices.must_cross(f"{name}.weight"):
            # A table is only looked into: the few rows that are asked for cross, not the table.
            module.register_forward_pre_hook(_Bring(torch.device("cpu")), with_kwargs=True)
            module.register_forward_hook(_Send(devices.main))
        elif any(True for _ in module.buffers(recurse=False)) and not _is_inside(name, units):
            module.register_forward_pre_hook(_Bring(devices.main), with_kwargs=True)


def _is_inside(name: str, units: set[str]) -> bool:
    return any(name[:end] in units for end, letter in enumerate(f"{name}.") if letter == ".")


class _Enter(Hook):
    """Inputs to where the model begins; remembers where they were."""

    def __init__(self, main: torch.device, came: threading.local) -> None:
        self._main, self._came = main, came

    def __call__(self, module: nn.Module, inputs: Inputs, keywords: Keywords) -> tuple[Inputs, Keywords]:
        first = next(tensors_in([inputs, keywords]), None)
        self._came.devices = [*getattr(self._came, "devices", ()), None if first is None else first.device]
        return move(inputs, self._main), move(keywords, self._main)


class _Leave(Hook):
    """Outputs to where the inputs were."""

    def __init__(self, came: threading.local) -> None:
        self._came = came

    def __call__(self, module: nn.Module, inputs: Inputs, output: T) -> T:
        devices = getattr(self._came, "devices", [])
        device = devices.pop() if devices else None
        return output if device is None else move(output, device)


class _Bring(Hook):
    """A module's inputs to where it runs."""

    def __init__(self, device: torch.device) -> None:
        self._device = device

    def __call__(self, module: nn.Module, inputs: Inputs, keywords: Keywords) -> tuple[Inputs, Keywords]:
        return move(inputs, self._device), move(not_of_state(module, keywords), self._device)


class _Send(Hook):
    """A module's output to where it is needed."""

    def __init__(self, device: torch.device) -> None:
        self._device = device

    def __call__(self, module: nn.Module, inputs: Inputs, output: T) -> T:
        return move(output, self._device)
