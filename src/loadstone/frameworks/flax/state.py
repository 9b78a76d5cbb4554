"""What the layers of one forward pass share."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from loadstone.architectures.components.masks import MaskKind
from loadstone.architectures.rotary import Rotary
from loadstone.errors import ArgumentError
from loadstone.frameworks.flax.cache import KeyValueCache


class State:
    """What a layer needs besides its input, and where it leaves what it made. A JAX pytree.

    ``masks``: for each kind (batch or 1, heads or 1, queries, keys), True where seen or values to add to the scores;
    None where everyone sees everyone. ``rotary``: cos and sin (batch or 1, 1, tokens, dim). ``kept``: this layer's keys
    and values so far, each (batch, kv_heads, max_length, head_dim), of which ``past`` tokens are filled. ``weights``:
    the layer's attention weights, if ``keep_weights``. ``routed``: its router's logits (batch · tokens, experts), if it
    has experts.

    The state of a whole pass also has the cache that it began with, ``filled``, and collects what the layers leave:
    ``cache``, ``hidden_states``, ``attentions``, ``router_logits``. These are no part of the pytree.
    """

    __slots__ = (
        *(
            "attentions",
            "bias",
            "cache",
            "checkpointing",
            "filled",
            "hidden_states",
            "keep_weights",
            "kept",
            "masks",
            "past",
        ),
        *("rng", "rotary", "routed", "router_logits", "train", "weights"),
    )

    def __init__(
        self,
        *,
        rng: Array | None = None,
        train: bool = False,
        keep_weights: bool = False,
        checkpointing: bool = False,
    ) -> None:
        self.masks: dict[MaskKind, Array | None] = {}
        self.rotary: dict[Rotary, tuple[Array, Array]] = {}
        self.past: Array | int = 0
        self.rng = rng
        self.train = train
        self.keep_weights = keep_weights
        self.checkpointing = checkpointing
        self.bias: Array | None = None
        self.kept: tuple[Array, Array] | None = None
        self.weights: Array | None = None
        self.routed: Array | None = None
        self.cache: list[tuple[Array, Array]] | None = None
        self.filled: KeyValueCache | None = None
        self.hidden_states: list[Array] | None = None
        self.attentions: list[Array | None] | None = None
        self.router_logits: list[Array] | None = None

    def keep(self, index: int, key: Array, value: Array) -> tuple[Array, Array]:
        """The keys and values of all tokens of this layer so far, with these of the new ones."""
        if self.kept is not None:
            key, value = self.kept = self._added(self.kept[0], key), self._added(self.kept[1], value)
        return key, value

    def _added(self, kept: Array, new: Array) -> Array:
        return jax.lax.dynamic_update_slice_in_dim(kept, new.astype(kept.dtype), self.past, axis=2)

    def add_hidden_state(self, x: Array) -> None:
        """Leave the input of a layer, if that was asked for."""
        if self.hidden_states is not None:
            self.hidden_states.append(x)

    def add_router_logits(self, logits: Array) -> None:
        """Leave what this layer's router says."""
        self.routed = logits

    def next_rng(self) -> Array:
        """A random key that nobody had yet."""
        if self.rng is None:
            raise ArgumentError(
                "train=True draws random numbers: give dropout_rng=, a new jax.random.key for each step."
            )
        self.rng, key = jax.random.split(self.rng)
        return key

    def for_layer(self, kept: tuple[Array, Array] | None) -> State:
        """The state of one layer, with random keys of its own."""
        rng = None if self.rng is None else self.next_rng()
        state = State(rng=rng, train=self.train, keep_weights=self.keep_weights)
        state.masks, state.rotary, state.past = self.masks, self.rotary, self.past
        state.bias, state.kept = self.bias, kept
        return state


_Static = tuple[tuple[MaskKind, ...], tuple[Rotary, ...], bool, bool]
"""Kinds of masks, rotary tables, ``train``, ``keep_weights``."""


def _flatten(state: State) -> tuple[tuple[object, ...], _Static]:
    children = (*state.masks.values(), *state.rotary.values(), state.past, state.rng, state.bias, state.kept)
    return children, (tuple(state.masks), tuple(state.rotary), state.train, state.keep_weights)


def _unflatten(static: _Static, children: tuple[Any, ...]) -> State:
    kinds, rotaries, train, keep_weights = static
    count = len(kinds)
    state = State(train=train, keep_weights=keep_weights)
    state.masks = dict(zip(kinds, children[:count], strict=True))
    state.rotary = dict(zip(rotaries, children[count : count + len(rotaries)], strict=True))
    state.past, state.rng, state.bias, state.kept = children[count + len(rotaries) :]
    return state


jax.tree_util.register_pytree_node(State, _flatten, _unflatten)


def dropout(x: Array, share: float, state: State) -> Array:
    """Zero a share of the values while training, and scale up the rest."""
    if not share or not state.train:
        return x
    if share >= 1.0:
        return jnp.zeros_like(x)
    keep = jax.random.bernoulli(state.next_rng(), 1.0 - share, x.shape)
    return jnp.where(keep, x / (1.0 - share), 0).astype(x.dtype)
