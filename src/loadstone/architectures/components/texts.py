"""What a text is given as, checked; the layers' masks and positions follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadstone.architectures.components.embeddings import Embeddings, TextInputs
from loadstone.architectures.components.masks import Room, row_segments, see_all, see_as_told
from loadstone.architectures.components.ranges import check_ids, check_texts
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.inputs import may_be
from loadstone.errors import ArgumentError


def read_text(run: Run, embeddings: Embeddings, given: Mapping[str, Any]) -> TextInputs:
    """What a text is given as; the state gets its masks, its padding and its positions.

    Raises :class:`ArgumentError` for inputs that do not fit together, or not the model.
    """
    xp, state, mask, positions = run.xp, run.state, given.get("attention_mask"), given.get("position_ids")
    input_ids, inputs_embeds = given.get("input_ids"), given.get("inputs_embeds")
    name, texts = ("input_ids", input_ids) if inputs_embeds is None else ("inputs_embeds", inputs_embeds)
    if texts is None or (input_ids is not None and inputs_embeds is not None):
        raise ArgumentError("Give either input_ids or inputs_embeds, one of the two.")
    run.check_kind(name, texts)
    check_texts(embeddings, name, texts.shape)
    for other in ("position_ids", "token_type_ids"):
        if (ids := given.get(other)) is not None:
            run.check_kind(other, ids)
            check_ids(other, ids.shape, *texts.shape[:2])
    batch, tokens = xp.shape(texts)[:2]
    room, segments, padding = run.room(batch, tokens), None, None
    if positions is not None:
        positions = xp.reshape(positions, (-1, tokens))
        if mask is None and not room.is_cached and all(kind.causal for kind in state.kinds):
            segments = row_segments(xp, positions)
            segments = None if run.surely(segments == 0) else segments
    if mask is not None and len(mask.shape) == 4 and state.kinds:
        see_as_told(run, xp.near(mask, texts), batch, room)
    else:
        padding = None if mask is None else _padding(run, xp.near(mask, texts), batch, room)
        see_all(run, texts, room, segments, padding)
    state.padding = xp.slice(padding, room.past, tokens) if padding is not None and room.is_cached else padding
    if positions is None:
        positions = embeddings.position_ids(xp, input_ids, padding, tokens, room.past)
    if positions is None:
        run.check_length(embeddings, room.past + tokens)
        positions = xp.arange(tokens, like=texts, start=room.past + embeddings.first_position)[None]
    state.position_ids = positions
    return TextInputs(input_ids, inputs_embeds, given.get("token_type_ids"), positions)


def _padding(run: Run, mask: Array, batch: int | Array, room: Room) -> Array | None:
    """A ``mask`` (batch, tokens so far, or keys) as (batch, keys), true where there is a token or may be one later.

    None where all are known to be tokens. :class:`ArgumentError` where it does not fit.
    """
    xp, shape, rows = run.xp, tuple(mask.shape), run.known(batch)
    least, most = run.known(room.past + room.tokens), run.known(room.keys)
    fits = len(shape) == 2 and may_be(shape[0], rows)
    if fits and shape[1] is not None:
        fits = (least is None or least <= shape[1]) and (most is None or shape[1] <= most)
    if not fits:
        columns = least if least == most else f"{'tokens so far' if least is None else least} to {most}"
        raise ArgumentError(
            f"attention_mask has shape {shape}, expected ({rows}, {columns}): one row for each sequence, one column "
            "for each token, those in the cache included."
        )
    padding = xp.astype(mask, xp.bool_)
    if room.is_cached and room.keys is not None and (most is None or shape[1] != most):
        # What lies beyond the tokens so far is hidden by causality, until they come.
        padding = ~xp.pad(~padding, 0, room.keys - xp.shape(padding)[1], axis=1)
    return None if run.surely(padding) else padding
