"""What the layers of one tower share in a forward pass."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import torch
from torch import Tensor

from loadstone.architectures.components.masks import MaskKind
from loadstone.architectures.rotary import Rotary
from loadstone.frameworks.torch.modeling.cache import KeyValueCache
from loadstone.frameworks.torch.placement.move import Movable, move


class Options(NamedTuple):
    """What a forward pass is asked for besides its arrays: the same for all its towers."""

    use_cache: bool = False
    output_attentions: bool = False
    output_hidden_states: bool = False
    output_router_logits: bool = False
    eager: bool = False
    """Attention step by step, not by PyTorch's fused kernels."""
    checkpointing: bool = False
    """Layers are computed again in the backward pass."""


class Mask(NamedTuple):
    """Who sees whom: ``allowed`` (batch or 1, heads or 1, queries, keys), True or 0 where seen.

    None with ``causal`` means the plain triangle, None without it that everyone sees everyone.
    """

    allowed: Tensor | None
    causal: bool


OPEN = Mask(None, False)
_NONE: Mapping[MaskKind, int] = MappingProxyType({})


class State(Movable):
    """What the layers of one tower share, and where they leave what was asked for."""

    def __init__(
        self, options: Options, kinds: Mapping[MaskKind, int] = _NONE, cache: KeyValueCache | None = None
    ) -> None:
        self.options = options
        self.kinds = kinds
        """Each kind of mask that the layers use → a layer of the cache that uses it."""
        self.masks: dict[MaskKind, Mask] = {}
        self.position_ids: Tensor | None = None
        self.padding: Tensor | None = None
        self.features: Tensor | None = None
        self.grid: tuple[Any, Any] | None = None
        self.taken: list[Tensor] = []
        self.experts: Tensor | None = None
        self.everywhere: tuple[Tensor, Tensor | None] | None = None
        self.distances: tuple[Tensor, Tensor] | None = None
        self.rotary: dict[Rotary, tuple[Tensor, Tensor]] = {}
        """cos and sin of the positions."""
        self.cache = cache
        self.memory: Tensor | None = None
        self.attentions: list[Tensor] | None = [] if options.output_attentions else None
        self.cross_attentions: list[Tensor] | None = [] if options.output_attentions else None
        self.hidden_states: list[Tensor] | None = [] if options.output_hidden_states else None
        self.router_logits: list[Tensor] | None = [] if options.output_router_logits else None
        self._device: torch.device | None = None
        self._biases: dict[torch.device, Tensor] = {}
        """By device; the states of all devices have this one dictionary, since a layer may be what makes the bias."""
        self.places: dict[torch.device, tuple[Tensor, Tensor]] = {}
        """Where queries and keys are in the text, by device; one dictionary for all, too."""
        self.elsewhere: dict[torch.device, State] = {}
        """The same for layers on other devices."""
        self.shown: dict[object, dict[str, Any]] = {}
        """What of it each kind of layer was called with by name, where anyone looked."""

    @property
    def bias(self) -> Tensor | None:
        """What is added to the scores."""
        if not self._biases:
            return None
        first = next(iter(self._biases.values()))
        if self._device is not None and self._device not in self._biases:
            self._biases[self._device] = first.to(self._device)
        return first if self._device is None else self._biases[self._device]

    @bias.setter
    def bias(self, bias: Tensor) -> None:
        self._biases.clear()
        self._biases[bias.device] = bias

    def keep(self, index: int, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """The keys and values of all tokens of a layer so far, with these of the new ones."""
        return (key, value) if self.cache is None else self.cache.update(key, value, index)

    def recall(self, index: int, name: str) -> Tensor | None:
        """What a layer has stored in the cache."""
        return None if self.cache is None else self.cache.stored.get((index, name))

    def store(self, index: int, name: str, array: Tensor) -> None:
        """Put what does not grow with the text into the cache, if there is one."""
        if self.cache is not None:
            self.cache.store(index, name, array)

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
        if device not in self.elsewhere:
            self.elsewhere[device] = there = copy.copy(self)
            there.masks = move(self.masks, device)
            there.memory = move(self.memory, device)
            there.padding = move(self.padding, device)
            there.experts = move(self.experts, device)
            there.everywhere = move(self.everywhere, device)
            there.distances = move(self.distances, device)
            there.rotary = move(self.rotary, device)
            there.shown = {}
            there._device = device
        return self.elsewhere[device]
