"""Layers that leave fewer frames than they are given."""

from __future__ import annotations

from collections.abc import Iterator

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.frame_lengths import FrameLengths
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.splitting import Role
from loadstone.core.records import record

_HIDDEN = -1e30
"""A score that no softmax sees."""


@record
class FrameAttention(Component):
    """Attention whose weights are not shown, for there are not as many frames as in a model's layers."""

    heads: int
    query: Part
    key: Part
    value: Part
    output: Part
    dropout: float = 0.0

    def compute(self, run: Run, x: Array, shown: Array | None) -> Array:
        """``x`` (batch, frames, width); ``shown`` (batch, frames): true for a frame, false for padding."""
        xp, (batch, frames, width) = run.xp, run.xp.shape(x)
        dim = x.shape[-1] // self.heads
        query, key, value = (
            xp.permute_dims(xp.reshape(run(part, x), (batch, frames, self.heads, dim)), (0, 2, 1, 3))
            for part in (self.query, self.key, self.value)
        )
        scores = query @ xp.permute_dims(key, (0, 1, 3, 2)) * dim**-0.5
        if shown is not None:
            scores = xp.where(shown[:, None, None], xp.astype(scores, xp.float32), _HIDDEN)
        weights = run.dropout(xp.astype(xp.softmax(scores), x.dtype), self.dropout)
        out = xp.permute_dims(weights @ value, (0, 2, 1, 3))
        return run(self.output, xp.reshape(out, (batch, frames, width)))

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        yield from ((part, Role("outputs", self.heads)) for part in (self.query, self.key, self.value))
        yield self.output, Role("inputs", self.heads)


@record
class PooledLayer(Component):
    """A layer, before whose attention, and on the way around it, a convolution leaves fewer frames."""

    around: Part
    before: Part
    attention: Part
    """A :class:`FrameAttention`."""
    dropout: float
    feed_forward: Part
    """A residual step."""

    def compute(self, run: Run, x: Array, counts: Array | None) -> Array:
        """``x`` (batch, frames, width) → fewer frames; ``counts`` (batch,): how many of these are real, if not all."""
        y = run(self.before, x)
        shown = None if counts is None else run.xp.arange(run.xp.shape(y)[1], like=x)[None] < counts[:, None]
        y = run(self.attention, y, shown)
        return run(self.feed_forward, run(self.around, x) + run.dropout(y, self.dropout))


@record
class PooledLayers(Component):
    """Such layers, one after another."""

    layers: tuple[Part, ...]
    lengths: tuple[FrameLengths, ...]
    """What is left of a length after each."""

    def compute(self, run: Run, x: Array) -> Array:
        real = run.state.padding
        for part, lengths in zip(self.layers, self.lengths, strict=True):
            x = run(part, x, None if real is None else lengths.of(run, real))
        return x
