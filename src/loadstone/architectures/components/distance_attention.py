"""Attention that hears how far apart places are, in other ways than by turning queries and keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from loadstone.architectures.components.attention import Attention, rotate
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.splitting import Role
from loadstone.core.records import record


@record
class WaveAttention(Attention):
    """Attention whose scores have a term for the distance of two places, told by sines and cosines (arXiv:1901.02860,
    section 3.3)."""

    waves: Part = field(kw_only=True)
    """Makes keys of them."""
    content_bias: Part = field(kw_only=True)
    """A ``Weight`` (heads, head_dim), added to queries that look for what is said."""
    place_bias: Part = field(kw_only=True)
    """The same of queries that look for where."""

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, places, width) → the same."""
        query, key, value = self._project(run, x)
        run.state.bias = self._by_distance(run, x, query + run.weight(self.place_bias)[:, None]) * self.scale
        out = run.attend(self, query + run.weight(self.content_bias)[:, None], key, value)
        return out if self.output is None else run(self.output, out)

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        yield from super().roles(role)
        yield self.waves, Role("outputs", self.heads)

    def _by_distance(self, run: Run, x: Array, query: Array) -> Array:
        """The term (batch, heads, places, places) of queries (batch, heads, places, head_dim)."""
        xp, (batch, places, width) = run.xp, run.xp.shape(x)
        distances = xp.astype((places - 1) - xp.arange(2 * places - 1, like=x), xp.float32)
        frequencies = xp.near(xp.asarray([10000.0 ** (-even / width) for even in range(0, width, 2)]), x)
        angles = distances[:, None] * frequencies
        waves = xp.concat((xp.sin(angles)[..., None], xp.cos(angles)[..., None]), axis=-1)  # by turns
        keys = run(self.waves, xp.astype(xp.reshape(waves, (-1, width)), x.dtype))
        keys = xp.permute_dims(xp.reshape(keys, (-1, self.heads, self.head_dim)), (1, 2, 0))
        # Each query has a score for every distance, from the largest to the smallest. Moved by one place more for each
        # query, what stands first is its distance to the first place (appendix B).
        scores = xp.pad(query @ keys, 1, 0, axis=3)
        scores = xp.reshape(scores, (batch, self.heads, 2 * places, places))[:, :, 1:]
        return xp.reshape(scores, (batch, self.heads, places, 2 * places - 1))[..., :places]


@record
class TableAttention(Attention):
    """The same by a learned vector for each distance, up to a largest to either side (arXiv:1803.02155)."""

    table: Part = field(kw_only=True)
    """An ``Embedding`` of (behind + 1 + ahead, head_dim)."""
    behind: int = 0
    ahead: int = 0

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, places, width) → the same."""
        xp, places = run.xp, run.xp.shape(x)[1]
        query, key, value = self._project(run, x)
        vectors = run(self.table, xp.arange(self.behind + 1 + self.ahead, like=x))
        scores = query @ xp.permute_dims(vectors, (1, 0))  # for every distance
        place = xp.arange(places, like=x)
        distance = xp.clip(place[None] - place[:, None], min=-self.behind, max=self.ahead) + self.behind
        by_place = xp.at_places(xp.permute_dims(scores, (2, 3, 0, 1)), distance)
        run.state.bias = xp.permute_dims(by_place, (2, 3, 0, 1)) * self.scale
        out = run.attend(self, query, key, value)
        return out if self.output is None else run(self.output, out)


@record
class TurnedAttention(Attention):
    """Attention to places that are turned by their positions before queries and keys are made of them."""

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, places, width) → the same."""
        assert self.rotary is not None
        xp, (cos, sin) = run.xp, run.state.rotary[self.rotary]
        turned = rotate(xp, self._by_head(run, x), cos, sin)
        turned = xp.reshape(xp.permute_dims(turned, (0, 2, 1, 3)), xp.shape(x))
        query, key, value = (
            self._by_head(run, run(part, each))
            for part, each in zip(self.projections, (turned, turned, x), strict=True)
        )
        out = run.attend(self, query, key, value)
        return out if self.output is None else run(self.output, out)

    def _by_head(self, run: Run, x: Array) -> Array:
        batch, places, _ = run.xp.shape(x)
        return run.xp.permute_dims(run.xp.reshape(x, (batch, places, self.heads, self.head_dim)), (0, 2, 1, 3))
