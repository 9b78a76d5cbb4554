"""The two ways to compute attention: PyTorch's fused kernels, and step by step."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from loadstone.architectures import components
from loadstone.frameworks.torch.modeling.state import Mask, State


def attend(
    component: components.Attention, query: Tensor, key: Tensor, value: Tensor, dropout: float, state: State
) -> Tensor:
    """``query`` (batch, heads, queries, head_dim), ``key`` and ``value`` (batch, kv_heads, keys, head_dim) → (batch,
    queries, heads · head_dim). ``dropout``: the share of the weights that is zeroed."""
    if state.eager or component.softcap is not None:
        out = _eager(component, query, key, value, dropout, state)
    else:
        mask = state.masks[component.causal, component.window]
        allowed = _with_bias(mask, state.bias, query.dtype)
        out = F.scaled_dot_product_attention(
            query,
            key,
            value,
            attn_mask=allowed,
            dropout_p=dropout,
            is_causal=mask.causal and allowed is None,
            scale=component.scale,
            enable_gqa=component.heads != component.kv_heads,
        )
    return out.transpose(1, 2).flatten(2)


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
