"""Arrays that lie beside blocks, directly in a module that holds some: a temperature, a class token of the whole model.

Such a module is no unit of a placement, so nothing brings what lies in it. While it runs, its own arrays are where the
model computes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

from loadstone.frameworks.torch.placement.hooks import Hook, Inputs
from loadstone.frameworks.torch.placement.placement import Devices


def bring(model: nn.Module, devices: Devices) -> None:
    """Have the arrays that are units by themselves cross to the accelerator while the module around them runs."""
    if not devices.is_accelerated:
        return
    modules = dict(model.named_modules(remove_duplicate=False))
    for unit in devices.units:
        if unit.name in modules or devices.of(unit.name) == devices.main:
            continue
        owner, _, leaf = unit.name.rpartition(".")
        caller = owner
        while isinstance(modules[caller], nn.ModuleList | nn.ModuleDict):  # they are never called
            caller = caller.rpartition(".")[0]
        loan = Loan(getattr(modules[owner], leaf), partial(_on, device=devices.main))
        modules[caller].register_forward_pre_hook(_Begin(loan), prepend=True)
        modules[caller].register_forward_hook(_End(loan), always_call=True)


def borrows(module: nn.Module) -> bool:
    """Whether arrays of this module come from elsewhere while it runs."""
    return any(isinstance(hook, _Begin) for hook in module._forward_pre_hooks.values())


class Loan:
    """A parameter or buffer that is on a device while somebody computes with it, in however many threads."""

    def __init__(self, array: Tensor, bring: Callable[[Tensor], Tensor]) -> None:
        """``bring`` makes a copy of the array's values where they are needed."""
        self._array, self._bring = array, bring
        self._home: Tensor = array.data
        self._lock, self._users = threading.Lock(), 0

    def begin(self) -> None:
        """From here on it is on the device."""
        with self._lock:
            if not self._users:
                self._home = self._array.data
                self._array.data = self._bring(self._home)
            self._users += 1

    def end(self) -> None:
        """As many times as :meth:`begin`; then it is where it was."""
        with self._lock:
            self._users -= 1
            if not self._users:
                self._array.data = self._home


def _on(array: Tensor, device: torch.device) -> Tensor:
    return array.to(device)


class _Begin(Hook):
    def __init__(self, loan: Loan) -> None:
        self._loan = loan

    def __call__(self, module: nn.Module, inputs: Inputs) -> None:
        self._loan.begin()


class _End(Hook):
    def __init__(self, loan: Loan) -> None:
        self._loan = loan

    def __call__(self, module: nn.Module, inputs: Inputs, output: object) -> None:
        self._loan.end()
