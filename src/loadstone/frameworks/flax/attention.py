"""Attention: projections, rotary positions, cache, masks."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from flax import nnx
from jax import Array

from loadstone.architectures import components
from loadstone.frameworks.flax.build import Built, call
from loadstone.frameworks.flax.rotary import rotate
from loadstone.frameworks.flax.state import Kind, State, dropout


def row_segments(position_ids: Array) -> Array:
    """Which text of its row each token belongs to, (batch or 1, tokens).

    A new text begins wherever a position is not the one after the last, as in Transformers.
    """
    restarts = position_ids[:, 1:] != position_ids[:, :-1] + 1
    return jnp.pad(jnp.cumsum(restarts, axis=1), ((0, 0), (1, 0)))


def make_mask(
    kind: Kind, padding: Array | None, segments: Array | None, queries: int, keys: int, past: Array | int
) -> Array | None:
    """Who sees whom, (batch or 1, 1, queries, keys); None where everyone sees everyone.

    ``padding`` (batch, keys) is true where there is a token; the first query is token number ``past``. ``segments``
    (batch or 1, keys): tokens see only those with the same number. A query that may see nothing at all (a padding token
    on the left) sees everything: no output is NaN.
    """
    causal, window = kind
    if window is not None and window >= keys:
        window = None
    if not causal and window is None and padding is None and segments is None:
        return None
    row = jnp.arange(queries)[:, None] + past
    column = jnp.arange(keys)[None, :]
    allowed = jnp.ones((queries, keys), bool)
    if causal:
        allowed = column <= row
        if window is not None:
            allowed = allowed & (column > row - window)
    elif window is not None:
        allowed = jnp.abs(column - row) <= window
    allowed = allowed[None, None]
    if segments is not None:
        allowed = allowed & (segments[:, None, :, None] == segments[:, None, None, :])
    if padding is not None:
        allowed = allowed & padding[:, None, None, :]
        allowed = allowed | ~allowed.any(axis=-1, keepdims=True)
    return allowed


class Attention(Built, component=components.Attention):
    """Multi-head attention."""

    @staticmethod
    def run(holder: nnx.Module, component: components.Attention, x: Array, state: State) -> Array:
        """``x`` (batch, tokens, width) → (batch, tokens, width)."""
        query, key, value = _project(holder, component, x, state)
        if component.query_norm is not None and component.key_norm is not None:
            query = call(holder, component.query_norm, query, state=state)
            key = call(holder, component.key_norm, key, state=state)
        if component.rotary is not None:
            cos, sin = state.rotary[component.rotary]
            query, key = rotate(query, cos, sin), rotate(key, cos, sin)
        if state.kept is not None:
            key, value = state.kept = _added(state.kept[0], key, state), _added(state.kept[1], value, state)
        out = _attend(component, query, key, value, state)
        if component.output is not None:
            out = call(holder, component.output, out, state=state)
        return dropout(out, component.output_dropout, state)


def _project(holder: nnx.Module, component: components.Attention, x: Array, state: State) -> tuple[Array, Array, Array]:
    """Query (batch, heads, tokens, head_dim), key and value (batch, kv_heads, tokens, head_dim)."""
    heads, kv_heads, dim = component.heads, component.kv_heads, component.head_dim
    if len(component.projections) > 1:
        query, key, value = (_heads(call(holder, part, x, state=state), dim) for part in component.projections)
        return query, key, value
    whole = call(holder, component.projections[0], x, state=state)
    if component.fused == "heads":
        query, key, value = jnp.split(_heads(whole, 3 * dim), 3, axis=-1)
    else:
        ends = (heads * dim, (heads + kv_heads) * dim)
        query, key, value = (_heads(projected, dim) for projected in jnp.split(whole, ends, axis=-1))
    return query, key, value


def _added(kept: Array, new: Array, state: State) -> Array:
    """The cache's keys or values with those of the new tokens."""
    return jax.lax.dynamic_update_slice_in_dim(kept, new.astype(kept.dtype), state.past, axis=2)


def _heads(flat: Array, dim: int) -> Array:
    """(batch, tokens, heads · dim) → (batch, heads, tokens, dim)."""
    return flat.reshape(*flat.shape[:2], -1, dim).swapaxes(1, 2)


def _attend(component: components.Attention, query: Array, key: Array, value: Array, state: State) -> Array:
    """Scores and softmax in float32; (batch, tokens, heads · head_dim)."""
    batch, heads, tokens, dim = query.shape
    groups = heads // component.kv_heads
    grouped = query.reshape(batch, component.kv_heads, groups, tokens, dim)
    scores = jnp.einsum("bkgtd,bksd->bkgts", grouped, key, preferred_element_type=jnp.float32)
    scores = scores.reshape(batch, heads, tokens, -1) * component.scale
    if component.softcap is not None:
        scores = jnp.tanh(scores / component.softcap) * component.softcap
    if state.bias is not None:
        scores = scores + state.bias
    mask = state.masks[component.causal, component.window]
    if mask is not None:
        lowest = jnp.finfo(scores.dtype).min
        scores = jnp.where(mask, scores, lowest) if mask.dtype == bool else scores + mask.astype(scores.dtype)
    weights = jax.nn.softmax(scores, axis=-1).astype(value.dtype)
    weights = dropout(weights, component.dropout, state)
    if state.keep_weights:
        state.weights = weights
    grouped = weights.reshape(batch, component.kv_heads, groups, tokens, -1)
    out = jnp.einsum("bkgts,bksd->btkgd", grouped, value)
    return out.reshape(batch, tokens, heads * dim)
