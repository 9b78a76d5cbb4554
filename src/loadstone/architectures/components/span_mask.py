"""What is hidden of an input while training."""

from __future__ import annotations

from typing import Literal

from loadstone.architectures.components.base import Component
from loadstone.architectures.components.run import Array, Run
from loadstone.core.records import record
from loadstone.errors import ArgumentError


@record
class SpanMask(Component):
    """While training, hides spans of one axis that lie at random (SpecAugment, arXiv:1904.08779)."""

    axis: Literal[1, 2]
    size: int | None
    """How long that axis is; None where an input may have any length."""
    share: float
    """How much of it the spans cover, if none overlap."""
    length: int
    least: int = 0
    """There are at least so many spans, if they fit."""

    def compute(self, run: Run, x: Array, shown: Array | None = None, fill: Array | None = None) -> Array:
        """``x`` (batch, size, size). ``shown`` (batch, size of the axis): 1 where there is something, 0 for what is
        filled up at the end, where no span begins. ``fill``: what is put in the place of what is hidden; zeros for
        None."""
        xp, size = run.xp, run.known(run.xp.shape(x)[self.axis]) if self.size is None else self.size
        room = 1 if size is None else max(size - self.length + 1, 1)
        scores = run.random((xp.shape(x)[0], room), x)
        if scores is None:
            return x
        if size is None:
            raise ArgumentError(
                "How long a sound is must be known when a training step is traced: spans of it are hidden."
            )
        covered = xp.expand_dims(self._covered(run, scores, shown, size), axis=3 - self.axis)
        return xp.where(covered, xp.zeros_like(x) if fill is None else fill, x)

    def _covered(self, run: Run, scores: Array, shown: Array | None, size: int) -> Array:
        """True where a span is, (batch, size); ``scores`` (batch, places for a span to begin at): random numbers."""
        xp, room = run.xp, size - self.length + 1
        if room < 1:
            raise ArgumentError(f"Spans of {self.length} are to be hidden of an input that is {size} long.")
        if shown is not None and (len(shown.shape) != 2 or shown.shape[1] not in (None, size)):
            raise ArgumentError(f"attention_mask has shape {tuple(shown.shape)}, expected (batch, {size}).")
        most = min(max(int(self.share * size / self.length) + 1, self.least), size // self.length, room)
        real = xp.zeros_like(scores[:, :1]) + size
        if shown is not None:
            real = xp.astype(xp.sum(xp.astype(shown, xp.int32), axis=1, keepdims=True), scores.dtype)
            first = xp.astype(xp.arange(room, like=scores), scores.dtype)[None]
            scores = xp.where(first <= real - self.length, scores, scores - 1.0)
        # Rounded up or down by chance, the same for all rows, so that the share is met on average.
        wanted = xp.astype(self.share * real / self.length + run.random((1, 1), scores), xp.int32)
        fitting = xp.clip(xp.astype(real, xp.int32) - (self.length - 1), min=0)
        count = xp.clip(wanted, min=self.least)
        count = xp.where(count < fitting, count, fitting)
        starts = xp.top_k(scores, most)[1][:, :, None]
        places, number = xp.arange(size, like=scores)[None, None], xp.arange(most, like=scores)[None, :, None]
        covered = (places >= starts) & (places < starts + self.length) & (number < count[:, :, None])
        return xp.any(covered, axis=1, keepdims=False)
