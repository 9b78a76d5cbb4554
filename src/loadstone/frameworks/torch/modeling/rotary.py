"""Rotary positions: a module that computes cos and sin of every position."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from loadstone.architectures.components.attention import angles_of
from loadstone.architectures.rotary import Rotary
from loadstone.frameworks.torch.modeling.array_functions import xp


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
        """``position_ids`` (batch or 1, tokens), or several rows of them → for each rotary, cos and sin (batch or 1, 1,
        tokens, dim)."""
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
            angles = angles_of(xp, rotary, position_ids, frequencies)
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
