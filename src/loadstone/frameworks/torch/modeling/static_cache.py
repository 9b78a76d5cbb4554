"""A cache of a fixed size, so that every step has the same shapes and one compiled program serves them all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor

from loadstone.errors import ArgumentError
from loadstone.frameworks.torch.modeling.arguments import values_known
from loadstone.frameworks.torch.modeling.cache import Index, KeyValueCache, count_of


class StaticCache(KeyValueCache):
    """Keys and values of every layer, each (batch, kv_heads, max_cache_len, head_dim), written in place; and what does
    not grow with the text.

    An eager pass reads the part that is filled, a view. Where Python must not look at values, in a compiled step, it
    reads all, with a mask. Layers with a sliding window keep all tokens too.
    """

    is_compileable: ClassVar[bool] = True

    def __init__(self, config: object = None, max_cache_len: int | None = None, **sizes: object) -> None:
        """``max_cache_len``: how many tokens there is room for. ``config``, and what older code says of ``sizes``
        (``max_batch_size``, ``device``, ``dtype``), are accepted: memory is taken as the layers are first used.

        :class:`ArgumentError` for a size that is none.
        """
        super().__init__()
        if not isinstance(max_cache_len, int) or isinstance(max_cache_len, bool) or max_cache_len < 1:
            raise ArgumentError(f"max_cache_len is {max_cache_len!r}, expected a number of tokens, 1 or more.")
        self.max_cache_len = max_cache_len
        self.length = torch.zeros((), dtype=torch.int64)
        """How many tokens it holds: a tensor, by which no program is compiled anew. On the CPU, where it may be looked
        at, until a program is to read it on an accelerator."""

    def update(
        self, key: Tensor, value: Tensor, layer: int, cache_kwargs: Mapping[str, object] | None = None
    ) -> tuple[Tensor, Tensor]:
        """Write the new tokens' keys and values of a layer; returns the layer's, those of tokens to come included where
        values are not looked at."""
        tokens = key.shape[2]
        if layer == len(self.key_cache):
            self.key_cache.append(self._place(key))
            self.value_cache.append(self._place(value))
        if layer == 0:
            self.length += tokens
        keys, values, end = self.key_cache[layer], self.value_cache[layer], self._known(self.length)
        if isinstance(end, int):
            keys[:, :, end - tokens : end] = key
            values[:, :, end - tokens : end] = value
            return keys[:, :, :end], values[:, :, :end]
        places = torch.arange(tokens, device=key.device) + (end - tokens).to(key.device)
        keys.index_copy_(2, places, key.to(keys.dtype))
        values.index_copy_(2, places, value.to(values.dtype))
        return keys, values

    def _place(self, new: Tensor) -> Tensor:
        """Memory for the keys or values of one layer. Zeros: what a mask hides must still be finite."""
        return new.new_zeros((*new.shape[:2], self.max_cache_len, new.shape[3]))

    @staticmethod
    def _known(length: Tensor) -> Index:
        """As a number, where looking neither ties a program to it nor waits for an accelerator."""
        return int(length) if length.device.type == "cpu" and values_known(length) else length

    def get_seq_length(self, layer: int = 0) -> Index:
        """How many tokens the cache holds: a tensor () where values are not looked at."""
        return self._known(self.length)

    def get_max_cache_shape(self) -> int:
        """How many tokens there is room for."""
        return self.max_cache_len

    get_max_length = get_max_cache_shape

    def get_mask_sizes(self, query_length: int | Tensor, layer: int = 0) -> tuple[int, int]:
        """Length and offset of a mask for so many new tokens, or for those at these places."""
        held = self._known(self.length)
        return (held + count_of(query_length) if isinstance(held, int) else self.max_cache_len), 0

    def count(self, tokens: int) -> None:
        """Note that a model has read so many tokens, for where no keys tell."""
        if not self.key_cache:
            self.length += tokens

    def store(self, layer: int, name: str, array: Tensor) -> None:
        """Put what does not grow with the text into the cache: where the last of this name lies, if it is as large."""
        there = self.stored.get((layer, name))
        if there is not None and there.shape == array.shape and there.dtype == array.dtype:
            there.copy_(array)
        else:
            super().store(layer, name, array)

    def _keep(self, tokens: int) -> None:
        self.length.fill_(tokens)

    def reset(self) -> None:
        """Forget all tokens, and keep the memory of keys and values."""
        self.length.zero_()
        self.stored.clear()

    def reorder_cache(self, rows: Tensor) -> None:
        """Reorder the rows of the batch in place, as beam search does."""
        for array in (*self.key_cache, *self.value_cache, *self.stored.values()):
            array.copy_(array.index_select(0, rows.to(array.device)))

    def check_room(self, batch: int, tokens: int) -> None:
        """:class:`ArgumentError` where so many new tokens of ``batch`` texts do not fit."""
        super().check_room(batch, tokens)
        rows = self.key_cache[0].shape[0] if self.key_cache else batch
        if rows != batch:
            raise ArgumentError(f"past_key_values was made for {rows} texts, and the batch has {batch}.")
        held = self._known(self.length)
        if isinstance(held, int) and held + tokens > self.max_cache_len:
            raise ArgumentError(
                f"past_key_values has room for {self.max_cache_len} tokens and holds {held}: {tokens} more do not fit. "
                f"Make one with StaticCache(config=model.config, max_cache_len={held + tokens}) or more."
            )
