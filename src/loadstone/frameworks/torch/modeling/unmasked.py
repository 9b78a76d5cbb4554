"""Inputs without an attention mask; see :mod:`loadstone.frameworks.unmasked`."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor

from loadstone.architectures.components.masks import row_segments
from loadstone.frameworks.torch.modeling.arguments import values_known
from loadstone.frameworks.torch.modeling.array_functions import xp
from loadstone.frameworks.unmasked import LOOKED, PACKED, PADDED, Attentive, warn_on_the_right, warn_packed, warn_padded

if TYPE_CHECKING:
    from loadstone.frameworks.torch.transformers_compat.conventions import Conventions


class Looking(Attentive, Protocol):
    """A model, as far as it matters here."""

    @property
    def warnings_issued(self) -> MutableMapping[str, bool]:
        """What it has warned of already."""


def warn_unmasked(model: Looking, input_ids: Tensor | None, position_ids: Tensor | None, use_cache: bool) -> None:
    """Warn once for each model of padding that counts as text, and of packed rows whose texts see each other.

    On an accelerator, where looking waits for all that was begun before, only at the first inputs that a model gets.
    """
    given, issued = input_ids if position_ids is None else position_ids, model.warnings_issued
    if given is None or given.shape[-1] < 2 or not values_known(given):
        return
    if given.device.type != "cpu":
        if issued.get(LOOKED):
            return
        issued[LOOKED] = True
    if position_ids is not None:
        if (
            (use_cache or model.has_states or not model.is_causal)
            and not issued.get(PACKED)
            and bool(row_segments(xp, position_ids.reshape(-1, position_ids.shape[-1])).any())
        ):
            warn_packed(issued, model.is_causal, model.has_states)
        return
    pad = model.config.get_text_config().pad_token_id
    if pad is None or issued.get(PADDED):
        return
    # Only the first and the last token of each row, as a strided view; a list of them costs less than two reductions.
    if pad in given[..., :: given.shape[-1] - 1].flatten().tolist():
        warn_padded(issued, model.config)


def mask_from_ids(model: Conventions, ids: Tensor, pad: int | None) -> Tensor:
    """The mask (batch, tokens) of prompts without one: 0 wherever a token is ``pad``."""
    if pad is None:
        return torch.ones_like(ids)
    mask = ids.ne(pad).to(ids.dtype)
    if not bool(mask[:, -1].all()):
        warn_on_the_right(model.warnings_issued, pad)
    return mask
