"""Texts that are written token by token in PyTorch: the likeliest each time, or one that is drawn."""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import Tensor

from loadstone.frameworks.generated import Record
from loadstone.frameworks.torch.modeling.choosing import Choosing
from loadstone.frameworks.torch.modeling.writers import TextWriter


class Streamer(Protocol):
    """Takes tokens as they come."""

    def put(self, value: Tensor) -> None:
        """The prompt first, (batch, tokens), then each step's tokens, (batch,); on the CPU."""

    def end(self) -> None:
        """No more tokens."""


def sampled_texts(
    writer: TextWriter, choosing: Choosing, streamer: Streamer | None, generator: torch.Generator | None
) -> Any:
    """The texts (rows, tokens), or an output with them."""
    how, record = choosing.how, Record(choosing.how.outputs, writer)
    if streamer is not None:
        streamer.put(writer.ids.cpu())
    unfinished = torch.ones(writer.ids.shape[0], dtype=torch.bool, device=writer.ids.device)
    for _ in range(how.new_tokens):
        logits = writer.logits()
        scores = choosing.scores(logits, writer.ids)
        record.add(logits, scores)
        if how.sample:
            chosen = torch.multinomial(scores.softmax(dim=-1), 1, generator=generator)[:, 0]
        else:
            chosen = scores.argmax(dim=-1)
        if choosing.pads:
            chosen = torch.where(unfinished, chosen, how.padding)
        writer.append(chosen)
        if streamer is not None:
            streamer.put(chosen.cpu())
        unfinished = unfinished & ~torch.isin(chosen, choosing.ends)
        others = choosing.ended(writer.ids, record.scores)
        if others is not None:
            unfinished = unfinished & ~others
        if not bool(unfinished.any()):
            break
    else:
        how.report_cut()
    if streamer is not None:
        streamer.end()
    return record.returned(writer.ids)
