"""Layers and what they are made of, besides attention."""

from __future__ import annotations

import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
from flax import nnx
from jax import Array

from loadstone.architectures import components
from loadstone.frameworks.flax.activations import ACTIVATIONS
from loadstone.frameworks.flax.build import Built, call
from loadstone.frameworks.flax.inputs import Inputs
from loadstone.frameworks.flax.state import State, dropout


class FeedForward(Built, component=components.FeedForward):
    """Two linear maps with an activation between."""

    @staticmethod
    def run(holder: nnx.Module, component: components.FeedForward, x: Array, state: State) -> Array:
        inner = ACTIVATIONS[component.activation](call(holder, component.up, x, state=state))
        out = call(holder, component.down, dropout(inner, component.dropout, state), state=state)
        return dropout(out, component.output_dropout, state)


class Gated(Built, component=components.Gated):
    """A feed-forward network with a gate."""

    @staticmethod
    def run(holder: nnx.Module, component: components.Gated, x: Array, state: State) -> Array:
        if len(component.projections) == 1:
            gate, up = jnp.split(call(holder, component.projections[0], x, state=state), 2, axis=-1)
        else:
            gate, up = (call(holder, part, x, state=state) for part in component.projections)
        inner = ACTIVATIONS[component.activation](gate) * up
        return call(holder, component.down, dropout(inner, component.dropout, state), state=state)


class SparseExperts(Built, component=components.SparseExperts):
    """A router and its experts."""

    @staticmethod
    def run(holder: nnx.Module, component: components.SparseExperts, x: Array, state: State) -> Array:
        if component.jitter and state.train:
            low, high = 1.0 - component.jitter, 1.0 + component.jitter
            x = x * jax.random.uniform(state.next_rng(), x.shape, x.dtype, low, high)
        tokens = x.reshape(-1, x.shape[-1])
        state.routed = scores = call(holder, component.router, tokens, state=state)
        weights, chosen = jax.lax.top_k(jax.nn.softmax(scores.astype(jnp.float32), axis=-1), component.top_k)
        if component.normalize:
            weights = weights / weights.sum(axis=-1, keepdims=True)
        return call(holder, component.experts, tokens, chosen, weights.astype(x.dtype), state=state).reshape(x.shape)


class Layer(Built, component=components.Layer):
    """Attention and feed-forward network with residual paths."""

    @staticmethod
    def run(holder: nnx.Module, component: components.Layer, x: Array, state: State) -> Array:
        before, after = component.attention_norm, component.attention_post_norm
        share = component.dropout
        if component.order == "post":
            assert before is not None
            attended = call(holder, component.attention, x, state=state)
            x = call(holder, before, x + dropout(attended, share, state), state=state)
            out = dropout(call(holder, component.feed_forward, x, state=state), share, state)
            return call(holder, component.feed_forward_norm, x + out, state=state)
        normed = x if before is None else call(holder, before, x, state=state)
        attended = call(holder, component.attention, normed, state=state)
        if after is not None:
            attended = call(holder, after, attended, state=state)
        attended = dropout(attended, share, state)
        parallel = component.order == "parallel"
        residual = x if parallel else x + attended
        normed = call(holder, component.feed_forward_norm, residual, state=state)
        out = call(holder, component.feed_forward, normed, state=state)
        if component.feed_forward_post_norm is not None:
            out = call(holder, component.feed_forward_post_norm, out, state=state)
        out = dropout(out, share, state)
        return x + attended + out if parallel else residual + out


class AddNorm(Built, component=components.AddNorm):
    """Residual sum and norm."""

    @staticmethod
    def run(holder: nnx.Module, component: components.AddNorm, x: Array, residual: Array, state: State) -> Array:
        if component.dense is not None:
            x = call(holder, component.dense, x, state=state)
        return call(holder, component.norm, dropout(x, component.dropout, state) + residual, state=state)


class BertAttention(Built, component=components.BertAttention):
    """Attention, then residual sum and norm."""

    @staticmethod
    def run(holder: nnx.Module, component: components.BertAttention, x: Array, state: State) -> Array:
        return call(holder, component.output, call(holder, component.attention, x, state=state), x, state=state)


class BertLayer(Built, component=components.BertLayer):
    """BERT's post-norm layer."""

    @staticmethod
    def run(holder: nnx.Module, component: components.BertLayer, x: Array, state: State) -> Array:
        x = call(holder, component.attention, x, state=state)
        return call(holder, component.output, call(holder, component.intermediate, x, state=state), x, state=state)


class RelativeBias(Built, component=components.RelativeBias):
    """A number for each head and distance, looked up by bucket: near distances each their own, far ones shared."""

    @staticmethod
    def run(holder: nnx.Module, component: components.RelativeBias, x: Array, state: State) -> Array:
        """``x`` (batch, tokens, width) → (1, heads, tokens, tokens)."""
        places = jnp.arange(x.shape[1])
        behind = places[:, None] - places[None, :]
        half = component.buckets // 2
        distance, near = jnp.abs(behind), half // 2
        spread = jnp.log(jnp.maximum(distance, 1).astype(jnp.float32) / near)
        spread = spread / jnp.float32(math.log(component.max_distance / near))
        far = jnp.minimum(near + (spread * (half - near)).astype(jnp.int32), half - 1)
        bucket = jnp.where(distance < near, distance, far) + (behind < 0) * half
        return call(holder, component.table, bucket, state=state).transpose(2, 0, 1)[None]


class Chain(Built, component=components.Chain):
    """Steps one after another."""

    @staticmethod
    def run(holder: nnx.Module, component: components.Chain, x: Array, state: State) -> Array:
        for step in component.steps:
            x = call(holder, step, x, state=state)
        return x


class Pooler(Built, component=components.Pooler):
    """What BERT makes of the first token."""

    @staticmethod
    def run(holder: nnx.Module, component: components.Pooler, x: Array, state: State) -> Array:
        return ACTIVATIONS[component.activation](call(holder, component.dense, x[:, 0], state=state))


class Embeddings(Built, component=components.Embeddings):
    """Token, position and segment vectors, added and normed."""

    @staticmethod
    def run(
        holder: nnx.Module, component: components.Embeddings, inputs: Inputs, position_ids: Array, state: State
    ) -> Array:
        """``inputs``: the arrays that the forward pass was given, by name."""
        x, token_type_ids = inputs.get("inputs_embeds"), inputs.get("token_type_ids")
        if x is None:
            x = call(holder, component.tokens, inputs["input_ids"], state=state)
        if component.project is not None:
            x = call(holder, component.project, x, state=state)
        if component.segment is not None:
            if token_type_ids is None:
                token_type_ids = jnp.zeros((1, 1), jnp.int32)
            x = x + call(holder, component.segment, token_type_ids, state=state)
        elif component.segment_from_tokens and token_type_ids is not None:
            x = x + call(holder, component.tokens, token_type_ids, state=state)
        if component.position is not None:
            shift = component.offset if component.positions == "mask" else 0
            x = x + call(holder, component.position, position_ids + shift, state=state)
        if component.norm is not None:
            x = call(holder, component.norm, x, state=state)
        return dropout(x, component.dropout, state)


def default_positions(
    component: components.Embeddings,
    input_ids: Array | None,
    padding: Array | None,
    tokens: int,
    past: Array | int,
) -> Array:
    """Position ids (batch or 1, tokens) of the new tokens, where the caller gives none."""
    count = jnp.arange(tokens)[None] + past
    if component.positions == "tokens":
        if input_ids is None or component.padding is None:
            return count + component.offset + 1
        real = (input_ids != component.padding).astype(jnp.int32)
        return (jnp.cumsum(real, axis=1) + past) * real + component.offset
    if component.positions == "mask" and padding is not None:
        positions = jnp.cumsum(padding.astype(jnp.int32), axis=1) * padding - 1
        return jax.lax.dynamic_slice_in_dim(positions, past, tokens, axis=1)
    return count


class Stack(Built, component=components.Stack):
    """The layers, one after another."""

    @staticmethod
    def run(holder: nnx.Module, component: components.Stack, x: Array, state: State) -> Array:
        if component.relative_bias is not None:
            state.bias = call(holder, component.relative_bias, x, state=state)
        layers = getattr(holder, component.layers[0].name.rpartition(".")[0])
        run = jax.checkpoint(_layer) if state.checkpointing else _layer
        for index, (part, layer) in enumerate(zip(component.layers, layers, strict=True)):
            if state.hidden_states is not None:
                state.hidden_states.append(x)
            kept = None if state.cache is None else state.cache[index]
            out, kept, weights, routed = run(layer, x, state.for_layer(kept))
            skip = getattr(part.component, "skip", 0.0)
            if skip and state.train:
                out = jnp.where(jax.random.uniform(state.next_rng()) < skip, x, out)
            if state.cache is not None:
                assert kept is not None
                state.cache[index] = kept
            if state.attentions is not None:
                state.attentions.append(weights)
            if state.router_logits is not None and routed is not None:
                state.router_logits.append(routed)
            x = out
        return x


def _layer(
    layer: Callable[[Array, State], Array], x: Array, state: State
) -> tuple[Array, tuple[Array, Array] | None, Array | None, Array | None]:
    """A layer as a pure function: its output, its keys and values, its attention weights, its router's logits."""
    return layer(x, state), state.kept, state.weights, state.routed
