"""Modules that compute in another dtype than what is around them: their inputs are cast as they come in."""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import Tensor, nn

from loadstone.frameworks.torch.dtypes import to_torch
from loadstone.frameworks.torch.loading.module_walk import modules_of
from loadstone.frameworks.torch.modeling.leaves import Float8Linear
from loadstone.frameworks.torch.modeling.structure import TorchStructure
from loadstone.frameworks.torch.placement.hooks import Inputs, Keywords, not_of_state
from loadstone.frameworks.torch.placement.move import changed
from loadstone.planning.slot_dtypes import SlotDTypes

T = TypeVar("T")


def cast_between(model: nn.Module, dtypes: SlotDTypes) -> None:
    """Have each module that is in another dtype than the one around it get its inputs in its own.

    Its outputs are cast back, but for a head's: those of a language-model head in float32 are float32.
    """
    if not dtypes.by_module:
        return
    body = model.bare_prefix if isinstance(model, TorchStructure) else ""
    modules = modules_of(model)
    lists = {name for name, module in modules if isinstance(module, nn.ModuleList | nn.ModuleDict)}
    for name, module in modules:
        around = name.rpartition(".")[0]
        while around in lists:  # they are never called
            around = around.rpartition(".")[0]
        own, outer = dtypes.computes_in(name), dtypes.computes_in(around)
        if not name or name in lists or own is outer or own is None or outer is None:
            continue
        module.register_forward_pre_hook(CastInputs(to_torch(own)), with_kwargs=True)
        if not body or name == body or name.startswith(f"{body}."):
            module.register_forward_hook(CastOutput(to_torch(outer)))


def compute_from_float8(model: nn.Module) -> None:
    """Have linear layers whose weights are kept in float8 compute in the dtype of what they meet."""
    for _, module in modules_of(model):
        if type(module) is nn.Linear and "component" in module.__dict__ and module.weight.dtype.itemsize == 1:
            module.__class__ = Float8Linear


class CastInputs:
    """A hook that gives a module its floating-point inputs in a dtype."""

    def __init__(self, dtype: torch.dtype) -> None:
        self.dtype = dtype

    def __call__(self, module: nn.Module, inputs: Inputs, keywords: Keywords) -> tuple[Inputs, Keywords]:
        return cast(inputs, self.dtype), cast(not_of_state(module, keywords), self.dtype)


class CastOutput:
    """A hook that gives a module's floating-point outputs in a dtype."""

    def __init__(self, dtype: torch.dtype) -> None:
        self.dtype = dtype

    def __call__(self, module: nn.Module, inputs: Inputs, output: T) -> T:
        return cast(output, self.dtype)


def cast(value: T, dtype: torch.dtype) -> T:
    """Floating-point tensors in a dtype, also those in tuples, lists, dicts and outputs."""

    def in_dtype(leaf: object) -> object:
        return leaf.to(dtype) if isinstance(leaf, Tensor) and leaf.is_floating_point() else leaf

    return changed(value, in_dtype)
