"""What a layer is called with by name, where anyone looks: as hooks and wrappers written for Transformers expect.

Within a model the layers share a :class:`~loadstone.frameworks.torch.modeling.state.State`, and that is all that they
are called with besides their input. Whoever looks (a hook, a module that stands in for a layer) sees what of the state
the layer reads: ``attention_mask``, ``position_embeddings``, ``past_key_values``, … What he gives instead is taken:
see :mod:`loadstone.frameworks.torch.modeling.called`.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from torch import nn

from loadstone.architectures import components
from loadstone.architectures.components.base import Component, Part, find
from loadstone.architectures.components.masks import MEMORY
from loadstone.frameworks.torch.modeling.state import OPEN, State

_CALLED_BY_NAME = "self_attn"
"""Modules of this name are given their input by name, ``hidden_states``, in Transformers."""


def is_looked_at(module: nn.Module) -> bool:
    """Whether anyone sees what a module is called with: hooks, or what stands in for one that was built here."""
    return bool(module._forward_pre_hooks or module._forward_hooks) or not hasattr(type(module), "_made_of")


def arguments(
    module: nn.Module, part: Part, args: tuple[Any, ...], state: State
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """What a part's module is called with that is looked at, by place and by name."""
    component = part.component
    given: dict[str, Any] = {**_read(component, state), "state": state}
    if args and isinstance(args[0], Mapping):
        args, given = args[1:], {**given, **args[0]}
    elif args and part.name == _CALLED_BY_NAME:
        args, given = args[1:], {"hidden_states": args[0], **given}
    if not hasattr(type(module), "_made_of"):  # code of anyone's, which may not know of a state
        taken = inspect.signature(module.forward).parameters
        if "state" not in taken and not any(each.kind is each.VAR_KEYWORD for each in taken.values()):
            del given["state"]
    return args, given


def not_shown(component: Component, state: State, given: dict[str, Any]) -> dict[str, Any]:
    """What a component's module was called with by name, without the state and what of it is as the module reads it."""
    own = {**_read(component, state), "state": state}
    return {name: value for name, value in given.items() if name not in own or not _is_same(value, own[name])}


def _is_same(one: Any, other: Any) -> bool:
    """Whether two are one object, or tuples of the same ones: who takes a tuple apart may make another."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(pair[0] is pair[1] for pair in zip(one, other, strict=True))
    return one is other


def _read(component: Component, state: State) -> dict[str, Any]:
    """What of the state the attention in a component reads; nothing where there is none."""
    layers = list(find(component, components.Attention))
    if not layers or isinstance(component, components.Tower):
        return {}
    own = next((each for each in layers if not each.memory), layers[0])
    key = own.mask_kind, own.rotary, any(each.memory for each in layers)
    if key not in state.shown:
        made: dict[str, Any] = {
            "attention_mask": state.masks.get(own.mask_kind, OPEN).allowed,
            "position_ids": state.position_ids,
            "past_key_values": state.cache,
            "use_cache": state.cache is not None,
        }
        if own.rotary in state.rotary:
            cos, sin = state.rotary[own.rotary]
            made["position_embeddings"] = cos.squeeze(1), sin.squeeze(1)
        if key[-1]:
            made["encoder_hidden_states"] = state.memory
            made["encoder_attention_mask"] = state.masks.get(MEMORY, OPEN).allowed
        state.shown[key] = made
    return state.shown[key] if state.bias is None else {**state.shown[key], "position_bias": state.bias}
