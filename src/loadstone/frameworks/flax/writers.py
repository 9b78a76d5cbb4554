"""Texts that are being written: the compiled pass that reads their next tokens, and what becomes of the rows."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple, Protocol

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.tree_util import PyTreeDef

from loadstone.architectures import components
from loadstone.frameworks.decoding import Decoding
from loadstone.frameworks.flax.cache import KeyValueCache
from loadstone.frameworks.flax.forward import Options, parts_of

LAST = Options(last_logits=1)
_ROOM_STEP = 64
"""A cache is made for a multiple of this many tokens, so that prompts of nearly the same length share programs."""


class TextWriter(Protocol):
    """Texts that are being written."""

    ids: np.ndarray
    """(rows, tokens)."""
    starts: np.ndarray | None
    """(rows,): how many of a text's tokens are padding before it; None where none is."""
    read: np.ndarray | None
    """(batch or rows, tokens): the text that an encoder has read, or the prompts; None where there is none."""
    out: Any
    cache: KeyValueCache | None
    encoded: Any
    """What an encoder gave; None where there is none."""

    @property
    def length(self) -> int:
        """How many tokens the texts have."""

    def logits(self) -> Array:
        """Of the next token, (rows, vocab)."""

    def append(self, tokens: Array, parents: Array | None = None) -> None:
        """One token for each row; where rows change places, ``parents`` says which each goes on from."""


class Prompts(NamedTuple):
    """What is to be continued, each (rows, tokens)."""

    ids: np.ndarray
    mask: np.ndarray
    types: np.ndarray | None
    more: dict[str, np.ndarray]
    """What else belongs to them, by the names that the forward pass has for it."""


class Continued:
    """Prompts that are continued."""

    def __init__(self, model: Any, prompts: Prompts, how: Decoding) -> None:
        assert model.component is not None
        self.structure, self.leaves = parts_of(model)
        self.ids, mask, self.types, self.more = prompts
        self.starts: np.ndarray | None = np.argmax(mask != 0, axis=1)
        self.read: np.ndarray | None = self.ids
        self.out: Any = None
        self.encoded: Any = None
        self.room = room_for(self.ids.shape[1] + how.new_tokens)
        self.mask = np.pad(mask, ((0, 0), (0, self.room - mask.shape[1])), constant_values=True)
        self.keeps = how.use_cache and _reads_left_to_right(model.component)
        self.turns = components.frequencies_change_at(model.component)
        self._begin()

    def _begin(self) -> None:
        self.unread: np.ndarray | Array = self.ids
        self.cache: KeyValueCache | None = None
        self.count: np.ndarray | Array = np.zeros(len(self.ids), np.int32)
        self.parents: Array | None = None

    @property
    def length(self) -> int:
        """How many tokens the texts have."""
        return self.ids.shape[1]

    def logits(self) -> Array:
        """Of the next token, (rows, vocab)."""
        # What a cache holds beyond the turn was turned by the frequencies of short texts.
        if not self.keeps or self.length == self.turns + 1:
            self._begin()
        types = None if self.types is None else self.types[:, -self.unread.shape[1] :]
        more = self.more if self.cache is None else {}
        rows = _Rows(self.unread, self.mask, self.count, types, self.parents, more)
        logits, self.cache, self.count = _read(
            self.structure, self.room if self.keeps else 0, self.leaves, self.cache, rows
        )
        return logits

    def append(self, tokens: Array, parents: Array | None = None) -> None:
        """One token for each row; where rows change places, ``parents`` says which each goes on from."""
        self.ids, self.unread, self.parents = added(self.ids, tokens, parents), tokens[:, None], parents
        if self.types is not None:  # the rows of one prompt have the same
            self.types = np.concatenate((self.types, self.types[:, -1:]), axis=1)


def added(ids: np.ndarray, tokens: Array, parents: Array | None) -> np.ndarray:
    """``ids`` (rows, tokens), in the order of the ``parents``, with one token more each."""
    ids = ids if parents is None else ids[np.asarray(parents)]
    return np.concatenate((ids, np.asarray(tokens)[:, None]), axis=1)


def room_for(tokens: int) -> int:
    """How many tokens a cache is made for."""
    return -(-tokens // _ROOM_STEP) * _ROOM_STEP


def in_order(cache: KeyValueCache, parents: Array | None) -> KeyValueCache:
    """A cache whose rows are those that ``parents`` (rows,) says."""
    if parents is None:
        return cache
    rows = jax.tree.map(lambda array: array[parents] if array.ndim else array, cache)
    assert isinstance(rows, KeyValueCache)
    return rows


def _reads_left_to_right(component: components.Component) -> bool:
    return components.writer(component) is not None


class _Rows(NamedTuple):
    """What a step reads."""

    ids: Array | np.ndarray
    """(batch, tokens), those that are not in the cache."""
    mask: Array | np.ndarray
    """(batch, at least all tokens)."""
    past: Array | np.ndarray
    """(batch,): how many tokens of each row, padding left out, came before."""
    types: Array | np.ndarray | None
    """(batch, tokens), or None."""
    parents: Array | None
    """(batch,): which row of the cache, and of what came before, each is; None where they stay in place."""
    more: dict[str, np.ndarray]
    """What else belongs to the tokens, by name."""


@partial(jax.jit, static_argnums=(0, 1), donate_argnums=3)
def _read(
    structure: PyTreeDef, room: int, leaves: list[Array], cache: KeyValueCache | None, rows: _Rows
) -> tuple[Array, KeyValueCache | None, Array | np.ndarray]:
    """The logits (batch, vocab) of the token after those that are read, the cache with them, and the new count.

    ``room``: how many tokens a first cache has room for; 0 to do without one.
    """
    ids, mask, count, types, parents, more = rows
    model = jax.tree.unflatten(structure, leaves)
    batch, tokens = ids.shape
    if room and cache is None:
        cache = model.init_cache(batch, room)
    elif cache is not None and parents is not None:
        cache, count = in_order(cache, parents), count[parents]
    past = 0 if cache is None else cache.length
    embeddings = next(components.find(model.component, components.Embeddings))
    if embeddings.positions == "tokens":
        real = (ids != (embeddings.padding or 0)).astype(jnp.int32)
        so_far = count[:, None] + jnp.cumsum(real, axis=1)
        positions = so_far * real + embeddings.offset
    else:
        real = jax.lax.dynamic_slice_in_dim(mask, past, tokens, axis=1).astype(jnp.int32)
        so_far = count[:, None] + jnp.cumsum(real, axis=1)
        positions = jnp.maximum(so_far - 1, 0)
    inputs: dict[str, Any] = {
        "input_ids": ids,
        "position_ids": None if components.places_itself(model.component, model.task.inputs) else positions,
        "attention_mask": mask if room else mask[:, :tokens],
        "past_key_values": cache,
        "token_type_ids": types,
        **more,
    }
    out = model.forward({name: value for name, value in inputs.items() if value is not None}, LAST)
    return out.logits[:, -1], out.past_key_values, so_far[:, -1]
