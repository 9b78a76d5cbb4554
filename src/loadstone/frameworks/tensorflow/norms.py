"""The norms, each computed in float32."""

from __future__ import annotations

import tensorflow as tf

from loadstone.architectures import components
from loadstone.frameworks.tensorflow.leaf import Leaf
from loadstone.frameworks.tensorflow.state import shape_of


class RMSNorm(Leaf):
    """Root-mean-square norm, computed in float32; the gain is ``weight + offset``."""

    component: components.RMSNorm

    def call(self, x: tf.Tensor) -> tf.Tensor:
        wide = tf.cast(x, tf.float32)
        wide *= tf.math.rsqrt(tf.reduce_mean(tf.square(wide), -1, keepdims=True) + self.component.eps)
        if self.component.offset:
            return tf.cast(wide * (self.component.offset + tf.cast(self.weight.value, tf.float32)), x.dtype)
        return tf.cast(self.weight.value, x.dtype) * tf.cast(wide, x.dtype)


class LayerNorm(Leaf):
    """Layer norm, computed in float32."""

    component: components.LayerNorm

    def call(self, x: tf.Tensor) -> tf.Tensor:
        wide = tf.cast(x, tf.float32)
        wide -= tf.reduce_mean(wide, -1, keepdims=True)
        wide *= tf.math.rsqrt(tf.reduce_mean(tf.square(wide), -1, keepdims=True) + self.component.eps)
        if self.component.affine:
            wide *= tf.cast(self.weight.value, tf.float32)
            if self.component.bias:
                wide += tf.cast(self.bias.value, tf.float32)
        return tf.cast(wide, x.dtype)


class BatchNorm(Leaf):
    """Batch norm of (batch, channels, *sizes): by the stored statistics, or while training by those of the batch, which
    move the stored ones."""

    component: components.BatchNorm

    def call(self, x: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        wide = tf.cast(x, tf.float32)
        if training:  # which Keras tells each layer of a model
            mean, variance = tf.nn.moments(wide, [0, *range(2, x.shape.rank)])
            self._move(mean, variance, tf.size(wide) // x.shape[1])
        else:
            mean, variance = self.running_mean.value, self.running_var.value
        gain = _by_channel(self.weight.value, x) * tf.math.rsqrt(_by_channel(variance, x) + self.component.eps)
        return tf.cast((wide - _by_channel(mean, x)) * gain + _by_channel(self.bias.value, x), x.dtype)

    def _move(self, mean: tf.Tensor, variance: tf.Tensor, count: tf.Tensor) -> None:
        """Move the stored statistics towards those of ``count`` values a channel, as PyTorch does."""
        spread = variance * tf.cast(count, tf.float32) / tf.cast(tf.maximum(count - 1, 1), tf.float32)
        for kept, new in ((self.running_mean, mean), (self.running_var, spread)):
            moved = tf.cast(kept.value, tf.float32) + self.component.momentum * (new - tf.cast(kept.value, tf.float32))
            kept.assign(tf.cast(moved, kept.dtype))
        self.num_batches_tracked.assign_add(1)


class GroupNorm(Leaf):
    """Group norm of (batch, channels, *sizes)."""

    component: components.GroupNorm

    def call(self, x: tf.Tensor) -> tf.Tensor:
        shape = shape_of(x)
        wide = tf.reshape(tf.cast(x, tf.float32), [shape[0], self.component.groups, -1])
        wide -= tf.reduce_mean(wide, -1, keepdims=True)
        wide *= tf.math.rsqrt(tf.reduce_mean(tf.square(wide), -1, keepdims=True) + self.component.eps)
        wide = tf.reshape(wide, shape)
        return tf.cast(wide * _by_channel(self.weight.value, x) + _by_channel(self.bias.value, x), x.dtype)


def _by_channel(values: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
    """A value for each channel, in float32, in the form in which it goes with ``x`` (batch, channels, *sizes)."""
    return tf.reshape(tf.cast(values, tf.float32), [-1] + [1] * (x.shape.rank - 2))
