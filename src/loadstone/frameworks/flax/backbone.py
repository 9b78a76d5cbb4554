"""The bare model: embeddings, masks, positions, layers, final norm."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from flax import nnx
from jax import Array

from loadstone.architectures import components
from loadstone.architectures.components.base import Component
from loadstone.errors import ArgumentError
from loadstone.frameworks.flax import rotary
from loadstone.frameworks.flax.attention import make_mask, row_segments
from loadstone.frameworks.flax.blocks import default_positions
from loadstone.frameworks.flax.build import Built, call
from loadstone.frameworks.flax.cache import KeyValueCache
from loadstone.frameworks.flax.inputs import Inputs
from loadstone.frameworks.flax.outputs import BaseModelOutput
from loadstone.frameworks.flax.state import Kind, State
from loadstone.frameworks.ranges import check_ids, check_texts


class Backbone(Built, component=components.Backbone):
    """Embeddings, layers, norm."""

    @staticmethod
    def run(holder: nnx.Module, component: components.Backbone, inputs: Inputs, state: State) -> BaseModelOutput:
        """``inputs``: the arrays that the forward pass was given, by name."""
        input_ids, inputs_embeds = inputs.get("input_ids"), inputs.get("inputs_embeds")
        given = input_ids if inputs_embeds is None else inputs_embeds
        if given is None or (input_ids is not None and inputs_embeds is not None):
            raise ArgumentError("Give either input_ids or inputs_embeds, one of the two.")
        attentions = tuple(components.find(component, components.Attention))
        embeddings = component.embeddings.component
        assert isinstance(embeddings, components.Embeddings)
        check_texts(embeddings, "input_ids" if inputs_embeds is None else "inputs_embeds", given.shape)
        batch, tokens = given.shape[:2]
        for name in ("position_ids", "token_type_ids"):
            if inputs.get(name) is not None:
                check_ids(name, inputs[name].shape, batch, tokens)

        cache: KeyValueCache | None = inputs.get("past_key_values")
        keys, past = (tokens, 0) if cache is None else (cache.max_length, cache.length)
        attention_mask, position_ids, segments = inputs.get("attention_mask"), inputs.get("position_ids"), None
        if position_ids is not None:
            position_ids = position_ids.reshape(-1, tokens)
            if attention_mask is None and cache is None and all(attention.causal for attention in attentions):
                segments = row_segments(position_ids)
        kinds = tuple(dict.fromkeys((attention.causal, attention.window) for attention in attentions))
        padding, masks = _masks(kinds, attention_mask, segments, _Places(batch, tokens, keys, past))
        if position_ids is None:
            position_ids = default_positions(embeddings, input_ids, padding, tokens, past).reshape(-1, tokens)

        x = call(holder, component.embeddings, inputs, position_ids, state=state)
        if component.expand is not None:
            x = call(holder, component.expand, x, state=state)
        turning = dict.fromkeys(attention.rotary for attention in attentions if attention.rotary is not None)
        state.rotary = {spec: rotary.tables(spec, position_ids, x.dtype) for spec in turning}
        state.masks, state.past = masks, past
        state.cache = None if cache is None else [cache[layer] for layer in range(len(cache))]
        x = call(holder, component.stack, x, state=state)
        if component.norm is not None:
            x = call(holder, component.norm, x, state=state)
        if component.reduce is not None:
            x = call(holder, component.reduce, x, state=state)
        if cache is not None and state.cache is not None:
            # Beyond its end a cache would be overwritten. Shapes cannot tell, so the values do: no silent mistake.
            x = jnp.where(past + tokens <= keys, x, jnp.nan)
            kept_keys, kept_values = zip(*state.cache, strict=True)
            cache = KeyValueCache(kept_keys, kept_values, cache.length + tokens)
        pooled = None if component.pooler is None else call(holder, component.pooler, x, state=state)
        return BaseModelOutput(
            last_hidden_state=x,
            pooler_output=pooled,
            past_key_values=cache,
            hidden_states=None if state.hidden_states is None else (*state.hidden_states, x),
            attentions=None if state.attentions is None else tuple(state.attentions),
            router_logits=None if state.router_logits is None else tuple(state.router_logits),
        )


class Wrapped(Built, component=components.Wrapped):
    """A backbone one level further down."""

    @staticmethod
    def run(holder: nnx.Module, component: components.Wrapped, inputs: Inputs, state: State) -> BaseModelOutput:
        return getattr(holder, component.inner.name)(inputs, state)


def run(holder: nnx.Module, component: Component, inputs: Inputs, state: State) -> BaseModelOutput:
    """A bare model's forward pass; ``inputs`` are its arrays by name."""
    out: BaseModelOutput = Built.made_from[type(component)].run(holder, component, inputs, state)
    return out


class _Places(NamedTuple):
    """What a pass reads: rows of new tokens, and the keys that they see, of which ``past`` are filled."""

    batch: int
    tokens: int
    keys: int
    past: Array | int


def _masks(
    kinds: tuple[Kind, ...], attention_mask: Array | None, segments: Array | None, places: _Places
) -> tuple[Array | None, dict[Kind, Array | None]]:
    """The padding mask (batch, keys; None without one) and the mask of each kind that the layers use."""
    batch, tokens, keys, past = places
    if attention_mask is not None and attention_mask.ndim == 4:
        return None, dict.fromkeys(kinds, _ready_made(attention_mask, batch, tokens, keys))
    padding = None
    if attention_mask is not None:
        shape = attention_mask.shape
        if len(shape) != 2 or shape[0] != batch or not tokens <= shape[1] <= keys:
            columns = f"{keys}" if tokens == keys else f"from {tokens} to {keys}"
            raise ArgumentError(
                f"attention_mask has shape {shape}, expected ({batch}, {columns}): one row for each sequence, one "
                "column for each token, those in the cache included."
            )
        # What is beyond the last token is hidden by the causal mask.
        padding = jnp.pad(attention_mask.astype(bool), ((0, 0), (0, keys - shape[1])), constant_values=True)
    return padding, {kind: make_mask(kind, padding, segments, tokens, keys, past) for kind in kinds}


def _ready_made(mask: Array, batch: int, tokens: int, keys: int) -> Array:
    """The mask itself; :class:`ArgumentError` where it does not fit or could mean two things."""
    if mask.dtype != bool and not jnp.issubdtype(mask.dtype, jnp.floating):
        raise ArgumentError(
            f"A 4-D attention_mask is {mask.dtype}. Give booleans (True where seen), or floating-point numbers "
            "that are added to the scores (0 where seen)."
        )
    if mask.shape[0] not in (1, batch) or mask.shape[2:] not in ((tokens, keys), (1, keys)):
        expected = f"({batch} or 1, heads or 1, {tokens}, {keys})"
        raise ArgumentError(f"A 4-D attention_mask has shape {mask.shape}, expected {expected}.")
    return mask
