"""How components run their parts in PyTorch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from loadstone.architectures import components
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.embeddings import TextInputs
from loadstone.architectures.inputs import Axis
from loadstone.architectures.rotary import Rotary
from loadstone.errors import ArgumentError
from loadstone.frameworks import outputs
from loadstone.frameworks.outputs import BaseModelOutput, ModelOutput
from loadstone.frameworks.ranges import beyond, check_axes, check_kind
from loadstone.frameworks.torch.modeling.array_functions import xp
from loadstone.frameworks.torch.modeling.attention import attend
from loadstone.frameworks.torch.modeling.cache import DynamicCache
from loadstone.frameworks.torch.modeling.leaves import LEAVES
from loadstone.frameworks.torch.modeling.masks import masks_within, values_known
from loadstone.frameworks.torch.modeling.prepare import begin, read
from loadstone.frameworks.torch.modeling.state import Options, State


class Run:
    """The parts of a component lie in ``holder``: its own module, or where it has no level of its own, its parent's."""

    __slots__ = ("holder", "state")
    xp = xp

    def __init__(self, holder: nn.Module, state: State | None) -> None:
        self.holder = holder
        self.state = state

    def __call__(self, part: Part, *args: Any) -> Any:
        name, component = part
        if not name:
            return component.compute(self, *args)
        modules: Mapping[str, Any] = self.holder._modules
        module = modules[name] if name in modules else _module(self.holder, name)
        # Any module may stand in for a leaf, as adapters do: it sees no state.
        return module(*args) if type(component) in LEAVES else module(*args, state=self.state)

    def weight(self, part: Part) -> Tensor:
        holder, name = self.holder, part.name
        stem, _, last = name.rpartition(".")
        if stem:
            holder, name = _module(holder, stem), last
        found = holder._parameters.get(name)
        return getattr(holder, name) if found is None else found  # a buffer, or one that something stands in for

    def blocks(self, layers: tuple[Part, ...]) -> tuple[Part, ...]:
        """A list that was cut short is run as far as it goes, as in Transformers."""
        stem = layers[0].name.rpartition(".")[0]
        return layers[: len(_module(self.holder, stem)._modules)] if stem else layers

    def block(self, part: Part, x: Tensor, index: int) -> Tensor:
        skip = getattr(part.component, "skip", 0.0)
        if skip and self.holder.training and torch.rand(()) < skip:
            return x
        layer, state = _module(self.holder, part.name), self.state
        assert state is not None
        return (
            checkpoint(layer, x, state=state, use_reentrant=False)
            if state.options.checkpointing
            else layer(x, state=state)
        )

    def dropout(self, x: Tensor, share: float) -> Tensor:
        return F.dropout(x, share, training=True) if share and self.holder.training else x

    def jitter(self, x: Tensor, share: float) -> Tensor:
        return x * torch.empty_like(x).uniform_(1.0 - share, 1.0 + share) if share and self.holder.training else x

    def random(self, shape: Sequence[int], like: Tensor) -> Tensor | None:
        return torch.rand(tuple(shape), device=like.device) if self.holder.training else None

    def lookup(
        self, embeddings: components.Embeddings, table: Part, argument: str, ids: Tensor, shift: int = 0
    ) -> Tensor:
        """On an accelerator it is PyTorch that ends the process: the ids would have to be waited for."""
        try:
            vectors: Tensor = self(table, ids + shift if shift else ids)
        except IndexError:
            rows = getattr(_module(self.holder, table.name), "num_embeddings", None)
            error = beyond(embeddings, argument, int(ids.min()), int(ids.max()), rows)
            if error is None:
                raise
            raise error from None
        return vectors

    def attend(self, attention: components.Attention, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        assert self.state is not None
        return attend(attention, query, key, value, attention.dropout if self.holder.training else 0.0, self.state)

    def places(self, x: Tensor) -> tuple[Tensor, Tensor]:
        tokens, cache = x.shape[1], None if self.state is None else self.state.cache
        past = 0 if cache is None else cache.get_seq_length()
        keys = torch.arange(past + tokens, device=x.device)
        return keys[past:, None], keys[None]

    def numbers(self, x: Tensor | None) -> np.ndarray | None:
        return x.detach().cpu().numpy() if x is not None and values_known(x) else None

    def see_within(self, segments: Tensor) -> None:
        assert self.state is not None
        self.state.masks |= masks_within(self.state.kinds, segments)

    def begin(self, tower: components.Tower, given: Mapping[str, Any]) -> None:
        self.state = begin(tower, given, Options() if self.state is None else self.state.options)
        if tower.skips and self.holder.training and given.get("past_key_values") is None:
            self.state.cache = None

    def take(self, given: Mapping[str, Any], name: str, axes: Sequence[Axis], hint: str = "") -> Tensor:
        value = given.get(name)
        check_kind(name, value, getattr(value, "dtype", None), value is not None and value.is_floating_point())
        assert isinstance(value, Tensor)
        check_axes(name, value.shape, axes, hint)
        if not value.is_floating_point():
            return value
        computed = (each.dtype for each in self.holder.parameters() if each.dtype.itemsize > 1)
        return value.to(next((dtype for dtype in computed if dtype.is_floating_point), value.dtype))

    def refuse(self, message: str) -> NoReturn:
        raise ArgumentError(message)

    def read(self, embeddings: components.Embeddings, given: Mapping[str, Any]) -> TextInputs:
        return read(embeddings, given, self.state or State(Options()))

    def rotary(self, tower: components.Tower, x: Tensor) -> dict[Rotary, tuple[Tensor, Tensor]]:
        assert self.state is not None
        module: Any = self.holder._modules["rotary_emb"]
        tables: dict[Rotary, tuple[Tensor, Tensor]] = module(x, self.state.position_ids)
        return tables

    def end(self, x: Tensor, pooled: Tensor | None, last: Tensor) -> BaseModelOutput[Tensor]:
        state = self.state
        assert state is not None
        if isinstance(state.cache, DynamicCache):
            state.cache.read += x.shape[1]
        crossing = state.memory is not None and state.cross_attentions is not None
        return BaseModelOutput(
            last_hidden_state=x,
            pooler_output=pooled,
            past_key_values=state.cache,
            hidden_states=None if state.hidden_states is None else (*state.hidden_states, last),
            attentions=None if state.attentions is None else tuple(state.attentions),
            router_logits=None if state.router_logits is None else tuple(state.router_logits),
            cross_attentions=tuple(state.cross_attentions or ()) if crossing else None,
        )

    def output(self, name: str, **fields: Any) -> ModelOutput:
        made: ModelOutput = getattr(outputs, name)(**fields)
        return made


def _module(holder: nn.Module, name: str) -> nn.Module:
    """The part of a name, perhaps some levels down: straight from the tables, since ``getattr`` looks everywhere else
    first."""
    modules = holder._modules
    if name not in modules:
        *levels, name = name.split(".")
        for level in levels:
            modules = modules[level]._modules  # type: ignore[union-attr]
    return modules[name]  # type: ignore[return-value]
