"""The layers that own variables, one for each leaf component. None makes a variable: filling and initializing do."""

from __future__ import annotations

import tensorflow as tf

from loadstone.architectures import components
from loadstone.architectures.components.base import Component
from loadstone.frameworks.tensorflow.array_functions import xp
from loadstone.frameworks.tensorflow.convolution import Conv, ConvTranspose
from loadstone.frameworks.tensorflow.leaf import Leaf
from loadstone.frameworks.tensorflow.norms import BatchNorm, GroupNorm, LayerNorm, RMSNorm
from loadstone.frameworks.tensorflow.state import shape_of


class Linear(Leaf):
    """A linear map; ``weight`` is (outputs, inputs), or (inputs, outputs) if ``transposed``."""

    component: components.Linear

    def call(self, x: tf.Tensor) -> tf.Tensor:
        *outer, width = shape_of(x)
        # One plain product: one over batches, with a weight for all of them, is slower.
        flat = x if len(outer) == 1 else tf.reshape(x, [-1, width])
        y = tf.matmul(flat, self.weight.value, transpose_b=not self.component.transposed)
        if self.component.bias:
            y = tf.nn.bias_add(y, self.bias.value)
        return y if len(outer) == 1 else tf.reshape(y, [*outer, self.component.outputs])


class Embedding(Leaf):
    """An embedding, whose rows are multiplied by ``scale`` when looked up."""

    component: components.Embedding

    def call(self, ids: tf.Tensor) -> tf.Tensor:
        vectors = tf.gather(self.weight.value, ids)
        if self.component.padding is not None:
            vectors = tf.where((ids == self.component.padding)[..., None], tf.stop_gradient(vectors), vectors)
        # Rounded to the table's dtype first, as the model was trained.
        return vectors if self.component.scale == 1.0 else vectors * tf.cast(self.component.scale, vectors.dtype)


class Experts(Leaf):
    """Gated feed-forward networks side by side, their weights stacked."""

    component: components.Experts

    def __init__(self, component: components.Experts, name: str) -> None:
        super().__init__(component, name)
        self.supports_jit = False  # how many tokens go to an expert is not known when XLA compiles

    def call(self, x: tf.Tensor, chosen: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
        """``x`` (tokens, width); ``chosen`` and ``weights`` (tokens, top_k) → (tokens, width)."""
        count = self.component.count
        flat, top_k = tf.reshape(chosen, [-1]), chosen.shape[1]
        # Sorted by expert, each one's tokens are a range: one pair of products for each expert.
        order = tf.argsort(flat, stable=True)
        tokens = order // top_k
        sizes = tf.math.bincount(flat, minlength=count, maxlength=count)
        parts = tf.split(tf.gather(x, tokens), sizes, num=count)
        stacks = (tf.unstack(getattr(self, slot.name).value) for slot in self.component.own_slots())
        outputs = [self.one(arrays, part) for part, arrays in zip(parts, zip(*stacks, strict=True), strict=True)]
        shares = tf.gather(tf.reshape(weights, [-1]), order)
        return tf.math.unsorted_segment_sum(tf.concat(outputs, 0) * shares[:, None], tokens, shape_of(x)[0])

    def one(self, arrays: tuple[tf.Tensor, ...], x: tf.Tensor) -> tf.Tensor:
        """What one expert, of whose arrays there is one a slot, makes of ``x`` (tokens, width)."""
        gate_up, down = arrays
        inner = self.component.gated(xp, tf.matmul(x, gate_up, transpose_b=True))
        return tf.matmul(inner, down, transpose_b=True)


class ClampedExperts(Experts):
    """gpt-oss's, whose matrices are (inputs, outputs), with biases."""

    def one(self, arrays: tuple[tf.Tensor, ...], x: tf.Tensor) -> tf.Tensor:
        gate_up, of_gate_up, down, of_down = arrays
        return tf.matmul(self.component.gated(xp, tf.matmul(x, gate_up) + of_gate_up), down) + of_down


LEAVES: dict[type[Component], type[Leaf]] = {
    components.Linear: Linear,
    components.Embedding: Embedding,
    components.Conv: Conv,
    components.ConvTranspose: ConvTranspose,
    components.RMSNorm: RMSNorm,
    components.LayerNorm: LayerNorm,
    components.BatchNorm: BatchNorm,
    components.GroupNorm: GroupNorm,
    components.Experts: Experts,
    components.ClampedExperts: ClampedExperts,
}
