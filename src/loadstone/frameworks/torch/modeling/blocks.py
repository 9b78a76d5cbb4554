"""Layers and what they are made of, besides attention."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from loadstone.architectures import components
from loadstone.architectures.components.base import Part
from loadstone.frameworks.ranges import beyond
from loadstone.frameworks.torch.modeling.activations import ACTIVATIONS
from loadstone.frameworks.torch.modeling.attention import State
from loadstone.frameworks.torch.modeling.build import Built, call, dropout


class FeedForward(Built, component=components.FeedForward):
    """Two linear maps with an activation between."""

    @staticmethod
    def run(holder: nn.Module, component: components.FeedForward, x: Tensor) -> Tensor:
        inner = ACTIVATIONS[component.activation](call(holder, component.up, x))
        out = call(holder, component.down, dropout(inner, component.dropout, holder))
        return dropout(out, component.output_dropout, holder)


class Gated(Built, component=components.Gated):
    """A feed-forward network with a gate."""

    @staticmethod
    def run(holder: nn.Module, component: components.Gated, x: Tensor) -> Tensor:
        if len(component.projections) == 1:
            gate, up = call(holder, component.projections[0], x).chunk(2, dim=-1)
        else:
            gate, up = (call(holder, part, x) for part in component.projections)
        inner = ACTIVATIONS[component.activation](gate) * up
        return call(holder, component.down, dropout(inner, component.dropout, holder))


class SparseExperts(Built, component=components.SparseExperts):
    """A router and its experts."""

    @staticmethod
    def run(holder: nn.Module, component: components.SparseExperts, x: Tensor, state: State | None = None) -> Tensor:
        """``x`` (batch, tokens, width) → the same; a state is left the router's logits (batch · tokens, experts)."""
        if component.jitter and holder.training:
            x = x * torch.empty_like(x).uniform_(1.0 - component.jitter, 1.0 + component.jitter)
        tokens = x.flatten(0, -2)
        logits = call(holder, component.router, tokens)
        if state is not None and state.router_logits is not None:
            state.router_logits.append(logits)
        odds = logits.softmax(dim=-1, dtype=torch.float32)
        weights, chosen = odds.topk(component.top_k, dim=-1)
        if component.normalize:
            weights = weights / weights.sum(dim=-1, keepdim=True)
        return call(holder, component.experts, tokens, chosen, weights.to(x.dtype)).view_as(x)


class Layer(Built, component=components.Layer):
    """Attention and feed-forward network with residual paths."""

    @staticmethod
    def run(holder: nn.Module, component: components.Layer, x: Tensor, state: State) -> Tensor:
        before, after = component.attention_norm, component.attention_post_norm
        share = component.dropout
        if component.order == "post":
            assert before is not None
            x = call(holder, before, x + dropout(call(holder, component.attention, x, state), share, holder))
            out = dropout(_fed(holder, component.feed_forward, x, state), share, holder)
            return call(holder, component.feed_forward_norm, x + out)
        attended = call(holder, component.attention, x if before is None else call(holder, before, x), state)
        if after is not None:
            attended = call(holder, after, attended)
        attended = dropout(attended, share, holder)
        if component.order != "parallel":
            x, attended = x + attended, None
        out = _fed(holder, component.feed_forward, call(holder, component.feed_forward_norm, x), state)
        if component.feed_forward_post_norm is not None:
            out = call(holder, component.feed_forward_post_norm, out)
        out = dropout(out, share, holder)
        return x + out if attended is None else x + attended + out


def _fed(holder: nn.Module, part: Part, x: Tensor, state: State) -> Tensor:
    """What a feed-forward network makes of ``x``; experts get the state only where their router's logits are wanted."""
    if state.router_logits is not None and isinstance(part.component, components.SparseExperts):
        out: Tensor = call(holder, part, x, state)
        return out
    return call(holder, part, x)


class AddNorm(Built, component=components.AddNorm):
    """Residual sum and norm."""

    @staticmethod
    def run(holder: nn.Module, component: components.AddNorm, x: Tensor, residual: Tensor) -> Tensor:
        if component.dense is not None:
            x = call(holder, component.dense, x)
        return call(holder, component.norm, dropout(x, component.dropout, holder) + residual)


class BertAttention(Built, component=components.BertAttention):
    """Attention, then residual sum and norm."""

    @staticmethod
    def run(holder: nn.Module, component: components.BertAttention, x: Tensor, state: State) -> Tensor:
        return call(holder, component.output, call(holder, component.attention, x, state), x)


class BertLayer(Built, component=components.BertLayer):
    """BERT's post-norm layer."""

    @staticmethod
    def run(holder: nn.Module, component: components.BertLayer, x: Tensor, state: State) -> Tensor:
        x = call(holder, component.attention, x, state)
        return call(holder, component.output, call(holder, component.intermediate, x), x)


class RelativeBias(Built, component=components.RelativeBias):
    """A number for each head and distance, looked up by bucket: near distances each their own, far ones shared."""

    @staticmethod
    def run(holder: nn.Module, component: components.RelativeBias, x: Tensor) -> Tensor:
        """``x`` (batch, tokens, width) → (1, heads, tokens, tokens)."""
        places = torch.arange(x.shape[1], device=x.device)
        behind = places[:, None] - places[None, :]
        half = component.buckets // 2
        distance, near = behind.abs(), half // 2
        spread = torch.log(distance.clamp(min=1).float() / near) / torch.log(
            torch.tensor(component.max_distance / near)
        )
        far = (near + (spread * (half - near)).long()).clamp(max=half - 1)
        bucket = torch.where(distance < near, distance, far) + (behind < 0) * half
        return call(holder, component.table, bucket).permute(2, 0, 1)[None]


class Stack(Built, component=components.Stack):
    """The layers, one after another."""

    @staticmethod
    def run(holder: nn.Module, component: components.Stack, x: Tensor, state: State) -> Tensor:
        if component.relative_bias is not None:
            state.bias = call(holder, component.relative_bias, x)
        layers: nn.ModuleList = getattr(holder, component.layers[0].name.rpartition(".")[0])
        for part, layer in zip(component.layers, layers, strict=True):
            if state.hidden_states is not None:
                state.hidden_states.append(x)
            skip = getattr(part.component, "skip", 0.0)
            if skip and holder.training and torch.rand(()) < skip:
                continue
            x = checkpoint(layer, x, state, use_reentrant=False) if state.checkpointing else layer(x, state)
        return x


class Chain(Built, component=components.Chain):
    """Steps one after another."""

    @staticmethod
    def run(holder: nn.Module, component: components.Chain, x: Tensor) -> Tensor:
        for step in component.steps:
            x = call(holder, step, x)
        return x


class Pooler(Built, component=components.Pooler):
    """What BERT makes of the first token."""

    @staticmethod
    def run(holder: nn.Module, component: components.Pooler, x: Tensor) -> Tensor:
        return ACTIVATIONS[component.activation](call(holder, component.dense, x[:, 0]))


class Embeddings(Built, component=components.Embeddings):
    """Token, position and segment vectors, added and normed."""

    @staticmethod
    def run(
        holder: nn.Module,
        component: components.Embeddings,
        input_ids: Tensor | None,
        inputs_embeds: Tensor | None,
        position_ids: Tensor,
        token_type_ids: Tensor | None,
    ) -> Tensor:
        x = inputs_embeds
        if x is None:
            assert input_ids is not None
            x = _vectors(holder, component, component.tokens, "input_ids", input_ids)
        if component.project is not None:
            x = call(holder, component.project, x)
        if component.segment is not None:
            if token_type_ids is None:
                token_type_ids = torch.zeros(x.shape[:2], dtype=torch.long, device=x.device)
            x = x + _vectors(holder, component, component.segment, "token_type_ids", token_type_ids)
        elif component.segment_from_tokens and token_type_ids is not None:
            x = x + _vectors(holder, component, component.tokens, "token_type_ids", token_type_ids)
        if component.position is not None:
            shift = component.offset if component.positions == "mask" else 0
            x = x + _vectors(holder, component, component.position, "position_ids", position_ids, shift)
        if component.norm is not None:
            x = call(holder, component.norm, x)
        return dropout(x, component.dropout, holder)


def _vectors(
    holder: nn.Module,
    component: components.Embeddings,
    table: components.Part,
    argument: str,
    ids: Tensor,
    shift: int = 0,
) -> Tensor:
    """The vectors of ids (batch, tokens); :class:`ArgumentError` for some that there are none for, on the CPU.

    An accelerator would have to be waited for: there it is PyTorch that ends the process.
    """
    try:
        vectors: Tensor = call(holder, table, ids + shift if shift else ids)
    except IndexError:
        rows = getattr(getattr(holder, table.name, None), "num_embeddings", None)
        error = beyond(component, argument, int(ids.min()), int(ids.max()), rows)
        if error is None:
            raise
        raise error from None
    return vectors


def position_ids(
    component: components.Embeddings, input_ids: Tensor | None, padding: Tensor | None, tokens: int, past: int
) -> Tensor | int:
    """Position ids (batch, tokens) of the new tokens where the caller gives none; one number means: count from it."""
    if component.positions == "tokens":
        if input_ids is None or component.padding is None:
            return past + component.offset + 1
        real = input_ids.ne(component.padding).long()
        return (real.cumsum(dim=1) + past) * real + component.offset
    if component.positions == "mask" and padding is not None:
        return (padding.long().cumsum(dim=1) * padding - 1)[:, past : past + tokens]
    return past
