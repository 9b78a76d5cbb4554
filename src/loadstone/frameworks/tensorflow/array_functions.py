"""TensorFlow under the names of :class:`loadstone.architectures.components.run.ArrayFunctions`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
import tensorflow as tf

from loadstone.architectures.components.run import ArrayFunctions
from loadstone.architectures.interpolation import Method, shares
from loadstone.frameworks.tensorflow import convolution
from loadstone.frameworks.tensorflow.activations import ACTIVATIONS
from loadstone.frameworks.tensorflow.state import shape_of

xp = cast(ArrayFunctions, sys.modules[__name__])
"""This module, for those who compute with it."""

activations = ACTIVATIONS
bool_, float32, int32 = tf.bool, tf.float32, tf.int32
abs = tf.abs
argmax = tf.argmax
astype = tf.cast
broadcast_to = tf.broadcast_to
concat = tf.concat
convolve = convolution.convolve
cos = tf.cos
exp = tf.exp
log = tf.math.log
max = tf.reduce_max
mean = tf.reduce_mean
permute_dims = tf.transpose
reshape = tf.reshape
roll = tf.roll
shape = shape_of
sin = tf.sin
softplus = tf.math.softplus
sqrt = tf.sqrt
stop_gradient = tf.stop_gradient
take = tf.gather
tanh = tf.tanh
top_k = tf.math.top_k
where = tf.where
zeros_like = tf.zeros_like


def any(x: tf.Tensor, /, *, axis: int, keepdims: bool) -> tf.Tensor:
    return tf.reduce_any(x, axis=axis, keepdims=keepdims)


def arange(count: int | tf.Tensor, /, *, like: tf.Tensor, start: int | tf.Tensor = 0) -> tf.Tensor:
    return tf.range(count) + start


def argsort(x: tf.Tensor, /, *, axis: int, descending: bool = False) -> tf.Tensor:
    return tf.argsort(x, axis, "DESCENDING" if descending else "ASCENDING", stable=True)


def asarray(values: Sequence[float], /) -> tf.Tensor:
    return tf.constant(values, tf.float32)


def at_places(x: tf.Tensor, places: tf.Tensor, /) -> tf.Tensor:
    return tf.gather(x, places, axis=1, batch_dims=1)


def at_rows(x: tf.Tensor, places: tf.Tensor, /) -> tf.Tensor:
    return tf.gather(x, places, batch_dims=1)


def clip(x: tf.Tensor, /, min: float | None = None, max: float | None = None) -> tf.Tensor:
    x = x if min is None else tf.maximum(x, tf.cast(min, x.dtype))
    return x if max is None else tf.minimum(x, tf.cast(max, x.dtype))


def cumulative_sum(x: tf.Tensor, /, *, axis: int) -> tf.Tensor:
    return tf.cumsum(x, axis=axis)


def expand_dims(x: tf.Tensor, /, *, axis: int) -> tf.Tensor:
    return tf.expand_dims(x, axis)


def fft2_real(x: tf.Tensor, /) -> tf.Tensor:
    return tf.cast(tf.math.real(tf.signal.fft2d(tf.cast(x, tf.complex64))), x.dtype)


def flip(x: tf.Tensor, /, *, axis: int) -> tf.Tensor:
    return tf.reverse(x, [axis])


def near(x: tf.Tensor, like: tf.Tensor, /) -> tf.Tensor:
    return x


def log_softmax(x: tf.Tensor, /) -> tf.Tensor:
    return tf.nn.log_softmax(tf.cast(x, tf.float32))


def max_pool(x: tf.Tensor, kernel: int, stride: int, padding: int, /) -> tf.Tensor:
    beyond = [(0, 0), (padding, padding), (padding, padding), (0, 0)]
    x = tf.pad(tf.transpose(x, (0, 2, 3, 1)), beyond, constant_values=x.dtype.min)
    return tf.transpose(tf.nn.max_pool2d(x, kernel, stride, "VALID"), (0, 3, 1, 2))


def on_host(function: Callable[..., np.ndarray], like: tf.Tensor, /, *arrays: tf.Tensor) -> tf.Tensor:
    def call(*arrays: np.ndarray) -> np.ndarray:
        return function(*arrays).astype(like.dtype.as_numpy_dtype)

    return tf.ensure_shape(tf.numpy_function(call, arrays, like.dtype), like.shape)


def in_bfloat16(x: tf.Tensor, /) -> tf.Tensor:
    # By their bits, to the nearest and of two to the even one: XLA may leave out a cast and the cast back.
    bits = tf.bitcast(x, tf.uint32)
    odd = tf.bitwise.bitwise_and(tf.bitwise.right_shift(bits, 16), 1)
    return tf.bitcast(tf.bitwise.bitwise_and(bits + odd + 0x7FFF, 0xFFFF0000), tf.float32)


def pad(x: tf.Tensor, before: int, after: int | tf.Tensor, /, *, axis: int) -> tf.Tensor:
    widths = [(0, 0)] * x.shape.rank
    widths[axis] = (before, after)
    return tf.pad(x, widths)


def resize(x: tf.Tensor, sizes: tuple[int, int], method: Method, /) -> tf.Tensor:
    rows, columns = (
        tf.constant(shares(old, new, method), tf.float32) for old, new in zip(x.shape[2:], sizes, strict=True)
    )
    # Not as products of a matrix with a batch: in a graph TensorFlow's own end the process for pictures of one channel.
    wide = tf.einsum("ih,bchw,jw->bcij", rows, tf.cast(x, tf.float32), columns)
    return tf.cast(wide, x.dtype)


def scan(step: Callable[[Any, Any], tuple[Any, Any]], carry: Any, xs: Any, /) -> tuple[Any, Any]:
    steps = shape_of(tf.nest.flatten(xs)[0])[0]
    first, y = step(carry, tf.nest.map_structure(lambda each: each[0], xs))
    ys = [tf.TensorArray(each.dtype, steps, element_shape=each.shape).write(0, each) for each in tf.nest.flatten(y)]

    def one(index: tf.Tensor, carry: Any, ys: list[tf.TensorArray]) -> tuple[tf.Tensor, Any, list[tf.TensorArray]]:
        after, y = step(carry, tf.nest.map_structure(lambda each: each[index], xs))
        after = tf.nest.map_structure(lambda new, old: tf.ensure_shape(new, old.shape), after, carry)
        return index + 1, after, [array.write(index, each) for array, each in zip(ys, tf.nest.flatten(y), strict=True)]

    at_most = steps - 1 if isinstance(steps, int) else None
    _, last, ys = tf.while_loop(
        lambda index, *_: index < steps, one, (tf.constant(1), first, ys), maximum_iterations=at_most
    )
    return last, tf.nest.pack_sequence_as(y, [array.stack() for array in ys])


def slice(x: tf.Tensor, start: int | tf.Tensor, count: int | tf.Tensor, /) -> tf.Tensor:
    return x[:, start : start + count]


def softmax(x: tf.Tensor, /) -> tf.Tensor:
    return tf.nn.softmax(tf.cast(x, tf.float32))


def split(x: tf.Tensor, sizes: tuple[int, ...], /) -> list[tf.Tensor]:
    return tf.split(x, sizes, axis=-1)


def sum(x: tf.Tensor, /, *, axis: int, keepdims: bool) -> tf.Tensor:
    return tf.reduce_sum(x, axis=axis, keepdims=keepdims)


def unstack(x: tf.Tensor, count: int, /) -> list[tf.Tensor]:
    return tf.unstack(x, num=count, axis=-1)
