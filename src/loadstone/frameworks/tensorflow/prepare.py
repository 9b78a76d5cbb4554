"""From the arguments of a forward pass to what the layers of a tower share: positions, masks, cache."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from loadstone.architectures import components
from loadstone.architectures.components.embeddings import TextInputs
from loadstone.architectures.components.masks import MEMORY, MaskKind, row_segments, visible
from loadstone.errors import ArgumentError
from loadstone.frameworks.ranges import check_length
from loadstone.frameworks.tensorflow.arguments import bad_argument, check_inputs
from loadstone.frameworks.tensorflow.array_functions import xp
from loadstone.frameworks.tensorflow.cache import Cache
from loadstone.frameworks.tensorflow.state import Options, State, shape_of


def begin(tower: components.Tower, given: Mapping[str, Any], options: Options) -> State:
    """The state of a tower's layers."""
    state = State(options, tower, given.get("past_key_values") if tower.is_causal else None)
    state.memory = given.get("encoder_hidden_states")
    mask = given.get("encoder_attention_mask")
    if state.memory is not None and mask is not None:
        shown = tf.cast(mask, tf.bool)[:, None, None]
        if not mask.shape.is_compatible_with(state.memory.shape[:2]):
            raise bad_argument(
                f"The attention mask of what was read has shape {tuple(mask.shape)}, expected "
                f"{tuple(state.memory.shape[:2])}."
            )
        state.masks[MEMORY] = additive(shown | ~tf.reduce_any(shown, -1, keepdims=True))
    return state


def read(embeddings: components.Embeddings, given: Mapping[str, Any], state: State) -> TextInputs:
    """What a text is given as; the state gets its masks and positions.

    Raises :class:`ArgumentError` for inputs that do not fit together, or not the model.
    """
    take, cache, tower = given.get, state.cache, state.tower
    input_ids, inputs_embeds, position_ids = take("input_ids"), take("inputs_embeds"), take("position_ids")
    attention_mask = take("attention_mask")
    if (input_ids is None) == (inputs_embeds is None):
        raise bad_argument("Give either input_ids or inputs_embeds, one of the two.")
    texts = inputs_embeds if input_ids is None else input_ids
    check_inputs(
        embeddings,
        "input_ids" if inputs_embeds is None else "inputs_embeds",
        texts,
        position_ids=position_ids,
        token_type_ids=take("token_type_ids"),
    )
    batch, tokens = shape_of(texts)[:2]
    past: int | tf.Tensor = 0 if cache is None else cache.length
    keys: int | tf.Tensor | None = tokens
    if cache is not None:
        keys = shape_of(cache.keys[0])[2] if cache.keys else None
    _check_room(cache, batch, tokens)
    kinds = () if tower is None else tower.mask_kinds
    padding, segments = _padding(attention_mask, batch, tokens, keys, past), None
    if attention_mask is not None and padding is None and not kinds:
        raise bad_argument(f"attention_mask has shape {tuple(attention_mask.shape)}, expected (batch, tokens).")
    if position_ids is None:
        _check_length(embeddings, padding, tokens, past)
        position_ids = embeddings.position_ids(xp, input_ids, padding, tokens, past)
    else:
        position_ids = tf.reshape(position_ids, [-1, tokens])
        if attention_mask is None and cache is None and all(kind.causal for kind in kinds):
            segments = row_segments(xp, position_ids)
    if position_ids is None:
        position_ids = (past + embeddings.first_position + tf.range(tokens))[None]
    if padding is not None:
        state.padding = padding if cache is None else padding[:, past : past + tokens]
    if attention_mask is not None and attention_mask.shape.rank == 4:
        state.masks |= dict.fromkeys(kinds, additive(_ready_made(attention_mask, tokens, keys)))
    elif kinds:
        row, column = (past + tf.range(tokens))[:, None], tf.range(keys)[None, :]
        state.masks |= {kind: _mask(kind, padding, segments, row, column) for kind in kinds}
    state.position_ids = position_ids
    return TextInputs(input_ids, inputs_embeds, take("token_type_ids"), position_ids)


def _mask(
    kind: MaskKind, padding: tf.Tensor | None, segments: tf.Tensor | None, row: tf.Tensor, column: tf.Tensor
) -> tf.Tensor | None:
    """What is added to the scores for a kind of mask; None if nothing is hidden."""
    if padding is None and segments is None and kind == MaskKind(causal=False):
        return None
    return additive(visible(xp, kind, row, column, segments, padding))


def see_within(state: State, segments: tf.Tensor) -> None:
    """Masks by which places see only those with the same number, ``segments`` (batch, places)."""
    places = tf.range(shape_of(segments)[1])
    kinds = () if state.tower is None else state.tower.mask_kinds
    state.masks |= {kind: _mask(kind, None, segments, places[:, None], places[None]) for kind in kinds}


def additive(allowed: tf.Tensor) -> tf.Tensor:
    """True/False → 0/lowest in float32, ready to be added to scores; values stay."""
    if allowed.dtype.is_floating:
        return tf.cast(allowed, tf.float32)
    return tf.where(tf.cast(allowed, tf.bool), 0.0, tf.float32.min)


def _check_room(cache: Cache | None, batch: int | tf.Tensor, tokens: int | tf.Tensor) -> None:
    """:class:`ArgumentError` for a cache that the new tokens do not fit into, where the sizes are known."""
    if cache is None:
        return
    rows, room = cache.batch, cache.max_length
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
    keys: int | tf.Tensor | None,
    past: int | tf.Tensor,
) -> tf.Tensor | None:
    """The padding mask (batch, keys): true where there is a token, or where there may be one later. ``keys`` is None
    where the cache has none; there may then be more columns than tokens so far."""
    if attention_mask is None or attention_mask.shape.rank == 4:
        return None
    rows, width = attention_mask.shape
    widths = [tf.get_static_value(past + tokens), None if keys is None else tf.get_static_value(keys)]
    known = widths[:1] if keys is None else widths
    wrong_width = None not in (width, *known) and width not in widths
    if wrong_width or (isinstance(batch, int) and rows not in (None, batch)):
        raise bad_argument(
            f"attention_mask has shape {(rows, width)}, expected {(batch, widths[0])}: one row for each sequence, "
            "one column for each token, those in the cache included."
        )
    padding = tf.cast(attention_mask, tf.bool)
    if (width is not None and width == widths[1]) or keys is None:
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
