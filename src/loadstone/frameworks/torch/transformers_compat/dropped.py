"""Parts of Transformers 4 that the fifth version has no more, and that older model files import."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from loadstone.errors import ArgumentError, CustomCodeError
from loadstone.frameworks.torch.transformers_compat.layers import Conv1D, get_activation


class SequenceSummary(nn.Module):
    """One vector of a sequence: (batch, tokens, width) → (batch, width), or (batch, choices, …) with ``cls_index``.

    ``config.summary_type`` says which token, or the mean; ``summary_use_proj``, ``summary_activation`` and two rates of
    dropout what becomes of it.
    """

    def __init__(self, config: Any) -> None:
        super().__init__()
        said: Callable[[str, Any], Any] = lambda name, default: getattr(config, f"summary_{name}", None) or default  # noqa: E731
        self.summary_type = said("type", "last")
        if self.summary_type == "attn":
            raise CustomCodeError(
                "summary_type 'attn' was never there: SequenceSummary takes last, first, mean, cls_index"
            )
        self.summary: nn.Module = nn.Identity()
        if said("use_proj", False):
            labels = config.num_labels if said("proj_to_labels", False) else 0
            self.summary = nn.Linear(config.hidden_size, labels or config.hidden_size)
        activation = said("activation", None)
        self.activation: nn.Module = get_activation(activation) if activation else nn.Identity()
        self.first_dropout: nn.Module = nn.Dropout(said("first_dropout", 0.0))
        self.last_dropout: nn.Module = nn.Dropout(said("last_dropout", 0.0))

    def forward(self, hidden_states: Tensor, cls_index: Tensor | None = None) -> Tensor:
        """``cls_index``: (batch,) or (batch, choices), the token to take; the last one without it."""
        return self.last_dropout(
            self.activation(self.summary(self.first_dropout(self._taken(hidden_states, cls_index))))
        )

    def _taken(self, x: Tensor, cls_index: Tensor | None) -> Tensor:
        if self.summary_type == "mean":
            return x.mean(dim=1)
        if self.summary_type == "first":
            return x[:, 0]
        if self.summary_type == "last" or cls_index is None:
            return x[..., -1, :] if self.summary_type == "cls_index" else x[:, -1]
        index = cls_index[..., None, None].expand(*cls_index.shape, 1, x.shape[-1])
        return x.gather(-2, index).squeeze(-2)


def prune_conv1d_layer(layer: Conv1D, index: Tensor, dim: int = 1) -> Conv1D:
    """A new :class:`Conv1D` with only the outputs (``dim=1``) or inputs (``dim=0``) in ``index``."""
    index = index.to(layer.weight.device)
    weight = layer.weight.detach().index_select(dim, index).contiguous()
    new = type(layer)(weight.shape[1], weight.shape[0])
    new.weight = nn.Parameter(weight)
    new.bias = nn.Parameter(layer.bias.detach().clone() if dim == 0 else layer.bias.detach().index_select(0, index))
    return new


def isin_mps_friendly(elements: Tensor, test_elements: Tensor | int) -> Tensor:
    """``torch.isin``."""
    return torch.isin(elements, test_elements)


def softmax_backward_data(parent: Any, grad_output: Tensor, output: Tensor, *_: object) -> Tensor:
    """The gradient of a softmax along ``parent.dim``."""
    given: Tensor = torch.ops.aten._softmax_backward_data(grad_output, output, parent.dim, output.dtype)
    return given


def get_parameter_device(parameter: nn.Module) -> torch.device:
    """Where the first parameter of a module lies."""
    return next(parameter.parameters()).device


def get_parameter_dtype(parameter: nn.Module) -> torch.dtype:
    """The dtype of the first floating-point parameter of a module."""
    return next(each.dtype for each in parameter.parameters() if each.is_floating_point())


def get_device_map(n_layers: int, devices: Any) -> dict[Any, list[int]]:
    """Layers for each device, as many for each as goes."""
    devices = list(devices)
    many = math.ceil(n_layers / len(devices))
    return {device: list(range(n_layers))[place * many : (place + 1) * many] for place, device in enumerate(devices)}


def assert_device_map(device_map: Mapping[Any, list[int]], num_blocks: int) -> None:
    """:class:`ArgumentError` unless each layer has one device."""
    if sorted(layer for layers in device_map.values() for layer in layers) != list(range(num_blocks)):
        raise ArgumentError(f"device_map gives {dict(device_map)}, expected each of {num_blocks} layers once.")
