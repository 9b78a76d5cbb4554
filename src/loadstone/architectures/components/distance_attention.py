"""Attention that hears how far apart places are: by a table of distances, with a gate or
without, or by turning what queries are made of."""

from __future__ import annotations

from dataclasses import field

from loadstone.architectures.components.attention import Attention, rotate
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.run import Array, Run
from loadstone.core.records import record


@record
class TableAttention(Attention):
    """Attention whose scores have a term for how far apart two places are: a learned vector for each distance, up to a
    largest to either side (arXiv:1803.02155)."""

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


@record
class GatedAttention(Attention):
    """Attention with a bias for distances that all layers share, times a number for each query and head
    (arXiv:2110.13900, section 3.1)."""

    gate: Part | None = None
    """A map of each head's part of a vector to eight numbers."""
    scales: Part | None = None
    """A ``Weight`` (1, heads, 1, 1)."""

    def compute(self, run: Run, x: Array) -> Array:
        assert self.gate is not None and self.scales is not None
        if self.bias is not None:
            run(self.bias, x)
        xp, shared = run.xp, run.state.bias
        assert shared is not None
        batch, places, _ = xp.shape(x)
        by_head = xp.permute_dims(xp.reshape(x, (batch, places, self.heads, self.head_dim)), (0, 2, 1, 3))
        pairs = xp.reshape(run(self.gate, by_head), (batch, self.heads, places, 2, 4))
        sums = xp.activations["sigmoid"](xp.sum(pairs, axis=-1, keepdims=False))
        shares = sums[..., :1] * (sums[..., 1:] * run.weight(self.scales) - 1.0) + 2.0
        run.state.bias = shares * shared
        out = self._attended(run, x)
        run.state.bias = shared
        return out
