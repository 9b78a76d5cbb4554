"""Attention: projections, rotary positions, cache, masks, and the two ways to compute it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from loadstone.architectures import components
from loadstone.architectures.rotary import Rotary
from loadstone.frameworks.torch.modeling.arguments import Inputs
from loadstone.frameworks.torch.modeling.build import Built, call, dropout
from loadstone.frameworks.torch.modeling.cache import DynamicCache
from loadstone.frameworks.torch.placement.move import Movable, move


class Mask(NamedTuple):
    """Who sees whom: ``allowed`` (batch or 1, heads or 1, queries, keys), True or 0 where seen.

    None with ``causal`` means the plain triangle, None without it that everyone sees everyone.
    """

    allowed: Tensor | None
    causal: bool


class State(Movable):
    """What the layers of one forward pass share, and where they leave what was asked for."""

    def __init__(
        self,
        inputs: Inputs,
        masks: dict[tuple[bool, int | None], Mask],
        rotary: dict[Rotary, tuple[Tensor, Tensor]],
        cache: DynamicCache | None,
    ) -> None:
        self.masks = masks
        self.rotary = rotary
        self.cache = cache
        self.eager = inputs.eager or inputs.output_attentions
        self.attentions: list[Tensor] | None = [] if inputs.output_attentions else None
        self.hidden_states: list[Tensor] | None = [] if inputs.output_hidden_states else None
        self.router_logits: list[Tensor] | None = [] if inputs.output_router_logits else None
        self.checkpointing = inputs.checkpointing
        self.bias: Tensor | None = None
        self._elsewhere: dict[torch.device, State] = {}

    def on_device(self, device: torch.device) -> State:
        """The same for layers on another device, made once a pass. What is collected goes into the same lists."""
        if device not in self._elsewhere:
            self._elsewhere[device] = there = copy.copy(self)
            there.masks = move(self.masks, device)
            there.rotary = move(self.rotary, device)
            there.bias = move(self.bias, device)
        return self._elsewhere[device]


class RotaryEmbedding(nn.Module):
    """cos and sin of every position, for each rotary of a model. Frequencies stay float32 whatever the dtype."""

    def __init__(self, rotaries: tuple[Rotary, ...]) -> None:
        super().__init__()
        self.rotaries = rotaries
        self.factors = tuple(rotary.frequencies()[1] for rotary in rotaries)
        for index, rotary in enumerate(rotaries):
            # On the CPU even while a skeleton is made: these are computed, never loaded.
            self.register_buffer(_buffer(index), _frequencies(rotary, 0, torch.device("cpu")), persistent=False)

    def forward(self, x: Tensor, position_ids: Tensor) -> dict[Rotary, tuple[Tensor, Tensor]]:
        """``position_ids`` (batch or 1, tokens) → for each rotary, cos and sin (batch or 1, 1, tokens, dim)."""
        tables = {}
        position_ids = position_ids.to(x.device) if x.is_meta else position_ids
        for index, rotary in enumerate(self.rotaries):
            frequencies, factor = self.get_buffer(_buffer(index)), self.factors[index]
            if x.is_meta:  # an empty model is run for its shapes, and its frequencies lie on the CPU all the same
                frequencies = frequencies.to(x.device)
            elif rotary.depends_on_length:
                length = int(position_ids.max()) + 1
                if length > rotary.limit:
                    frequencies = _frequencies(rotary, length, x.device)
            angles = position_ids[:, None, :, None].float() * frequencies
            angles = torch.cat((angles, angles), dim=-1)
            tables[rotary] = (angles.cos() * factor).to(x.dtype), (angles.sin() * factor).to(x.dtype)
        return tables

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> RotaryEmbedding:
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        for index, rotary in enumerate(self.rotaries):
            # Computed again: a model cast to bfloat16 must not lose positions, nor one that to_empty() has moved.
            device = self.get_buffer(_buffer(index)).device
            setattr(self, _buffer(index), _frequencies(rotary, 0, device))
        return self

    def extra_repr(self) -> str:
        return ", ".join(f"{rotary.kind} dim={rotary.dim} theta={rotary.theta:g}" for rotary in self.rotaries)


def _buffer(index: int) -> str:
    return f"inv_freq_{index}" if index else "inv_freq"


def _frequencies(rotary: Rotary, length: int, device: torch.device) -> Tensor:
    return torch.tensor(rotary.frequencies(length)[0], dtype=torch.float32, device=device)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn the first ``dim`` values of each head, pairing the first half with the second."""
    dim = cos.shape[-1]
    turning, passing = (x, None) if dim == x.shape[-1] else (x[..., :dim], x[..., dim:])
    first, second = turning.chunk(2, dim=-1)
    turned = turning * cos + torch.cat((-second, first), dim=-1) * sin
    return turned if passing is None else torch.cat((turned, passing), dim=-1)


def make_mask(
    kind: tuple[bool, int | None],
    padding: Tensor | None,
    segments: Tensor | None,
    queries: int,
    keys: int,
    device: torch.device,
) -> Mask:
    """The mask of one kind (causal?, window); ``padding`` (batch, keys) is true where there is a token.

    ``segments`` (batch or 1, keys): tokens see only those with the same number. A query that may see nothing at all (a
    padding token on the left) sees everything: no output is NaN.
    """
    causal, window = kind
    if window is not None and window >= keys:
        window = None
    if padding is None and segments is None and window is None and (not causal or queries == 1 or queries == keys):
        return Mask(None, causal and queries > 1)
    row = torch.arange(keys - queries, keys, device=device)[:, None]
    column = torch.arange(keys, device=device)[None, :]
    allowed = torch.ones(queries, keys, dtype=torch.bool, device=device)
    if causal:
        allowed = column <= row
        if window is not None:
            allowed = allowed & (column > row - window)
    elif window is not None:
        allowed = (column - row).abs() <= window
    allowed = allowed[None, None]
    if segments is not None:
        allowed = allowed & (segments[:, None, :, None] == segments[:, None, None, :])
    if padding is not None:
        allowed = allowed & padding[:, None, None, :]
        allowed = allowed | ~allowed.any(dim=-1, keepdim=True)
    return Mask(allowed, False)


class Attention(Built, component=components.Attention):
    """Multi-head attention."""

    @staticmethod
    def run(holder: nn.Module, component: components.Attention, x: Tensor, state: State) -> Tensor:
        """``x`` (batch, tokens, width) → (batch, tokens, width)."""
        query, key, value = _project(holder, component, x)
        if component.query_norm is not None and component.key_norm is not None:
            query = call(holder, component.query_norm, query)
            key = call(holder, component.key_norm, key)
        if component.rotary is not None:
            cos, sin = state.rotary[component.rotary]
            query, key = rotate(query, cos, sin), rotate(key, cos, sin)
        if state.cache is not None:
            key, value = state.cache.update(key, value, component.index)
        share = component.dropout if holder.training else 0.0
        if state.eager or component.softcap is not None:
            out = _eager(component, query, key, value, share, state)
        else:
            mask = state.masks[component.causal, component.window]
            allowed = _with_bias(mask, state.bias, query.dtype)
            out = F.scaled_dot_product_attention(
                query,
                key,
                value,
                attn_mask=allowed,
                dropout_p=share,
                is_causal=mask.causal and allowed is None,
                scale=component.scale,
                enable_gqa=component.heads != component.kv_heads,
            )
        out = out.transpose(1, 2).flatten(2)
        if component.output is not None:
            out = call(holder, component.output, out)
        return dropout(out, component.output_dropout, holder)


def _project(holder: nn.Module, component: components.Attention, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Query (batch, heads, tokens, head_dim), key and value (batch, kv_heads, tokens, head_dim)."""
    heads, kv_heads, dim = component.heads, component.kv_heads, component.head_dim
    if len(component.projections) == 1:
        whole = call(holder, component.projections[0], x)
        if component.fused == "heads":
            by_head = whole.unflatten(-1, (heads, 3 * dim)).transpose(1, 2)
            query, key, value = by_head.chunk(3, dim=-1)
            return query, key, value
        flat = whole.split((heads * dim, kv_heads * dim, kv_heads * dim), dim=-1)
    else:
        flat = tuple(call(holder, part, x) for part in component.projections)
    query, key, value = (projected.unflatten(-1, (-1, dim)).transpose(1, 2) for projected in flat)
    return query, key, value


def _with_bias(mask: Mask, bias: Tensor | None, dtype: torch.dtype) -> Tensor | None:
    """A mask that can be added to scores, where there is a bias; else the mask as it is."""
    if bias is None:
        return mask.allowed
    if mask.allowed is None:
        return bias.to(dtype)
    return bias.to(dtype) + additive(mask.allowed, dtype)


def additive(allowed: Tensor, dtype: torch.dtype) -> Tensor:
    """True/False → 0/lowest, ready to be added to scores."""
    if allowed.is_floating_point():
        return allowed.to(dtype)
    return torch.zeros_like(allowed, dtype=dtype).masked_fill(~allowed, torch.finfo(dtype).min)


def _eager(
    component: components.Attention, query: Tensor, key: Tensor, value: Tensor, share: float, state: State
) -> Tensor:
    """Attention step by step: what soft caps and returned attentions need."""
    mask = state.masks[component.causal, component.window]
    groups = component.heads // component.kv_heads
    if groups > 1:
        key, value = key.repeat_interleave(groups, dim=1), value.repeat_interleave(groups, dim=1)
    scores = query @ key.transpose(-1, -2) * component.scale
    if component.softcap is not None:
        scores = torch.tanh(scores / component.softcap) * component.softcap
    if state.bias is not None:
        scores = scores + state.bias
    if mask.allowed is not None:
        scores = scores + additive(mask.allowed, scores.dtype)
    elif mask.causal:
        triangle = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril()
        scores = scores + additive(triangle, scores.dtype)
    weights = scores.softmax(dim=-1, dtype=torch.float32).to(query.dtype)
    weights = F.dropout(weights, share, training=share > 0)
    if state.attentions is not None:
        state.attentions.append(weights)
    return weights @ value
