"""What the layers of one tower share in a forward pass, and the small helpers that they all need."""

from __future__ import annotations

from typing import Any, NamedTuple

import tensorflow as tf

from loadstone.architectures.components.masks import MaskKind
from loadstone.architectures.rotary import Rotary
from loadstone.frameworks.tensorflow.cache import Cache, written


class Options(NamedTuple):
    """What a forward pass is asked for besides its arrays: the same for all its towers."""

    training: bool = False
    output_attentions: bool = False
    output_hidden_states: bool = False
    output_router_logits: bool = False


class State:
    """What a layer needs besides its input, and where it leaves what was asked for.

    ``masks``: for each kind what is added to the scores, (batch or 1, heads or 1, queries, keys) in float32; None, or
    no mask at all, where everyone sees everyone. ``rotary``: cos and sin, (batch or 1, 1, tokens, dim). ``memory``:
    another tower's output. ``padding``: (batch, tokens), false for padding. ``experts``: (batch,), where
    rows are told theirs.
    """

    def __init__(self, options: Options, kinds: tuple[MaskKind, ...] = (), cache: Cache | None = None) -> None:
        self.options = options
        self.training = options.training
        self.kinds = kinds
        self.masks: dict[MaskKind, tf.Tensor | None] = {}
        self.position_ids: tf.Tensor | None = None
        self.padding: tf.Tensor | None = None
        self.features: tf.Tensor | None = None
        self.grid: tuple[Any, Any] | None = None
        self.taken: list[tf.Tensor] = []
        self.experts: tf.Tensor | None = None
        self.everywhere: tuple[tf.Tensor, tf.Tensor | None] | None = None
        self.distances: tuple[tf.Tensor, tf.Tensor] | None = None
        self.rotary: dict[Rotary, tuple[tf.Tensor, tf.Tensor]] = {}
        self.bias: tf.Tensor | None = None
        self.memory: tf.Tensor | None = None
        self.cache = cache
        self.keys: list[tf.Tensor] = list(cache.keys) if cache is not None else []
        self.values: list[tf.Tensor] = list(cache.values) if cache is not None else []
        self.stored: dict[str, tf.Tensor] = dict(cache.stored) if cache is not None else {}
        self.attentions: list[tf.Tensor] = []
        self.cross_attentions: list[tf.Tensor] = []
        self.hidden_states: list[tf.Tensor] = []
        self.router_logits: list[tf.Tensor] = []

    def keep(self, index: int, key: tf.Tensor, value: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The keys and values of all tokens of a layer so far, with these of the new ones."""
        if self.cache is None:
            return key, value
        self.keys[index] = written(self.keys[index], key, self.cache.length)
        self.values[index] = written(self.values[index], value, self.cache.length)
        return self.keys[index], self.values[index]

    def recall(self, index: int, name: str) -> tf.Tensor | None:
        """What a layer has stored in the cache."""
        return self.stored.get(f"{index}.{name}")

    def store(self, index: int, name: str, array: tf.Tensor) -> None:
        """Put what does not grow with the text into the cache, if there is one."""
        if self.cache is not None:
            self.stored[f"{index}.{name}"] = array

    def add_hidden_state(self, x: tf.Tensor) -> None:
        """Leave the input of a layer, if that was asked for."""
        if self.options.output_hidden_states:
            self.hidden_states.append(x)

    def add_router_logits(self, logits: tf.Tensor) -> None:
        """Leave what a router says, if that was asked for."""
        if self.options.output_router_logits:
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
