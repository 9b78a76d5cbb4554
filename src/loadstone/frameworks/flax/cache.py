"""The cache of a decoder: of a fixed size, so that every step has the same shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import Array

from loadstone.architectures import components
from loadstone.errors import ArgumentError


@dataclass(frozen=True)
class KeyValueCache:
    """Keys and values of every layer, each (batch, heads, max_length, width), and how many tokens are filled.

    A JAX pytree. A model returns a new one with the new tokens in it; make the first with ``model.init_cache``.
    """

    keys: tuple[Array, ...]
    values: tuple[Array, ...]
    length: Array
    """How many tokens it holds: a scalar of dtype int32."""
    stored: tuple[Mapping[str, Array], ...] = ()
    """For each layer what does not grow with the text, by name, its rows first: keys and values of what another tower
    read (nothing before the first pass), the state of a recurrent mixer."""

    @property
    def batch(self) -> int:
        """How many sequences it holds."""
        arrays = jax.tree.leaves((self.keys, self.stored))
        return int(arrays[0].shape[0])

    @property
    def max_length(self) -> int | None:
        """How many tokens it has room for; None where nothing in it grows with them."""
        return int(self.keys[0].shape[2]) if self.keys else None

    def get_seq_length(self) -> int:
        """How many tokens it holds, as a plain number (not inside ``jax.jit``)."""
        return int(self.length)

    def __len__(self) -> int:
        return max(len(self.keys), len(self.stored))

    def __getitem__(self, layer: int) -> tuple[Array, Array]:
        return self.keys[layer], self.values[layer]


jax.tree_util.register_dataclass(KeyValueCache, data_fields=["keys", "values", "length", "stored"], meta_fields=[])


def empty_cache(tower: components.Tower, batch: int, max_length: int, dtype: jnp.dtype) -> KeyValueCache:
    """A cache with nothing in it: zeros; :class:`ArgumentError` for sizes that make no sense."""
    for name, value in (("batch_size", batch), ("max_length", max_length)):
        if not isinstance(value, int) or value < 1:
            raise ArgumentError(f"{name} is {value!r}, expected an integer of at least 1.")
    kept = [each.kept for each in components.find(tower, components.Attention) if not each.memory]
    keys, values = (
        tuple(jnp.zeros((batch, heads, max_length, width), dtype) for heads, width in each)
        for each in ([pair[0] for pair in kept], [pair[1] for pair in kept])
    )
    stored: list[dict[str, Array]] = []
    for layer, name, state in tower.states:
        stored += [{} for _ in range(layer + 1 - len(stored))]
        own = dtype if state.dtype is None else jnp.dtype(state.dtype.value)
        stored[layer][name] = jnp.zeros((batch, *state.shape[1:]), own)
    return KeyValueCache(keys, values, jnp.zeros((), jnp.int32), tuple(stored))
