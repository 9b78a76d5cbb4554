"""Beam search in PyTorch."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from loadstone.errors import ArgumentError
from loadstone.frameworks.beams import At, Beams, Search, Step, ended, found, searched, settled
from loadstone.frameworks.generated import Record
from loadstone.frameworks.torch.modeling.array_functions import xp
from loadstone.frameworks.torch.modeling.choosing import Choosing
from loadstone.frameworks.torch.modeling.writers import TextWriter


def searched_texts(writer: TextWriter, choosing: Choosing, streamer: object, generator: torch.Generator | None) -> Any:
    """The best texts, (batch · returned, tokens). ``writer`` has a row for each beam."""
    if streamer is not None:
        raise ArgumentError("streamer and num_beams: with beams no token is sure before the end. Choose one of them.")
    ids, device, how = writer.ids, writer.ids.device, choosing.how
    record = Record(how.outputs, writer)

    def begun(beams: Beams) -> Beams:
        arrays = (torch.from_numpy(array).to(device) for array in beams)
        return Beams(*(array.long() if array.dtype is torch.int32 else array for array in arrays))

    def drawn(sums: Tensor, count: int) -> tuple[Tensor, Tensor]:
        places = torch.multinomial(sums.softmax(dim=-1), count, generator=generator)
        return sums.gather(1, places), places

    def take(search: Search, beams: Beams, logits: Tensor, at: At) -> Step:
        where = At(*(number.item() for number in at))
        logits = logits.to(device)
        scores = choosing.scores(logits.log_softmax(dim=-1), writer.ids)
        record.add(logits, scores)
        candidates = found(xp, search, beams, scores, where, drawn if how.sample else None)
        ends: Tensor = ended(xp, search, candidates, where)
        texts = candidates.texts[:, :, : where.length + 1]
        others = choosing.ended(texts.flatten(0, 1), record.scores)
        if others is not None:
            ends = ends | others.view_as(ends)
        return settled(xp, search, beams, candidates, ends, where)

    best = searched(how, ids[:: how.rows].cpu().numpy(), writer, begun, take)
    texts = torch.from_numpy(best.texts.copy()).to(device, ids.dtype)
    return record.returned(
        texts,
        sequences_scores=torch.from_numpy(best.scores.copy()).to(device) if how.outputs.scores else None,
        beam_indices=torch.from_numpy(best.parents.copy()).to(device),
    )
