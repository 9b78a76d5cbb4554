"""The norms, each computed in float32."""

from __future__ import annotations

import tensorflow as tf

from loadstone.architectures import components
from loadstone.frameworks.tensorflow.leaf import Leaf


class RMSNorm(Leaf):
    """Root-mean-square norm, computed in float32; the gain is ``weight + offset``."""

    component: components.RMSNorm

    def call(self, x: tf.Tensor) -> tf.Tensor:
        wide = tf.cast(x, tf.float32)
        wide *= tf.math.rsqrt(tf.reduce_mean(tf.square(wide), -1, keepdims=True) + self.component.eps)
        if self.component.offset:
            return tf.cast(wide * (self.component.offset + tf.cast(self.weight.value, tf.float32)), x.dtype)
        return self.weight.value * tf.cast(wide, x.dtype)


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
