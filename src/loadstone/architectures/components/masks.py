"""Who sees whom."""

from __future__ import annotations

from typing import NamedTuple

from loadstone.architectures.components.run import Array, ArrayFunctions


class MaskKind(NamedTuple):
    """What hides some places from others."""

    causal: bool
    """Whether a token sees only those before it."""
    window: int | None = None
    """How many tokens a token sees; None for all."""
    memory: bool = False
    """Whether what is seen is another tower's output."""


MEMORY = MaskKind(causal=False, memory=True)


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
