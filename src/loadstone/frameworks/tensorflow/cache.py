"""The cache of a decoder: of fixed size, so that one compiled step serves every token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import tensorflow as tf

from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, find
from loadstone.architectures.components.towers import Tower
from loadstone.errors import ArgumentError


class Cache(NamedTuple):
    """Keys and values of every layer, each (batch, heads, max_length, width). It never changes: a forward pass
    returns a new one."""

    keys: tuple[tf.Tensor, ...]
    values: tuple[tf.Tensor, ...]
    length: tf.Tensor
    """How many tokens it holds, int32 ()."""
    stored: Mapping[str, tf.Tensor] = {}
    """``layer.name`` → what does not grow with the text, its rows first: keys and values of what another tower read
    (nothing before the first pass), the state of a recurrent mixer."""

    @property
    def max_length(self) -> int | None:
        """How many tokens it has room for; None where a compiled function does not know it, or nothing
        grows."""
        room: int | None = self.keys[0].shape[2] if self.keys else None
        return room

    @property
    def batch(self) -> int | None:
        """How many sequences it holds; None where a compiled function does not know it."""
        rows: int | None = next(iter((*self.keys, *self.stored.values()))).shape[0]
        return rows

    def get_seq_length(self) -> tf.Tensor:
        """How many tokens it holds, int32 ()."""
        return self.length


def _writing(component: Component) -> Tower:
    return next(tower for tower in find(component, Tower) if tower.is_causal)


def _states(component: Component, batch: int | None, dtype: tf.DType) -> dict[str, tf.TensorSpec]:
    """What does not grow, and is there before the first pass."""
    return {
        f"{layer}.{name}": tf.TensorSpec(
            (batch, *kept.shape[1:]), dtype if kept.dtype is None else tf.as_dtype(kept.dtype.value)
        )
        for layer, name, kept in _writing(component).states
    }


def _shapes(component: Component, batch: int | None, max_length: int | None) -> list[list[list[int | None]]]:
    """Those of the keys of each layer, and those of the values."""
    growing = (attention for attention in find(_writing(component), Attention) if not attention.memory)
    attentions = sorted(growing, key=lambda attention: attention.index)
    kept = [attention.kept for attention in attentions]
    return [[[batch, pair[part][0], max_length, pair[part][1]] for pair in kept] for part in (0, 1)]


def init_cache(component: Component, batch_size: int, max_length: int, dtype: tf.DType) -> Cache:
    """An empty cache for a model; :class:`ArgumentError` for sizes that make no sense."""
    for name, value in (("batch_size", batch_size), ("max_length", max_length)):
        if not isinstance(value, int) or value < 1:
            raise ArgumentError(f"{name} is {value!r}, expected an integer of at least 1.")
    keys, values = (
        tuple(tf.zeros(shape, dtype) for shape in shapes) for shapes in _shapes(component, batch_size, max_length)
    )
    states = {name: tf.zeros(spec.shape, spec.dtype) for name, spec in _states(component, batch_size, dtype).items()}
    return Cache(keys, values, tf.zeros((), tf.int32), states)


def cache_spec(component: Component, dtype: tf.DType) -> Cache:
    """A cache of any size, for the signature of a compiled function."""
    keys, values = (tuple(tf.TensorSpec(shape, dtype) for shape in shapes) for shapes in _shapes(component, None, None))
    return Cache(keys, values, tf.TensorSpec((), tf.int32), _states(component, None, dtype))


def check_room(cache: Cache, batch: int | None, tokens: int | None) -> None:
    """:class:`ArgumentError` for a cache that new tokens do not fit into, where the sizes are known."""
    rows, room = cache.batch, cache.max_length
    if batch is not None and rows not in (None, batch):
        raise ArgumentError(f"The cache was made for {rows} sequences, and these are {batch}. See model.init_cache.")
    past = tf.get_static_value(cache.length)
    if past is not None and room is not None and tokens is not None and past + tokens > room:
        raise ArgumentError(
            f"The cache has room for {room} tokens; it holds {past}, and {tokens} more do not fit. Make a larger one "
            "with model.init_cache(batch_size, max_length)."
        )


def written(room: tf.Tensor, new: tf.Tensor, at: tf.Tensor) -> tf.Tensor:
    """``room`` (batch, heads, max_length, dim) with ``new`` (batch, heads, tokens, dim) put in from place ``at`` on."""
    end = at + tf.shape(new)[2]
    joined = tf.concat([room[:, :, :at], tf.cast(new, room.dtype), room[:, :, end:]], axis=2)
    return tf.ensure_shape(joined, room.shape)
