"""From sound as it is sampled, of any length, to vectors (arXiv:2410.15608)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.frame_lengths import FrameLengths
from loadstone.architectures.components.masks import Room, see_all
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.inputs import Axis, agree
from loadstone.core.records import record
from loadstone.errors import ArgumentError


@record
class Samples(Component):
    """Convolutions over samples, with what lies between them."""

    steps: tuple[Part, ...]
    lengths: FrameLengths

    def reads(self) -> Mapping[str, tuple[Axis, ...]]:
        return {"input_values": (Axis("batch"), Axis("samples", least=self.lengths.least))}

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        """Vectors (batch, frames, width) of ``input_values`` (batch, samples).

        ``attention_mask`` (batch, samples): 0 for padding."""
        xp, x, mask = run.xp, run.take(given, "input_values", self.reads()["input_values"]), given.get("attention_mask")
        if mask is not None and not agree(tuple(mask.shape), tuple(x.shape)):
            raise ArgumentError(f"attention_mask has shape {tuple(mask.shape)}, expected {tuple(x.shape)}.")
        x = x[:, None]
        for step in self.steps:
            x = run(step, x)
        x = xp.permute_dims(x, (0, 2, 1))
        frames = xp.shape(x)[1]
        shown = None if mask is None else self.lengths.shown(run, mask, frames)
        run.state.padding = shown = None if shown is None or run.surely(shown) else shown
        run.state.position_ids = xp.arange(frames, like=x)[None]
        see_all(run, x, Room(frames, keys=frames), None, shown)
        return x
