"""Convolutions: PyTorch's own layers, so that whoever looks for ``nn.Conv2d`` finds them."""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd

from loadstone.architectures import components
from loadstone.frameworks.torch.modeling.leaf import fill, start


class _Stored(_ConvNd):
    """What each of them adds: zeros of another number at either end, and initial values."""

    component: components.Conv
    _edges: Sequence[int] | None

    def __init__(self, component: components.Conv) -> None:
        pads = component.pads
        uneven = any(before != after for before, after in pads)
        super().__init__(  # type: ignore[call-arg]
            component.inputs,
            component.outputs,
            component.kernel,
            component.strides,
            padding=tuple(0 if uneven else before for before, _ in pads),
            dilation=component.dilations,
            groups=component.groups,
            bias=component.bias,
        )
        self.component = component
        # From the last axis to the first.
        self._edges = [zeros for pair in reversed(pads) for zeros in pair] if uneven else None

    def forward(self, input: Tensor) -> Tensor:
        input = input.to(self.weight.dtype)  # pictures and sounds come in float32
        return super().forward(input if self._edges is None else F.pad(input, self._edges))

    def reset_parameters(self) -> None:
        """Nothing: memory is filled from the checkpoint, or by :meth:`initialize`."""

    def initialize(self, names: set[str]) -> None:
        """Random initial values for the named slots: normal weights and zero bias, or as the component says."""
        if "weight" in names and not start(self.weight, self.component, "weight"):
            fill(self.weight, self.component.std)
        if "bias" in names and self.bias is not None and not start(self.bias, self.component, "bias"):
            nn.init.zeros_(self.bias)


class Conv1d(_Stored, nn.Conv1d):
    """Over (batch, channels, length)."""


class Conv2d(_Stored, nn.Conv2d):
    """Over (batch, channels, height, width)."""


class Conv3d(_Stored, nn.Conv3d):
    """Over (batch, channels, depth, height, width)."""


class ConvTranspose2d(nn.ConvTranspose2d):
    """The transpose of a convolution over (batch, channels, height, width)."""

    def __init__(self, component: components.ConvTranspose) -> None:
        super().__init__(
            component.inputs,
            component.outputs,
            component.kernel,
            component.stride,
            padding=component.padding,
            bias=component.bias,
        )
        self.component = component

    def reset_parameters(self) -> None:
        """Nothing: memory is filled from the checkpoint, or by :meth:`initialize`."""

    def initialize(self, names: set[str]) -> None:
        """Random initial values for the named slots: normal weights and zero bias."""
        if "weight" in names:
            fill(self.weight, self.component.std)
        if "bias" in names and self.bias is not None:
            nn.init.zeros_(self.bias)


def convolution(component: components.Conv) -> nn.Module:
    """The layer for as many axes as the kernel has."""
    return (Conv1d, Conv2d, Conv3d)[len(component.kernel) - 1](component)
