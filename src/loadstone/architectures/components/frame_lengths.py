"""How many frames become of a sound, and which of them are real."""

from __future__ import annotations

from typing import NamedTuple

from loadstone.architectures.components.run import Array, Run
from loadstone.core.records import record


class Step(NamedTuple):
    """A convolution over time, as far as lengths go."""

    kernel: int
    stride: int
    padding: int = 0
    """Zeros at both ends, together."""


@record
class FrameLengths:
    """What is left of a sound's length after convolutions, one after another."""

    steps: tuple[Step, ...]

    @property
    def least(self) -> int:
        """The shortest sound of which there is a frame."""
        length = 1
        for step in reversed(self.steps):
            length = max((length - 1) * step.stride + step.kernel - step.padding, 1)
        return length

    def count(self, length: int) -> int:
        """How many frames become of so many samples."""
        for kernel, stride, padding in self.steps:
            length = max((length + padding - kernel) // stride + 1, 0)
        return length

    def of(self, run: Run, mask: Array, count: int | None = None) -> Array:
        """How many frames each row has, (batch,); ``mask`` (batch, samples): 1 for a sample, 0 for padding.

        ``count``: after so many of the convolutions; None for all."""
        lengths = run.xp.sum(run.xp.astype(mask, run.xp.int32), axis=1, keepdims=False)
        for kernel, stride, padding in self.steps[:count]:
            lengths = run.xp.clip((lengths + (padding - kernel)) // stride + 1, min=0)
        return lengths

    def shown(self, run: Run, mask: Array, frames: int | Array, count: int | None = None) -> Array:
        """Which of so many frames are real, (batch, frames)."""
        return run.xp.arange(frames, like=mask)[None] < self.of(run, mask, count)[:, None]


@record
class FirstSamples(FrameLengths):
    """Frames that are real if the first sample of each is, as far as strides tell."""

    def shown(self, run: Run, mask: Array, frames: int | Array, count: int | None = None) -> Array:
        stride = 1
        for step in self.steps[:count]:
            stride *= step.stride
        return run.xp.astype(mask[:, ::stride][:, :frames], run.xp.bool_)
