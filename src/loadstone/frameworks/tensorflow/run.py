"""How components run their parts in TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from loadstone.architectures import components
from loadstone.architectures.components.attention import rotary_tables
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.masks import Room
from loadstone.architectures.components.ranges import beyond, check_axes, check_kind, check_length
from loadstone.architectures.components.texts import read_text
from loadstone.architectures.inputs import Axis
from loadstone.architectures.rotary import Rotary
from loadstone.frameworks.outputs import ModelOutput
from loadstone.frameworks.tensorflow import outputs
from loadstone.frameworks.tensorflow.array_functions import xp
from loadstone.frameworks.tensorflow.attention import additive, attend
from loadstone.frameworks.tensorflow.cache import Cache, check_room
from loadstone.frameworks.tensorflow.leaves import LEAVES
from loadstone.frameworks.tensorflow.names import attribute
from loadstone.frameworks.tensorflow.outputs import BaseModelOutput
from loadstone.frameworks.tensorflow.state import State, dropout, shape_of


class Run:
    """The parts of a component lie in ``holder``: its own layer, or where it has no level of its own, its parent's."""

    __slots__ = ("holder", "state")
    xp, read = xp, read_text

    def __init__(self, holder: keras.Layer, state: State) -> None:
        self.holder = holder
        self.state = state

    def __call__(self, part: Part, *args: Any) -> Any:
        name, component = part
        if type(component) in LEAVES:  # any layer may stand in for a leaf: it sees no state
            return _layer(self.holder, name)(*args)
        if name and component.parts():
            return _layer(self.holder, name)(*args, state=self.state)
        return component.compute(self, *args)

    def shares(self, part: Part, sizes: tuple[int, ...]) -> tuple[int, ...]:
        return sizes

    def for_shares(self, part: Part, x: tf.Tensor) -> tf.Tensor:
        return x

    def own_rows(self, x: tf.Tensor, count: int) -> tf.Tensor:
        return x

    def weight(self, part: Part) -> tf.Tensor:
        stem, _, name = part.name.rpartition(".")
        return getattr(_layer(self.holder, stem) if stem else self.holder, name).value

    def matrix(self, part: Part, like: tf.Tensor) -> tf.Tensor | None:
        layer = _layer(self.holder, part.name)
        if type(layer) is not LEAVES[components.Linear]:
            return None
        weight = layer.weight.value
        return weight if weight.dtype == like.dtype else None

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

    def random(self, shape: Sequence[int | tf.Tensor], like: tf.Tensor, *, always: bool = False) -> tf.Tensor | None:
        return tf.random.uniform(list(shape)) if self.state.training or always else None

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
            raise error from None

    def attend(self, attention: components.Attention, query: tf.Tensor, key: tf.Tensor, value: tf.Tensor) -> tf.Tensor:
        sinks = None if attention.sinks is None else self.weight(attention.sinks)
        return attend(attention, query, key, value, self.state, sinks)

    @property
    def shows_attention(self) -> bool:
        return self.state.options.output_attentions

    def show(self, attention: components.Attention, weights: tf.Tensor, *, everywhere: bool) -> None:
        (self.state.cross_attentions if everywhere else self.state.attentions).append(weights)

    def places(self, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        tokens, cache = shape_of(x)[1], self.state.cache
        past, keys = (0, tokens) if cache is None else (cache.length, shape_of(cache.keys[0])[2])
        return (past + tf.range(tokens))[:, None], tf.range(keys)[None]

    def numbers(self, x: tf.Tensor | None) -> np.ndarray | None:
        return x.numpy() if x is not None and hasattr(x, "numpy") and tf.executing_eagerly() else None

    def known(self, size: int | tf.Tensor | None) -> int | None:
        value = size if isinstance(size, int | None) else tf.get_static_value(size)
        return None if value is None else int(value)

    def size(self, count: tf.Tensor) -> tf.Tensor:
        return count

    def surely(self, truths: tf.Tensor) -> bool:
        return False

    def is_mask(self, x: tf.Tensor) -> bool:
        return bool(x.dtype.is_floating or x.dtype.is_bool)

    def mask(self, seen: tf.Tensor | None) -> tf.Tensor | None:
        return None if seen is None else additive(seen)

    def causal_mask(self, room: Room) -> None:
        """Always a mask: what a cache has room for is there from the beginning."""

    def begin(self, tower: components.Tower, given: Mapping[str, Any]) -> None:
        cache = given.get("past_key_values") if tower.is_causal else None
        self.state = State(self.state.options, tower.mask_kinds, cache)

    def room(self, batch: int | tf.Tensor, tokens: int | tf.Tensor) -> Room:
        cache = self.state.cache
        if cache is None:
            return Room(tokens, keys=tokens)
        check_room(cache, self.known(batch), self.known(tokens))
        return Room(tokens, cache.length, shape_of(cache.keys[0])[2] if cache.keys else None, True)

    def check_kind(self, name: str, value: tf.Tensor | None) -> None:
        dtype = tf.int32 if value is None else value.dtype
        check_kind(name, value, dtype.name, dtype.is_floating, dtype.is_integer)

    def check_length(self, embeddings: components.Embeddings, tokens: int | tf.Tensor) -> None:
        if (known := self.known(tokens)) is not None:
            check_length(embeddings, known)

    def take(self, given: Mapping[str, Any], name: str, axes: Sequence[Axis], hint: str = "") -> tf.Tensor:
        value: Any = given.get(name)
        self.check_kind(name, value)
        check_axes(name, tuple(value.shape), axes, hint)
        # What is only known when the graph runs is looked at then.
        if not value.shape.is_fully_defined():
            value = tf.ensure_shape(value, [axis.size for axis in axes])
        return tf.cast(value, self.holder.compute_dtype) if value.dtype.is_floating else value

    def rotary(self, tower: components.Tower, x: tf.Tensor) -> dict[Rotary, tuple[tf.Tensor, tf.Tensor]]:
        positions = self.state.position_ids
        return {rotary: rotary_tables(xp, rotary, positions, x.dtype) for rotary in tower.rotaries}

    def leave_rotary(self, rotary: Rotary, cos: tf.Tensor, sin: tf.Tensor) -> None:
        self.state.rotary[rotary] = cos, sin

    def end(self, x: tf.Tensor, pooled: tf.Tensor | None, last: tf.Tensor) -> BaseModelOutput:
        state, options, cache = self.state, self.state.options, self.state.cache
        if cache is not None:
            cache = Cache(tuple(state.keys), tuple(state.values), cache.length + shape_of(x)[1], state.stored)
        crossing = options.output_attentions and state.memory is not None
        return BaseModelOutput(
            last_hidden_state=x,
            extract_features=state.features,
            pooler_output=pooled,
            past_key_values=cache,
            hidden_states=(*state.hidden_states, last) if options.output_hidden_states else None,
            attentions=tuple(state.attentions) if options.output_attentions else None,
            router_logits=tuple(state.router_logits) if options.output_router_logits else None,
            cross_attentions=tuple(state.cross_attentions) if crossing else None,
            global_attentions=tuple(state.cross_attentions) or None if state.memory is None else None,
        )

    def output(self, name: str, **fields: Any) -> ModelOutput:
        made: ModelOutput = getattr(outputs, name)(**fields)
        return made


def _layer(holder: keras.Layer, name: str) -> keras.Layer:
    """The part of a name, perhaps some levels down."""
    for level in name.split("."):
        holder = getattr(holder, attribute(level))
    return holder
