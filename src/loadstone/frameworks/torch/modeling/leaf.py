"""What the modules that own parameters share: how these are made, and filled at random."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from loadstone.architectures.components.base import Component
from loadstone.architectures.initial import own_way


def here(weight: Tensor) -> Tensor:
    """What this process has of a weight that is spread over several; any other as it is."""
    of_process = getattr(weight, "to_local", None)
    return weight if of_process is None else of_process()


def make(module: nn.Module, **shapes: tuple[int, ...] | None) -> None:
    """Register parameters without memory for what they will hold, or None.

    They go straight into the table of a module that has nothing yet: ``module.name = …`` looks into all others first,
    which takes longer than everything else about a layer.
    """
    for name, shape in shapes.items():
        module._parameters[name] = None if shape is None else nn.Parameter(torch.empty(shape))


@torch.no_grad()
def start(slot: Tensor, component: Component, name: str) -> bool:
    """Initial values in the leaf's own way, if it has one for this slot: whether it has."""
    own = own_way(component, name)
    if own is not None and not slot.is_meta:
        rng = np.random.default_rng(int(torch.randint(1 << 62, ())))  # so that torch.manual_seed decides
        slot.copy_(torch.from_numpy(own(rng, tuple(slot.shape))))
    return own is not None


def fill(weight: Tensor, std: float, cutoff: float | None = None) -> None:
    """Normal values; those beyond ``cutoff`` standard deviations are drawn again."""
    if cutoff is None:
        nn.init.normal_(weight, 0.0, std)
    else:
        nn.init.trunc_normal_(weight, 0.0, std, -cutoff * std, cutoff * std)
