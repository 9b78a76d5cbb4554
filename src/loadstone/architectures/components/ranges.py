"""Ids, positions, shapes and lengths that a model has no vectors for: the errors of all three frameworks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from loadstone.architectures.components.base import Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.leaves import Embedding
from loadstone.architectures.inputs import INPUTS, Axis, may_be
from loadstone.errors import ArgumentError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Range(NamedTuple):
    """What an argument of ids may hold."""

    first: int
    last: int
    hint: str


def allowed(embeddings: Embeddings, argument: str, rows: int | None = None) -> Range | None:
    """The range of ``input_ids``, ``token_type_ids`` or ``position_ids``; None where no table is asked.

    ``rows``: how many vectors the table has by now, if that may have changed.
    """
    if argument == "position_ids":
        if embeddings.longest_text is None or embeddings.position is None:
            return None
        shift = embeddings.shift
        # OPT's padding has the position -1, for which its table has a row.
        return Range(-shift, (rows or _rows(embeddings.position)) - shift - 1, _shorten(embeddings.longest_text))
    if argument == "token_type_ids":
        table = embeddings.segment or (embeddings.tokens if embeddings.segment_from_tokens else None)
        hint = "They tell the segments of a sequence apart: leave token_type_ids out where there is one segment."
    else:
        table = embeddings.tokens
        hint = "Do the tokenizer and the model belong together? For new tokens: model.resize_token_embeddings(count)."
    return None if table is None else Range(0, (rows or _rows(table)) - 1, hint)


def beyond(
    embeddings: Embeddings, argument: str, lowest: int, highest: int, rows: int | None = None
) -> ArgumentError | None:
    """The error for ids of which some are out of range; None where ``lowest`` and ``highest`` both are in it."""
    within = allowed(embeddings, argument, rows)
    if within is None or within.first <= lowest <= highest <= within.last:
        return None
    value = highest if highest > within.last else lowest
    return ArgumentError(
        f"{argument} has {value}, and this model has embeddings for {within.first} to {within.last}. {within.hint}"
    )


def check_ids(name: str, shape: Sequence[int | None], batch: int | None, tokens: int | None) -> None:
    """:class:`ArgumentError` for ids of another shape than (batch, tokens), (1, tokens) or (tokens,).

    A size that is not known yet is None.
    """
    rows_fit = len(shape) == 1 or (len(shape) == 2 and (shape[0] == 1 or may_be(shape[0], batch)))
    if not rows_fit or not may_be(shape[-1], tokens):
        raise ArgumentError(f"{name} has shape {tuple(shape)}, expected {(batch, tokens)}.")


def check_texts(embeddings: Embeddings, name: str, shape: Sequence[int | None]) -> None:
    """:class:`ArgumentError` for ``input_ids`` or ``inputs_embeds`` of a shape that no texts have.

    A size that is not known yet is None.
    """
    table = embeddings.tokens.component
    width = table.width if isinstance(table, Embedding) else None
    if name == "input_ids":
        fits, expected = len(shape) == 2, "(batch, tokens)"
    else:
        fits = len(shape) == 3 and may_be(shape[2], width)
        expected = f"(batch, tokens, {'width' if width is None else width})"
    if not fits or (shape[1] is not None and shape[1] == 0):
        raise ArgumentError(f"{name} has shape {tuple(shape)}, expected {expected}, with at least one token.")


def check_axes(name: str, shape: Sequence[int | None], axes: Sequence[Axis], hint: str = "") -> None:
    """:class:`ArgumentError` for an input of another shape than a stem reads; ``hint`` helps where only sizes differ.

    A size that is not known yet is None.
    """
    expected = f"({', '.join(map(str, axes))})"
    if len(shape) != len(axes):
        raise ArgumentError(f"{name} has shape {tuple(shape)}, expected {expected}.")
    wrong = [
        axis
        for size, axis in zip(shape, axes, strict=True)
        if not may_be(size, axis.size) or (size is not None and size < axis.least)
    ]
    if wrong:
        hint = "" if any(axis.name in ("batch", "channels") for axis in wrong) else hint
        raise ArgumentError(f"{name} has shape {tuple(shape)}, expected {expected}. {hint}".strip())
    for size, axis in zip(shape, axes, strict=True):
        if axis.known and size is None:
            raise ArgumentError(f"{name} has shape {tuple(shape)}: its {axis.name} must be known when it is traced.")


def check_kind(name: str, value: object, dtype: object, is_floating: bool, is_index: bool) -> None:
    """:class:`ArgumentError` for a missing input, and for one of integers that is to hold floating-point numbers, or of
    what nothing is looked up by where that is to be."""
    if value is None:
        raise ArgumentError(f"Give {name}.")
    kind = INPUTS[name].kind
    if kind == "values" and not is_floating:
        hint = "token ids are input_ids" if name.endswith("inputs_embeds") else "as a processor makes them"
        raise ArgumentError(f"{name} is {dtype}, expected floating-point numbers; {hint}.")
    if kind == "ids" and not is_index:
        raise ArgumentError(f"{name} is {dtype}, expected integers: int64 or int32.")


def check_length(embeddings: Embeddings, tokens: int) -> None:
    """:class:`ArgumentError` for a text of so many tokens that there are no positions for its last."""
    longest = embeddings.longest_text
    if longest is not None and tokens > longest:
        raise ArgumentError(
            f"The text has {tokens} tokens, and this model has positions for {longest}. {_shorten(longest)}"
        )


def check_ends(end: Sequence[int], ids: NDArray[np.integer]) -> None:
    """:class:`ArgumentError` where a text of ``ids`` (batch, tokens) has none of the tokens that ``end`` one."""
    ends_text = sum(ids == token for token in end)
    if not ends_text.any(axis=-1).all():
        ends = " or ".join(map(str, end))
        raise ArgumentError(f"A row of input_ids has no eos_token_id, {ends}: where its text ends is not known.")


def _shorten(longest: int) -> str:
    return f"Truncate texts to {longest} tokens (for a tokenizer: truncation=True, max_length={longest})."


def _rows(part: Part) -> int:
    table = part.component
    assert isinstance(table, Embedding)
    return table.count
