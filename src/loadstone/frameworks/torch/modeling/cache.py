"""The caches of a decoder: what they share, and the one that grows with the text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, NamedTuple, Self

import torch
from torch import Tensor

from loadstone.architectures.components.towers import Tower
from loadstone.errors import ArgumentError

Index = int | Tensor
"""A number of tokens: a tensor () where a compiled step must not depend on it."""


class Cache:
    """What every cache is, for code that asks ``isinstance(past_key_values, Cache)``."""


def check_cache(past_key_values: object, tower: Tower | None = None) -> None:
    """:class:`ArgumentError` for what is no cache, as the tuples that older code passes on, or none for this tower."""
    if not hasattr(past_key_values, "get_seq_length"):
        raise ArgumentError(
            f"past_key_values is a {type(past_key_values).__name__}, expected a DynamicCache or a StaticCache. For "
            "tuples of keys and values: DynamicCache.from_legacy_cache(past_key_values)."
        )
    if tower is not None and tower.states and not isinstance(past_key_values, KeyValueCache):
        raise ArgumentError(
            f"past_key_values is a {type(past_key_values).__module__}.{type(past_key_values).__name__}, expected "
            "Loadstone's DynamicCache or StaticCache: this model keeps states in it, not only keys and values."
        )


def check_version(cache: object, version: int) -> None:
    """:class:`ArgumentError` where a cache was filled with other weights than those of this version."""
    filled_with = getattr(cache, "weights_version", None)
    if filled_with is not None and filled_with != version:
        raise ArgumentError(
            f"past_key_values was filled with version {filled_with} of the weights, and the model has version "
            f"{version} by now: text would go on from what other weights made of its beginning. Begin anew without "
            "it; or, to go on all the same, set past_key_values.weights_version = model.weights_version."
        )


class CachedLayer(NamedTuple):
    """What a layer has of all tokens: each (batch, kv_heads, tokens, head_dim)."""

    keys: Tensor
    values: Tensor


class KeyValueCache(Cache):
    """Keys and values of every layer, and what does not grow with the text."""

    is_compileable: ClassVar[bool] = False
    weights_version: int | None = None
    """The version of the weights that what it holds was computed with; None where that is not known."""

    def __init__(self) -> None:
        self.key_cache: list[Tensor] = []
        self.value_cache: list[Tensor] = []
        self.stored: dict[tuple[int, str], Tensor] = {}
        """(layer, name) → what does not grow with the text, its rows first: keys and values of what another tower read,
        the state of a recurrent mixer. Names that begin with ``memory`` are of what does not depend on the text."""

    def update(
        self, key: Tensor, value: Tensor, layer: int, cache_kwargs: Mapping[str, object] | None = None
    ) -> tuple[Tensor, Tensor]:
        """Add the new tokens' keys and values of a layer, of which the first is the first to be given; returns those
        that the new tokens may look at.

        ``cache_kwargs`` is accepted, since other kinds of caches need what custom code puts there.
        """
        raise NotImplementedError

    def get_seq_length(self, layer: int = 0) -> Index:
        """How many tokens the cache holds."""
        raise NotImplementedError

    def get_mask_sizes(self, query_length: int | Tensor, layer: int = 0) -> tuple[int, int]:
        """Length and offset of a mask for so many new tokens, or for those at these places."""
        raise NotImplementedError

    def count(self, tokens: int) -> None:
        """Note that a model has read so many tokens, for where no keys tell."""
        raise NotImplementedError

    def store(self, layer: int, name: str, array: Tensor) -> None:
        """Put what does not grow with the text into the cache."""
        self.stored[layer, name] = array.contiguous()  # not a view that holds on to all of a text

    def get_usable_length(self, new_tokens: int, layer: int = 0) -> Index:
        """How many cached tokens remain usable with new ones: all."""
        return self.get_seq_length(layer)

    @property
    def layers(self) -> list[CachedLayer]:
        """Keys and values, layer by layer."""
        return [CachedLayer(*pair) for pair in self]

    @property
    def seen_tokens(self) -> Index:
        """How many tokens the cache has been given."""
        return self.get_seq_length()

    def to_legacy_cache(self) -> tuple[tuple[Tensor, Tensor], ...]:
        """The tuples, one of keys and values for each layer; :class:`ArgumentError` where there is more to keep."""
        if self._states:
            raise ArgumentError("This cache holds states of recurrent layers, which tuples of keys and values lack.")
        return tuple(self)

    def crop(self, length: int) -> None:
        """Forget all tokens after the first ``length`` (from the end if negative).

        :class:`ArgumentError` where a state has read these tokens already: it cannot forget.
        """
        held = int(self.get_seq_length())
        kept = min(length, held) if length >= 0 else max(held + length, 0)
        if self._states and kept < held:
            raise ArgumentError(
                f"This cache cannot be cut to {length} of its {held} tokens: the states of recurrent layers do not "
                "forget what they have read. Keep a copy.deepcopy(cache) of the time before."
            )
        self._keep(kept)

    def _keep(self, tokens: int) -> None:
        """Forget all but the first ``tokens``, of which there are at least so many."""
        raise NotImplementedError

    @property
    def _states(self) -> bool:
        """Whether something in it depends on all tokens so far."""
        return any(not name.startswith("memory") for _, name in self.stored)

    def check_room(self, batch: int, tokens: int) -> None:
        """:class:`ArgumentError` where so many new tokens of ``batch`` texts do not fit."""
        rows = next((array.shape[0] for array in self.stored.values()), batch)
        if rows != batch:
            raise ArgumentError(f"past_key_values holds {rows} texts, and the batch has {batch}.")

    def __len__(self) -> int:
        return max((len(self.key_cache), *(layer + 1 for layer, _ in self.stored)))

    def __getitem__(self, layer: int) -> tuple[Tensor, Tensor]:
        return self.key_cache[layer], self.value_cache[layer]

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        return iter(zip(self.key_cache, self.value_cache, strict=True))


class DynamicCache(KeyValueCache):
    """Keys and values of every layer, growing with the text: each (batch, kv_heads, tokens, head_dim); and what does
    not grow with it."""

    def __init__(self, *, config: object = None) -> None:
        """``config`` is accepted: the layers come as they are used."""
        super().__init__()
        self.read = 0
        """How many tokens models have read into it, for where no keys tell."""

    def update(
        self, key: Tensor, value: Tensor, layer: int, cache_kwargs: Mapping[str, object] | None = None
    ) -> tuple[Tensor, Tensor]:
        """Add the new tokens' keys and values of a layer; returns those of all tokens so far."""
        if layer == len(self.key_cache):
            self.key_cache.append(key)
            self.value_cache.append(value)
        else:
            self.key_cache[layer] = torch.cat((self.key_cache[layer], key), dim=2)
            self.value_cache[layer] = torch.cat((self.value_cache[layer], value), dim=2)
        return self.key_cache[layer], self.value_cache[layer]

    def get_seq_length(self, layer: int = 0) -> int:
        """How many tokens the cache holds."""
        if not self.key_cache:
            return self.read
        return self.key_cache[layer].shape[2] if layer < len(self.key_cache) else 0

    def get_max_cache_shape(self) -> None:
        """No bound on the number of tokens."""

    get_max_length = get_max_cache_shape

    def get_mask_sizes(self, query_length: int | Tensor, layer: int = 0) -> tuple[int, int]:
        """Length and offset of a mask for so many new tokens, or for those at these places."""
        return self.get_seq_length(layer) + count_of(query_length), 0

    def count(self, tokens: int) -> None:
        """Note that a model has read so many tokens, for where no keys tell."""
        self.read += tokens

    @classmethod
    def from_legacy_cache(cls, past_key_values: Iterable[tuple[Tensor, Tensor]] | None = None) -> Self:
        """A cache of the tuples, one of keys and values for each layer, that older code passes on."""
        cache = cls()
        for layer, (key, value) in enumerate(past_key_values or ()):
            cache.update(key, value, layer)
        return cache

    def _keep(self, tokens: int) -> None:
        self.key_cache = [key[:, :, :tokens] for key in self.key_cache]
        self.value_cache = [value[:, :, :tokens] for value in self.value_cache]

    def reorder_cache(self, rows: Tensor) -> None:
        """Reorder the rows of the batch, as beam search does."""
        self.key_cache = [key.index_select(0, rows.to(key.device)) for key in self.key_cache]
        self.value_cache = [value.index_select(0, rows.to(value.device)) for value in self.value_cache]
        self.stored = {at: array.index_select(0, rows.to(array.device)) for at, array in self.stored.items()}


def count_of(query_length: int | Tensor) -> int:
    """How many tokens are meant by a number, or by their places."""
    return query_length.shape[0] if isinstance(query_length, Tensor) else query_length


def of_two_parts(cache: Any) -> Any:
    """A cache that keeps what a decoder wrote and what it looks at apart, as transformers' ``EncoderDecoderCache``
    does, as one of ours; any other as it is."""
    written: Any = getattr(cache, "self_attention_cache", None)
    if written is None:
        return cache
    made, memory = DynamicCache(), cache.cross_attention_cache
    for layer, each in enumerate(written.layers):
        made.update(each.keys, each.values, layer)
    for layer, is_there in cache.is_updated.items():
        if is_there:
            made.stored[layer, "memory_key"] = memory.layers[layer].keys
            made.stored[layer, "memory_value"] = memory.layers[layer].values
    return made
