"""The scores of texts that were written, token by token."""

from __future__ import annotations

import torch
from torch import Tensor


def transition_scores(sequences: Tensor, scores: tuple[Tensor, ...], rows: Tensor | None, normalize: bool) -> Tensor:
    """The score of each new token of ``sequences`` (rows, tokens), (rows, new tokens).

    ``scores``: (all rows, vocab) for each step. ``rows`` (rows, new tokens): whose scores each token was chosen by, -1
    behind the end of a text; by default its own row's.
    """
    steps = torch.stack(scores)
    if normalize:
        steps = steps.log_softmax(dim=-1)
    if rows is None:
        rows = torch.arange(len(sequences), device=sequences.device)[:, None].expand(-1, len(scores))
    rows = rows[:, : int((rows >= 0).sum(dim=1).max())]
    count = rows.shape[1]
    places = torch.arange(count, device=sequences.device).expand_as(rows)
    chosen = steps[places, rows.clamp(min=0), sequences[:, sequences.shape[1] - count :]]
    return chosen.masked_fill(rows < 0, 0.0)
