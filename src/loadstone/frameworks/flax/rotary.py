"""Rotary positions: cos and sin of every position, and the turning itself."""

from __future__ import annotations

import jax.numpy as jnp
from jax import Array

from loadstone.architectures.rotary import Rotary


def tables(rotary: Rotary, position_ids: Array, dtype: jnp.dtype) -> tuple[Array, Array]:
    """``position_ids`` (batch or 1, tokens) → cos and sin (batch or 1, 1, tokens, dim). Angles are float32."""
    frequencies, factor = _frequencies(rotary, position_ids)
    angles = position_ids[:, None, :, None].astype(jnp.float32) * frequencies
    angles = jnp.concatenate((angles, angles), axis=-1)
    return (jnp.cos(angles) * factor).astype(dtype), (jnp.sin(angles) * factor).astype(dtype)


def _frequencies(rotary: Rotary, position_ids: Array) -> tuple[Array, float]:
    """Inverse frequencies (dim / 2,) and the factor for cos and sin."""
    plain, factor = rotary.frequencies()
    near = jnp.asarray(plain, jnp.float32)
    if not rotary.depends_on_length:
        return near, factor
    length = jnp.max(position_ids) + 1
    if rotary.kind == "longrope":
        far = jnp.asarray(rotary.frequencies(rotary.limit + 1)[0], jnp.float32)
    else:
        # Dynamic NTK multiplies theta by growth^(dim / (dim - 2)). Taken to the power -i / dim that is growth to an
        # exponent which does not depend on theta, and which float32 holds well.
        growth = dict(rotary.scaling)["factor"]
        growth = growth * length.astype(jnp.float32) / rotary.max_position - (growth - 1)
        far = near * growth ** (-jnp.arange(0, rotary.dim, 2, dtype=jnp.float32) / (rotary.dim - 2))
    return jnp.where(length > rotary.limit, far, near), factor


def rotate(x: Array, cos: Array, sin: Array) -> Array:
    """Turn the first ``dim`` values of each head, pairing the first half with the second."""
    dim = cos.shape[-1]
    turning, passing = x[..., :dim], x[..., dim:]
    first, second = jnp.split(turning, 2, axis=-1)
    turned = turning * cos + jnp.concatenate((-second, first), axis=-1) * sin
    return turned if dim == x.shape[-1] else jnp.concatenate((turned, passing), axis=-1)
