"""What the layers of one forward pass share, and the small helpers that they all need."""

from __future__ import annotations

import tensorflow as tf

from loadstone.architectures.rotary import Rotary
from loadstone.frameworks.tensorflow.cache import Cache

Kind = tuple[bool, int | None]
"""A kind of mask: causal?, window."""


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
        self.masks: dict[Kind, tf.Tensor | None] = {}
        self.rotary: dict[Rotary, tuple[tf.Tensor, tf.Tensor]] = {}
        self.cache = cache
        self.keys: list[tf.Tensor] = list(cache.keys) if cache is not None else []
        self.values: list[tf.Tensor] = list(cache.values) if cache is not None else []
        self.attentions = attentions
        self.hidden_states = hidden_states
        self.router_logits = router_logits
        self.bias: tf.Tensor | None = None


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
