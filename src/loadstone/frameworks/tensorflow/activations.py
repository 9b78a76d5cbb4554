"""The elementwise functions that configs name."""

from __future__ import annotations

import math
from collections.abc import Callable

import tensorflow as tf

Activation = Callable[[tf.Tensor], tf.Tensor]


def _wide(function: Activation) -> Activation:
    """``function`` computed in float32 where ``x`` is of half precision, and rounded once at its end."""

    def rounded_once(x: tf.Tensor) -> tf.Tensor:
        return tf.cast(function(tf.cast(x, tf.float32)), x.dtype) if x.dtype.size == 2 else function(x)

    return rounded_once


def gelu_new(x: tf.Tensor) -> tf.Tensor:
    """GPT-2's gelu: the tanh form, written out (arXiv:1606.08415)."""
    return 0.5 * x * (1.0 + tf.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * x * x * x)))


def gelu(x: tf.Tensor) -> tf.Tensor:
    """Gelu by the error function (arXiv:1606.08415)."""
    return tf.nn.gelu(x, approximate=False)


def quick_gelu(x: tf.Tensor) -> tf.Tensor:
    """The sigmoid form of gelu."""
    return x * tf.sigmoid(1.702 * x)


def relu_squared(x: tf.Tensor) -> tf.Tensor:
    """``relu(x)²`` (arXiv:2109.08668)."""
    return tf.square(tf.nn.relu(x))


def leaky_relu(x: tf.Tensor) -> tf.Tensor:
    """``x`` where positive, a hundredth of it elsewhere."""
    return tf.nn.leaky_relu(x, alpha=0.01)


def silu(x: tf.Tensor) -> tf.Tensor:
    """``x · sigmoid(x)`` (arXiv:1702.03118)."""
    return x * tf.sigmoid(x)


def hardswish(x: tf.Tensor) -> tf.Tensor:
    """A piecewise form of silu (arXiv:1905.02244)."""
    return x * tf.nn.relu6(x + 3.0) / 6.0


def mish(x: tf.Tensor) -> tf.Tensor:
    """``x · tanh(softplus(x))`` (arXiv:1908.08681)."""
    return x * tf.tanh(tf.math.softplus(x))


def identity(x: tf.Tensor) -> tf.Tensor:
    """``x``."""
    return x


ACTIVATIONS: dict[str, Activation] = {
    "gelu": _wide(gelu),
    "gelu_python": _wide(gelu),
    "gelu_new": gelu_new,
    "gelu_fast": gelu_new,
    "gelu_accurate": gelu_new,
    "gelu_pytorch_tanh": _wide(gelu_new),
    "gelu_python_tanh": gelu_new,
    "quick_gelu": quick_gelu,
    "relu": tf.nn.relu,
    "relu2": relu_squared,
    "relu6": tf.nn.relu6,
    "leaky_relu": leaky_relu,
    "silu": _wide(silu),
    "swish": _wide(silu),
    "hardswish": _wide(hardswish),
    "mish": _wide(mish),
    "sigmoid": tf.sigmoid,
    "tanh": tf.tanh,
    "linear": identity,
}
