"""Convolutions, computed with the weights as they are stored."""

from __future__ import annotations

import itertools
import math

import jax
import jax.numpy as jnp
from flax import nnx
from jax import Array

from loadstone.architectures import components
from loadstone.frameworks.flax.leaf import Leaf

_FEW = 64
"""Kernels of up to so many values are summed one by one where each output is made of one input: on a CPU XLA takes
fifty times as long for such a convolution."""


class Conv(Leaf):
    """A convolution; ``x`` (batch, inputs, *sizes) → (batch, outputs, *sizes)."""

    component: components.Conv
    weight: nnx.Param[Array]
    bias: nnx.Param[Array]

    def __call__(self, x: Array) -> Array:
        component, weight = self.component, self.weight[...]
        y = convolve(x.astype(weight.dtype), weight, component)  # pictures and sounds come in float32
        return y + self.bias[...].reshape(-1, *(1 for _ in component.kernel)) if component.bias else y


class ConvTranspose(Leaf):
    """The transpose of a convolution; ``x`` (batch, inputs, height, width) → (batch, outputs, *larger ones)."""

    component: components.ConvTranspose
    weight: nnx.Param[Array]
    bias: nnx.Param[Array]

    def __call__(self, x: Array) -> Array:
        component, weight = self.component, self.weight[...]
        step, cut = component.stride, component.padding
        if component.kernel == (step, step):  # no two of them meet
            batch, _, rows, columns = x.shape
            y = jnp.einsum("nihw,ioab->nohawb", x, weight).reshape(batch, -1, rows * step, columns * step)
            y = y[:, :, cut : rows * step - cut, cut : columns * step - cut]
        else:
            pads = [(size - 1 - cut,) * 2 for size in component.kernel]
            turned = jnp.flip(weight, (2, 3))
            form = ("NCHW", "IOHW", "NCHW")
            y = jax.lax.conv_general_dilated(x, turned, (1, 1), pads, (step, step), dimension_numbers=form)
        return y + self.bias[...][:, None, None] if component.bias else y


def convolve(x: Array, weight: Array, conv: components.Conv, /) -> Array:
    """What a convolution makes of (batch, inputs, *sizes) without its bias."""
    if conv.is_depthwise and math.prod(conv.kernel) <= _FEW:
        return _depthwise(conv, x, weight)
    # Group by group: XLA takes at least as long for all of them together.
    pairs = zip(_split(x, 1, conv.groups), _split(weight, 0, conv.groups), strict=True)
    return jnp.concatenate([_convolved(conv, *pair) for pair in pairs], axis=1)


def _split(x: Array, axis: int, parts: int) -> list[Array]:
    return [x] if parts == 1 else jnp.split(x, parts, axis)


def _convolved(component: components.Conv, x: Array, weight: Array) -> Array:
    axes = "DHW"[-len(component.kernel) :]
    return jax.lax.conv_general_dilated(
        x,
        weight,
        component.strides,
        component.pads,
        rhs_dilation=component.dilations,
        dimension_numbers=(f"NC{axes}", f"OI{axes}", f"NC{axes}"),
    )


def _depthwise(component: components.Conv, x: Array, weight: Array) -> Array:
    """A sum of shifted inputs, in float32."""
    kernel, strides, dilations = component.kernel, component.strides, component.dilations
    x = jnp.pad(x, ((0, 0), (0, 0), *component.pads))
    reach = [dilation * (size - 1) for dilation, size in zip(dilations, kernel, strict=True)]
    sizes = [total - back for total, back in zip(x.shape[2:], reach, strict=True)]
    each = component.outputs // component.inputs
    x = x if each == 1 else jnp.repeat(x, each, axis=1)
    total: Array | int = 0
    for place in itertools.product(*map(range, kernel)):
        starts = [dilation * index for dilation, index in zip(dilations, place, strict=True)]
        window = tuple(
            slice(start, start + size, step) for start, size, step in zip(starts, sizes, strides, strict=True)
        )
        share = weight[(slice(None), 0, *place)].reshape(-1, *(1 for _ in kernel))
        total = total + x[(..., *window)].astype(jnp.float32) * share.astype(jnp.float32)
    return jnp.asarray(total).astype(x.dtype)
