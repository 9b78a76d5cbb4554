"""Layers that are narrower than what passes around them (MobileBERT, arXiv:2004.02984)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.layers import Residual
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.splitting import Role
from loadstone.core.records import record


@record
class NoNorm(Component):
    """Times a gain, plus a bias, where others have a norm (section 3.5)."""

    weight: Part
    """A :class:`~loadstone.architectures.components.leaves.Weight` (width,)."""
    bias: Part

    def compute(self, run: Run, x: Array) -> Array:
        return x * run.weight(self.weight) + run.weight(self.bias)


@record
class Trigram(Component):
    """A map of three tokens side by side, the next, each and the one before; beyond the ends there are zeros."""

    project: Part

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, tokens, width) → (batch, tokens, outputs)."""
        xp, tokens = run.xp, run.xp.shape(x)[1]
        padded = xp.pad(x, 1, 1, axis=1)
        return run(self.project, xp.concat([xp.slice(padded, start, tokens) for start in (2, 1, 0)], axis=-1))


@record
class AttentionOfTwo(Attention):
    """Attention whose values are made of something else than its queries and keys."""

    computes_shares: ClassVar[bool] = True

    def compute(self, run: Run, x: Array, told: Array | None = None) -> Array:
        """``x`` (batch, tokens, width) is compared; ``told`` (batch, tokens, other width) is what is said of it, ``x``
        itself without it."""
        told = x if told is None else told
        of_query, of_key, of_value = self.projections
        query, key, value = (self._by_head(run, part, y) for part, y in ((of_query, x), (of_key, x), (of_value, told)))
        return run.attend(self, query, key, value)

    def _by_head(self, run: Run, part: Part, x: Array) -> Array:
        xp, made = run.xp, run(part, x)
        batch, tokens, _ = xp.shape(made)
        heads = made.shape[-1] // self.head_dim
        return xp.permute_dims(xp.reshape(made, (batch, tokens, heads, self.head_dim)), (0, 2, 1, 3))


@record
class ResidualOfOthers(Residual):
    """A step whose body is told other things than what its output is added to."""

    computes_shares: ClassVar[bool] = True

    def compute(self, run: Run, x: Array, *told: Array) -> Array:
        assert self.end is not None
        return run(self.end, run(self.body, *told), x)


@record
class AddTwice(Component):
    """The end of a narrow step that is the end of a wide one, too."""

    narrow: Part
    """An :class:`~loadstone.architectures.components.layers.Add`."""
    wide: Part
    """Another."""

    computes_shares: ClassVar[bool] = True

    def compute(self, run: Run, y: Array, x: Array, outside: Array) -> Array:
        """``y``: what the body makes of ``x``, which is narrow; ``outside`` is wide."""
        return run(self.wide, run(self.narrow, y, x), outside)

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        if role is not None:
            yield self.narrow, role


@record
class BottleneckLayer(Component):
    """A layer within a bottleneck, if there is one: attention and several feed-forward networks (figure 1 (c))."""

    attention: Part
    """A :class:`ResidualOfOthers`."""
    intermediate: Part
    output: Part
    """An :class:`AddTwice`; without a bottleneck an ``Add``."""
    narrow: Part | None
    """The map into the bottleneck."""
    shared: Part | None
    """That to what is compared, which is the layer's input itself without one."""
    feed_forwards: tuple[Part, ...]
    """Residual steps between attention and the last feed-forward network."""
    attends_inside: bool = False
    """Whether attention is told what is in the bottleneck alone."""

    computes_shares: ClassVar[bool] = True

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, tokens, width) → the same."""
        inside = x if self.narrow is None else run(self.narrow, x)
        if self.attends_inside:
            y = run(self.attention, inside, inside, inside)
        else:
            y = run(self.attention, inside, x if self.shared is None else run(self.shared, x), x)
        for step in self.feed_forwards:
            y = run(step, y)
        return run(self.output, run(self.intermediate, y), y, *(() if self.narrow is None else (x,)))

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        yield self.intermediate, Role("outputs")
        yield self.output, Role("inputs")
