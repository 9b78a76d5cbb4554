"""Rotary positions: a module that computes cos and sin of every position."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from loadstone.architectures.components.attention import angles_of, rotary_tables
from loadstone.architectures.rotary import Rotary
from loadstone.errors import ArgumentError
from loadstone.frameworks.torch.modeling.arguments import values_known
from loadstone.frameworks.torch.modeling.array_functions import xp


class RotaryEmbedding(nn.Module):
    """cos and sin of every position. Frequencies stay float32 whatever the dtype."""

    def __init__(self, rotaries: tuple[Rotary, ...], layer_types: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.rotaries = rotaries
        self.layer_types = layer_types
        """Which kind of layers each is for, where there are several."""
        self.factors = tuple(rotary.frequencies()[1] for rotary in rotaries)
        for index, rotary in enumerate(rotaries):
            # On the CPU even while a skeleton is made: these are computed, never loaded.
            self.register_buffer(_buffer(index), _frequencies(rotary, 0, torch.device("cpu")), persistent=False)

    def forward(self, x: Tensor, position_ids: Tensor, layer_type: str | None = None) -> tuple[Tensor, Tensor]:
        """cos and sin (batch or 1, tokens, dim), in the dtype of ``x``.

        ``position_ids`` (batch or 1, tokens), or several rows of them. ``layer_type``: for which layers,
        ``"sliding_attention"`` or ``"full_attention"``; :class:`ArgumentError` where a model needs it and has it not.
        """
        index = 0
        if len(self.rotaries) > 1:
            if layer_type not in self.layer_types:
                raise ArgumentError(f"layer_type is {layer_type!r}, expected one of {', '.join(self.layer_types)}.")
            index = self.layer_types.index(layer_type)
        rotary, frequencies, factor = self.rotaries[index], self.get_buffer(_buffer(index)), self.factors[index]
        if x.is_meta:  # an empty model is run for its shapes, and its frequencies lie on the CPU all the same
            position_ids, frequencies = position_ids.to(x.device), frequencies.to(x.device)
        elif rotary.depends_on_length and not values_known(position_ids):
            cos, sin = rotary_tables(xp, rotary, position_ids, x.dtype)
            return cos.squeeze(1), sin.squeeze(1)
        elif rotary.depends_on_length:
            length = int(position_ids.max()) + 1
            if length > rotary.limit:
                frequencies, factor = _frequencies(rotary, length, x.device), rotary.frequencies(length)[1]
        angles = angles_of(xp, rotary, position_ids, frequencies).squeeze(1)
        angles = torch.cat((angles, angles), dim=-1)
        return (angles.cos() * factor).to(x.dtype), (angles.sin() * factor).to(x.dtype)

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
