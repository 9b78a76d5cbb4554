"""Caches as transformers 4 had them: with keys and values of layers in lists, and tuples on demand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Self

import transformers
from torch import Tensor
from transformers.cache_utils import DynamicLayer

Pair = tuple[Tensor, Tensor]


class _Known(type):
    """Every cache of transformers is one, also those that its own code made."""

    def __instancecheck__(cls, instance: object) -> bool:
        return type.__instancecheck__(_REAL.get(cls, cls), instance)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return type.__subclasscheck__(_REAL.get(cls, cls), subclass)


class Cache(transformers.Cache, metaclass=_Known):
    """The base of caches, which older code derives from without saying of what layers it is made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.pop("num_hidden_layers", None)
        if not args and not kwargs.keys() & {"layers", "layer_class_to_replicate"}:
            kwargs["layer_class_to_replicate"] = DynamicLayer
        super().__init__(*args, **kwargs)

    def get_max_length(self, layer_idx: int | None = None) -> int | None:  # type: ignore[override]
        """How many tokens it can hold; None for any number, where transformers 5 says -1."""
        if not self.layers:
            return None
        most: int = super().get_max_length(layer_idx)
        return None if most < 0 else most

    get_max_cache_shape = get_max_length

    def get_usable_length(self, new_seq_length: int, layer_idx: int | None = 0) -> int:
        """How many cached tokens remain usable with so many new ones."""
        most, held = self.get_max_length(), self.get_seq_length(layer_idx or 0)
        return held if most is None or held + new_seq_length <= most else most - new_seq_length

    def get_mask_sizes(self, query_length: Any, layer_idx: int = 0) -> tuple[int, int]:
        """Length and offset of a mask for so many new tokens; in 4.56 for those at these places."""
        if isinstance(query_length, Tensor):
            query_length = query_length.shape[0]
        sizes: tuple[int, int] = super().get_mask_sizes(query_length, layer_idx)
        return sizes

    def crop(self, length: int) -> None:
        """Forget all tokens after the first ``length``, or so many if negative."""
        too_many = self.get_seq_length() - length if length > 0 else -length
        if too_many > 0:
            super().crop(-too_many)

    @property
    def seen_tokens(self) -> int:
        """How many tokens it has been given."""
        return self.get_seq_length()

    _seen_tokens = seen_tokens

    @property
    def key_cache(self) -> list[Tensor]:
        """Of each layer: (batch, kv_heads, tokens, head_dim)."""
        return [key for key, _ in self._pairs()]

    @property
    def value_cache(self) -> list[Tensor]:
        """The same of values."""
        return [value for _, value in self._pairs()]

    def __getitem__(self, layer: int) -> Pair:
        return self._pairs()[layer]

    def __iter__(self) -> Iterator[Pair]:
        return iter(self._pairs())

    def _pairs(self) -> list[Pair]:
        layers: list[Any] = self.layers
        return [(layer.keys, layer.values) for layer in layers if getattr(layer, "keys", None) is not None]

    def to_legacy_cache(self) -> tuple[Pair, ...]:
        """The tuples, one of keys and values for each layer, that older code passes on."""
        return tuple(self)

    @classmethod
    def from_legacy_cache(cls, past_key_values: Iterable[Pair] | None = None) -> Self:
        """A cache of such tuples."""
        cache = cls()
        for layer, (key, value, *_) in enumerate(past_key_values or ()):
            cache.update(key, value, layer)
        return cache


class DynamicCache(Cache, transformers.DynamicCache):
    """Keys and values that grow with the text."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.pop("num_hidden_layers", None)
        if args and isinstance(args[0], int):  # how many layers, which 4.45 asked for
            args = args[1:]
        transformers.DynamicCache.__init__(self, *args, **kwargs)


_REAL: dict[type, type] = {Cache: transformers.Cache, DynamicCache: transformers.DynamicCache}
