"""From bands of a sound to fewer vectors: convolutions over time and bands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.frame_lengths import FrameLengths
from loadstone.architectures.components.leaves import Conv
from loadstone.architectures.components.masks import Room, see_all
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.inputs import Axis, agree
from loadstone.core.records import record
from loadstone.errors import ArgumentError


@record
class Subsampling(Component):
    """Convolutions over time and bands, and a map of what they make of each frame."""

    layers: tuple[Part, ...]
    linear: Part
    lengths: FrameLengths
    bands: int

    def reads(self) -> Mapping[str, tuple[Axis, ...]]:
        axes = (Axis("batch"), Axis("frames", least=self.lengths.least), Axis("bands", self.bands))
        return {"input_features": axes}

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        """Vectors (batch, fewer frames, width) of ``input_features`` (batch, frames, bands).

        ``attention_mask`` (batch, frames): 0 for padding at the end, of which nothing is left after each convolution.
        """
        xp, x = run.xp, run.take(given, "input_features", self.reads()["input_features"])
        mask = given.get("attention_mask")
        if mask is not None and not agree(tuple(mask.shape), tuple(x.shape[:2])):
            raise ArgumentError(f"attention_mask has shape {tuple(mask.shape)}, expected {tuple(x.shape[:2])}.")
        mask = None if mask is None or run.surely(mask == 1) else mask
        x, shorter = x[:, None], 0
        for part in self.layers:
            x, conv = run(part, x), part.component
            if mask is not None and isinstance(conv, Conv):
                shorter += conv.strides[0] > 1 or conv.kernel[0] > 1
                real = self.lengths.shown(run, mask, xp.shape(x)[2], shorter)
                x = xp.where(real[:, None, :, None], x, xp.zeros_like(x))
        batch, channels, frames, bands = xp.shape(x)
        x = run(self.linear, xp.reshape(xp.permute_dims(x, (0, 2, 1, 3)), (batch, frames, channels * bands)))
        self._see(run, x, None if mask is None else self.lengths.shown(run, mask, frames))
        return x

    def _see(self, run: Run, x: Array, real: Array | None) -> None:
        """Leave in the state that all frames see what is real, and padding everything."""
        run.state.padding = real
        if real is None:
            see_all(run, x, Room(run.xp.shape(x)[1], keys=run.xp.shape(x)[1]), None, None)
        else:
            seen = real[:, None, None] | ~real[:, None, :, None]
            run.state.masks.update(dict.fromkeys(run.state.kinds, run.mask(seen)))
