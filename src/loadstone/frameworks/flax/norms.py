"""The norms, each computed in float32."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from flax import nnx
from jax import Array

from loadstone.architectures import components
from loadstone.frameworks.flax.leaf import Buffer, Leaf


class RMSNorm(Leaf):
    """Root-mean-square norm, computed in float32; the gain is ``weight + offset``."""

    component: components.RMSNorm
    weight: nnx.Param[Array]

    def __call__(self, x: Array) -> Array:
        wide = x.astype(jnp.float32)
        wide = wide * jax.lax.rsqrt(jnp.mean(jnp.square(wide), axis=-1, keepdims=True) + self.component.eps)
        if self.component.offset:
            return (wide * (self.component.offset + self.weight[...].astype(jnp.float32))).astype(x.dtype)
        return self.weight[...] * wide.astype(x.dtype)


class LayerNorm(Leaf):
    """Layer norm, computed in float32."""

    component: components.LayerNorm
    weight: nnx.Param[Array]
    bias: nnx.Param[Array]

    def __call__(self, x: Array) -> Array:
        wide = x.astype(jnp.float32)
        wide = wide - jnp.mean(wide, axis=-1, keepdims=True)
        wide = wide * jax.lax.rsqrt(jnp.mean(jnp.square(wide), axis=-1, keepdims=True) + self.component.eps)
        if self.component.affine:
            wide = wide * self.weight[...].astype(jnp.float32)
            if self.component.bias:
                wide = wide + self.bias[...].astype(jnp.float32)
        return wide.astype(x.dtype)


class BatchNorm(Leaf):
    """Batch norm of (batch, channels, *sizes) by the stored statistics, which training does not change."""

    component: components.BatchNorm
    weight: nnx.Param[Array]
    bias: nnx.Param[Array]
    running_mean: Buffer
    running_var: Buffer

    def __call__(self, x: Array) -> Array:
        mean, variance = _by_channel(self.running_mean[...], x), _by_channel(self.running_var[...], x)
        gain = _by_channel(self.weight[...], x) * jax.lax.rsqrt(variance + self.component.eps)
        return ((x.astype(jnp.float32) - mean) * gain + _by_channel(self.bias[...], x)).astype(x.dtype)


class GroupNorm(Leaf):
    """Group norm of (batch, channels, *sizes)."""

    component: components.GroupNorm
    weight: nnx.Param[Array]
    bias: nnx.Param[Array]

    def __call__(self, x: Array) -> Array:
        wide = x.astype(jnp.float32).reshape(x.shape[0], self.component.groups, -1)
        wide = wide - jnp.mean(wide, axis=-1, keepdims=True)
        wide = wide * jax.lax.rsqrt(jnp.mean(jnp.square(wide), axis=-1, keepdims=True) + self.component.eps)
        wide = wide.reshape(x.shape)
        return (wide * _by_channel(self.weight[...], x) + _by_channel(self.bias[...], x)).astype(x.dtype)


def _by_channel(values: Array, x: Array) -> Array:
    """A value for each channel, in float32, in the form in which it goes with ``x`` (batch, channels, *sizes)."""
    return values.astype(jnp.float32).reshape(-1, *(1 for _ in x.shape[2:]))
