"""A blueprint with other sizes: the slots that differ get new memory, and keep what they had."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from loadstone.architectures.components import Bias, Component, walk
from loadstone.errors import ArgumentError
from loadstone.frameworks.torch.build import build


def resize(model: nn.Module, old: Component, new: Component) -> None:
    """Give each leaf of ``model`` whose component is another in ``new`` its new size.

    The modules stay the same objects, so that hooks on them stay too. Old rows are kept, as many as there is room for.
    """
    components = dict(walk(new))
    for name, component in walk(old):
        if components[name] == component:
            continue
        if isinstance(component, Bias):
            owner, _, leaf = name.rpartition(".")
            module, leaves = model.get_submodule(owner), [leaf]
        else:
            module = model.get_submodule(name)
            leaves = [leaf for leaf, _ in module.named_parameters(recurse=False)]
        slots = {leaf: module.get_parameter(leaf) for leaf in leaves}
        if not all(slot.is_floating_point() for slot in slots.values()):
            raise ArgumentError(
                f"{name} is packed as it is stored, and its rows cannot be more or fewer. Load the checkpoint with "
                "dequantize=True to resize it."
            )
        fresh = _fresh(components[name], next(iter(slots.values())))
        for leaf, slot in slots.items():
            source = fresh if isinstance(fresh, nn.Parameter) else fresh.get_parameter(leaf)
            module.register_parameter(leaf, nn.Parameter(_grown(source, slot), requires_grad=slot.requires_grad))
        if isinstance(fresh, nn.Module):
            module.component = components[name]  # type: ignore[assignment]
            for size in ("num_embeddings", "padding_idx", "out_features"):
                if hasattr(module, size):
                    setattr(module, size, getattr(fresh, size))


def _fresh(component: Component, like: Tensor) -> nn.Module | nn.Parameter:
    """A leaf with fresh numbers, in the dtype and on the device of ``like``."""
    with torch.device(like.device):
        made = build(component)
    if isinstance(made, nn.Parameter):
        return nn.Parameter(torch.zeros_like(made, dtype=like.dtype))
    made = made.to(like.dtype)
    made.initialise({name for name, _ in made.named_parameters()})  # type: ignore[operator]
    return made


def _grown(fresh: Tensor, old: Tensor) -> Tensor:
    """``fresh`` with the rows that ``old`` has."""
    rows = min(fresh.shape[0], old.shape[0])
    grown = fresh.detach()
    grown[:rows] = old.detach()[:rows]
    return grown
