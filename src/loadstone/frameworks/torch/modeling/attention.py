"""The two ways to compute attention: PyTorch's fused kernels, and step by step."""

from __future__ import annotations

from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from loadstone.architectures import components
from loadstone.frameworks.torch.modeling.state import OPEN, Mask, State


class Runs(Protocol):
    """What computes attention: :class:`~loadstone.frameworks.torch.modeling.run.Run`."""

    holder: nn.Module
    state: State
    beside: tuple[Any, ...]
    """What attention gives besides its output: the weights, perhaps after the bias."""

    def weight(self, part: components.Part) -> Tensor: ...


def attend(run: Runs, component: components.Attention, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """``query`` (batch, heads, queries, head_dim), ``key`` (batch, kv_heads, keys, head_dim) and ``value`` (batch,
    kv_heads, keys, width) → (batch, queries, heads · width)."""
    state, dropout = run.state, component.dropout if run.holder.training else 0.0
    mask = state.masks.get(component.mask_kind, OPEN)
    bias = None if component.memory else state.bias
    if bias is not None:
        mask = _with_bias(mask, _of_these_heads(run, bias, query.shape[1]), query)
    if state.options.eager or state.attentions is not None or component.softcap is not None or component.sinks:
        hiding = mask, dropout, None if component.sinks is None else _own_sinks(run, component.sinks, query.shape[1])
        out, weights = _eager(component, query, key, value, hiding)
        shown = state.cross_attentions if component.memory else state.attentions
        if shown is not None:
            shown.append(weights if query.shape[1] == component.heads else of_all_ranks(run, component, weights))
    else:
        # Not by their shapes: tracers have tensors or symbols for these, and the kernels take a plain flag.
        allowed, grouped, shape = mask.allowed, component.heads != component.kv_heads, query.shape
        if grouped and shape[2] == 1 and (allowed is None or allowed.shape[1] == 1):
            # Heads that share keys are as many queries of these, which then need not be copied for each.
            query, grouped = query.reshape(shape[0], key.shape[1], -1, shape[3]), False
        out = F.scaled_dot_product_attention(
            query,
            key,
            value,
            attn_mask=allowed,
            dropout_p=dropout,
            is_causal=mask.causal and allowed is None and shape[2] > 1,
            scale=component.scale,
            enable_gqa=grouped,
        ).reshape(*shape[:3], value.shape[3])
        weights = None
    run.beside = (bias, weights) if component.shows_bias else (weights,)
    return out.transpose(1, 2).flatten(2)


def of_all_ranks(run: Runs, component: components.Attention, weights: Tensor) -> Tensor:
    """The weights of all heads, where each rank computes some."""
    ranks: Any = run.holder.__dict__["ranks"]
    whole: Tensor = ranks.gathered(weights.movedim(1, -1), component.heads)
    return whole.movedim(-1, 1)


def _of_these_heads(run: Runs, bias: Tensor, heads: int) -> Tensor:
    """Of a bias (batch or 1, heads, queries or 1, keys) that is for all heads that of this rank's, where each rank
    computes some."""
    if bias.shape[1] == heads:
        return bias
    ranks: Any = run.holder.__dict__["ranks"]
    start, stop = ranks.chunk(bias.shape[1])
    return bias[:, start:stop]


def _with_bias(mask: Mask, bias: Tensor, query: Tensor) -> Mask:
    """What is added to the scores, with a bias (batch or 1, heads, queries or 1, keys) in it."""
    bias, allowed = bias.to(query.dtype), mask.allowed
    if allowed is None and mask.causal:
        allowed = _triangle(torch.Size((query.shape[2], bias.shape[-1])), query.device)
    return Mask(bias if allowed is None else bias + additive(allowed, query.dtype), False)


def _triangle(shape: torch.Size, device: torch.device) -> Tensor:
    """The last queries see the keys up to their own; ``shape`` (queries, keys)."""
    return torch.ones(shape, dtype=torch.bool, device=device).tril(shape[1] - shape[0])


def additive(allowed: Tensor, dtype: torch.dtype) -> Tensor:
    """True/False → 0/lowest, ready to be added to scores."""
    if allowed.is_floating_point():
        return allowed.to(dtype)
    return torch.zeros_like(allowed, dtype=dtype).masked_fill(~allowed, torch.finfo(dtype).min)


def _own_sinks(run: Runs, part: components.Part, heads: int) -> Tensor:
    """The sinks of the heads that are computed here, (heads, 1, 1)."""
    sinks = run.weight(part)
    if len(sinks) != heads:
        ranks: Any = run.holder.__dict__["ranks"]
        start, stop = ranks.chunk(len(sinks))
        sinks = ranks.shared(sinks)[start:stop]
    return sinks[:, None, None]


def _eager(
    component: components.Attention,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    hiding: tuple[Mask, float, Tensor | None],
) -> tuple[Tensor, Tensor]:
    """Attention step by step: what soft caps, sinks and returned attentions need. Also gives its weights.

    ``hiding``: the mask, the share of the weights that is zeroed, and the sinks (heads, 1, 1).
    """
    mask, share, sinks = hiding
    groups = query.shape[1] // key.shape[1]
    if groups > 1:
        key, value = key.repeat_interleave(groups, dim=1), value.repeat_interleave(groups, dim=1)
    scores = query @ key.transpose(-1, -2) * component.scale
    if component.softcap is not None:
        scores = torch.tanh(scores / component.softcap) * component.softcap
    if mask.allowed is not None:
        scores = scores + additive(mask.allowed, scores.dtype)
    elif mask.causal:
        scores = scores + additive(_triangle(scores.shape[-2:], scores.device), scores.dtype)
    if sinks is not None:
        scores = torch.cat((scores, sinks.to(scores.dtype).expand(*scores.shape[:-1], 1)), dim=-1)
    weights = scores.softmax(dim=-1, dtype=torch.float32).to(query.dtype)
    if sinks is not None:
        weights = weights[..., :-1]
    weights = F.dropout(weights, share, training=share > 0)
    return weights @ value, weights
