"""How components run their parts in PyTorch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from loadstone.architectures import components
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.masks import Room
from loadstone.architectures.components.ranges import beyond, check_axes, check_kind, check_length
from loadstone.architectures.components.texts import read_text
from loadstone.architectures.inputs import Axis
from loadstone.architectures.rotary import Rotary
from loadstone.frameworks import outputs
from loadstone.frameworks.outputs import BaseModelOutput, ModelOutput
from loadstone.frameworks.torch.modeling.arguments import values_known
from loadstone.frameworks.torch.modeling.array_functions import xp
from loadstone.frameworks.torch.modeling.attention import attend, of_all_ranks
from loadstone.frameworks.torch.modeling.cache import DynamicCache, KeyValueCache, check_cache, of_two_parts
from loadstone.frameworks.torch.modeling.leaf import here
from loadstone.frameworks.torch.modeling.leaves import LEAVES
from loadstone.frameworks.torch.modeling.shown import arguments, is_looked_at
from loadstone.frameworks.torch.modeling.state import OPEN, Mask, State


class Run:
    """The parts of a component lie in ``holder``: its own module, or where it has no level of its own, its parent's."""

    __slots__ = ("beside", "holder", "state")
    xp, read, attend = xp, read_text, attend

    def __init__(self, holder: nn.Module, state: State) -> None:
        self.holder = holder
        self.state = state
        self.beside: tuple[Any, ...] = ()
        """What the first attention in it gave besides its output."""

    def __call__(self, part: Part, *args: Any) -> Any:
        name, component = part
        if not name:
            return component.compute(self, *args)
        modules: Mapping[str, Any] = self.holder._modules
        module = modules[name] if name in modules else _module(self.holder, name)
        if type(component) in LEAVES:
            return module(*args)  # any module may stand in for it, as adapters do: it sees no state
        if is_looked_at(module):
            args, given = arguments(module, part, args, self.state)
            out = module(*args, **given)
        else:
            out = module(*args, state=self.state)
        return out if isinstance(out, Tensor) or component.gives_several else self._first(out)

    def _first(self, out: Any) -> Any:
        """The output alone of a module that returns more: whoever calls it may see that."""
        if isinstance(out, tuple) and not self.beside:
            self.beside = out[1:]
        return out[0]

    def shares(self, part: Part, sizes: tuple[int, ...]) -> tuple[int, ...]:
        """Of a module of a tensor-parallel model, what it says itself."""
        here: tuple[int, ...] = _module(self.holder, part.name).__dict__.get("shares", sizes)
        return here

    def for_shares(self, part: Part, x: Tensor) -> Tensor:
        """Where ranks compute with shares, the gradient of ``x`` is the sum of all ranks'."""
        if "shares" not in _module(self.holder, part.name).__dict__:
            return x
        ranks: Any = self.holder.__dict__["ranks"]
        whole: Tensor = ranks.shared(x)
        return whole

    def own_rows(self, x: Tensor, count: int) -> Tensor:
        """Of fewer heads than ranks several ranks have the same one."""
        ranks: Any = self.holder.__dict__.get("ranks")
        if ranks is None or count == len(x) > 1:
            return x
        whole: Tensor = ranks.shared(x)
        return whole.narrow(0, ranks.index * len(x) // ranks.size, count)

    def weight(self, part: Part) -> Tensor:
        holder, name = self.holder, part.name
        stem, _, last = name.rpartition(".")
        if stem:
            holder, name = _module(holder, stem), last
        found = holder._parameters.get(name)
        if found is None:
            return getattr(holder, name)  # a buffer, or one that something stands in for
        return found if type(found) is nn.Parameter else here(found)

    def matrix(self, part: Part, like: Tensor) -> Tensor | None:
        """None where hooks would see nothing of it, as those that bring a weight from the disk."""
        module = _module(self.holder, part.name)
        if type(module) is not nn.Linear or "forward" in module.__dict__:
            return None
        if module._forward_hooks or module._forward_pre_hooks or module._backward_hooks:
            return None
        weight = module._parameters["weight"]
        if type(weight) is not nn.Parameter or module._parameters.get("bias") is not None:
            return None
        return weight if weight.dtype is like.dtype and weight.device == like.device else None

    def blocks(self, layers: tuple[Part, ...]) -> tuple[Part, ...]:
        """A list that was cut short is run as far as it goes, as in Transformers."""
        stem = layers[0].name.rpartition(".")[0]
        return layers[: len(_module(self.holder, stem)._modules)] if stem else layers

    def block(self, part: Part, x: Tensor, index: int) -> Tensor:
        skip = getattr(part.component, "skip", 0.0)
        if skip and self.holder.training and torch.rand(()) < skip:
            return x
        layer = _module(self.holder, part.name)
        args: tuple[Any, ...] = (x,)
        given: dict[str, Any] = {"state": self.state}
        if is_looked_at(layer):
            args, given = arguments(layer, part, args, self.state)
        if self.state.options.checkpointing:
            out = checkpoint(layer, *args, **given, use_reentrant=False)
        else:
            out = layer(*args, **given)
        return out if isinstance(out, Tensor) else self._first(out)

    def dropout(self, x: Tensor, share: float) -> Tensor:
        return F.dropout(x, share, training=True) if share and self.holder.training else x

    def jitter(self, x: Tensor, share: float) -> Tensor:
        return x * torch.empty_like(x).uniform_(1.0 - share, 1.0 + share) if share and self.holder.training else x

    def random(self, shape: Sequence[int], like: Tensor, *, always: bool = False) -> Tensor | None:
        return torch.rand(tuple(shape), device=like.device) if self.holder.training or always else None

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

    @property
    def shows_attention(self) -> bool:
        return self.state.attentions is not None

    def show(self, attention: components.Attention, weights: Tensor, *, everywhere: bool) -> None:
        shown = self.state.cross_attentions if everywhere else self.state.attentions
        assert shown is not None
        shown.append(weights if weights.shape[1] == attention.heads else of_all_ranks(self, attention, weights))
        self.beside = (*self.beside, shown[-1]) if everywhere else (shown[-1],)

    def places(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Told once a pass: when a second layer asks, the cache has the new tokens of the first."""
        known = self.state.places
        if not known:
            known[x.device] = places_in(self._room(x.shape[1]), x)
        if x.device not in known:
            queries, keys = next(iter(known.values()))
            known[x.device] = queries.to(x.device), keys.to(x.device)
        return known[x.device]

    def numbers(self, x: Tensor | None) -> np.ndarray | None:
        return x.detach().cpu().numpy() if x is not None and values_known(x) else None

    def known(self, size: int | Tensor | None) -> int | None:
        return None if isinstance(size, Tensor) else size

    def size(self, count: Tensor) -> int:
        return int(count)

    def surely(self, truths: Tensor) -> bool:
        """Looking lets the fast kernels run; a graph must not depend on what is in a tensor."""
        return values_known(truths) and bool(truths.all())

    def is_mask(self, x: Tensor) -> bool:
        return x.dtype is torch.bool or x.is_floating_point()

    def mask(self, seen: Tensor | None) -> Mask:
        return OPEN if seen is None else Mask(seen, False)

    def causal_mask(self, room: Room) -> Mask | None:
        assert room.keys is not None
        if isinstance(room.past, Tensor) or room.first + room.keys != room.past + room.tokens:
            return None  # some keys are of tokens to come
        if room.tokens == 1:
            return OPEN
        return Mask(None, True) if room.tokens == room.keys else None

    def begin(self, tower: components.Tower, given: Mapping[str, Any]) -> None:
        options, cache = self.state.options, None
        if options.use_cache and tower.is_causal:
            cache = of_two_parts(given.get("past_key_values"))
            if cache is not None:
                check_cache(cache, tower)
            elif not (tower.skips and self.holder.training):
                cache = DynamicCache()
        self.state = State(options, tower.layer_of, cache)

    def room(self, batch: int, tokens: int) -> Room:
        if isinstance(self.state.cache, KeyValueCache):
            self.state.cache.check_room(batch, tokens)
        return self._room(tokens)

    def _room(self, tokens: int) -> Room:
        cache = self.state.cache
        if cache is None:
            return Room(tokens, keys=tokens)
        past: int | Tensor = cache.get_seq_length()
        if isinstance(cache, KeyValueCache):
            return Room(tokens, past, cache.get_mask_sizes(tokens)[0], True)
        # Another library's: its layers may keep no more than their window.
        sizes = {kind: cache.get_mask_sizes(tokens, layer) for kind, layer in self.state.kinds.items()}
        windows = {kind: Room(tokens, past, keys, True, first) for kind, (keys, first) in sizes.items()}
        return Room(tokens, past, max(keys + first for keys, first in sizes.values()), True, windows=windows)

    def check_kind(self, name: str, value: Tensor | None) -> None:
        dtype = None if value is None else value.dtype
        is_floating = dtype is not None and dtype.is_floating_point
        check_kind(name, value, dtype, is_floating, dtype in (torch.int64, torch.int32))

    def check_length(self, embeddings: components.Embeddings, tokens: int | Tensor) -> None:
        if not torch.compiler.is_compiling():  # a bound on the length would be compiled in
            check_length(embeddings, int(tokens))

    def take(self, given: Mapping[str, Any], name: str, axes: Sequence[Axis], hint: str = "") -> Tensor:
        value = given.get(name)
        self.check_kind(name, value)
        assert isinstance(value, Tensor)
        check_axes(name, value.shape, axes, hint)
        if not value.is_floating_point():
            return value
        computed = (each.dtype for each in self.holder.parameters() if each.dtype.itemsize > 1)
        return value.to(next((dtype for dtype in computed if dtype.is_floating_point), value.dtype))

    def rotary(self, tower: components.Tower, x: Tensor) -> dict[Rotary, tuple[Tensor, Tensor]]:
        self.state.elsewhere.clear()  # where these are not yet
        module: Any = self.holder._modules["rotary_emb"]
        tables, several = {}, len(tower.rotaries) > 1
        for rotary, layer_type in zip(tower.rotaries, tower.rotary_layer_types, strict=True):
            cos, sin = module(x, self.state.position_ids, *((layer_type,) if several else ()))
            tables[rotary] = cos.unsqueeze(1), sin.unsqueeze(1)
        return tables

    def leave_rotary(self, rotary: Rotary, cos: Tensor, sin: Tensor) -> None:
        self.state.elsewhere.clear()  # where these are not yet
        self.state.rotary[rotary] = cos, sin

    def end(self, x: Tensor, pooled: Tensor | None, last: Tensor) -> BaseModelOutput[Tensor]:
        state = self.state
        if isinstance(state.cache, KeyValueCache):
            state.cache.count(x.shape[1])
        crossing = state.memory is not None and state.cross_attentions is not None
        return BaseModelOutput(
            last_hidden_state=x,
            extract_features=state.features,
            pooler_output=pooled,
            past_key_values=state.cache,
            hidden_states=None if state.hidden_states is None else (*state.hidden_states, last),
            attentions=None if state.attentions is None else tuple(state.attentions),
            router_logits=None if state.router_logits is None else tuple(state.router_logits),
            cross_attentions=tuple(state.cross_attentions or ()) if crossing else None,
            global_attentions=tuple(state.cross_attentions or ()) or None if state.memory is None else None,
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


def places_in(room: Room, x: Tensor) -> tuple[Tensor, Tensor]:
    """Where in the text the tokens of ``x`` (batch, queries, width) are, (queries, 1), and those there are to see,
    (1, keys)."""
    queries = xp.arange(x.shape[1], like=x, start=room.past)
    return queries[:, None], xp.arange(room.keys, like=x)[None]
