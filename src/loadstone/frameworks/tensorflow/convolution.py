"""Convolutions. On a CPU TensorFlow has them with channels last, so inputs, weights and outputs are turned."""

from __future__ import annotations

import tensorflow as tf

from loadstone.architectures import components
from loadstone.frameworks.tensorflow.leaf import Leaf
from loadstone.frameworks.tensorflow.state import shape_of


class Conv(Leaf):
    """A convolution; ``x`` (batch, inputs, *sizes) → (batch, outputs, *sizes)."""

    component: components.Conv

    def call(self, x: tf.Tensor) -> tf.Tensor:
        weight = self.weight.value
        # Pictures and sounds come in float32.
        return convolve(
            tf.cast(x, weight.dtype), weight, self.component, self.bias.value if self.component.bias else None
        )


class ConvTranspose(Leaf):
    """The transpose of a convolution; ``x`` (batch, inputs, height, width) → (batch, outputs, *larger ones)."""

    component: components.ConvTranspose

    def call(self, x: tf.Tensor) -> tf.Tensor:
        component, step, cut = self.component, self.component.stride, self.component.padding
        batch, _, *sizes = shape_of(x)
        larger = [(size - 1) * step + reach for size, reach in zip(sizes, component.kernel, strict=True)]
        y = tf.nn.conv2d_transpose(
            tf.transpose(x, (0, 2, 3, 1)),
            tf.transpose(self.weight.value, (2, 3, 1, 0)),
            (batch, *larger, component.outputs),
            step,
            "VALID",
        )
        y = y[:, cut : larger[0] - cut, cut : larger[1] - cut]
        if component.bias:
            y = tf.nn.bias_add(y, self.bias.value)
        return tf.transpose(y, (0, 3, 1, 2))


def convolve(x: tf.Tensor, weight: tf.Tensor, conv: components.Conv, /, bias: tf.Tensor | None = None) -> tf.Tensor:
    """What a convolution makes of (batch, inputs, *sizes)."""
    axes = len(conv.kernel)
    if conv.pads != ((0, 0),) * axes:
        x = tf.pad(x, [(0, 0), (0, 0), *conv.pads])
    x = tf.transpose(x, (0, *range(2, axes + 2), 1))
    if conv.is_depthwise and axes < 3:
        y = _depthwise(conv, x, weight)
    else:
        # Group by group: TensorFlow's own way has no gradient where it is built without oneDNN.
        pairs = zip(tf.split(x, conv.groups, -1), tf.split(weight, conv.groups, 0), strict=True)
        y = tf.concat([_convolved(conv, *pair) for pair in pairs], -1)
    if bias is not None:
        y = tf.nn.bias_add(y, bias)
    return tf.transpose(y, (0, axes + 1, *range(1, axes + 1)))


def _convolved(component: components.Conv, x: tf.Tensor, weight: tf.Tensor) -> tf.Tensor:
    weight = tf.transpose(weight, (*range(2, weight.shape.rank), 1, 0))
    strides, dilations, form = component.strides, component.dilations, f"N{'DHW'[-len(component.kernel) :]}C"
    if max(dilations) > 1 and max(strides) > 1:  # of which TensorFlow has one or the other
        return _skipped(tf.nn.convolution(x, weight, 1, "VALID", form, dilations), strides)
    return tf.nn.convolution(x, weight, strides, "VALID", form, dilations)


def _depthwise(component: components.Conv, x: tf.Tensor, weight: tf.Tensor) -> tf.Tensor:
    """Over one axis, or two. TensorFlow has strides that are the same for both, and no dilation together with them."""
    strides, dilations = component.strides, component.dilations
    each = component.outputs // component.inputs
    kernel = tf.transpose(
        tf.reshape(weight, (component.inputs, each, *component.kernel)), (*range(2, 2 + len(strides)), 0, 1)
    )
    has_one = len(strides) == 1
    if has_one:
        x, kernel = x[:, None], kernel[None]
    step = strides[0] if len(set(strides)) == 1 and max(dilations) == 1 else 1
    y = tf.nn.depthwise_conv2d(
        x, kernel, (1, step, step, 1), "VALID", dilations=(1, *dilations) if has_one else dilations
    )
    if has_one:
        y = y[:, 0]
    return y if step == strides[0] and len(set(strides)) == 1 else _skipped(y, strides)


def _skipped(y: tf.Tensor, strides: tuple[int, ...]) -> tf.Tensor:
    return y[(slice(None), *(slice(None, None, step) for step in strides))]
