"""Processes that write together: as long as one writes, all make forward passes, in which they share weights."""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from loadstone.errors import ArgumentError
from loadstone.frameworks.torch.modeling.writers import TextWriter


class Synced:
    """A :class:`~loadstone.frameworks.torch.modeling.writers.TextWriter` that tells the others of each pass."""

    def __init__(self, writer: TextWriter) -> None:
        if not (dist.is_available() and dist.is_initialized()):
            raise ArgumentError(
                "synced_gpus=True, and no process group of torch.distributed is there: start one, or leave it out."
            )
        self._writer = writer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)

    def logits(self) -> Tensor:
        """Of the next token, (rows, vocab) in float32."""
        self._one_writes(1)
        return self._writer.logits()

    def wait(self) -> None:
        """Forward passes until no process writes."""
        while self._one_writes(0):
            self._writer.idle()

    def _one_writes(self, this_one: int) -> bool:
        writing = torch.tensor(this_one, device=self._writer.ids.device)
        dist.all_reduce(writing)
        return bool(writing)
