"""A layer that is called from outside its model, or by name: what it is given becomes the state that it computes with.

Scripts that go through a model layer by layer do so, quantizers above all: they catch what the first layer is called
with, and call one layer after another with that. Hooks may give a layer other arguments than the model does.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from torch import Tensor

from loadstone.architectures import components
from loadstone.architectures.components.base import Component, find
from loadstone.architectures.components.masks import MEMORY, Room, see_all, see_as_told, see_memory
from loadstone.errors import ArgumentError, UnknownArgument
from loadstone.frameworks.torch.modeling.cache import KeyValueCache, check_cache
from loadstone.frameworks.torch.modeling.run import Run, places_in
from loadstone.frameworks.torch.modeling.shown import not_shown
from loadstone.frameworks.torch.modeling.state import Mask, Options, State

Args = tuple[Any, ...]

_INPUTS = ("hidden_states", "x", "inputs_embeds")
"""What the input of a layer is called by those who do not give it first."""
_SAME = {
    "layer_past": "past_key_values",
    "past_key_value": "past_key_values",
    "cache_params": "past_key_values",
    "mask": "attention_mask",
    "key_value_states": "encoder_hidden_states",
}
"""Other names of the same."""
_IGNORED = {"use_cache", "cache_position", "is_causal", "output_hidden_states", "output_router_logits", "return_dict"}
"""What layers are given in Transformers as well, without a part in their output."""
_TAKEN = {
    *("attention_mask", "position_ids", "position_embeddings", "past_key_values", "position_bias"),
    *("encoder_hidden_states", "encoder_attention_mask", "output_attentions"),
}


def heard(module: Any, args: Args, state: State | None, given: dict[str, Any]) -> tuple[Args, State]:
    """What a module computes with, by place, and the state; ``given``: what it was called with by name.

    :class:`UnknownArgument` for what no layer takes, :class:`ArgumentError` for what does not fit.
    """
    component: Component = module.component
    if isinstance(component, components.Tower) or component.reads():
        return _inputs(component, args, given), State(Options()) if state is None else state
    for name in _INPUTS:
        if not args and name in given:
            args = (given.pop(name),)
    if not args:
        raise ArgumentError(f"{type(module).__name__} needs hidden_states, its input.")
    if len(args) > 1 and any(find(component, components.Attention)):
        args, given = args[:1], {**_by_name(module, args[1:]), **given}
    if state is not None:
        given = not_shown(component, state, given)
    given = {_SAME.get(name, name): value for name, value in given.items()}
    given = {name: value for name, value in given.items() if name not in _IGNORED}
    if unknown := [name for name, value in given.items() if name not in _TAKEN and value is not None]:
        taken = ", ".join(("hidden_states", *sorted(_TAKEN)))
        raise UnknownArgument(f"{type(module).__name__} takes no {', '.join(unknown)}; it takes {taken}.")
    if state is not None and not given:
        return args, state
    return args, _told(module, args, state, given)


def _by_name(module: Any, args: Args) -> dict[str, Any]:
    """What is given by place after the input: a mask or a cache, told by what it is."""
    values = [each for each in args if each is not None]
    found = {"past_key_values" if hasattr(each, "get_seq_length") else "attention_mask": each for each in values}
    if len(found) < len(values) or not isinstance(found.get("attention_mask"), Tensor | None):
        raise ArgumentError(
            f"{type(module).__name__} takes hidden_states, a mask and a cache by place; give all else by name."
        )
    return found


def _inputs(component: Component, args: Args, given: dict[str, Any]) -> Args:
    """The arguments of what reads a model's inputs: one mapping."""
    if args and isinstance(args[0], Mapping):
        return ({**args[0], **given},)
    names = list(component.reads() or components.inputs_of(component))
    return ({**dict(zip(names, args, strict=False)), **given},)


def _told(module: Any, args: Args, state: State | None, given: Mapping[str, Any]) -> State:
    """A state with what was given, the rest of it as it was."""
    layers = list(find(module.component, components.Attention))
    made = State(Options()) if state is None else copy.copy(state)
    made.shown = {}
    if given.get("output_attentions") and made.attentions is None:
        made.options, made.attentions = made.options._replace(output_attentions=True), []
    if "past_key_values" in given:
        if given["past_key_values"] is not None:
            check_cache(given["past_key_values"])
        made.cache = given["past_key_values"]
    if not layers:
        mask = given.get("attention_mask")
        made.padding = made.padding if mask is None else mask.bool()
        return made
    if given.get("position_ids") is not None:
        made.position_ids = given["position_ids"]
    rotaries = {each.rotary for each in layers if each.rotary is not None}
    if given.get("position_embeddings") is not None:
        made.rotary = dict.fromkeys(rotaries, _tables(given["position_embeddings"]))
    elif not rotaries <= made.rotary.keys():
        raise ArgumentError(
            f"{type(module).__name__} is called alone and needs position_embeddings: (cos, sin), as the model's "
            "rotary_emb(hidden_states, position_ids) gives them."
        )
    if given.get("position_bias") is not None:
        made._biases = {}
        made.bias = given["position_bias"]
    _see(module, args, made, given)
    return made


def _tables(given: Any) -> tuple[Tensor, Tensor]:
    """cos and sin (batch or 1, tokens, dim) as attention reads them, (batch or 1, 1, tokens, dim)."""
    fits = isinstance(given, tuple | list) and len(given) == 2 and all(isinstance(each, Tensor) for each in given)
    if not fits or any(each.dim() != 3 for each in given):
        several = given if isinstance(given, tuple | list) else (given,)
        said = [tuple(each.shape) if isinstance(each, Tensor) else type(each).__name__ for each in several]
        raise ArgumentError(f"position_embeddings are {said}, expected (cos, sin), each (batch or 1, tokens, dim).")
    cos, sin = (each.unsqueeze(1) for each in given)
    return cos, sin


def _room(state: State, tokens: int, layer: int) -> Room:
    """Where new tokens stand among those that the cache holds for a layer."""
    cache = state.cache
    if cache is None:
        return Room(tokens, keys=tokens)
    past, (keys, first) = cache.get_seq_length(layer), cache.get_mask_sizes(tokens, layer)
    if isinstance(cache, KeyValueCache):
        return Room(tokens, past, keys, True)
    return Room(
        tokens, past, keys + first, True, windows={kind: Room(tokens, past, keys, True, first) for kind in state.kinds}
    )


def _see(module: Any, args: Args, state: State, given: Mapping[str, Any]) -> None:
    """Leave the masks in the state; without one, each place sees what the architecture lets it see."""
    layers = list(find(module.component, components.Attention))
    run, x, mask = Run(module, state), args[0], given.get("attention_mask")
    before, state.masks = state.masks, {**state.masks}
    state.kinds = {each.mask_kind: each.index for each in layers if not each.memory}
    if "attention_mask" in given or not before:
        room = _room(state, x.shape[1], layers[0].index)
        if not state.places:
            state.places = {x.device: places_in(room, x)}
        if mask is None:
            see_all(run, x, room, None, None)
        elif mask.dim() != 4:
            raise ArgumentError(
                f"attention_mask has shape {tuple(mask.shape)}, expected (batch or 1, heads or 1, queries, keys): a "
                "layer takes what the model makes of a mask of tokens, model.get_extended_attention_mask(mask, shape)."
            )
        else:
            see_as_told(run, mask, x.shape[0], room)
    memory, hidden = given.get("encoder_hidden_states"), given.get("encoder_attention_mask")
    if memory is not None:
        see_memory(run, memory, None if hidden is None or hidden.dim() == 4 else hidden)
    if hidden is not None and hidden.dim() == 4:
        state.masks[MEMORY] = Mask(hidden, False)
