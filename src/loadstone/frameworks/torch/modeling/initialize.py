"""Random values for slots that no checkpoint fills, and memory for those of a skeleton."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from loadstone.architectures.components.leaves import Weight
from loadstone.frameworks.torch.dtypes import to_torch
from loadstone.frameworks.torch.modeling.leaf import start
from loadstone.frameworks.torch.modeling.leaves import initialize_leaf
from loadstone.frameworks.torch.transformers_compat.conventions import initialize_by_class


def initialize(model: nn.Module, names: set[str]) -> None:
    """Random initial values for the named slots, each by the module that owns it, or as its blueprint says.

    A class that says how, in ``_init_weights``, is asked first.
    """
    by_owner: dict[str, set[str]] = {}
    for name in initialize_by_class(model, names):
        owner, _, leaf = name.rpartition(".")
        by_owner.setdefault(owner, set()).add(leaf)
    for owner, leaves in by_owner.items():
        module = model.get_submodule(owner)
        if initialize_leaf(module, leaves):
            continue
        lone: Mapping[str, Weight] = getattr(module, "lone_weights", {})
        for leaf in sorted(leaves & lone.keys()):
            fill_lone(getattr(module, leaf), lone[leaf])
        if leaves - lone.keys():
            _reset(module, leaves - lone.keys())


@torch.no_grad()
def fill_lone(slot: Tensor, component: Weight) -> None:
    """Initial values for a lone array."""
    if start(slot, component, ""):
        return
    if component.std:
        slot.normal_(component.value, component.std)
    else:
        slot.fill_(component.value)


def _reset(module: nn.Module, leaves: set[str]) -> None:
    """Initial values for a module of somebody else's, by its own method; what it may not touch is put back."""
    reset = getattr(module, "reset_parameters", None) or getattr(module, "_reset_parameters", None)
    if reset is None:
        for leaf in leaves:
            nn.init.zeros_(module.get_parameter(leaf))
        return
    slots = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    kept = {name: slot.detach().clone() for name, slot in slots.items() if name not in leaves and not slot.is_meta}
    reset()
    with torch.no_grad():
        for name, numbers in kept.items():
            slots[name].copy_(numbers)


def materialize(model: nn.Module, names: set[str], dtype: torch.dtype, device: torch.device) -> None:
    """Give memory and random initial values to the named slots of a skeleton; tied slots stay one parameter."""
    for name, buffer in list(model.named_buffers()):
        if name in names:
            owner, _, leaf = name.rpartition(".")
            holder = model.get_submodule(owner)
            lone: Weight | None = holder.__dict__.get("lone_weights", {}).get(leaf)
            kind = _kind(buffer, dtype) if lone is None or lone.dtype is None else to_torch(lone.dtype)
            holder._buffers[leaf] = torch.empty(buffer.shape, dtype=kind, device=device)
    parameters: dict[int, nn.Parameter] = {}
    for name, slot in list(model.named_parameters(remove_duplicate=False)):
        if id(slot) in parameters or name in names:
            if id(slot) not in parameters:
                empty = torch.empty(slot.shape, dtype=_kind(slot, dtype), device=device)
                parameters[id(slot)] = nn.Parameter(empty, requires_grad=slot.requires_grad)
            owner, _, leaf = name.rpartition(".")
            model.get_submodule(owner)._parameters[leaf] = parameters[id(slot)]
    initialize(model, names)


def _kind(slot: Tensor, dtype: torch.dtype) -> torch.dtype:
    """``dtype`` for floating-point slots; integers stay what they are."""
    return dtype if slot.is_floating_point() else slot.dtype
