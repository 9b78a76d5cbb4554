"""The layers that own variables, one for each leaf component. None makes a variable: filling and initializing do."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from types import MappingProxyType

import keras
import tensorflow as tf

from loadstone.architectures import components
from loadstone.architectures.components.base import Component
from loadstone.core.tensors import Slot
from loadstone.frameworks.tensorflow.activations import ACTIVATIONS
from loadstone.frameworks.tensorflow.state import shape_of


class Holder:
    """What may own slots. In Keras's own files (``.weights.h5``, ``.keras``) a slot has the path of attributes that
    leads to its owner, then ``vars``, then its last name: ``model/layers/0/self_attn/q_proj/vars/weight``. Only a part
    named ``output`` is called ``output_`` there, as Keras has an attribute of that name. A tied slot is stored once.
    """

    component: Component | None
    lone_slots: tuple[Slot, ...] = ()
    """Arrays that lie directly in a layer that has parts."""
    lone_weights: Mapping[str, components.Weight] = MappingProxyType({})
    """The components of those, by name."""
    tied: tuple[str, ...] = ()
    """Those of its slots that are another's variable."""

    def own_slots(self) -> tuple[Slot, ...]:
        """The slots that lie directly in this layer."""
        return self.lone_slots

    def save_own_variables(self, store: MutableMapping[str, keras.Variable]) -> None:
        """For Keras: what it writes of this layer."""
        for slot in self.own_slots():
            if slot.name not in self.tied:
                store[slot.name] = getattr(self, slot.name)

    def load_own_variables(self, store: MutableMapping[str, keras.Variable]) -> None:
        """For Keras: take back what it wrote."""
        for slot in self.own_slots():
            if slot.name not in self.tied:
                getattr(self, slot.name).assign(store[slot.name])


class Module(Holder, keras.layers.Layer):
    """A Keras layer made from a component. Its inputs stay as they are: dtypes are the checkpoint's affair."""

    def __init__(self, component: Component | None, name: str) -> None:
        super().__init__(name=name, dtype="float32")
        # Past Keras, which looks at each attribute that is set, for a layer or a variable in it.
        self.__dict__.update(component=component, built=True, _convert_input_args=False)


class Leaf(Module):
    """A layer that owns the slots of its component."""

    component: Component

    def own_slots(self) -> tuple[Slot, ...]:
        return self.component.own_slots()


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


class Experts(Leaf):
    """Gated feed-forward networks side by side, their weights stacked."""

    component: components.Experts

    def __init__(self, component: components.Experts, name: str) -> None:
        super().__init__(component, name)
        self.supports_jit = False  # how many tokens go to an expert is not known when XLA compiles

    def call(self, x: tf.Tensor, chosen: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
        """``x`` (tokens, width); ``chosen`` and ``weights`` (tokens, top_k) → (tokens, width)."""
        count, activation = self.component.count, ACTIVATIONS[self.component.activation]
        flat, top_k = tf.reshape(chosen, [-1]), chosen.shape[1]
        # Sorted by expert, each one's tokens are a range: one pair of products for each expert.
        order = tf.argsort(flat, stable=True)
        tokens = order // top_k
        sizes = tf.math.bincount(flat, minlength=count, maxlength=count)
        parts = tf.split(tf.gather(x, tokens), sizes, num=count)
        outputs = []
        for part, gate_up, down in zip(
            parts, tf.unstack(self.gate_up_proj.value), tf.unstack(self.down_proj.value), strict=True
        ):
            gate, up = tf.split(tf.matmul(part, gate_up, transpose_b=True), 2, axis=-1)
            outputs.append(tf.matmul(activation(gate) * up, down, transpose_b=True))
        shares = tf.gather(tf.reshape(weights, [-1]), order)
        return tf.math.unsorted_segment_sum(tf.concat(outputs, 0) * shares[:, None], tokens, shape_of(x)[0])


LEAVES: dict[type[Component], type[Leaf]] = {
    components.Linear: Linear,
    components.Embedding: Embedding,
    components.RMSNorm: RMSNorm,
    components.LayerNorm: LayerNorm,
    components.Experts: Experts,
}
