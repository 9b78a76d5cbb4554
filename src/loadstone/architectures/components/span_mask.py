"""What is hidden of an input while training."""

from __future__ import annotations

from typing import Literal

from loadstone.architectures.components.base import Component
from loadstone.architectures.components.run import Array, Run
from loadstone.core.records import record
from loadstone.errors import ArgumentError


@record
class SpanMask(Component):
    """While training, zeros in spans of one axis that lie at random (SpecAugment, arXiv:1904.08779)."""

    axis: Literal[1, 2]
    size: int
    """How long that axis is."""
    share: float
    """How much of it the spans cover, if none overlap."""
    length: int
    least: int = 0
    """There are at least so many spans, if they fit."""

    def compute(self, run: Run, x: Array, shown: Array | None = None) -> Array:
        """``x`` (batch, size, size). ``shown`` (batch, last size): 1 where there is something, 0 for what is filled up
        at the end, where no span of the last axis begins."""
        xp, room = run.xp, self.size - self.length + 1
        shown = shown if self.axis == 2 else None
        scores = run.random((xp.shape(x)[0], max(room, 1)), x)
        if scores is None:
            return x
        if room < 1:
            raise ArgumentError(f"Spans of {self.length} are to be hidden of an input that is {self.size} long.")
        if shown is not None and (len(shown.shape) != 2 or shown.shape[1] not in (None, self.size)):
            raise ArgumentError(f"attention_mask has shape {tuple(shown.shape)}, expected (batch, {self.size}).")
        most = min(max(int(self.share * self.size / self.length) + 1, self.least), self.size // self.length, room)
        real = xp.zeros_like(scores[:, :1]) + self.size
        if shown is not None:
            real = xp.astype(xp.sum(xp.astype(shown, xp.int32), axis=1, keepdims=True), scores.dtype)
            first = xp.astype(xp.arange(room, like=x), scores.dtype)[None]
            scores = xp.where(first <= real - self.length, scores, scores - 1.0)
        # Rounded up or down by chance, the same for all rows, so that the share is met on average.
        wanted = xp.astype(self.share * real / self.length + run.random((1, 1), x), xp.int32)
        fitting = xp.clip(xp.astype(real, xp.int32) - (self.length - 1), min=0)
        count = xp.clip(wanted, min=self.least)
        count = xp.where(count < fitting, count, fitting)
        starts = xp.top_k(scores, most)[1][:, :, None]
        places, number = xp.arange(self.size, like=x)[None, None], xp.arange(most, like=x)[None, :, None]
        covered = (places >= starts) & (places < starts + self.length) & (number < count[:, :, None])
        covered = xp.any(covered, axis=1, keepdims=True)
        if self.axis == 1:
            covered = xp.permute_dims(covered, (0, 2, 1))
        return xp.where(covered, xp.zeros_like(x), x)
