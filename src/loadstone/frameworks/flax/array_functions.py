"""JAX under the names of :class:`loadstone.architectures.components.run.ArrayFunctions`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import cast

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.typing import DTypeLike

from loadstone.architectures.components.run import ArrayFunctions
from loadstone.architectures.interpolation import Method, shares
from loadstone.frameworks.flax import convolution
from loadstone.frameworks.flax.activations import ACTIVATIONS

xp = cast(ArrayFunctions, sys.modules[__name__])
"""This module, for those who compute with it."""

activations = ACTIVATIONS
bool_, float32, int32 = jnp.bool, jnp.float32, jnp.int32
abs = jnp.abs
any = jnp.any
argmax = jnp.argmax
argsort = jnp.argsort
broadcast_to = jnp.broadcast_to
clip = jnp.clip
concat = jnp.concatenate
convolve = convolution.convolve
cos = jnp.cos
exp = jnp.exp
expand_dims = jnp.expand_dims
flip = jnp.flip
log = jnp.log
max = jnp.max
mean = jnp.mean
permute_dims = jnp.transpose
reshape = jnp.reshape
roll = jnp.roll
scan = jax.lax.scan
sin = jnp.sin
softplus = jax.nn.softplus
sqrt = jnp.sqrt
stop_gradient = jax.lax.stop_gradient
sum = jnp.sum
take = jnp.take
tanh = jnp.tanh
top_k = jax.lax.top_k
where = jnp.where
zeros_like = jnp.zeros_like


def arange(count: int, /, *, like: Array, start: int | Array = 0) -> Array:
    return jnp.arange(count) + start


def asarray(values: Sequence[float], /) -> Array:
    return jnp.asarray(values, jnp.float32)


def at_places(x: Array, places: Array, /) -> Array:
    return jnp.take_along_axis(x, places.reshape(*places.shape, *(1,) * (x.ndim - 2)), axis=1)


def at_rows(x: Array, places: Array, /) -> Array:
    return jnp.take_along_axis(x, places[:, None, None], axis=1)[:, 0]


def astype(x: Array, dtype: DTypeLike, /) -> Array:
    return x.astype(dtype)


def cumulative_sum(x: Array, /, *, axis: int) -> Array:
    return jnp.cumsum(x, axis=axis)


def fft2_real(x: Array, /) -> Array:
    return jnp.fft.fft2(x.astype(jnp.float32)).real.astype(x.dtype)


def near(x: Array, like: Array, /) -> Array:
    return x


def log_softmax(x: Array, /) -> Array:
    return jax.nn.log_softmax(x.astype(jnp.float32), axis=-1)


def max_pool(x: Array, kernel: int, stride: int, padding: int, /) -> Array:
    beyond = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    window, steps = (1, 1, kernel, kernel), (1, 1, stride, stride)
    return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, steps, beyond)


def on_host(function: Callable[..., np.ndarray], like: Array, /, *arrays: Array) -> Array:
    def call(*arrays: Array) -> np.ndarray:
        return function(*map(np.asarray, arrays)).astype(like.dtype)

    return jax.pure_callback(
        call,
        jax.ShapeDtypeStruct(like.shape, like.dtype),
        *map(jax.lax.stop_gradient, arrays),
        vmap_method="sequential",
    )


def in_bfloat16(x: Array, /) -> Array:
    return jax.lax.reduce_precision(x, exponent_bits=8, mantissa_bits=7)


def pad(x: Array, before: int, after: int, /, *, axis: int) -> Array:
    widths = [(0, 0)] * x.ndim
    widths[axis] = (before, after)
    return jnp.pad(x, widths)


def resize(x: Array, sizes: tuple[int, int], method: Method, /) -> Array:
    rows, columns = (
        jnp.asarray(shares(old, new, method), jnp.float32) for old, new in zip(x.shape[2:], sizes, strict=True)
    )
    wide = jnp.einsum("ih,bchw,jw->bcij", rows, x.astype(jnp.float32), columns, precision="highest")
    return wide.astype(x.dtype)


def shape(x: Array, /) -> tuple[int, ...]:
    return x.shape


def slice(x: Array, start: Array | int, count: int, /) -> Array:
    return jax.lax.dynamic_slice_in_dim(x, start, count, axis=1)


def softmax(x: Array, /) -> Array:
    return jax.nn.softmax(x.astype(jnp.float32), axis=-1)


def split(x: Array, sizes: tuple[int, ...], /) -> list[Array]:
    ends = [int(end) for end in np.cumsum(sizes)[:-1]]
    return jnp.split(x, ends, axis=-1)


def unstack(x: Array, count: int, /) -> tuple[Array, ...]:
    return tuple(jnp.moveaxis(x, -1, 0))
