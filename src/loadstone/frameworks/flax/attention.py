"""Attention, from queries, keys and values on."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array

from loadstone.architectures import components
from loadstone.frameworks.flax.state import State, dropout


def attend(
    component: components.Attention, query: Array, key: Array, value: Array, state: State, sinks: Array | None = None
) -> Array:
    """Scores and softmax in float32; (batch, queries, heads · head_dim). ``sinks`` (heads,)."""
    batch, heads, tokens, dim = query.shape
    groups = heads // component.kv_heads
    grouped = query.reshape(batch, component.kv_heads, groups, tokens, dim)
    scores = jnp.einsum("bkgtd,bksd->bkgts", grouped, key, preferred_element_type=jnp.float32)
    scores = scores.reshape(batch, heads, tokens, -1) * component.scale
    if component.softcap is not None:
        scores = jnp.tanh(scores / component.softcap) * component.softcap
    if state.bias is not None and not component.memory:
        scores = scores + state.bias
    mask = state.masks.get(component.mask_kind)
    if mask is not None:
        lowest = jnp.finfo(scores.dtype).min
        scores = jnp.where(mask, scores, lowest) if mask.dtype == bool else scores + mask.astype(scores.dtype)
    if sinks is not None:
        beside = jnp.broadcast_to(sinks[:, None, None].astype(scores.dtype), (*scores.shape[:-1], 1))
        scores = jnp.concatenate((scores, beside), axis=-1)
    weights = jax.nn.softmax(scores, axis=-1).astype(value.dtype)
    if sinks is not None:
        weights = weights[..., :-1]
    weights = dropout(weights, component.dropout, state)
    if state.shown.attentions and component.memory:
        state.crossed = weights
    elif state.shown.attentions:
        state.weights = weights
    grouped = weights.reshape(batch, component.kv_heads, groups, tokens, -1)
    out = jnp.einsum("bkgts,bksd->btkgd", grouped, value)
    return out.reshape(batch, tokens, heads * value.shape[-1])
