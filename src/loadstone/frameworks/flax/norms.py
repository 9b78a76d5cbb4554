"""The norms, each computed in float32."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from flax import nnx
from jax import Array

from loadstone.architectures import components
from loadstone.frameworks.flax.leaf import Leaf


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
