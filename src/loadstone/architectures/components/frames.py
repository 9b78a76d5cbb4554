"""From sound to vectors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from loadstone.architectures.components.base import Component, Part, check_activation, find
from loadstone.architectures.components.leaves import Conv, Embedding
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.span_mask import SpanMask
from loadstone.architectures.inputs import Axis
from loadstone.core.records import record


@record
class Frames(Component):
    """Convolutions over time, an activation after each, and a vector for each place where there is a table of them."""

    convolutions: tuple[Part, ...]
    """:class:`~loadstone.architectures.components.leaves.Conv`, or a chain that begins with one."""
    activation: str = "gelu"
    position: Part | None = None
    dropout: float = 0.0
    masks: tuple[Part, ...] = ()
    """What hides some of the sound while training:
    :class:`~loadstone.architectures.components.span_mask.SpanMask`."""
    argument: str = "input_features"
    """The input (batch, bands, frames)."""

    def __post_init__(self) -> None:
        check_activation(self.activation)
        convolutions = tuple(next(find(part.component, Conv)) for part in self.convolutions)
        table = None if self.position is None else self.position.component
        frames = None
        if isinstance(table, Embedding):
            frames = table.count * math.prod(each.strides[0] for each in convolutions)
        # Where there are positions, so many frames that each has one.
        axes = (Axis("batch"), Axis("bands", convolutions[0].inputs), Axis("frames", frames))
        self.__dict__["_reads"] = {self.argument: axes}

    def reads(self) -> Mapping[str, tuple[Axis, ...]]:
        reads: Mapping[str, tuple[Axis, ...]] = self.__dict__["_reads"]
        return reads

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        """Vectors (batch, places, width) of the sound."""
        xp, x = run.xp, run.take(given, self.argument, self.reads()[self.argument])
        for mask in self.masks:
            assert isinstance(mask.component, SpanMask)
            x = run(mask, x, given.get("attention_mask") if mask.component.axis == 2 else None)
        for part in self.convolutions:
            x = xp.activations[self.activation](run(part, x))
        x = xp.permute_dims(x, (0, 2, 1))
        if self.position is not None:
            x = x + run(self.position, xp.arange(xp.shape(x)[1], like=x))
        return run.dropout(x, self.dropout)
