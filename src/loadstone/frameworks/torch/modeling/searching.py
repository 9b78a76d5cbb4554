"""Beam search in PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor

from loadstone.errors import ArgumentError
from loadstone.frameworks.beams import At, Beams, Search, Step, searched, step
from loadstone.frameworks.decoding import Decoding
from loadstone.frameworks.logit_rules import Choice
from loadstone.frameworks.torch.modeling.array_functions import xp
from loadstone.frameworks.torch.modeling.writers import TextWriter, on_device


def searched_texts(writer: TextWriter, how: Decoding, streamer: object) -> Tensor:
    """The best texts, (batch · returned, tokens). ``writer`` has a row for each beam."""
    if streamer is not None:
        raise ArgumentError("streamer and num_beams: with beams no token is sure before the end. Choose one of them.")
    ids, device = writer.ids, writer.ids.device

    def begun(beams: Beams) -> Beams:
        arrays = (torch.from_numpy(array).to(device) for array in beams)
        return Beams(*(array.long() if array.dtype is torch.int32 else array for array in arrays))

    def take(search: Search, beams: Beams, logits: Tensor, choice: Choice | None, at: At) -> Step:
        numbers = At(*(number.item() for number in at))
        return step(xp, search, beams, logits.to(device), on_device(choice, device), numbers)

    best = searched(how, ids[:: how.rows].cpu().numpy(), writer, begun, take)
    return torch.from_numpy(best.copy()).to(device, ids.dtype)
