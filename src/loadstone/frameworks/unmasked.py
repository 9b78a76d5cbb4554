"""Inputs without an attention mask: what padding can be told from the ids, and what looks as if it needed a mask.

What is said is said once for each model, in the log.
"""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Protocol

import numpy as np

from loadstone.architectures import components
from loadstone.errors import ArgumentError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from loadstone.configs.pretrained import PretrainedConfig

logger = logging.getLogger("loadstone")

PADDED = "padding without attention_mask"
PACKED = "packed rows that see each other"
ON_THE_RIGHT = "prompts that end with padding"
VECTORS = "vectors in which padding cannot be told"
LOOKED = "inputs without attention_mask were looked at"


class Attentive(Protocol):
    """A model, as far as it matters here."""

    @property
    def config(self) -> PretrainedConfig: ...

    @property
    def is_causal(self) -> bool:
        """Whether tokens see only what comes before them."""
        ...

    @property
    def has_states(self) -> bool:
        """Whether layers carry a state from each token to the next."""
        ...


def prompt_mask(
    issued: MutableMapping[str, bool], ids: NDArray[np.integer], attention_mask: ArrayLike | None, pad: int | None
) -> NDArray[np.bool_]:
    """The mask (batch, tokens), true at tokens, of the prompts ``ids``: the one given, else false wherever ``pad`` is.

    ``issued``: what the model has warned of already. Raises :class:`ArgumentError` for a given mask that does not fit
    or has padding on the right.
    """
    if attention_mask is None:
        inferred = np.ones(ids.shape, bool) if pad is None else ids != pad
        if not inferred[:, -1].all():
            warn_on_the_right(issued, pad)
        return inferred
    mask = np.asarray(attention_mask).astype(bool)
    if mask.shape != ids.shape:
        raise ArgumentError(f"attention_mask has shape {mask.shape}, expected {ids.shape}.")
    if not mask[:, -1].all():
        raise ArgumentError("The padding is on the right. Pad on the left: text goes on after its last token.")
    return mask


def warn_on_the_right(issued: MutableMapping[str, bool], pad: int | None) -> None:
    """A prompt ends with padding. ``issued``: what the model has warned of already."""
    _once(
        issued,
        ON_THE_RIGHT,
        f"A prompt ends with pad_token_id {pad}, and no attention_mask is given, so that the text goes on after "
        "padding. Pad on the left; or give attention_mask, if that token is text.",
    )


def warn_unmasked(
    model: Attentive, issued: MutableMapping[str, bool], given: NDArray[np.integer], are_positions: bool, cached: bool
) -> None:
    """Warn of padding that counts as text, and of packed rows whose texts see each other.

    ``given``: position ids (batch or 1, tokens) if ``are_positions``, else input ids (batch, tokens).
    ``issued``: what the model has warned of already. ``cached``: whether a key-value cache is in use.
    """
    if given.ndim != 2 or given.shape[1] < 2:
        return
    if are_positions:
        if not issued.get(PACKED) and (np.diff(given) != 1).any():
            causal, has_states = model.is_causal, model.has_states
            if cached or has_states or not causal:
                warn_packed(issued, causal, has_states)
    elif (pad := model.config.get_text_config().pad_token_id) is not None and not issued.get(PADDED):
        if (given[:, [0, -1]] == pad).any():
            warn_padded(issued, model.config)


def warn_padded(issued: MutableMapping[str, bool], config: PretrainedConfig) -> None:
    """Padding counts as text. ``issued``: what the model has warned of already."""
    config = config.get_text_config()
    pad = config.pad_token_id
    same = [name for name in ("bos_token_id", "eos_token_id", "sep_token_id") if _among(pad, config.get(name))]
    but = f" If these rows are not padded, all is well: {pad} is also {' and '.join(same)}." if same else ""
    _once(
        issued,
        PADDED,
        f"Rows of input_ids begin or end with pad_token_id {pad}, and no attention_mask is given, so that padding is "
        f"attended to as text. Give attention_mask, 1 for a token and 0 for padding.{but}",
    )


def warn_packed(issued: MutableMapping[str, bool], causal: bool, has_states: bool) -> None:
    """Texts in one row see each other. ``causal``: whether the model would keep them apart if no cache were in use,
    and it had no states, which go from one text to the next."""
    way_out = (
        "a key-value cache is in use; with use_cache=False each text sees only itself"
        if causal
        else "this model reads in both directions; give a 4-D attention_mask (batch, 1, tokens, tokens)"
    )
    if has_states:
        way_out = "this model carries a state from each token to the next; give each text a row of its own"
    _once(issued, PACKED, f"position_ids start again within a row, but the texts there see each other: {way_out}.")


def check_last(
    head: components.Head, pad: int | None, ids: object, rows: object, issued: MutableMapping[str, bool] | None
) -> None:
    """Whether a head that reads the last token of each row can tell which it is.

    :class:`ArgumentError` where there are several rows and nothing says what padding is; a line in the log where
    there are no ids to look at. ``issued``: what the model has warned of already; None says nothing.
    """
    if head.pool not in ("last", "after_last"):
        return
    if pad is None and rows != 1:
        raise ArgumentError(
            "Without config.pad_token_id the last token of each of several sequences is not known. "
            "Set model.config.pad_token_id, or give one sequence at a time."
        )
    if pad is not None and ids is None and issued is not None:
        warn_vectors(issued)


def warn_vectors(issued: MutableMapping[str, bool]) -> None:
    """The last vector of each row is taken for its last token. ``issued``: what the model has warned of already."""
    _once(
        issued,
        VECTORS,
        "Padding cannot be told from inputs_embeds, so the last vector of each row is used for the row. Pad on the "
        "left, or give input_ids.",
    )


def _among(pad: int | None, ids: object) -> bool:
    return ids is not None and pad in (ids if isinstance(ids, list | tuple) else (ids,))


def _once(issued: MutableMapping[str, bool], kind: str, message: str) -> None:
    if not issued.get(kind):
        issued[kind] = True
        logger.warning(message)
