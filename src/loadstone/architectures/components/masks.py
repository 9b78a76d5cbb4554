"""Who sees whom."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from loadstone.architectures.components.run import Array, ArrayFunctions, Run
from loadstone.architectures.inputs import may_be
from loadstone.errors import ArgumentError


class MaskKind(NamedTuple):
    """What hides some places from others."""

    causal: bool
    """Whether a token sees only those before it."""
    window: int | None = None
    """How many tokens a token sees; None for all."""
    memory: bool = False
    """Whether what is seen is another tower's output."""


MEMORY = MaskKind(causal=False, memory=True)


class Room(NamedTuple):
    """Where new tokens stand among those that a cache holds."""

    tokens: int | Array
    """How many are new."""
    past: int | Array = 0
    """How many came before."""
    keys: int | Array | None = None
    """How many places there are to see, some perhaps of tokens to come; None where the cache keeps no keys."""
    is_cached: bool = False
    """Whether there is a cache."""
    first: int | Array = 0
    """The place of the first that there is to see."""
    windows: Mapping[MaskKind, Room] = MappingProxyType({})
    """The same for layers with a mask of some kind, where a cache keeps less of them than of others."""


def see_all(run: Run, like: Array, room: Room, segments: Array | None, padding: Array | None) -> None:
    """Leave the mask of each kind that the layers use in the state.

    ``segments`` (batch or 1, keys): tokens see only those with the same number. ``padding`` (batch, keys): true where
    there is a token. ``like``: what lies where the masks are to lie.
    """
    for kind in run.state.kinds:
        own, places = room, padding
        if kind in room.windows:
            own = room.windows[kind]
            places = None if padding is None else run.xp.slice(padding, own.first, own.keys)
        run.state.masks[kind] = _mask(run, kind, like, own, segments, places)


def _mask(run: Run, kind: MaskKind, like: Array, room: Room, segments: Array | None, padding: Array | None) -> Array:
    (causal, window, _), (tokens, past, keys, _, first, _), xp = kind, room, run.xp
    assert keys is not None, "what has masks has keys"
    size = run.known(keys)
    if window is not None and size is not None and window >= size:
        window = None
    if padding is None and segments is None and window is None:
        if not causal:
            return run.mask(None)
        if (ready := run.causal_mask(room)) is not None:
            return ready
    row, column = xp.arange(tokens, like=like, start=past)[:, None], xp.arange(keys, like=like, start=first)[None]
    return run.mask(visible(xp, MaskKind(causal, window), row, column, segments, padding))


def see_as_told(run: Run, mask: Array, batch: int | Array, room: Room) -> None:
    """Leave a ``mask`` that says itself who sees whom in the state: (batch or 1, heads or 1, queries or 1, keys), true
    where seen, or values to add to the scores. :class:`ArgumentError` where it does not fit or could mean two things.
    """
    if not run.is_mask(mask):
        raise ArgumentError(
            f"A 4-D attention_mask is {mask.dtype}. Give booleans (True where seen), or floating-point numbers "
            "that are added to the scores (0 where seen)."
        )
    rows, _, queries, keys = mask.shape
    tokens, places = run.known(room.tokens), run.known(room.keys)
    fits = (rows == 1 or may_be(rows, run.known(batch))) and (queries == 1 or may_be(queries, tokens))
    if not fits or not may_be(keys, places):
        expected = f"({run.known(batch)} or 1, heads or 1, {tokens}, {places})"
        raise ArgumentError(f"A 4-D attention_mask has shape {tuple(mask.shape)}, expected {expected}.")
    run.state.masks.update(dict.fromkeys(run.state.kinds, run.mask(mask)))


def see_within(run: Run, segments: Array) -> None:
    """Leave masks in the state by which places see only those with the same number, ``segments`` (batch, places)."""
    places = run.xp.shape(segments)[1]
    is_one = run.surely(segments == segments[:, :1])
    see_all(run, segments, Room(places, keys=places), None if is_one else segments, None)


def see_memory(run: Run, memory: Array, mask: Array | None) -> None:
    """Leave another tower's output ``memory`` (batch, places, width) in the state, and who sees what of it; ``mask``
    (batch, places): 1 for a place, 0 for padding. :class:`ArgumentError` where the two do not fit."""
    run.state.memory = memory
    if mask is None:
        return
    batch, places = memory.shape[:2]
    if len(mask.shape) != 2 or not (may_be(mask.shape[0], batch) and may_be(mask.shape[1], places)):
        raise ArgumentError(
            f"The attention mask of what was read has shape {tuple(mask.shape)}, expected {(batch, places)}."
        )
    shown = run.xp.astype(run.xp.near(mask, memory), run.xp.bool_)[:, None, None]
    none_is_hidden = run.surely(shown)
    seen = None if none_is_hidden else shown | ~run.xp.any(shown, axis=-1, keepdims=True)
    run.state.masks[MEMORY] = run.mask(seen)


def visible(
    xp: ArrayFunctions, kind: MaskKind, row: Array, column: Array, segments: Array | None, padding: Array | None
) -> Array:
    """True where a query sees a key: (batch or 1, 1, queries, keys).

    ``row`` (queries, 1) and ``column`` (1, keys): their places in the text. ``segments`` (batch or 1, keys): tokens see
    only those with the same number. ``padding`` (batch, keys): true where there is a token. A query that may see
    nothing at all (a padding token on the left) sees everything, so that no output is NaN.
    """
    causal, window, _ = kind
    if causal:
        seen = column <= row
        if window is not None:
            seen = seen & (column > row - window)
    else:
        seen = column == column + 0 * row if window is None else xp.abs(column - row) <= window
    seen = seen[None, None]
    if segments is not None:
        seen = seen & (segments[:, None, :, None] == segments[:, None, None, :])
    if padding is not None:
        seen = seen & padding[:, None, None, :]
        seen = seen | ~xp.any(seen, axis=-1, keepdims=True)
    return seen


def row_segments(xp: ArrayFunctions, position_ids: Array) -> Array:
    """Which text of its row each token belongs to, (batch or 1, tokens), as integers.

    A new text begins wherever a position is not the one after the last, as in Transformers.
    """
    restarts = xp.astype(position_ids[:, 1:] != position_ids[:, :-1] + 1, xp.int32)
    return xp.concat((xp.astype(position_ids[:, :1] * 0, xp.int32), xp.cumulative_sum(restarts, axis=1)), axis=1)
