"""What the layers of one tower share in a forward pass."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from loadstone.architectures import components
from loadstone.architectures.components.masks import MaskKind
from loadstone.architectures.rotary import Rotary
from loadstone.errors import ArgumentError
from loadstone.frameworks.flax.cache import KeyValueCache


class Shown(NamedTuple):
    """What a forward pass is to show beside its main output."""

    attentions: bool = False
    hidden_states: bool = False
    router_logits: bool = False


NOTHING = Shown()


class Left(NamedTuple):
    """What one layer leaves behind. A JAX pytree."""

    kept: tuple[Array, Array] | None
    stored: dict[str, Array]
    bias: Array | None
    weights: Array | None
    crossed: Array | None
    routed: Array | None


class State:
    """What a layer needs besides its input, and where it leaves what it made. A JAX pytree.

    Of a whole pass: ``train``, ``rng``, ``checkpointing``, ``use_cache``, ``shown``, and the ``dtype`` of a new cache.

    Of a tower: ``masks``, for each kind (batch or 1, heads or 1, queries, keys), True where seen or values to add to
    the scores; None, or no mask at all, where everyone sees everyone. ``rotary``: cos and sin (batch or 1, 1, tokens,
    dim). ``bias``: added to the scores. ``memory``: another tower's output. ``padding``: (batch, tokens), false for
    padding. ``experts``: (batch,), where rows are told theirs. ``distances`` and
    ``everywhere``: see :class:`~loadstone.architectures.components.run.State`. ``past``: how many tokens the cache
    holds, of the ``room`` that it has.

    Of a layer: ``kept``, its keys and values so far, each (batch, heads, max_length, width); ``stored``, what
    else it has in the cache, by name; and what it leaves to be shown: its attention ``weights`` and those ``crossed``
    with the memory, and its router's logits ``routed`` (batch · tokens, experts).

    That of a tower also has the cache that it began with, ``filled``, and its stem's ``features``, and collects what
    the layers leave: ``cache``, ``entries``, ``hidden_states``, ``attentions``, ``cross_attentions``,
    ``router_logits``. These are no part of the pytree.
    """

    def __init__(
        self,
        *,
        rng: Array | None = None,
        train: bool = False,
        checkpointing: bool = False,
        use_cache: bool = False,
        shown: Shown = NOTHING,
        dtype: jnp.dtype | None = None,
    ) -> None:
        self.rng = rng
        self.train = train
        self.checkpointing = checkpointing
        self.use_cache = use_cache
        self.shown = shown
        self.dtype = dtype
        self.tower: components.Tower | None = None
        self.masks: dict[MaskKind, Array | None] = {}
        self.rotary: dict[Rotary, tuple[Array, Array]] = {}
        self.position_ids: Array | None = None
        self.padding: Array | None = None
        self.features: Array | None = None
        self.grid: tuple[Any, Any] | None = None
        self.taken: list[Array] = []
        self.experts: Array | None = None
        self.everywhere: tuple[Array, Array | None] | None = None
        self.distances: tuple[Array, Array] | None = None
        self.bias: Array | None = None
        self.memory: Array | None = None
        self.past: Array | int = 0
        self.room: int | None = None
        self.kept: tuple[Array, Array] | None = None
        self.stored: dict[str, Array] = {}
        self.weights: Array | None = None
        self.crossed: Array | None = None
        self.routed: Array | None = None
        self.filled: KeyValueCache | None = None
        self.cache: list[tuple[Array, Array]] = []
        self.entries: list[dict[str, Array]] = []
        self.hidden_states: list[Array] = []
        self.attentions: list[Array] = []
        self.cross_attentions: list[Array] = []
        self.router_logits: list[Array] = []

    @property
    def kinds(self) -> tuple[MaskKind, ...]:
        """The masks that its layers use, but for that of the memory."""
        return () if self.tower is None else self.tower.mask_kinds

    def for_tower(self, tower: components.Tower) -> State:
        """The state of one tower of this pass, with random keys of its own."""
        rng = None if self.rng is None else self.next_rng()
        state = State(
            rng=rng,
            train=self.train,
            checkpointing=self.checkpointing,
            use_cache=self.use_cache and tower.is_causal,
            shown=self.shown,
            dtype=self.dtype,
        )
        state.tower = tower
        return state

    def for_layer(self, index: int) -> State:
        """The state of one layer, with random keys of its own."""
        rng = None if self.rng is None else self.next_rng()
        state = State(rng=rng, train=self.train, shown=self.shown, use_cache=self.filled is not None)
        state.masks, state.rotary, state.bias, state.memory = self.masks, self.rotary, self.bias, self.memory
        state.past, state.room, state.padding = self.past, self.room, self.padding
        state.experts, state.grid, state.distances = self.experts, self.grid, self.distances
        state.everywhere = self.everywhere
        if index < len(self.cache):
            state.kept = self.cache[index]
        if index < len(self.entries):
            state.stored = self.entries[index]
        return state

    def left(self) -> Left:
        """What this layer leaves."""
        return Left(self.kept, self.stored, self.bias, self.weights, self.crossed, self.routed)

    def collect(self, index: int, left: Left) -> None:
        """Take over what layer ``index`` has left."""
        self.bias = left.bias
        if left.kept is not None:
            self.cache[index] = left.kept
        if self.filled is not None:
            self.entries += [{} for _ in range(index + 1 - len(self.entries))]
            self.entries[index] = left.stored
        for shown, made in (
            (self.attentions, left.weights),
            (self.cross_attentions, left.crossed),
            (self.router_logits, left.routed),
        ):
            if made is not None:
                shown.append(made)

    def keep(self, index: int, key: Array, value: Array) -> tuple[Array, Array]:
        """The keys and values of all tokens of this layer so far, with these of the new ones."""
        if self.kept is not None:
            key, value = self.kept = self._added(self.kept[0], key), self._added(self.kept[1], value)
        return key, value

    def _added(self, kept: Array, new: Array) -> Array:
        return jax.lax.dynamic_update_slice_in_dim(kept, new.astype(kept.dtype), self.past, axis=2)

    def recall(self, index: int, name: str) -> Array | None:
        """What this layer has stored in the cache; of a tower's state, what the layer of that index has."""
        if self.tower is not None:
            return self.entries[index].get(name) if index < len(self.entries) else None
        return self.stored.get(name)

    def store(self, index: int, name: str, array: Array) -> None:
        """Put what does not grow with the text into the cache, if there is one."""
        if self.tower is not None and self.filled is not None:
            self.entries += [{} for _ in range(index + 1 - len(self.entries))]
            self.entries[index] = {**self.entries[index], name: array}
        elif self.use_cache:
            self.stored = {**self.stored, name: array}

    def add_hidden_state(self, x: Array) -> None:
        """Leave the input of a layer, if that was asked for."""
        if self.shown.hidden_states:
            self.hidden_states.append(x)

    def add_router_logits(self, logits: Array) -> None:
        """Leave what this layer's router says, if that was asked for."""
        if self.shown.router_logits:
            self.routed = logits

    def next_rng(self) -> Array:
        """A random key that nobody had yet."""
        if self.rng is None:
            raise ArgumentError(
                "train=True draws random numbers: give dropout_rng=, a new jax.random.key for each step."
            )
        self.rng, key = jax.random.split(self.rng)
        return key


class _Static(NamedTuple):
    """What of a layer's state is compiled in."""

    kinds: tuple[MaskKind, ...]
    rotaries: tuple[Rotary, ...]
    train: bool
    use_cache: bool
    shown: Shown
    room: int | None
    grid: tuple[int, int] | None


def _flatten(state: State) -> tuple[tuple[object, ...], _Static]:
    shared = (state.past, state.rng, state.bias, state.memory, state.padding, state.experts, state.distances)
    arrays = (*shared, state.everywhere, state.kept, state.stored)
    static = _Static(
        tuple(state.masks), tuple(state.rotary), state.train, state.use_cache, state.shown, state.room, state.grid
    )
    cos, sin = (tuple(table[half] for table in state.rotary.values()) for half in (0, 1))
    return (tuple(state.masks.values()), cos, sin, *arrays), static


def _unflatten(static: _Static, children: Iterable[Any]) -> State:
    state = State(train=static.train, use_cache=static.use_cache, shown=static.shown)
    masks, cos, sin, state.past, state.rng, state.bias, state.memory, state.padding, *of_layer = children
    state.experts, state.distances, state.everywhere, state.kept, state.stored = of_layer
    state.grid = static.grid
    state.masks = dict(zip(static.kinds, masks, strict=True))
    state.rotary = dict(zip(static.rotaries, zip(cos, sin, strict=True), strict=True))
    state.room = static.room
    return state


_SHARED = ("masks", "cos", "sin", "past", "rng", "bias", "memory", "padding", "experts", "distances")
_CHILDREN = (*_SHARED, "everywhere", "kept", "stored")


def _flatten_with_keys(state: State) -> tuple[list[tuple[Any, object]], _Static]:
    """The same under their names, as ``nnx.tabulate`` shows what a module is called with."""
    children, static = _flatten(state)
    return [(jax.tree_util.GetAttrKey(name), child) for name, child in zip(_CHILDREN, children, strict=True)], static


jax.tree_util.register_pytree_with_keys(State, _flatten_with_keys, _unflatten, _flatten)


def dropout(x: Array, share: float, state: State) -> Array:
    """Zero a share of the values while training, and scale up the rest."""
    if not share or not state.train:
        return x
    if share >= 1.0:
        return jnp.zeros_like(x)
    keep = jax.random.bernoulli(state.next_rng(), 1.0 - share, x.shape)
    return jnp.where(keep, x / (1.0 - share), 0).astype(x.dtype)
