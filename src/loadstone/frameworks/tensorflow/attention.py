"""Attention: projections, rotary positions, cache and masks."""

from __future__ import annotations

import keras
import tensorflow as tf

from loadstone.architectures import components
from loadstone.architectures.rotary import Rotary
from loadstone.frameworks.tensorflow.build import Built, call
from loadstone.frameworks.tensorflow.cache import written
from loadstone.frameworks.tensorflow.state import Kind, State, dropout, shape_of


def rotary_tables(rotary: Rotary, position_ids: tf.Tensor, dtype: tf.DType) -> tuple[tf.Tensor, tf.Tensor]:
    """``position_ids`` (batch or 1, tokens) → cos and sin (batch or 1, 1, tokens, dim). Angles are float32."""
    frequencies, factor = _frequencies(rotary, position_ids)
    angles = tf.cast(position_ids, tf.float32)[:, None, :, None] * frequencies
    angles = tf.concat((angles, angles), axis=-1)
    return tf.cast(tf.cos(angles) * factor, dtype), tf.cast(tf.sin(angles) * factor, dtype)


def _frequencies(rotary: Rotary, position_ids: tf.Tensor) -> tuple[tf.Tensor, float]:
    """Inverse frequencies (dim / 2,) and the factor for cos and sin."""
    plain, factor = rotary.frequencies()
    near = tf.constant(plain, tf.float32)
    if not rotary.depends_on_length:
        return near, factor
    length = tf.reduce_max(position_ids) + 1
    if rotary.kind == "longrope":
        far = tf.constant(rotary.frequencies(rotary.limit + 1)[0], tf.float32)
    else:
        # Dynamic NTK multiplies theta by growth^(dim / (dim - 2)), so frequency i by growth^(-2i / (dim - 2)).
        scaling_factor = dict(rotary.scaling)["factor"]
        growth = scaling_factor * tf.cast(length, tf.float32) / rotary.max_position - (scaling_factor - 1)
        far = near * growth ** (-tf.range(0, rotary.dim, 2, tf.float32) / (rotary.dim - 2))
    return tf.where(length > rotary.limit, far, near), factor


def rotate(x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor) -> tf.Tensor:
    """Turn the first ``dim`` values of each head, pairing the first half with the second."""
    dim = cos.shape[-1]
    turning, passing = x[..., :dim], x[..., dim:]
    first, second = tf.split(turning, 2, axis=-1)
    turned = turning * cos + tf.concat((-second, first), axis=-1) * sin
    return turned if dim == x.shape[-1] else tf.concat((turned, passing), axis=-1)


def row_segments(position_ids: tf.Tensor) -> tf.Tensor:
    """Which text of its row each token belongs to, (batch or 1, tokens).

    A new text begins wherever a position is not the one after the last, as in Transformers.
    """
    restarts = position_ids[:, 1:] != position_ids[:, :-1] + 1
    return tf.pad(tf.cumsum(tf.cast(restarts, tf.int32), axis=1), [[0, 0], [1, 0]])


def make_mask(
    kind: Kind,
    padding: tf.Tensor | None,
    segments: tf.Tensor | None,
    queries: int | tf.Tensor,
    keys: int | tf.Tensor,
    past: int | tf.Tensor,
) -> tf.Tensor | None:
    """What is added to the scores for a kind of mask; None if nothing is hidden.

    ``padding`` (batch, keys) is true where there is a token; the first query has place ``past`` among the keys.
    ``segments`` (batch or 1, keys): tokens see only those with the same number. A query that may see nothing at all (a
    padding token on the left) sees everything: no output is NaN.
    """
    causal, window = kind
    if padding is None and segments is None and window is None and not causal:
        return None
    row = (past + tf.range(queries))[:, None]
    column = tf.range(keys)[None, :]
    if causal:
        allowed = column <= row
        if window is not None:
            allowed &= column > row - window
    else:
        allowed = tf.abs(column - row) <= window if window is not None else tf.ones_like(column == row)
    allowed = allowed[None, None]
    if segments is not None:
        allowed &= segments[:, None, :, None] == segments[:, None, None, :]
    if padding is not None:
        allowed &= padding[:, None, None, :]
        allowed |= ~tf.reduce_any(allowed, axis=-1, keepdims=True)
    return additive(allowed)


def additive(allowed: tf.Tensor) -> tf.Tensor:
    """True/False → 0/lowest in float32, ready to be added to scores; values stay."""
    if allowed.dtype.is_floating:
        return tf.cast(allowed, tf.float32)
    return tf.where(tf.cast(allowed, tf.bool), 0.0, tf.float32.min)


class Attention(Built, component=components.Attention):
    """Multi-head attention."""

    @staticmethod
    def run(holder: keras.Layer, component: components.Attention, x: tf.Tensor, state: State) -> tf.Tensor:
        """``x`` (batch, tokens, width) → (batch, tokens, width)."""
        query, key, value = _project(holder, component, x, state)
        if component.query_norm is not None and component.key_norm is not None:
            query = call(holder, component.query_norm, query, state=state)
            key = call(holder, component.key_norm, key, state=state)
        if component.rotary is not None:
            cos, sin = state.rotary[component.rotary]
            query, key = rotate(query, cos, sin), rotate(key, cos, sin)
        if state.cache is not None:
            at = component.index
            key = state.keys[at] = written(state.keys[at], key, state.cache.length)
            value = state.values[at] = written(state.values[at], value, state.cache.length)
        out = _attend(component, query, tf.cast(key, query.dtype), tf.cast(value, query.dtype), state)
        if component.output is not None:
            out = call(holder, component.output, out, state=state)
        return dropout(out, component.output_dropout, state)


def _heads(x: tf.Tensor, heads: int, dim: int) -> tf.Tensor:
    """(batch, tokens, heads · dim) → (batch, heads, tokens, dim)."""
    batch, tokens, _ = shape_of(x)
    return tf.transpose(tf.reshape(x, [batch, tokens, heads, dim]), (0, 2, 1, 3))


def _project(
    holder: keras.Layer, component: components.Attention, x: tf.Tensor, state: State
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Query (batch, heads, tokens, head_dim), key and value (batch, kv_heads, tokens, head_dim)."""
    heads, kv_heads, dim = component.heads, component.kv_heads, component.head_dim
    flat = [call(holder, part, x, state=state) for part in component.projections]
    if len(flat) == 1 and component.fused == "heads":
        query, key, value = tf.split(_heads(flat[0], heads, 3 * dim), 3, axis=-1)
        return query, key, value
    if len(flat) == 1:
        flat = tf.split(flat[0], (heads * dim, kv_heads * dim, kv_heads * dim), axis=-1)
    query, key, value = flat
    return _heads(query, heads, dim), _heads(key, kv_heads, dim), _heads(value, kv_heads, dim)


def _attend(
    component: components.Attention, query: tf.Tensor, key: tf.Tensor, value: tf.Tensor, state: State
) -> tf.Tensor:
    """Scores, softmax in float32, weighted sum → (batch, tokens, heads · head_dim)."""
    heads, kv_heads, dim = component.heads, component.kv_heads, component.head_dim
    batch, _, tokens, _ = shape_of(query)
    if heads != kv_heads:  # the queries that share keys lie side by side, so that no key is repeated
        query = tf.reshape(query, [batch, kv_heads, -1, dim])
    scores = tf.cast(tf.matmul(query, key, transpose_b=True), tf.float32) * component.scale
    if heads != kv_heads:
        scores = tf.reshape(scores, [batch, heads, tokens, shape_of(key)[2]])
    if component.softcap is not None:
        scores = tf.tanh(scores / component.softcap) * component.softcap
    if state.bias is not None:
        scores += tf.cast(state.bias, tf.float32)
    mask = state.masks[component.causal, component.window]
    if mask is not None:
        scores += mask
    weights = dropout(tf.cast(tf.nn.softmax(scores), query.dtype), component.dropout, state)
    if state.attentions is not None:
        state.attentions.append(weights)
    if heads != kv_heads:
        weights = tf.reshape(weights, [batch, kv_heads, -1, shape_of(key)[2]])
    out = tf.reshape(tf.matmul(weights, value), [batch, heads, tokens, dim])
    return tf.reshape(tf.transpose(out, (0, 2, 1, 3)), [batch, tokens, heads * dim])
