"""The norms, which are derived from PyTorch's own where there is one. None fills its memory when made."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from loadstone.architectures import components
from loadstone.frameworks.torch.dtypes import to_torch
from loadstone.frameworks.torch.modeling.leaf import make


class RMSNorm(nn.Module):
    """Root-mean-square norm, computed in float32; the gain is ``weight + offset``."""

    component: components.RMSNorm
    weight: nn.Parameter

    def __init__(self, component: components.RMSNorm) -> None:
        super().__init__()
        self.__dict__["component"] = component
        make(self, weight=(component.width,))

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float()
        wide = wide * torch.rsqrt(self.mean_square(wide) + self.component.eps)
        if self.component.offset:
            return (wide * (self.component.offset + self.weight.float())).to(x.dtype)
        return self.weight * wide.to(x.dtype)

    def mean_square(self, x: Tensor) -> Tensor:
        """Over the last axis, which stays; of a norm whose width is split over ranks over that of all."""
        return x.square().mean(-1, keepdim=True)

    def initialize(self, names: set[str]) -> None:
        """A gain of 1."""
        nn.init.constant_(self.weight, 1.0 - self.component.offset)

    def extra_repr(self) -> str:
        return f"{tuple(self.weight.shape)}, eps={self.component.eps}"


class BatchNorm(nn.BatchNorm2d):
    """Batch norm of (batch, channels, *sizes), however many sizes there are."""

    component: components.BatchNorm

    def __init__(self, component: components.BatchNorm) -> None:
        nn.Module.__init__(self)
        self.__dict__.update(component=component, num_features=component.width, eps=component.eps)
        self.__dict__.update(momentum=component.momentum, affine=True, track_running_stats=True)
        make(self, weight=(component.width,), bias=(component.width,))
        for slot in component.own_slots():
            if slot.kind == "buffer":
                dtype = None if slot.dtype is None else to_torch(slot.dtype)
                self._buffers[slot.name] = torch.empty(slot.shape, dtype=dtype)

    def _check_input_dim(self, input: Tensor) -> None:
        """Any will do."""

    @torch.no_grad()
    def initialize(self, names: set[str]) -> None:
        """Of the named slots gains and variances of 1, and 0 for the others."""
        for name in names:
            getattr(self, name).fill_(name in ("weight", "running_var"))


class GroupNorm(nn.GroupNorm):
    """Group norm."""

    def __init__(self, component: components.GroupNorm) -> None:
        super().__init__(component.groups, component.width, component.eps)
        self.component = component

    def reset_parameters(self) -> None:
        """Nothing: memory is filled from the checkpoint, or by :meth:`initialize`."""

    def initialize(self, names: set[str]) -> None:
        """A gain of 1 and a bias of 0, for the named slots."""
        if "weight" in names:
            nn.init.ones_(self.weight)
        if "bias" in names:
            nn.init.zeros_(self.bias)


class LayerNorm(nn.LayerNorm):
    """Layer norm."""

    def __init__(self, component: components.LayerNorm) -> None:
        super().__init__(component.width, component.eps, elementwise_affine=component.affine, bias=component.bias)
        self.component = component

    def reset_parameters(self) -> None:
        """Nothing: memory is filled from the checkpoint, or by :meth:`initialize`."""

    def initialize(self, names: set[str]) -> None:
        """A gain of 1 and a bias of 0, for the named slots."""
        if "weight" in names:
            nn.init.ones_(self.weight)
        if "bias" in names:
            nn.init.zeros_(self.bias)
