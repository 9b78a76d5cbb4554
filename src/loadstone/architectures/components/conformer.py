"""What layers of a Conformer have beside other layers: convolutions, and keys for how far apart places are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.splitting import Role
from loadstone.core.records import record


@record
class WaveAttention(Attention):
    """Attention of every place to every other, whose scores have a term for how far apart two places are
    (arXiv:1901.02860, section 3.3)."""

    relative: Part = field(kw_only=True)
    """Makes keys of distances: sines and cosines, as wide as the places."""
    content_bias: Part = field(kw_only=True)
    """A ``Weight`` (heads, head_dim), added to queries that look for what is said."""
    place_bias: Part = field(kw_only=True)
    """The same of queries that look for where."""
    place_dropout: float = 0.0
    """The share of the sines and cosines that is zeroed while training."""

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, places, width) → the same. Leaves the term in the state, ``bias``."""
        query, key, value = self._project(run, x)
        by_content, run.state.bias = self._asked(run, x, query)
        out = run.attend(self, by_content, key, value)
        return out if self.output is None else run(self.output, out)

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        yield from super().roles(role)
        yield self.relative, Role("outputs", self.heads)

    def _asked(self, run: Run, x: Array, query: Array) -> tuple[Array, Array]:
        """Queries that look for what is said, and the term."""
        by_content, by_place = (
            query + run.xp.near(run.weight(bias), query)[:, None] for bias in (self.content_bias, self.place_bias)
        )
        return by_content, self._by_distance(run, x, by_place) * self.scale

    def _by_distance(self, run: Run, x: Array, query: Array) -> Array:
        """The scores (batch, heads, places, places) of queries (batch, heads, places, head_dim)."""
        xp, (batch, places, width) = run.xp, run.xp.shape(x)
        distances = (places - 1) - xp.arange(2 * places - 1, like=x)
        waves = run.dropout(xp.astype(_waves(run, distances, width), x.dtype), self.place_dropout)
        keys = run(self.relative, waves)
        keys = xp.permute_dims(xp.reshape(keys, (-1, self.heads, self.head_dim)), (1, 2, 0))
        # Each query has a score for every distance, from the largest to the smallest. Moved by one place more for each
        # query, what stands first is its distance to the first place (appendix B).
        scores = xp.pad(query @ keys, 1, 0, axis=3)
        scores = xp.reshape(scores, (batch, self.heads, 2 * places, places))[:, :, 1:]
        return xp.reshape(scores, (batch, self.heads, places, 2 * places - 1))[..., :places]


@record
class RelativeKeyAttention(WaveAttention):
    """The same, where padding, which no place sees, is told the mean of everything."""

    def _asked(self, run: Run, x: Array, query: Array) -> tuple[Array, Array]:
        xp, real, asked = run.xp, run.state.padding, super()._asked(run, x, query)
        if real is None:
            return asked
        by_content, term = (xp.where(real[:, None, :, None], each, xp.zeros_like(each)) for each in asked)
        return by_content, term


def _waves(run: Run, distances: Array, width: int) -> Array:
    """A sine and a cosine of each distance (count,) for every wavelength, by turns: (count, width)."""
    xp = run.xp
    frequencies = xp.near(xp.asarray([10000.0 ** (-place / width) for place in range(0, width, 2)]), distances)
    angles = xp.astype(distances, xp.float32)[:, None] * frequencies
    return xp.reshape(xp.concat((xp.sin(angles)[..., None], xp.cos(angles)[..., None]), axis=-1), (-1, width))


@record
class ConformerConv(Component):
    """A gate, a convolution of each channel over time, a norm, an activation, and a map of the channels
    (arXiv:2005.08100, section 2.2)."""

    gate: Part
    """A :class:`~loadstone.architectures.components.waveform.GatedConv`."""
    depthwise: Part
    norm: Part
    """A batch norm."""
    activation: str
    pointwise: Part

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, places, width) → the same; padding is as if there were nothing."""
        xp, real = run.xp, run.state.padding
        x = run(self.gate, xp.permute_dims(x, (0, 2, 1)))
        if real is not None:
            x = xp.where(real[:, None], x, xp.zeros_like(x))
        x = xp.activations[self.activation](run(self.norm, run(self.depthwise, x)))
        return xp.permute_dims(run(self.pointwise, x), (0, 2, 1))
