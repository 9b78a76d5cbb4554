"""TensorFlow under the names of :class:`loadstone.architectures.components.run.ArrayFunctions`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import cast

import tensorflow as tf

from loadstone.architectures.components.run import ArrayFunctions
from loadstone.frameworks.tensorflow.activations import ACTIVATIONS
from loadstone.frameworks.tensorflow.state import shape_of

xp = cast(ArrayFunctions, sys.modules[__name__])
"""This module, for those who compute with it."""

activations = ACTIVATIONS
float32, int32 = tf.float32, tf.int32
abs = tf.abs
argmax = tf.argmax
astype = tf.cast
concat = tf.concat
cos = tf.cos
log = tf.math.log
max = tf.reduce_max
mean = tf.reduce_mean
permute_dims = tf.transpose
reshape = tf.reshape
shape = shape_of
sin = tf.sin
take = tf.gather
tanh = tf.tanh
top_k = tf.math.top_k
where = tf.where
zeros_like = tf.zeros_like


def any(x: tf.Tensor, /, *, axis: int, keepdims: bool) -> tf.Tensor:
    return tf.reduce_any(x, axis=axis, keepdims=keepdims)


def arange(stop: int | tf.Tensor, /, *, like: tf.Tensor) -> tf.Tensor:
    return tf.range(stop)


def asarray(values: Sequence[float], /) -> tf.Tensor:
    return tf.constant(values, tf.float32)


def at_rows(x: tf.Tensor, places: tf.Tensor, /) -> tf.Tensor:
    return tf.gather(x, places, batch_dims=1)


def clip(x: tf.Tensor, /, min: float | None = None, max: float | None = None) -> tf.Tensor:
    x = x if min is None else tf.maximum(x, tf.cast(min, x.dtype))
    return x if max is None else tf.minimum(x, tf.cast(max, x.dtype))


def cumulative_sum(x: tf.Tensor, /, *, axis: int) -> tf.Tensor:
    return tf.cumsum(x, axis=axis)


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
