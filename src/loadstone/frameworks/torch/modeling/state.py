"""What the layers of one forward pass share."""

from __future__ import annotations

import copy
from typing import NamedTuple

import torch
from torch import Tensor

from loadstone.architectures.components.masks import MaskKind
from loadstone.architectures.rotary import Rotary
from loadstone.frameworks.torch.modeling.arguments import Inputs
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
        masks: dict[MaskKind, Mask],
        cache: DynamicCache | None,
    ) -> None:
        self.masks = masks
        self._rotary: dict[Rotary, tuple[Tensor, Tensor]] = {}
        self.cache = cache
        self.eager = inputs.eager or inputs.output_attentions
        self.attentions: list[Tensor] | None = [] if inputs.output_attentions else None
        self.hidden_states: list[Tensor] | None = [] if inputs.output_hidden_states else None
        self.router_logits: list[Tensor] | None = [] if inputs.output_router_logits else None
        self.checkpointing = inputs.checkpointing
        self._bias: Tensor | None = None
        self._elsewhere: dict[torch.device, State] = {}

    @property
    def rotary(self) -> dict[Rotary, tuple[Tensor, Tensor]]:
        """cos and sin of the positions."""
        return self._rotary

    @rotary.setter
    def rotary(self, tables: dict[Rotary, tuple[Tensor, Tensor]]) -> None:
        self._rotary = tables
        self._elsewhere.clear()

    @property
    def bias(self) -> Tensor | None:
        """What is added to the scores."""
        return self._bias

    @bias.setter
    def bias(self, bias: Tensor | None) -> None:
        self._bias = bias
        self._elsewhere.clear()

    def keep(self, index: int, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """The keys and values of all tokens of a layer so far, with these of the new ones."""
        return (key, value) if self.cache is None else self.cache.update(key, value, index)

    def add_hidden_state(self, x: Tensor) -> None:
        """Leave the input of a layer, if that was asked for."""
        if self.hidden_states is not None:
            self.hidden_states.append(x)

    def add_router_logits(self, logits: Tensor) -> None:
        """Leave what a router says, if that was asked for."""
        if self.router_logits is not None:
            self.router_logits.append(logits)

    def on_device(self, device: torch.device) -> State:
        """The same for layers on another device, made once a pass. What is collected goes into the same lists."""
        if device not in self._elsewhere:
            self._elsewhere[device] = there = copy.copy(self)
            there.masks = move(self.masks, device)
            there._rotary = move(self.rotary, device)
            there._bias = move(self.bias, device)
        return self._elsewhere[device]
