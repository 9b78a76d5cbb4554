"""Attention, from queries, keys and values on."""

from __future__ import annotations

import tensorflow as tf

from loadstone.architectures import components
from loadstone.frameworks.tensorflow.state import State, dropout, shape_of


def additive(seen: tf.Tensor) -> tf.Tensor:
    """True/False → 0/lowest in float32, ready to be added to scores; values stay."""
    if seen.dtype.is_floating:
        return tf.cast(seen, tf.float32)
    return tf.where(seen, 0.0, tf.float32.min)


def attend(
    component: components.Attention,
    query: tf.Tensor,
    key: tf.Tensor,
    value: tf.Tensor,
    state: State,
    sinks: tf.Tensor | None = None,
) -> tf.Tensor:
    """Scores, softmax in float32, weighted sum → (batch, queries, heads · head_dim). ``sinks`` (heads,)."""
    heads, kv_heads, dim, value_dim = component.heads, component.kv_heads, component.head_dim, value.shape[-1]
    key, value = tf.cast(key, query.dtype), tf.cast(value, query.dtype)  # a cache may hold them in another
    batch, _, tokens, _ = shape_of(query)
    if heads != kv_heads:  # the queries that share keys lie side by side, so that no key is repeated
        query = tf.reshape(query, [batch, kv_heads, -1, dim])
    scores = tf.cast(tf.matmul(query, key, transpose_b=True), tf.float32) * component.scale
    if heads != kv_heads:
        scores = tf.reshape(scores, [batch, heads, tokens, shape_of(key)[2]])
    if component.softcap is not None:
        scores = tf.tanh(scores / component.softcap) * component.softcap
    if state.bias is not None and not component.memory:
        scores += tf.cast(state.bias, tf.float32)
    mask = state.masks.get(component.mask_kind)
    if mask is not None:
        scores += mask
    if sinks is None:
        odds = tf.nn.softmax(scores)
    else:
        beside = tf.broadcast_to(tf.cast(sinks, tf.float32)[:, None, None], [*shape_of(scores)[:-1], 1])
        odds = tf.nn.softmax(tf.concat((scores, beside), -1))[..., :-1]
    weights = dropout(tf.cast(odds, query.dtype), component.dropout, state)
    if state.options.output_attentions:
        (state.cross_attentions if component.memory else state.attentions).append(weights)
    if heads != kv_heads:
        weights = tf.reshape(weights, [batch, kv_heads, -1, shape_of(key)[2]])
    out = tf.reshape(tf.matmul(weights, value), [batch, heads, tokens, value_dim])
    return tf.reshape(tf.transpose(out, (0, 2, 1, 3)), [batch, tokens, heads * value_dim])
