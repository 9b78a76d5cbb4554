"""A class for each place of a picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.run import Array, Run
from loadstone.core.records import record


@record
class PixelOutput(Component):
    """Logits (batch, labels, rows, columns) of all hidden states, and what their loss is told besides."""

    logits: Part
    ignored: int
    """The label that counts for nothing."""

    gives_several: ClassVar[bool] = True

    def compute(self, run: Run, out: Any, given: Mapping[str, Any]) -> tuple[Array, int]:
        """``out``: the output of the tower that read a picture, with hidden states that are pictures, too."""
        return run(self.logits, out.hidden_states), self.ignored


@record
class ChannelDropout(Component):
    """Zeroes a share of the channels of (batch, channels, height, width) while training (arXiv:1411.4280)."""

    share: float

    def compute(self, run: Run, x: Array) -> Array:
        xp = run.xp
        chances = None if self.share == 0 else run.random((*xp.shape(x)[:2], 1, 1), x)
        if chances is None:
            return x
        kept = xp.astype(chances >= self.share, xp.float32) / max(1 - self.share, 1e-9)  # of none nothing is kept
        return x * xp.astype(kept, x.dtype)
