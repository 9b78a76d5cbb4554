"""How components run their parts in TensorFlow."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from loadstone.architectures import components
from loadstone.architectures.components.attention import rotary_tables
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.embeddings import TextInputs
from loadstone.architectures.rotary import Rotary
from loadstone.frameworks.ranges import beyond
from loadstone.frameworks.tensorflow.arguments import Inputs, bad_argument
from loadstone.frameworks.tensorflow.array_functions import xp
from loadstone.frameworks.tensorflow.attention import attend
from loadstone.frameworks.tensorflow.cache import advanced
from loadstone.frameworks.tensorflow.leaves import LEAVES
from loadstone.frameworks.tensorflow.names import attribute
from loadstone.frameworks.tensorflow.outputs import BaseModelOutput
from loadstone.frameworks.tensorflow.prepare import prepare
from loadstone.frameworks.tensorflow.state import State, dropout, shape_of


class Run:
    """The parts of a component lie in ``holder``: its own layer, or where it has no level of its own, its parent's."""

    __slots__ = ("holder", "state")
    xp = xp

    def __init__(self, holder: keras.Layer, state: State) -> None:
        self.holder = holder
        self.state = state

    def __call__(self, part: Part, *args: Any) -> Any:
        name, component = part
        if type(component) in LEAVES:  # any layer may stand in for a leaf: it sees no state
            return getattr(self.holder, attribute(name))(*args)
        if name and component.parts():
            return _layer(self.holder, name)(*args, state=self.state)
        return component.compute(self, *args)

    def weight(self, part: Part) -> tf.Tensor:
        holder, (stem, _, name) = self.holder, part.name.rpartition(".")
        return getattr(getattr(holder, attribute(stem)) if stem else holder, name).value

    def blocks(self, layers: tuple[Part, ...]) -> tuple[Part, ...]:
        return layers

    def block(self, part: Part, x: tf.Tensor, index: int) -> tf.Tensor:
        out, skip = _layer(self.holder, part.name)(x, state=self.state), getattr(part.component, "skip", 0.0)
        # Computed even where it is left out: a graph cannot branch and leave what a layer shows besides.
        return tf.where(tf.random.uniform(()) < skip, x, out) if skip and self.state.training else out

    def dropout(self, x: tf.Tensor, share: float) -> tf.Tensor:
        return dropout(x, share, self.state)

    def jitter(self, x: tf.Tensor, share: float) -> tf.Tensor:
        if not share or not self.state.training:
            return x
        return x * tf.random.uniform(shape_of(x), 1.0 - share, 1.0 + share, x.dtype)

    def lookup(
        self, embeddings: components.Embeddings, table: Part, argument: str, ids: tf.Tensor, shift: int = 0
    ) -> tf.Tensor:
        """On the CPU, outside of ``tf.function``; in a graph it is TensorFlow that refuses them."""
        try:
            return self(table, ids + shift if shift else ids)
        except tf.errors.InvalidArgumentError:
            error = None
            if tf.executing_eagerly():
                error = beyond(embeddings, argument, int(tf.reduce_min(ids)), int(tf.reduce_max(ids)))
            if error is None:
                raise
            raise bad_argument(str(error)) from None

    def attend(self, attention: components.Attention, query: tf.Tensor, key: tf.Tensor, value: tf.Tensor) -> tf.Tensor:
        return attend(attention, query, key, value, self.state)

    def begin(self, backbone: components.Backbone, inputs: Inputs) -> TextInputs:
        text, self.state = prepare(backbone, inputs)
        return text

    def rotary(
        self, backbone: components.Backbone, position_ids: tf.Tensor, x: tf.Tensor
    ) -> dict[Rotary, tuple[tf.Tensor, tf.Tensor]]:
        return {rotary: rotary_tables(xp, rotary, position_ids, x.dtype) for rotary in backbone.rotaries}

    def end(self, x: tf.Tensor, pooled: tf.Tensor | None) -> BaseModelOutput:
        state = self.state
        tokens = shape_of(x)[1]
        return BaseModelOutput(
            last_hidden_state=x,
            pooler_output=pooled,
            past_key_values=None if state.cache is None else advanced(state.cache, state.keys, state.values, tokens),
            hidden_states=None if state.hidden_states is None else (*state.hidden_states, x),
            attentions=None if state.attentions is None else tuple(state.attentions),
            router_logits=None if state.router_logits is None else tuple(state.router_logits),
        )


def _layer(holder: keras.Layer, name: str) -> keras.Layer:
    """The part of a name, perhaps in a row."""
    stem, _, number = name.rpartition(".")
    return getattr(holder, attribute(stem))[int(number)] if stem else getattr(holder, attribute(name))
