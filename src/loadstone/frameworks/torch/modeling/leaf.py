"""What the modules that own parameters share: how these are made, and filled at random."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def make(module: nn.Module, **shapes: tuple[int, ...] | None) -> None:
    """Register parameters without memory for what they will hold, or None.

    They go straight into the table of a module that has nothing yet: ``module.name = …`` looks into all others first,
    which takes longer than everything else about a layer.
    """
    for name, shape in shapes.items():
        module._parameters[name] = None if shape is None else nn.Parameter(torch.empty(shape))


def fill(weight: Tensor, std: float, cutoff: float | None = None) -> None:
    """Normal values; those beyond ``cutoff`` standard deviations are drawn again."""
    if cutoff is None:
        nn.init.normal_(weight, 0.0, std)
    else:
        nn.init.trunc_normal_(weight, 0.0, std, -cutoff * std, cutoff * std)
