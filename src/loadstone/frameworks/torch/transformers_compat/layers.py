"""Parts that custom models take from Transformers: activations as modules, masks, chunks, older layers."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from loadstone.errors import ArgumentError
from loadstone.frameworks.torch.modeling.activations import ACTIVATIONS
from loadstone.frameworks.torch.transformers_compat.conventions import lowest_where

# Activations


class Activation(nn.Module):
    """An elementwise function as a module, so that it can stand in ``nn.Sequential``."""

    function: ClassVar[Callable[[Tensor], Tensor]]

    def forward(self, x: Tensor) -> Tensor:
        return type(self).function(x)


def _activation(class_name: str, name: str) -> type[Activation]:
    body = {"function": staticmethod(ACTIVATIONS[name]), "__module__": __name__, "__doc__": f"{name!r} as a module."}
    return type(class_name, (Activation,), body)


GELUActivation = _activation("GELUActivation", "gelu")
NewGELUActivation = _activation("NewGELUActivation", "gelu_new")
FastGELUActivation = _activation("FastGELUActivation", "gelu_fast")
QuickGELUActivation = _activation("QuickGELUActivation", "quick_gelu")
PytorchGELUTanh = _activation("PytorchGELUTanh", "gelu_pytorch_tanh")
SiLUActivation = _activation("SiLUActivation", "silu")
_NAMED = {
    "gelu": GELUActivation,
    "gelu_new": NewGELUActivation,
    "gelu_fast": FastGELUActivation,
    "quick_gelu": QuickGELUActivation,
    "gelu_pytorch_tanh": PytorchGELUTanh,
    "silu": SiLUActivation,
    "relu": nn.ReLU,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
}
ACT2CLS: Mapping[str, type[nn.Module]] = _NAMED | {
    name: _activation(f"{name.title().replace('_', '')}Activation", name) for name in ACTIVATIONS if name not in _NAMED
}
"""Name → the class of a module."""


class _Modules(Mapping[str, nn.Module]):
    """Name → a new module, each time."""

    def __getitem__(self, name: str) -> nn.Module:
        return ACT2CLS[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(ACT2CLS)

    def __len__(self) -> int:
        return len(ACT2CLS)


ACT2FN: Mapping[str, nn.Module] = _Modules()


def get_activation(name: str) -> nn.Module:
    """A module by the name that configs give it; :class:`ArgumentError` lists the names."""
    if name not in ACT2FN:
        raise ArgumentError(f"No activation {name!r}; there are {', '.join(sorted(ACT2FN))}.")
    return ACT2FN[name]


# Layers

ALL_LAYERNORM_LAYERS = [nn.LayerNorm]


class Conv1D(nn.Module):
    """A linear map whose weight is (inputs, outputs), as GPT-2 stores it."""

    def __init__(self, nf: int, nx: int) -> None:
        super().__init__()
        self.nf, self.nx = nf, nx
        self.weight = nn.Parameter(torch.empty(nx, nf))
        self.bias = nn.Parameter(torch.zeros(nf))
        nn.init.normal_(self.weight, std=0.02)

    def forward(self, x: Tensor) -> Tensor:
        return torch.addmm(self.bias, x.reshape(-1, self.nx), self.weight).view(*x.shape[:-1], self.nf)


class GradientCheckpointingLayer(nn.Module):
    """A layer that is computed again in the backward pass while ``gradient_checkpointing`` is on."""

    gradient_checkpointing = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        call = super().__call__
        if self.gradient_checkpointing and self.training:
            from torch.utils.checkpoint import checkpoint

            return checkpoint(functools.partial(call, **kwargs), *args, use_reentrant=False)
        return call(*args, **kwargs)


def apply_chunking_to_forward(
    forward_fn: Callable[..., Tensor], chunk_size: int, chunk_dim: int, *inputs: Tensor
) -> Tensor:
    """``forward_fn(*inputs)``, over pieces of ``chunk_size`` along ``chunk_dim`` where that is not 0."""
    if chunk_size <= 0:
        return forward_fn(*inputs)
    length = inputs[0].shape[chunk_dim]
    if any(tensor.shape[chunk_dim] != length for tensor in inputs) or length % chunk_size:
        raise ArgumentError(f"Dimension {chunk_dim} of {length} cannot be split into chunks of {chunk_size}.")
    pieces = zip(*(torch.split(tensor, chunk_size, dim=chunk_dim) for tensor in inputs), strict=True)
    return torch.cat([forward_fn(*piece) for piece in pieces], dim=chunk_dim)


def find_pruneable_heads_and_indices(
    heads: set[int] | list[int], n_heads: int, head_size: int, already_pruned_heads: set[int]
) -> tuple[set[int], Tensor]:
    """Heads that are not pruned yet, and the rows (kept,) of the projections that stay without them."""
    new = set(heads) - already_pruned_heads
    mask = torch.ones(n_heads, head_size, dtype=torch.bool)
    for head in new:
        mask[head - sum(pruned < head for pruned in already_pruned_heads)] = False
    return new, mask.view(-1).nonzero()[:, 0]


def prune_linear_layer(layer: nn.Linear, index: Tensor, dim: int = 0) -> nn.Linear:
    """A new linear map with only the rows (``dim=0``) or columns (``dim=1``) in ``index``."""
    weight = layer.weight.detach().index_select(dim, index.to(layer.weight.device))
    new = nn.Linear(weight.shape[1], weight.shape[0], bias=layer.bias is not None, device="meta")
    new.weight = nn.Parameter(weight.contiguous())
    if layer.bias is not None:
        bias = layer.bias.detach()
        new.bias = nn.Parameter(bias.clone() if dim == 1 else bias.index_select(0, index.to(bias.device)))
    return new


# Masks


class AttentionMaskConverter:
    """Padding masks (batch, keys) → masks to add to the scores (batch, 1, queries, keys).

    With ``sliding_window`` a query sees itself and as many keys before it.
    """

    def __init__(self, is_causal: bool, sliding_window: int | None = None) -> None:
        if sliding_window is not None and sliding_window <= 0:
            raise ArgumentError(f"sliding_window is {sliding_window}, expected at least 1.")
        self.is_causal, self.sliding_window = is_causal, sliding_window

    def to_causal_4d(
        self,
        batch_size: int,
        query_length: int,
        key_value_length: int,
        dtype: torch.dtype,
        device: torch.device | str = "cpu",
    ) -> Tensor | None:
        """The triangle alone; None for a single query without a window, which sees everything."""
        if not self.is_causal:
            raise ArgumentError("to_causal_4d needs a converter with is_causal=True.")
        if query_length == 1 and self.sliding_window is None:
            return None
        hidden = self._hidden(query_length, key_value_length, device)
        return lowest_where(hidden, dtype).expand(batch_size, 1, query_length, key_value_length)

    def to_4d(
        self, attention_mask_2d: Tensor, query_length: int, dtype: torch.dtype, key_value_length: int | None = None
    ) -> Tensor:
        """Padding and, for a causal converter, the triangle."""
        hidden = ~attention_mask_2d[:, None, None, :].bool()
        if self.is_causal and (query_length > 1 or self.sliding_window is not None):
            if key_value_length is None:
                raise ArgumentError("A causal mask needs key_value_length.")
            hidden = hidden | self._hidden(query_length, key_value_length, attention_mask_2d.device)
        return lowest_where(hidden, dtype).expand(-1, 1, query_length, -1)

    @staticmethod
    def _ignore_causal_mask_sdpa(
        attention_mask: Tensor | None,
        inputs_embeds: Tensor,
        past_key_values_length: int,
        sliding_window: int | None = None,
        is_training: bool = False,
    ) -> bool:
        """Whether a fused kernel needs no mask: nothing is padding, no window cuts, and ``is_causal`` says the rest."""
        queries = inputs_embeds.shape[1]
        keys = queries + past_key_values_length
        is_cut = sliding_window is not None and keys >= sliding_window
        if attention_mask is not None and (attention_mask.dim() == 4 or not bool((attention_mask == 1).all())):
            return False
        return not is_cut and queries in (1, keys)

    @staticmethod
    def _unmask_unattended(
        expanded_mask: Tensor, said: Tensor | float | None = None, unmasked_value: float = 0.0, **_: object
    ) -> Tensor:
        """Queries that would see nothing see all: some kernels give no number for none.

        What more is said, the lowest number or, in 4.36, the mask for padding, the mask shows by itself.
        """
        lowest = False if expanded_mask.dtype is torch.bool else torch.finfo(expanded_mask.dtype).min
        return expanded_mask.masked_fill((expanded_mask == lowest).all(dim=-1, keepdim=True), unmasked_value)

    def _hidden(self, queries: int, keys: int, device: torch.device | str) -> Tensor:
        """True where a key lies after the query, or too long before it: (1, 1, queries, keys)."""
        distance = (torch.arange(keys - queries, keys, device=device)[:, None] - torch.arange(keys, device=device))[
            None, None
        ]
        hidden = distance < 0
        return hidden if self.sliding_window is None else hidden | (distance > self.sliding_window)


def _prepare_4d_attention_mask(mask: Tensor, dtype: torch.dtype, tgt_len: int | None = None) -> Tensor:
    """A padding mask (batch, keys) → (batch, 1, tgt_len, keys)."""
    return AttentionMaskConverter(is_causal=False).to_4d(mask, mask.shape[-1] if tgt_len is None else tgt_len, dtype)


def _prepare_4d_attention_mask_for_sdpa(mask: Tensor, dtype: torch.dtype, tgt_len: int | None = None) -> Tensor | None:
    """The same; None where nothing is padding."""
    return None if bool(mask.all()) else _prepare_4d_attention_mask(mask, dtype, tgt_len)


def _prepare_4d_causal_attention_mask(
    attention_mask: Tensor | None,
    input_shape: tuple[int, int] | list[int] | torch.Size,
    inputs_embeds: Tensor,
    past_key_values_length: int,
    sliding_window: int | None = None,
) -> Tensor | None:
    """The causal mask, with padding, of a step whose cache holds ``past_key_values_length`` tokens."""
    converter = AttentionMaskConverter(is_causal=True, sliding_window=sliding_window)
    batch, queries = int(input_shape[0]), int(input_shape[-1])
    keys = queries + past_key_values_length
    if attention_mask is None:
        return converter.to_causal_4d(batch, queries, keys, inputs_embeds.dtype, inputs_embeds.device)
    if attention_mask.dim() == 4:
        if tuple(attention_mask.shape) != (batch, 1, queries, keys):
            raise ArgumentError(
                f"attention_mask has shape {tuple(attention_mask.shape)}, expected {(batch, 1, queries, keys)}."
            )
        return lowest_where(attention_mask.to(inputs_embeds.device) == 0, inputs_embeds.dtype)
    return converter.to_4d(attention_mask, queries, inputs_embeds.dtype, keys)


def _prepare_4d_causal_attention_mask_for_sdpa(
    attention_mask: Tensor | None,
    input_shape: tuple[int, int] | list[int] | torch.Size,
    inputs_embeds: Tensor,
    past_key_values_length: int,
    sliding_window: int | None = None,
) -> Tensor | None:
    """The same; None where ``is_causal`` says it all to the kernel, or a single query sees everything."""
    queries = int(input_shape[-1])
    keys = queries + past_key_values_length
    unmasked = attention_mask is None or (attention_mask.dim() == 2 and bool(attention_mask.all()))
    window_matters = sliding_window is not None and keys >= sliding_window
    if unmasked and not window_matters and (queries == 1 or queries == keys):
        return None
    return _prepare_4d_causal_attention_mask(
        attention_mask, input_shape, inputs_embeds, past_key_values_length, sliding_window
    )


# What older code asks PyTorch


def is_torchdynamo_compiling() -> bool:
    """Whether this is being traced by ``torch.compile``."""
    return torch.compiler.is_compiling()


def is_torch_fx_proxy(x: object) -> bool:
    """Whether this is being traced by ``torch.fx``."""
    return isinstance(x, torch.fx.Proxy)


is_torch_greater_or_equal_than_1_13 = True
is_torch_greater_or_equal_than_2_0 = True
is_torch_greater_or_equal_than_2_1 = True
is_torch_greater_or_equal_than_2_2 = True
is_torch_greater_or_equal_than_2_3 = True  # pyproject.toml asks for 2.6
