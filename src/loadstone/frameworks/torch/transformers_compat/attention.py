"""Rotary frequencies, masks and attention functions that newer custom models take from Transformers by name."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from loadstone.architectures.rotary import make_rotary
from loadstone.frameworks.torch.transformers_compat.layers import (
    _prepare_4d_causal_attention_mask,
    _prepare_4d_causal_attention_mask_for_sdpa,
)

if TYPE_CHECKING:
    from loadstone.configs.pretrained import PretrainedConfig
    from loadstone.frameworks.torch.modeling.cache import DynamicCache

# Rotary frequencies


def _frequencies(
    kind: str, config: Any, device: torch.device | None = None, seq_len: int | None = None, **_: object
) -> tuple[Tensor, float]:
    """Inverse frequencies (dim / 2,) and the factor for cos and sin, of a config's ``rope_scaling``."""
    scaling = getattr(config, "rope_scaling", None)
    rotary = make_rotary(
        head_dim=getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads,
        theta=getattr(config, "rope_theta", 10000.0),
        max_position=config.max_position_embeddings,
        scaling=None if kind == "default" else {**(scaling or {}), "rope_type": kind},
        partial=getattr(config, "partial_rotary_factor", None) or 1.0,
        original_max_position=getattr(config, "original_max_position_embeddings", None),
    )
    values, factor = rotary.frequencies(int(seq_len or 0))
    return torch.tensor(values, dtype=torch.float32, device=device), factor


ROPE_INIT_FUNCTIONS: Mapping[str, Callable[..., tuple[Tensor, float]]] = {
    kind: functools.partial(_frequencies, kind)
    for kind in ("default", "linear", "dynamic", "yarn", "longrope", "llama3")
}
"""Name of a scaling → a function of a config, a device and the longest position plus one."""


class _RotaryEmbedding(Protocol):
    """A rotary embedding of custom code."""

    config: PretrainedConfig
    rope_type: str
    inv_freq: Tensor
    attention_scaling: float


ResultT = TypeVar("ResultT")


def dynamic_rope_update(forward: Callable[..., ResultT]) -> Callable[..., ResultT]:
    """Has a rotary embedding work out its frequencies again where they depend on the length."""

    @functools.wraps(forward)
    def wrapped(self: _RotaryEmbedding, x: Tensor, position_ids: Tensor, *args: object, **kwargs: object) -> ResultT:
        if "dynamic" in self.rope_type or self.rope_type == "longrope":
            length = int(position_ids.max()) + 1
            parameters = ROPE_INIT_FUNCTIONS[self.rope_type](self.config, position_ids.device, seq_len=length)
            self.inv_freq, self.attention_scaling = parameters
        return forward(self, x, position_ids, *args, **kwargs)

    return wrapped


# Masks


def create_causal_mask(
    config: PretrainedConfig,
    input_embeds: Tensor | None = None,
    attention_mask: Tensor | None = None,
    cache_position: Tensor | None = None,
    past_key_values: DynamicCache | None = None,
    position_ids: Tensor | None = None,
    *,
    inputs_embeds: Tensor | None = None,
    sliding_window: int | None = None,
    **_: object,
) -> Tensor | None:
    """The causal mask of a step, with padding, to add to the scores: (batch, 1, queries, keys).

    None where nothing need be added, or where a fused kernel's own ``is_causal`` says it all.
    """
    x = input_embeds if inputs_embeds is None else inputs_embeds
    assert x is not None
    past = int(past_key_values.get_seq_length()) if past_key_values is not None else 0
    fused = config.attn_implementation != "eager"
    make = _prepare_4d_causal_attention_mask_for_sdpa if fused else _prepare_4d_causal_attention_mask
    return make(attention_mask, x.shape[:2], x, past, sliding_window)


def create_sliding_window_causal_mask(config: PretrainedConfig, *args: Any, **kwargs: Any) -> Tensor | None:
    """The same where a query sees itself and, with ``config.sliding_window`` keys in all, those before it."""
    return create_causal_mask(config, *args, sliding_window=config.sliding_window - 1, **kwargs)


# Attention


def sdpa_attention_forward(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    is_causal: bool | None = None,
    **_: object,
) -> tuple[Tensor, None]:
    """PyTorch's fused attention: (batch, heads, queries, dim), with fewer heads in ``key`` and ``value``.

    Returns (batch, queries, heads, dim), and None for the weights, which it does not tell.
    """
    groups = query.shape[1] // key.shape[1]
    if groups > 1:
        key, value = key.repeat_interleave(groups, dim=1), value.repeat_interleave(groups, dim=1)
    if attention_mask is not None:
        attention_mask = attention_mask[..., : key.shape[2]]
    elif is_causal is None:
        is_causal = query.shape[2] > 1 and getattr(module, "is_causal", True)
    causal = bool(is_causal) and attention_mask is None
    out = F.scaled_dot_product_attention(
        query, key, value, attn_mask=attention_mask, dropout_p=dropout, is_causal=causal, scale=scaling
    )
    return out.transpose(1, 2).contiguous(), None


class AttentionFunctions(dict[str, Callable[..., Any]]):
    """Name of an implementation → its function."""

    def get_interface(self, attn_implementation: str | None, default: Callable[..., Any]) -> Callable[..., Any]:
        """The same, or the model's own."""
        return self.get(attn_implementation or "eager", default)


ALL_ATTENTION_FUNCTIONS = AttentionFunctions(sdpa=sdpa_attention_forward)
"""Name of an implementation → its function; ``"eager"`` is the model's own."""
