"""Layers and what they are made of, besides attention."""

from __future__ import annotations

import math

import keras
import tensorflow as tf

from loadstone.architectures import components
from loadstone.frameworks.ranges import beyond
from loadstone.frameworks.tensorflow.activations import ACTIVATIONS
from loadstone.frameworks.tensorflow.arguments import Inputs, bad_argument
from loadstone.frameworks.tensorflow.build import Built, attribute, call
from loadstone.frameworks.tensorflow.state import State, dropout, shape_of


class FeedForward(Built, component=components.FeedForward):
    """Two linear maps with an activation between."""

    @staticmethod
    def run(holder: keras.Layer, component: components.FeedForward, x: tf.Tensor, state: State) -> tf.Tensor:
        inner = ACTIVATIONS[component.activation](call(holder, component.up, x, state=state))
        out = call(holder, component.down, dropout(inner, component.dropout, state), state=state)
        return dropout(out, component.output_dropout, state)


class Gated(Built, component=components.Gated):
    """A feed-forward network with a gate."""

    @staticmethod
    def run(holder: keras.Layer, component: components.Gated, x: tf.Tensor, state: State) -> tf.Tensor:
        projected = [call(holder, part, x, state=state) for part in component.projections]
        gate, up = tf.split(projected[0], 2, axis=-1) if len(projected) == 1 else projected
        inner = ACTIVATIONS[component.activation](gate) * up
        return call(holder, component.down, dropout(inner, component.dropout, state), state=state)


class SparseExperts(Built, component=components.SparseExperts):
    """A router and its experts."""

    @staticmethod
    def run(holder: keras.Layer, component: components.SparseExperts, x: tf.Tensor, state: State) -> tf.Tensor:
        shape = shape_of(x)
        if component.jitter and state.training:
            x *= tf.random.uniform(shape, 1.0 - component.jitter, 1.0 + component.jitter, x.dtype)
        tokens = tf.reshape(x, [-1, shape[-1]])
        logits = call(holder, component.router, tokens, state=state)
        if state.router_logits is not None:
            state.router_logits.append(logits)
        odds = tf.nn.softmax(tf.cast(logits, tf.float32))
        weights, chosen = tf.math.top_k(odds, component.top_k)
        if component.normalize:
            weights /= tf.reduce_sum(weights, axis=-1, keepdims=True)
        output = call(holder, component.experts, tokens, chosen, tf.cast(weights, x.dtype), state=state)
        return tf.reshape(output, shape)


class Layer(Built, component=components.Layer):
    """Attention and feed-forward network with residual paths."""

    @staticmethod
    def run(holder: keras.Layer, component: components.Layer, x: tf.Tensor, state: State) -> tf.Tensor:
        before, after, share = component.attention_norm, component.attention_post_norm, component.dropout
        if component.order == "post":
            assert before is not None
            attended = dropout(call(holder, component.attention, x, state=state), share, state)
            x = call(holder, before, x + attended, state=state)
            out = dropout(call(holder, component.feed_forward, x, state=state), share, state)
            return call(holder, component.feed_forward_norm, x + out, state=state)
        normed = x if before is None else call(holder, before, x, state=state)
        attended = call(holder, component.attention, normed, state=state)
        if after is not None:
            attended = call(holder, after, attended, state=state)
        attended = dropout(attended, share, state)
        if component.order != "parallel":
            x, attended = x + attended, None
        out = call(holder, component.feed_forward_norm, x, state=state)
        out = call(holder, component.feed_forward, out, state=state)
        if component.feed_forward_post_norm is not None:
            out = call(holder, component.feed_forward_post_norm, out, state=state)
        out = dropout(out, share, state)
        return x + out if attended is None else x + attended + out


class AddNorm(Built, component=components.AddNorm):
    """Residual sum and norm."""

    @staticmethod
    def run(
        holder: keras.Layer, component: components.AddNorm, x: tf.Tensor, residual: tf.Tensor, state: State
    ) -> tf.Tensor:
        if component.dense is not None:
            x = call(holder, component.dense, x, state=state)
        return call(holder, component.norm, dropout(x, component.dropout, state) + residual, state=state)


class BertAttention(Built, component=components.BertAttention):
    """Attention, then residual sum and norm."""

    @staticmethod
    def run(holder: keras.Layer, component: components.BertAttention, x: tf.Tensor, state: State) -> tf.Tensor:
        return call(holder, component.output, call(holder, component.attention, x, state=state), x, state=state)


class BertLayer(Built, component=components.BertLayer):
    """BERT's post-norm layer."""

    @staticmethod
    def run(holder: keras.Layer, component: components.BertLayer, x: tf.Tensor, state: State) -> tf.Tensor:
        x = call(holder, component.attention, x, state=state)
        return call(holder, component.output, call(holder, component.intermediate, x, state=state), x, state=state)


class RelativeBias(Built, component=components.RelativeBias):
    """A number for each head and distance, looked up by bucket: near distances each their own, far ones shared."""

    @staticmethod
    def run(holder: keras.Layer, component: components.RelativeBias, x: tf.Tensor, state: State) -> tf.Tensor:
        """``x`` (batch, tokens, width) → (1, heads, tokens, tokens)."""
        places = tf.range(shape_of(x)[1])
        behind = places[:, None] - places[None, :]
        half = component.buckets // 2
        distance, near = tf.abs(behind), half // 2
        spread = tf.math.log(tf.cast(tf.maximum(distance, 1), tf.float32) / near)
        spread /= tf.constant(math.log(component.max_distance / near), tf.float32)
        far = tf.minimum(near + tf.cast(spread * (half - near), tf.int32), half - 1)
        bucket = tf.where(distance < near, distance, far) + tf.cast(behind < 0, tf.int32) * half
        return tf.transpose(call(holder, component.table, bucket, state=state), (2, 0, 1))[None]


class Stack(Built, component=components.Stack):
    """The layers, one after another."""

    @staticmethod
    def run(holder: keras.Layer, component: components.Stack, x: tf.Tensor, state: State) -> tf.Tensor:
        if component.relative_bias is not None:
            state.bias = call(holder, component.relative_bias, x, state=state)
        layers = getattr(holder, attribute(component.layers[0].name.rpartition(".")[0]))
        for part, layer in zip(component.layers, layers, strict=True):
            if state.hidden_states is not None:
                state.hidden_states.append(x)
            out, skip = layer(x, state), getattr(part.component, "skip", 0.0)
            # Computed even where it is left out: a graph cannot branch and leave what a layer shows besides.
            x = tf.where(tf.random.uniform(()) < skip, x, out) if skip and state.training else out
        return x


class Chain(Built, component=components.Chain):
    """Steps one after another."""

    @staticmethod
    def run(holder: keras.Layer, component: components.Chain, x: tf.Tensor, state: State) -> tf.Tensor:
        for step in component.steps:
            x = call(holder, step, x, state=state)
        return x


class Pooler(Built, component=components.Pooler):
    """What BERT makes of the first token."""

    @staticmethod
    def run(holder: keras.Layer, component: components.Pooler, x: tf.Tensor, state: State) -> tf.Tensor:
        return ACTIVATIONS[component.activation](call(holder, component.dense, x[:, 0], state=state))


class Embeddings(Built, component=components.Embeddings):
    """Token, position and segment vectors, added and normed."""

    @staticmethod
    def run(
        holder: keras.Layer, component: components.Embeddings, inputs: Inputs, position_ids: tf.Tensor, state: State
    ) -> tf.Tensor:
        x, token_type_ids = inputs.inputs_embeds, inputs.token_type_ids
        if x is None:
            x = _vectors(holder, component, component.tokens, "input_ids", inputs.input_ids, state)
        if component.project is not None:
            x = call(holder, component.project, x, state=state)
        if component.segment is not None:
            if token_type_ids is None:
                token_type_ids = tf.zeros(shape_of(x)[:2], tf.int32)
            x += _vectors(holder, component, component.segment, "token_type_ids", token_type_ids, state)
        elif component.segment_from_tokens and token_type_ids is not None:
            x += _vectors(holder, component, component.tokens, "token_type_ids", token_type_ids, state)
        if component.position is not None:
            x += _vectors(holder, component, component.position, "position_ids", position_ids, state)
        if component.norm is not None:
            x = call(holder, component.norm, x, state=state)
        return dropout(x, component.dropout, state)


def _vectors(
    holder: keras.Layer,
    component: components.Embeddings,
    table: components.Part,
    argument: str,
    ids: tf.Tensor,
    state: State,
) -> tf.Tensor:
    """The vectors of ids (batch, tokens); :class:`ArgumentError` for some that there are none for.

    That is on the CPU, outside of ``tf.function``. In a graph it is TensorFlow that refuses them.
    """
    shift = component.offset if argument == "position_ids" and component.positions == "mask" else 0
    try:
        return call(holder, table, ids + shift if shift else ids, state=state)
    except tf.errors.InvalidArgumentError:
        error = None
        if tf.executing_eagerly():
            error = beyond(component, argument, int(tf.reduce_min(ids)), int(tf.reduce_max(ids)))
        if error is None:
            raise
        raise bad_argument(str(error)) from None


def position_ids(
    component: components.Embeddings,
    input_ids: tf.Tensor | None,
    padding: tf.Tensor | None,
    tokens: int | tf.Tensor,
    past: int | tf.Tensor,
) -> tf.Tensor:
    """Position ids (batch or 1, tokens) of the new tokens where the caller gives none, int32."""
    first = past
    if component.positions == "tokens":
        if input_ids is not None and component.padding is not None:
            real = tf.cast(input_ids != component.padding, tf.int32)
            return (tf.cumsum(real, axis=1) + past) * real + component.offset
        first = past + component.offset + 1
    elif component.positions == "mask" and padding is not None:
        real = tf.cast(padding, tf.int32)
        return (tf.cumsum(real, axis=1) * real - 1)[:, past : past + tokens]
    return (first + tf.range(tokens))[None]
