"""The bare model: embeddings, masks, positions, layers, final norm."""

from __future__ import annotations

import keras
import tensorflow as tf

from loadstone.architectures import components
from loadstone.architectures.components.base import Component
from loadstone.errors import ArgumentError
from loadstone.frameworks.ranges import check_length
from loadstone.frameworks.tensorflow.arguments import Inputs, bad_argument, check_inputs
from loadstone.frameworks.tensorflow.attention import additive, make_mask, rotary_tables, row_segments
from loadstone.frameworks.tensorflow.blocks import position_ids as default_positions
from loadstone.frameworks.tensorflow.build import Built, attach, attribute, call, made_from
from loadstone.frameworks.tensorflow.cache import Cache, advanced
from loadstone.frameworks.tensorflow.leaves import Module
from loadstone.frameworks.tensorflow.outputs import BaseModelOutput
from loadstone.frameworks.tensorflow.state import State, shape_of


def attach_backbone(holder: keras.Layer, component: Component) -> None:
    """Build a bare model's parts into ``holder``, and note which masks and rotary tables its layers share."""
    attach(holder, component)
    if isinstance(component, components.Backbone):
        attentions = tuple(components.find(component, components.Attention))
        holder.mask_kinds = tuple(dict.fromkeys((attention.causal, attention.window) for attention in attentions))
        holder.rotaries = tuple(
            dict.fromkeys(attention.rotary for attention in attentions if attention.rotary is not None)
        )


class Backbone(Built, component=components.Backbone):
    """Embeddings, layers, norm."""

    def __init__(self, component: components.Backbone, name: str) -> None:
        Module.__init__(self, component, name)
        attach_backbone(self, component)

    @staticmethod
    def run(holder: keras.Layer, component: components.Backbone, inputs: Inputs) -> BaseModelOutput:
        input_ids, inputs_embeds, position_ids = inputs.input_ids, inputs.inputs_embeds, inputs.position_ids
        attention_mask, cache = inputs.attention_mask, inputs.past_key_values
        if (input_ids is None) == (inputs_embeds is None):
            raise bad_argument("Give either input_ids or inputs_embeds, one of the two.")
        given = inputs_embeds if input_ids is None else input_ids
        embeddings = component.embeddings.component
        assert isinstance(embeddings, components.Embeddings)
        check_inputs(
            embeddings,
            "input_ids" if inputs_embeds is None else "inputs_embeds",
            given,
            position_ids=position_ids,
            token_type_ids=inputs.token_type_ids,
        )
        batch, tokens = shape_of(given)[:2]
        past: int | tf.Tensor = 0 if cache is None else cache.length
        keys = tokens if cache is None else shape_of(cache.keys[0])[2]
        _check_room(cache, batch, tokens)
        padding, segments = _padding(attention_mask, batch, tokens, keys, past), None
        if position_ids is None:
            _check_length(embeddings, padding, tokens, past)
            position_ids = tf.reshape(default_positions(embeddings, input_ids, padding, tokens, past), [-1, tokens])
        else:
            position_ids = tf.reshape(position_ids, [-1, tokens])
            if attention_mask is None and cache is None and all(causal for causal, _ in holder.mask_kinds):
                segments = row_segments(position_ids)
        state = State(
            training=inputs.training,
            cache=cache,
            attentions=[] if inputs.output_attentions else None,
            hidden_states=[] if inputs.output_hidden_states else None,
            router_logits=[] if inputs.output_router_logits else None,
        )
        x = call(holder, component.embeddings, inputs, position_ids, state=state)
        if component.expand is not None:
            x = call(holder, component.expand, x, state=state)
        if attention_mask is not None and attention_mask.shape.rank == 4:
            state.masks = dict.fromkeys(holder.mask_kinds, additive(_ready_made(attention_mask, tokens, keys)))
        else:
            state.masks = {kind: make_mask(kind, padding, segments, tokens, keys, past) for kind in holder.mask_kinds}
        for rotary in holder.rotaries:
            state.rotary[rotary] = rotary_tables(rotary, position_ids, x.dtype)
        x = call(holder, component.stack, x, state=state)
        if component.norm is not None:
            x = call(holder, component.norm, x, state=state)
        if component.reduce is not None:
            x = call(holder, component.reduce, x, state=state)
        return BaseModelOutput(
            last_hidden_state=x,
            pooler_output=None if component.pooler is None else call(holder, component.pooler, x, state=state),
            past_key_values=None if cache is None else advanced(cache, state.keys, state.values, tokens),
            hidden_states=None if state.hidden_states is None else (*state.hidden_states, x),
            attentions=None if state.attentions is None else tuple(state.attentions),
            router_logits=None if state.router_logits is None else tuple(state.router_logits),
        )


class Wrapped(Built, component=components.Wrapped):
    """A backbone one level further down."""

    @staticmethod
    def run(holder: keras.Layer, component: components.Wrapped, inputs: Inputs) -> BaseModelOutput:
        name, inner = component.inner
        out: BaseModelOutput = made_from(inner).run(getattr(holder, attribute(name)), inner, inputs)
        return out


def _check_room(cache: Cache | None, batch: int | tf.Tensor, tokens: int | tf.Tensor) -> None:
    """:class:`ArgumentError` for a cache that the new tokens do not fit into, where the sizes are known."""
    if cache is None:
        return
    rows, _, room, _ = cache.keys[0].shape
    if isinstance(batch, int) and rows not in (None, batch):
        raise bad_argument(f"The cache was made for {rows} sequences, and these are {batch}. See model.init_cache.")
    past = tf.get_static_value(cache.length)
    if past is not None and room is not None and isinstance(tokens, int) and past + tokens > room:
        raise bad_argument(
            f"The cache has room for {room} tokens; it holds {past}, and {tokens} more do not fit. Make a larger one "
            "with model.init_cache(batch_size, max_length)."
        )


def _check_length(
    embeddings: components.Embeddings, padding: tf.Tensor | None, tokens: int | tf.Tensor, past: int | tf.Tensor
) -> None:
    """:class:`ArgumentError` for more tokens than there are positions, where all count and the sizes are known."""
    if embeddings.positions == "count" or (embeddings.positions == "mask" and padding is None):
        if isinstance(tokens, int) and isinstance(past, int):
            try:
                check_length(embeddings, past + tokens)
            except ArgumentError as error:
                raise bad_argument(str(error)) from None


def _padding(
    attention_mask: tf.Tensor | None,
    batch: int | tf.Tensor,
    tokens: int | tf.Tensor,
    keys: int | tf.Tensor,
    past: int | tf.Tensor,
) -> tf.Tensor | None:
    """The padding mask (batch, keys): true where there is a token, or where there may be one later."""
    if attention_mask is None or attention_mask.shape.rank == 4:
        return None
    rows, width = attention_mask.shape
    widths = [tf.get_static_value(past + tokens), tf.get_static_value(keys)]
    wrong_width = None not in (width, *widths) and width not in widths
    if wrong_width or (isinstance(batch, int) and rows not in (None, batch)):
        raise bad_argument(
            f"attention_mask has shape {(rows, width)}, expected {(batch, widths[0])}: one row for each sequence, "
            "one column for each token, those in the cache included."
        )
    padding = tf.cast(attention_mask, tf.bool)
    if width is not None and width == widths[1]:
        return padding
    # What lies beyond the tokens so far is hidden by causality, until they come.
    return tf.pad(padding, [[0, 0], [0, keys - shape_of(padding)[1]]], constant_values=True)


def _ready_made(mask: tf.Tensor, tokens: int | tf.Tensor, keys: int | tf.Tensor) -> tf.Tensor:
    """The mask itself; :class:`ArgumentError` where it could mean two things, or surely does not fit."""
    if not (mask.dtype.is_floating or mask.dtype.is_bool):
        raise bad_argument(
            f"A 4-D attention_mask is {mask.dtype.name}. Give booleans (True where seen), or floating-point "
            "numbers that are added to the scores (0 where seen)."
        )
    sizes = [tf.get_static_value(tokens), tf.get_static_value(keys)]
    fits = (None in (size, expected) or size == expected for size, expected in zip(mask.shape[2:], sizes, strict=True))
    if not all(fits) and tuple(mask.shape[2:]) != (1, sizes[1]):
        expected = f"(batch or 1, heads or 1, {sizes[0]}, {sizes[1]})"
        raise bad_argument(f"A 4-D attention_mask has shape {tuple(mask.shape)}, expected {expected}.")
    return mask
