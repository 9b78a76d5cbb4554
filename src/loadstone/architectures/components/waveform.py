"""From sound as it is sampled to vectors (arXiv:2006.11477)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from loadstone.architectures.components.base import Component, Part, check_activation
from loadstone.architectures.components.frame_lengths import FrameLengths
from loadstone.architectures.components.leaves import Conv, LayerNorm
from loadstone.architectures.components.masks import Room, see_all
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.inputs import Axis, agree
from loadstone.core.records import record
from loadstone.errors import ArgumentError


@record
class SoundConv(Component):
    """A convolution over time, a norm, and an activation: (batch, channels, length) → the same with others."""

    conv: Part
    activation: str
    norm: Part | None = None
    """A group norm, or a layer norm over the channels."""

    def __post_init__(self) -> None:
        check_activation(self.activation)

    def compute(self, run: Run, x: Array) -> Array:
        x = run(self.conv, x)
        if self.norm is not None and isinstance(self.norm.component, LayerNorm):
            x = run.xp.permute_dims(run(self.norm, run.xp.permute_dims(x, (0, 2, 1))), (0, 2, 1))
        elif self.norm is not None:
            x = run(self.norm, x)
        return run.xp.activations[self.activation](x)


@record
class AlongTime(Component):
    """What has channels before places, (batch, width, places), over (batch, places, width)."""

    steps: tuple[Part, ...]

    def compute(self, run: Run, x: Array) -> Array:
        x = run.xp.permute_dims(x, (0, 2, 1))
        for step in self.steps:
            x = run(step, x)
        return run.xp.permute_dims(x, (0, 2, 1))


@record
class WeightNormed(Component):
    """A convolution over one axis whose weight is a direction and, for each place of the kernel, a length
    (arXiv:1602.07868)."""

    conv: Conv
    """What it computes; its own weight is not there."""
    length: Part
    """A ``Weight`` (1, 1, kernel)."""
    direction: Part
    """A ``Weight`` (outputs, inputs / groups, kernel)."""
    bias: Part | None

    def compute(self, run: Run, x: Array) -> Array:
        xp, direction = run.xp, run.weight(self.direction)
        squares = xp.sum(xp.reshape(direction * direction, (-1, direction.shape[-1])), axis=0, keepdims=True)
        y = xp.convolve(x, direction * (run.weight(self.length) / xp.sqrt(squares)), self.conv)
        return y if self.bias is None else y + run.weight(self.bias)[:, None]


@record
class GatedConv(Component):
    """A convolution over time with twice the channels, half of which say how much of the other half goes on
    (arXiv:1612.08083): (batch, channels, length) → the same."""

    conv: Part

    def compute(self, run: Run, x: Array) -> Array:
        x = run(self.conv, x)
        half = x.shape[1] // 2
        return x[:, :half] * run.xp.activations["sigmoid"](x[:, half:])


@record
class Waveform(Component):
    """Convolutions over samples, and a map of what they make, frame by frame."""

    convolutions: tuple[Part, ...]
    """Each a :class:`SoundConv`."""
    lengths: FrameLengths
    """Those of the convolutions."""
    norm: Part | None
    projection: Part
    dropout: float = 0.0
    mask_vector: Part | None = None
    """A ``Weight`` (width,) that takes the place of frames that are hidden."""
    over_time: Part | None = None
    """Which these are while training: a :class:`~loadstone.architectures.components.span_mask.SpanMask`."""
    over_width: Part | None = None
    """The same for values of all frames, which become 0."""
    shows_features: bool = True
    """Whether the output has what the map is applied to."""
    may_hide: bool = True
    """Whether frames are hidden that the caller names."""

    def reads(self) -> Mapping[str, tuple[Axis, ...]]:
        return {"input_values": (Axis("batch"), Axis("samples", least=self.lengths.least))}

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        """Vectors (batch, frames, width) of ``input_values`` (batch, samples).

        ``attention_mask`` (batch, samples): 0 for padding at the end. ``mask_time_indices`` (batch, frames): true for
        those that the mask vector replaces. The state gets what the map is applied to, ``features``.
        """
        x, shown = self._heard(run, given)
        if self.norm is not None:
            x = run(self.norm, x)
        run.state.features = x if self.shows_features else None
        x = self._hidden(run, run.dropout(run(self.projection, x), self.dropout), shown, given.get("mask_time_indices"))
        return framed(run, x, shown)

    def _heard(self, run: Run, given: Mapping[str, Any]) -> tuple[Array, Array | None]:
        """Frames (batch, frames, channels), and which of them are real, if not all are."""
        x = run.take(given, "input_values", self.reads()["input_values"])
        mask = _checked(run, given, x.shape)
        x = x[:, None]
        for part in self.convolutions:
            x = run(part, x)
        x = run.xp.permute_dims(x, (0, 2, 1))
        return x, None if mask is None else self.lengths.shown(run, mask, run.xp.shape(x)[1])

    def _hidden(self, run: Run, x: Array, shown: Array | None, chosen: Array | None) -> Array:
        """``x`` with the frames hidden that the caller has ``chosen``; without these, while training, spans."""
        vector = None if self.mask_vector is None else run.weight(self.mask_vector)
        if chosen is not None:
            axes = (Axis("batch"), Axis("frames", run.known(run.xp.shape(x)[1])))
            chosen = run.take({"mask_time_indices": chosen}, "mask_time_indices", axes)
            if vector is None:
                raise ArgumentError(
                    "mask_time_indices is given, and this model has no vector for what is hidden: one is made where "
                    "config.mask_time_prob is above 0."
                )
            if self.may_hide:
                x = run.xp.where(run.xp.astype(chosen, run.xp.bool_)[..., None], vector, x)
        elif self.over_time is not None:
            x = run(self.over_time, x, shown, vector)
        return x if self.over_width is None else run(self.over_width, x)


@record
class Bands(Waveform):
    """The same of frames that are given as how loud each of some bands is: without convolutions."""

    count: int = field(kw_only=True)

    def reads(self) -> Mapping[str, tuple[Axis, ...]]:
        return {"input_features": (Axis("batch"), Axis("frames"), Axis("bands", self.count))}

    def _heard(self, run: Run, given: Mapping[str, Any]) -> tuple[Array, Array | None]:
        x = run.take(given, "input_features", self.reads()["input_features"])
        mask = _checked(run, given, x.shape[:2])
        return x, None if mask is None else run.xp.astype(mask, run.xp.bool_)


def _checked(run: Run, given: Mapping[str, Any], shape: Sequence[int | None]) -> Array | None:
    """The mask, where it hides anything; :class:`ArgumentError` for one of another shape."""
    mask = given.get("attention_mask")
    if mask is None:
        return None
    if not agree(tuple(mask.shape), tuple(shape)):
        raise ArgumentError(f"attention_mask has shape {tuple(mask.shape)}, expected {tuple(shape)}.")
    return None if run.surely(mask == 1) else mask


def framed(run: Run, x: Array, shown: Array | None) -> Array:
    """``x`` (batch, frames, width) with zeros for padding; the state gets who sees whom. ``shown`` (batch, frames):
    true for a frame, false for padding; None where all are frames."""
    frames = run.xp.shape(x)[1]
    if shown is not None:
        x = run.xp.where(shown[..., None], x, run.xp.zeros_like(x))
    run.state.padding, run.state.position_ids = shown, run.xp.arange(frames, like=x)[None]
    see_all(run, x, Room(frames, keys=frames), None, shown)
    return x
