"""Texts that are being written: what the next pass reads, and what becomes of the rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import torch
from torch import Tensor

from loadstone.architectures import components
from loadstone.architectures.inputs import ONCE

if TYPE_CHECKING:
    from loadstone.frameworks.decoding import Decoding
    from loadstone.frameworks.logit_rules import Choice


class TextWriter(Protocol):
    """Texts that are being written."""

    ids: Tensor
    """(rows, tokens)."""

    @property
    def length(self) -> int:
        """How many tokens the texts have."""

    def logits(self) -> Tensor:
        """Of the next token, (rows, vocab) in float32."""

    def append(self, tokens: Tensor, parents: Tensor | None = None) -> None:
        """One token for each row; where rows change places, ``parents`` says which each goes on from."""


class Cached(NamedTuple):
    """A cache that a caller gave."""

    cache: object
    tokens: int
    """How many it holds."""
    before: int
    """How many of them come before the ids."""


class Continued:
    """Prompts that are continued."""

    def __init__(
        self,
        model: Any,
        texts: tuple[Tensor, Tensor],
        use_cache: bool,
        more: dict[str, Any],
        given: Cached,
    ) -> None:
        self.model = model
        self.ids, self.mask = texts
        self.use_cache = use_cache
        self.more = more
        """Further inputs of every step."""
        self.cache, past, self.before = given
        self.unread = self.before + self.ids.shape[1] - past
        self.prompt = self.ids.shape[1]
        self.turns = -1 if model.component is None else components.frequencies_change_at(model.component)
        self.told: Collection[str] = ()
        """Which of the further inputs a cache knows already."""

    @property
    def length(self) -> int:
        """How many tokens the texts have."""
        return self.ids.shape[1]

    def logits(self) -> Tensor:
        """Of the next token, (rows, vocab) in float32."""
        ids, cache = self.ids, self.cache
        if self.turns >= 0 and cache is not None and not self.before and tokens_in(cache) <= self.turns < ids.shape[1]:
            # What it holds was turned by the frequencies of short texts.
            cache, self.unread, self.told = None, ids.shape[1], ()
        model, more = self.model, {name: value for name, value in self.more.items() if name not in self.told}
        out = model(**model._step(ids, self.mask, cache, self.unread, self.use_cache, more))
        self.cache = out.get("past_key_values") if self.use_cache else None
        # Code of one's own sees to it itself.
        self.told = () if self.cache is None or model.component is None else ONCE
        self.unread = ids.shape[1] + 1 if self.cache is None else 1
        logits: Tensor = out.logits[:, -1].float()
        return logits

    def append(self, tokens: Tensor, parents: Tensor | None = None) -> None:
        """One token for each row; where rows change places, ``parents`` says which each goes on from."""
        if parents is not None:  # the rows of one prompt have the same mask and types
            self.ids = self.ids.index_select(0, parents)
            self.cache = reordered(self.model, self.cache, parents)
        self.ids = torch.cat((self.ids, tokens[:, None]), dim=1)
        self.mask = torch.cat((self.mask, torch.ones_like(tokens)[:, None]), dim=1)
        if "token_type_ids" in self.more:
            types = self.more["token_type_ids"]
            self.more["token_type_ids"] = torch.cat((types, types[:, -1:]), dim=1)


def tokens_in(cache: Any) -> int:
    """How many tokens a cache holds: an object, or older code's tuples of keys and values."""
    if cache is None or (isinstance(cache, list | tuple) and not cache):
        return 0
    return int(cache.get_seq_length() if hasattr(cache, "get_seq_length") else cache[0][0].shape[2])


def reordered(model: Any, cache: Any, parents: Tensor) -> Any:
    """A cache whose rows are those that ``parents`` (rows,) says. Older code has a function or tuples of its own."""
    if cache is None:
        return None
    if model.component is None and hasattr(model, "_reorder_cache"):
        return model._reorder_cache(cache, parents)
    if hasattr(cache, "reorder_cache"):
        cache.reorder_cache(parents)
        return cache
    return tuple(tuple(array.index_select(0, parents.to(array.device)) for array in layer) for layer in cache)


def repeated(value: Any, times: int) -> Any:
    """Each row so many times, of every tensor in tuples and dicts."""
    if isinstance(value, Tensor):
        return value.repeat_interleave(times, dim=0)
    if isinstance(value, tuple):
        return tuple(repeated(each, times) for each in value)
    if isinstance(value, Mapping):
        return {name: repeated(each, times) for name, each in value.items()}
    return value


def on_device(choice: Choice | None, device: torch.device) -> Choice | None:
    """What rules make of logits, as tensors."""
    return None if choice is None else type(choice)(*(torch.from_numpy(array).to(device) for array in choice))


def ruled(logits: Tensor, how: Decoding, length: int) -> Tensor:
    """``logits`` (rows, vocab) of the token after ``length`` others, as the rules leave them."""
    from loadstone.frameworks.logit_rules import choice_at

    choice = on_device(choice_at(length, how.rules, logits.shape[-1]), logits.device)
    return logits if choice is None else torch.where(choice.stays, logits, choice.other)
