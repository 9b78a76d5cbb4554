"""The key-value cache of a decoder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Self

import torch
from torch import Tensor

from loadstone.errors import ArgumentError


class Cache:
    """What every cache is, for code that asks ``isinstance(past_key_values, Cache)``."""


def check_cache(past_key_values: object) -> None:
    """:class:`ArgumentError` for what is no cache, as the tuples that older code passes on."""
    if not hasattr(past_key_values, "get_seq_length"):
        raise ArgumentError(
            f"past_key_values is a {type(past_key_values).__name__}, expected a DynamicCache. For tuples of keys and "
            "values: DynamicCache.from_legacy_cache(past_key_values)."
        )


class DynamicCache(Cache):
    """Keys and values of every layer, growing with the text: each (batch, kv_heads, tokens, head_dim)."""

    def __init__(self) -> None:
        self.key_cache: list[Tensor] = []
        self.value_cache: list[Tensor] = []
        self.stored: dict[tuple[int, str], Tensor] = {}
        """(layer, name) → what does not grow with the text, its rows first: keys and values of what another tower read,
        the state of a recurrent mixer."""

    def update(
        self, key: Tensor, value: Tensor, layer: int, cache_kwargs: Mapping[str, object] | None = None
    ) -> tuple[Tensor, Tensor]:
        """Add the new tokens' keys and values of a layer; returns those of all tokens so far.

        ``cache_kwargs`` is accepted, since other kinds of caches need what custom code puts there.
        """
        if layer == len(self.key_cache):
            self.key_cache.append(key)
            self.value_cache.append(value)
        else:
            self.key_cache[layer] = torch.cat((self.key_cache[layer], key), dim=2)
            self.value_cache[layer] = torch.cat((self.value_cache[layer], value), dim=2)
        return self.key_cache[layer], self.value_cache[layer]

    def get_seq_length(self, layer: int = 0) -> int:
        """How many tokens the cache holds."""
        return self.key_cache[layer].shape[2] if layer < len(self.key_cache) else 0

    def get_usable_length(self, new_tokens: int, layer: int = 0) -> int:
        """How many cached tokens remain usable with new ones: all."""
        return self.get_seq_length(layer)

    def get_max_cache_shape(self) -> None:
        """No bound on the number of tokens."""

    @property
    def seen_tokens(self) -> int:
        """How many tokens the cache has been given."""
        return self.get_seq_length()

    @classmethod
    def from_legacy_cache(cls, past_key_values: Iterable[tuple[Tensor, Tensor]] | None = None) -> Self:
        """A cache of the tuples, one of keys and values for each layer, that older code passes on."""
        cache = cls()
        for layer, (key, value) in enumerate(past_key_values or ()):
            cache.update(key, value, layer)
        return cache

    def to_legacy_cache(self) -> tuple[tuple[Tensor, Tensor], ...]:
        """The tuples, one of keys and values for each layer."""
        return tuple(self)

    def crop(self, length: int) -> None:
        """Forget all tokens after the first ``length`` (from the end if negative)."""
        self.key_cache = [key[:, :, :length] for key in self.key_cache]
        self.value_cache = [value[:, :, :length] for value in self.value_cache]

    def reorder_cache(self, rows: Tensor) -> None:
        """Reorder the rows of the batch, as beam search does."""
        self.key_cache = [key.index_select(0, rows.to(key.device)) for key in self.key_cache]
        self.value_cache = [value.index_select(0, rows.to(value.device)) for value in self.value_cache]
        self.stored = {at: array.index_select(0, rows.to(array.device)) for at, array in self.stored.items()}

    def __len__(self) -> int:
        return len(self.key_cache)

    def __getitem__(self, layer: int) -> tuple[Tensor, Tensor]:
        return self.key_cache[layer], self.value_cache[layer]

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        return iter(zip(self.key_cache, self.value_cache, strict=True))
