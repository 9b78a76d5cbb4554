"""What the layers of one forward pass share, and the small helpers that they all need."""

from __future__ import annotations

import tensorflow as tf

from loadstone.architectures.components.masks import MaskKind
from loadstone.architectures.rotary import Rotary
from loadstone.frameworks.tensorflow.cache import Cache, written


class State:
    """What a layer needs besides its input, and where it leaves what was asked for.

    ``masks``: for each kind what is added to the scores, (batch or 1, heads or 1, queries, keys) in float32; None where
    everyone sees everyone. ``rotary``: cos and sin, (batch or 1, 1, tokens, dim).
    """

    def __init__(
        self,
        *,
        training: bool,
        cache: Cache | None = None,
        attentions: list[tf.Tensor] | None = None,
        hidden_states: list[tf.Tensor] | None = None,
        router_logits: list[tf.Tensor] | None = None,
    ) -> None:
        self.training = training
        self.masks: dict[MaskKind, tf.Tensor | None] = {}
        self.rotary: dict[Rotary, tuple[tf.Tensor, tf.Tensor]] = {}
        self.cache = cache
        self.keys: list[tf.Tensor] = list(cache.keys) if cache is not None else []
        self.values: list[tf.Tensor] = list(cache.values) if cache is not None else []
        self.attentions = attentions
        self.hidden_states = hidden_states
        self.router_logits = router_logits
        self.bias: tf.Tensor | None = None

    def keep(self, index: int, key: tf.Tensor, value: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The keys and values of all tokens of a layer so far, with these of the new ones."""
        if self.cache is None:
            return key, value
        self.keys[index] = written(self.keys[index], key, self.cache.length)
        self.values[index] = written(self.values[index], value, self.cache.length)
        return self.keys[index], self.values[index]

    def add_hidden_state(self, x: tf.Tensor) -> None:
        """Leave the input of a layer, if that was asked for."""
        if self.hidden_states is not None:
            self.hidden_states.append(x)

    def add_router_logits(self, logits: tf.Tensor) -> None:
        """Leave what a router says, if that was asked for."""
        if self.router_logits is not None:
            self.router_logits.append(logits)


def dropout(x: tf.Tensor, share: float, state: State) -> tf.Tensor:
    """Zero a share of the values while training, and scale up the rest."""
    if not share or not state.training:
        return x
    return tf.zeros_like(x) if share >= 1.0 else tf.nn.dropout(x, share)


def shape_of(x: tf.Tensor) -> list[int | tf.Tensor]:
    """The sizes of ``x``: values where they are known, scalars of the graph where not."""
    static = x.shape.as_list()
    if None not in static:
        return list(static)
    dynamic = tf.shape(x)
    return [dynamic[axis] if size is None else size for axis, size in enumerate(static)]
