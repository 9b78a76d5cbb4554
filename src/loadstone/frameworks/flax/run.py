"""How components run their parts in Flax."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax import Array

from loadstone.architectures import components
from loadstone.architectures.components.attention import rotary_tables
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.masks import Room
from loadstone.architectures.components.ranges import check_axes, check_kind, check_length
from loadstone.architectures.components.texts import read_text
from loadstone.architectures.inputs import Axis
from loadstone.architectures.rotary import Rotary
from loadstone.errors import ArgumentError
from loadstone.frameworks import outputs
from loadstone.frameworks.flax.array_functions import xp
from loadstone.frameworks.flax.attention import attend
from loadstone.frameworks.flax.cache import KeyValueCache, empty_cache
from loadstone.frameworks.flax.leaves import LEAVES, Linear
from loadstone.frameworks.flax.outputs import BaseModelOutput
from loadstone.frameworks.flax.state import Left, State, dropout
from loadstone.frameworks.outputs import ModelOutput


class Run:
    """The parts of a component lie in ``holder``: its own module, or where it has no level of its own, its parent's."""

    __slots__ = ("holder", "state")
    xp, read = xp, read_text

    def __init__(self, holder: nnx.Module, state: State) -> None:
        self.holder = holder
        self.state = state

    def __call__(self, part: Part, *args: Any) -> Any:
        name, component = part
        if type(component) in LEAVES:  # any module may stand in for a leaf: it sees no state
            return _module(self.holder, name)(*args)
        if name and component.parts():
            return _module(self.holder, name)(*args, state=self.state)
        return component.compute(self, *args)

    def shares(self, part: Part, sizes: tuple[int, ...]) -> tuple[int, ...]:
        return sizes

    def for_shares(self, part: Part, x: Array) -> Array:
        return x

    def own_rows(self, x: Array, count: int) -> Array:
        return x

    def weight(self, part: Part) -> Array:
        return _module(self.holder, part.name)[...]

    def matrix(self, part: Part, like: Array) -> Array | None:
        module = _module(self.holder, part.name)
        if not isinstance(module, Linear):
            return None
        weight: Array = module.weight[...]
        return weight if weight.dtype == like.dtype else None

    def blocks(self, layers: tuple[Part, ...]) -> tuple[Part, ...]:
        return layers

    def block(self, part: Part, x: Array, index: int) -> Array:
        state = self.state
        run = jax.checkpoint(_layer) if state.checkpointing else _layer
        out, left = run(_module(self.holder, part.name), x, state.for_layer(index))
        skip = getattr(part.component, "skip", 0.0)
        if skip and state.train:
            out = jnp.where(jax.random.uniform(state.next_rng()) < skip, x, out)
        state.collect(index, left)
        return out

    def dropout(self, x: Array, share: float) -> Array:
        return dropout(x, share, self.state)

    def jitter(self, x: Array, share: float) -> Array:
        if not share or not self.state.train:
            return x
        return x * jax.random.uniform(self.state.next_rng(), x.shape, x.dtype, 1.0 - share, 1.0 + share)

    def random(self, shape: Sequence[int], like: Array, *, always: bool = False) -> Array | None:
        return jax.random.uniform(self.state.next_rng(), tuple(shape)) if self.state.train else None

    def lookup(
        self, embeddings: components.Embeddings, table: Part, argument: str, ids: Array, shift: int = 0
    ) -> Array:
        """Of what is out of range NaN: a compiled program cannot refuse it."""
        vectors: Array = self(table, ids + shift)
        return vectors

    def attend(self, attention: components.Attention, query: Array, key: Array, value: Array) -> Array:
        sinks = None if attention.sinks is None else self.weight(attention.sinks)
        return attend(attention, query, key, value, self.state, sinks)

    @property
    def shows_attention(self) -> bool:
        return self.state.shown.attentions

    def show(self, attention: components.Attention, weights: Array, *, everywhere: bool) -> None:
        if everywhere:
            self.state.crossed = weights
        else:
            self.state.weights = weights

    def places(self, x: Array) -> tuple[Array, Array]:
        tokens, state = x.shape[1], self.state
        return (jnp.arange(tokens) + state.past)[:, None], jnp.arange(state.room or tokens)[None]

    def numbers(self, x: Array | None) -> np.ndarray | None:
        return None if x is None or isinstance(x, jax.core.Tracer) else np.asarray(x)

    def known(self, size: int | Array | None) -> int | None:
        return size if isinstance(size, int) else None

    def size(self, count: Array) -> int:
        if isinstance(count, jax.core.Tracer):
            raise ArgumentError(
                "How many patches bool_masked_pos hides, or how many attentions tokens of global_attention_mask have, "
                "must be known when a program is compiled: call the model outside of jax.jit, which it does not need."
            )
        return int(count)

    def surely(self, truths: Array) -> bool:
        return False

    def is_mask(self, x: Array) -> bool:
        return x.dtype == bool or jnp.issubdtype(x.dtype, jnp.floating)

    def mask(self, seen: Array | None) -> Array | None:
        return seen

    def causal_mask(self, room: Room) -> None:
        """Always a mask: what a cache has room for is there from the beginning."""

    def begin(self, tower: components.Tower, given: Mapping[str, Any]) -> None:
        self.state, cache = self.state.for_tower(tower), given.get("past_key_values")
        if cache is not None and tower.is_causal:
            self.state.use_cache, self.state.filled = True, cache

    def room(self, batch: int, tokens: int) -> Room:
        state, cache = self.state, self.state.filled
        if cache is not None:
            state.past = cache.length
        elif state.use_cache:
            assert state.tower is not None
            cache = state.filled = empty_cache(state.tower, batch, tokens, state.dtype or jnp.dtype(jnp.float32))
        if cache is None:
            return Room(tokens, keys=tokens)
        if cache.batch != batch:
            rows = cache.batch
            raise ArgumentError(f"The cache was made for {rows} sequences, and these are {batch}. See init_cache.")
        state.room = cache.max_length
        state.cache = list(zip(cache.keys, cache.values, strict=True))
        state.entries = [dict(entry) for entry in cache.stored]
        return Room(tokens, state.past, cache.max_length, True)

    def check_kind(self, name: str, value: Array | None) -> None:
        dtype = None if value is None else value.dtype
        floating, integer = (dtype is not None and jnp.issubdtype(dtype, kind) for kind in (jnp.floating, jnp.integer))
        check_kind(name, value, dtype, floating, integer)

    def check_length(self, embeddings: components.Embeddings, tokens: int | Array) -> None:
        if isinstance(tokens, int):
            check_length(embeddings, tokens)

    def take(self, given: Mapping[str, Any], name: str, axes: Sequence[Axis], hint: str = "") -> Array:
        value = given.get(name)
        self.check_kind(name, value)
        assert value is not None
        check_axes(name, value.shape, axes, hint)
        values = jnp.issubdtype(value.dtype, jnp.floating)
        return jnp.asarray(value, self.state.dtype or value.dtype) if values else jnp.asarray(value)

    def rotary(self, tower: components.Tower, x: Array) -> dict[Rotary, tuple[Array, Array]]:
        positions = self.state.position_ids
        assert positions is not None
        return {rotary: rotary_tables(xp, rotary, positions, x.dtype) for rotary in tower.rotaries}

    def leave_rotary(self, rotary: Rotary, cos: Array, sin: Array) -> None:
        self.state.rotary[rotary] = cos, sin

    def end(self, x: Array, pooled: Array | None, last: Array) -> BaseModelOutput:
        state, cache = self.state, self.state.filled
        if cache is not None:
            # Beyond its end a cache would be overwritten. Shapes cannot tell, so the values do: no silent mistake.
            filled = cache.length + x.shape[1]
            if cache.max_length is not None:
                x = jnp.where(filled <= cache.max_length, x, jnp.nan)
            keys, values = (tuple(pair[of] for pair in state.cache) for of in (0, 1))
            cache = KeyValueCache(keys, values, filled, tuple(state.entries) if any(state.entries) else ())
        shown = state.shown
        return BaseModelOutput(
            last_hidden_state=x,
            extract_features=state.features,
            pooler_output=pooled,
            past_key_values=cache,
            hidden_states=(*state.hidden_states, last) if shown.hidden_states else None,
            attentions=tuple(state.attentions) if shown.attentions else None,
            router_logits=tuple(state.router_logits) if shown.router_logits else None,
            cross_attentions=tuple(state.cross_attentions) if shown.attentions and state.memory is not None else None,
            global_attentions=tuple(state.cross_attentions) or None if state.memory is None else None,
        )

    def output(self, name: str, **fields: Any) -> ModelOutput:
        made: ModelOutput = getattr(outputs, name)(**fields)
        return made


def _layer(layer: nnx.Module, x: Array, state: State) -> tuple[Array, Left]:
    """A layer as a pure function: its output, and what it leaves."""
    return layer(x, state=state), state.left()


def _module(holder: nnx.Module, name: str) -> Any:
    """The part of a name, perhaps some levels down."""
    for level in name.split("."):
        holder = holder[int(level)] if isinstance(holder, nnx.List) else getattr(holder, level)
    return holder
