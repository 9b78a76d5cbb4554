"""From the arguments of a forward pass to what the layers of a tower share: masks, positions, cache."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from loadstone.architectures import components
from loadstone.architectures.components.embeddings import TextInputs
from loadstone.architectures.components.masks import MEMORY, MaskKind, row_segments, visible
from loadstone.errors import ArgumentError
from loadstone.frameworks.flax.array_functions import xp
from loadstone.frameworks.flax.cache import empty_cache
from loadstone.frameworks.flax.state import State
from loadstone.frameworks.ranges import check_ids, check_length, check_texts


def begin(tower: components.Tower, given: Mapping[str, Any], whole: State) -> State:
    """The state of a tower's layers in a pass, of whose state it is a part."""
    state, cache = whole.for_tower(tower), given.get("past_key_values")
    if cache is not None and tower.is_causal:
        state.use_cache, state.filled = True, cache
    state.memory = given.get("encoder_hidden_states")
    mask = given.get("encoder_attention_mask")
    if state.memory is not None and mask is not None:
        shown = mask.astype(bool)[:, None, None]
        if mask.shape != state.memory.shape[:2]:
            raise ArgumentError(
                f"The attention mask of what was read has shape {mask.shape}, expected {state.memory.shape[:2]}."
            )
        state.masks[MEMORY] = shown | ~jnp.any(shown, axis=-1, keepdims=True)
    return state


def read(embeddings: components.Embeddings, given: Mapping[str, Any], state: State) -> TextInputs:
    """What a text is given as; the state gets its masks, positions and cache.

    Raises :class:`ArgumentError` for inputs that do not fit together, or not the model.
    """
    input_ids, inputs_embeds = given.get("input_ids"), given.get("inputs_embeds")
    texts = input_ids if inputs_embeds is None else inputs_embeds
    if texts is None or (input_ids is not None and inputs_embeds is not None):
        raise ArgumentError("Give either input_ids or inputs_embeds, one of the two.")
    check_texts(embeddings, "input_ids" if inputs_embeds is None else "inputs_embeds", texts.shape)
    batch, tokens = texts.shape[:2]
    for name in ("position_ids", "token_type_ids"):
        if given.get(name) is not None:
            check_ids(name, given[name].shape, batch, tokens)

    if embeddings.positions == "count" and state.filled is None and given.get("position_ids") is None:
        check_length(embeddings, tokens)
    tower, cache = state.tower, state.filled
    assert tower is not None
    if cache is None and state.use_cache:
        cache = state.filled = empty_cache(tower, batch, tokens, state.dtype or jnp.dtype(jnp.float32))
    keys, past = (tokens, 0) if cache is None else (cache.max_length, cache.length)
    if cache is not None and cache.batch != batch:
        raise ArgumentError(f"The cache was made for {cache.batch} sequences, and these are {batch}. See init_cache.")
    attention_mask, position_ids, segments = given.get("attention_mask"), given.get("position_ids"), None
    kinds = tower.mask_kinds
    if position_ids is not None:
        position_ids = position_ids.reshape(-1, tokens)
        if attention_mask is None and cache is None and tower.is_causal:
            segments = row_segments(xp, position_ids)
    padding, masks = _masks(kinds, attention_mask, segments, _Places(batch, tokens, keys, past))
    state.masks |= masks
    state.padding = _new(padding, past, tokens)
    if position_ids is None:
        position_ids = embeddings.position_ids(xp, input_ids, padding, tokens, past)
    if position_ids is None:
        position_ids = jnp.arange(tokens)[None] + past + embeddings.first_position
    state.past, state.position_ids = past, position_ids
    if cache is not None:
        state.room = cache.max_length
        state.cache = list(zip(cache.keys, cache.values, strict=True))
        state.entries = [dict(entry) for entry in cache.stored]
    return TextInputs(input_ids, inputs_embeds, given.get("token_type_ids"), position_ids)


def see_within(state: State, segments: Array) -> None:
    """Masks by which places see only those with the same number, ``segments`` (batch, places)."""
    batch, places = segments.shape
    assert state.tower is not None
    state.masks |= _masks(state.tower.mask_kinds, None, segments, _Places(batch, places, places, 0))[1]


class _Places(NamedTuple):
    """What a pass reads: rows of new tokens, and the keys that they see, of which ``past`` are filled."""

    batch: int
    tokens: int
    keys: int | None
    """None where the cache has no keys, and so no room that ends."""
    past: Array | int


def _new(padding: Array | None, past: Array | int, tokens: int) -> Array | None:
    """Of the padding (batch, keys) that of the new tokens, (batch, tokens)."""
    if padding is None or padding.shape[1] == tokens:
        return padding
    return jax.lax.dynamic_slice_in_dim(padding, past, tokens, axis=1)


def _masks(
    kinds: tuple[MaskKind, ...], attention_mask: Array | None, segments: Array | None, places: _Places
) -> tuple[Array | None, dict[MaskKind, Array | None]]:
    """The padding mask (batch, keys; None without one) and the mask of each kind that the layers use."""
    batch, tokens, keys, _ = places
    if attention_mask is not None and attention_mask.ndim == 4 and keys is not None and kinds:
        return None, dict.fromkeys(kinds, _ready_made(attention_mask, batch, tokens, keys))
    padding = None
    if attention_mask is not None:
        shape = attention_mask.shape
        if len(shape) != 2 or shape[0] != batch or not tokens <= shape[1] <= (keys or shape[1]):
            columns = f"{keys}" if tokens == keys else f"from {tokens}" + (f" to {keys}" if keys else " on")
            raise ArgumentError(
                f"attention_mask has shape {shape}, expected ({batch}, {columns}): one row for each sequence, one "
                "column for each token, those in the cache included."
            )
        # What is beyond the last token is hidden by the causal mask.
        more = (keys or shape[1]) - shape[1]
        padding = jnp.pad(attention_mask.astype(bool), ((0, 0), (0, more)), constant_values=True)
    return padding, {kind: _mask(kind, padding, segments, places) for kind in kinds}


def _mask(kind: MaskKind, padding: Array | None, segments: Array | None, places: _Places) -> Array | None:
    """The mask of one kind, (batch or 1, 1, queries, keys); None where everyone sees everyone."""
    causal, window, _ = kind
    assert places.keys is not None, "what has masks has keys"
    if window is not None and window >= places.keys:
        window = None
    if not causal and window is None and padding is None and segments is None:
        return None
    row, column = jnp.arange(places.tokens)[:, None] + places.past, jnp.arange(places.keys)[None, :]
    return visible(xp, MaskKind(causal, window), row, column, segments, padding)


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
