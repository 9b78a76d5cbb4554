"""What is said of sounds: a token for each frame, or a vector for whoever speaks."""

from __future__ import annotations

from typing import ClassVar, Literal, NamedTuple

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.run import Array, Run
from loadstone.core.records import record
from loadstone.errors import ArgumentError

Reduction = Literal["sum", "mean", "none"]


class Alignment(NamedTuple):
    """What the loss of connectionist temporal classification (10.1145/1143844.1143891) is told besides logits and
    labels."""

    lengths: Array
    """(batch,): how many frames each row has."""
    blank: int
    """The token that stands for nothing."""
    reduction: Reduction = "sum"
    """What becomes of the rows' losses; ``mean``: of each, divided by how many tokens its row has."""
    zero_infinity: bool = False
    """Whether a row of fewer frames than its tokens need counts as 0, where it else is infinitely unlikely."""


@record
class CTCOutput(Component):
    """Logits over the vocabulary for each frame, and what their loss is told besides."""

    logits: Part
    blank: int
    reduction: Reduction = "sum"
    zero_infinity: bool = False

    gives_several: ClassVar[bool] = True

    def compute(self, run: Run, x: Array, shown: Array | None) -> tuple[Array, Alignment]:
        """``x`` (batch, frames, width); ``shown`` (batch, frames): true for a frame, false for padding."""
        xp = run.xp
        if shown is None:
            shown = xp.zeros_like(x[..., 0]) == 0
        lengths = xp.sum(xp.astype(shown, xp.int32), axis=1, keepdims=False)
        return run(self.logits, x), Alignment(lengths, self.blank, self.reduction, self.zero_infinity)


@record
class DilatedFrames(Component):
    """A map of several frames that lie apart, and what is positive of it (a time-delay layer,
    10.21437/Interspeech.2015-647): (batch, frames, width) → fewer frames."""

    kernel: Part
    """A :class:`~loadstone.architectures.components.leaves.Linear` over the frames, one after another."""
    size: int
    """Over how many frames."""
    dilation: int = 1

    def compute(self, run: Run, x: Array) -> Array:
        frames, xp = run.xp.shape(x)[1], run.xp
        left, known = frames - self.dilation * (self.size - 1), run.known(frames)
        if known is not None and known <= self.dilation * (self.size - 1):
            raise ArgumentError(
                f"A sound has {known} frames by now, and a layer of config.tdnn_kernel looks at "
                f"{self.dilation * (self.size - 1) + 1}: give longer sounds."
            )
        near = [xp.slice(x, place * self.dilation, left) for place in range(self.size)]
        return xp.activations["relu"](run(self.kernel, xp.concat(near, axis=-1)))


@record
class XVector(Component):
    """Layers over neighboring frames, mean and deviation of what they say, and a vector of these
    (10.1109/ICASSP.2018.8461375)."""

    layers: tuple[Part, ...]
    """:class:`DilatedFrames`."""
    embedding: Part
    logits: Part
    speakers: Part
    """A ``Weight`` (width, speakers): a direction for each."""

    gives_several: ClassVar[bool] = True

    def compute(self, run: Run, x: Array, shown: Array | None) -> tuple[Array, Array, Array]:
        """``logits`` and ``embeddings`` (batch, width), and the cosines of the logits to each speaker's direction."""
        xp = run.xp
        lengths = None
        if shown is not None:
            lengths = xp.sum(xp.astype(shown, xp.int32), axis=1, keepdims=True)
        for layer in self.layers:
            x = run(layer, x)
        if lengths is None:
            shares = xp.zeros_like(x[..., :1]) + 1.0
        else:
            # As Transformers has it, and so as such models are used: without regard to how far apart frames lie.
            left = lengths - sum(layer.component.size - 1 for layer in self.layers)  # type: ignore[attr-defined]
            shares = xp.astype(xp.arange(xp.shape(x)[1], like=x)[None] < left, x.dtype)[..., None]
        count = xp.sum(shares, axis=1, keepdims=True)
        mean = xp.sum(x * shares, axis=1, keepdims=True) / count
        spread = xp.sum((x - mean) * (x - mean) * shares, axis=1, keepdims=True) / (count - 1.0)
        # The root of 0 has no gradient.
        still = spread == 0
        spread = xp.where(still, 0.0, xp.sqrt(xp.where(still, 1.0, spread)))
        embeddings = run(self.embedding, xp.concat((mean, spread), axis=-1)[:, 0])
        logits = run(self.logits, embeddings)
        directions = _normed(run, run.weight(self.speakers), axis=0)
        return logits, embeddings, _normed(run, logits, axis=1) @ directions


def _normed(run: Run, x: Array, axis: int) -> Array:
    """``x`` with length 1 along an axis."""
    squares = run.xp.sum(x * x, axis=axis, keepdims=True)
    return x / run.xp.clip(run.xp.sqrt(squares), min=1e-12)
