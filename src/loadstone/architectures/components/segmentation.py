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


@record
class AllStages(Component):
    """What a map makes of the places of each stage, all in the size of the first, side by side."""

    maps: tuple[Part, ...]
    fuse: Part
    norm: Part
    dropout: Part
    classifier: Part

    def compute(self, run: Run, hidden_states: Any) -> Array:
        """Logits (batch, labels, rows, columns) of the stages' outputs (batch, channels, rows, columns)."""
        xp = run.xp
        mapped = [run(part, x) for part, x in zip(self.maps, hidden_states, strict=True)]
        rows, columns = xp.shape(mapped[0])[2:]
        wide = [mapped[0], *(xp.resize(x, (rows, columns), "bilinear") for x in mapped[1:])]
        x = run(self.norm, run(self.fuse, xp.concat(wide[::-1], axis=1)))
        return run(self.classifier, run(self.dropout, xp.activations["relu"](x)))


@record
class DeepLab(Component):
    """A class for each place, of what there is and of the mean of the whole picture (arXiv:1802.02611)."""

    pool: Part
    aspp: Part
    projection: Part
    dropout: Part
    classifier: Part

    def compute(self, run: Run, hidden_states: Any) -> Array:
        """Logits (batch, labels, rows, columns) of the last of the hidden states, in their size."""
        xp, x = run.xp, hidden_states[-1]
        batch, width, rows, columns = xp.shape(x)
        mean = run(self.pool, xp.mean(xp.reshape(x, (batch, width, -1)), axis=-1)[:, :, None, None])
        everywhere = xp.broadcast_to(mean, (batch, mean.shape[1], rows, columns))
        x = run(self.projection, xp.concat((everywhere, run(self.aspp, x)), axis=1))
        return run(self.classifier, run(self.dropout, x))
