"""Attention whose keys and values are made of one small vector for each token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from loadstone.architectures.components.attention import Attention, by_head, rotate, rotate_neighbors
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.splitting import Role, Section
from loadstone.core.records import record


@record
class LatentAttention(Attention):
    """Multi-head latent attention (arXiv:2405.04434, section 2.1).

    Of each token there is a *latent* vector, of which the keys and values of all heads are made, and one short key
    that all heads share: its position turns it. The cache keeps these two. The last ``rotary.dim`` values of each
    head's query turn alike; ``head_dim`` counts these and those before them.

    ``projections``: the map to queries, or a map down, a norm and a map up to them; then the map to the latent and the
    shared key, the norm of the latent, and the map from it to keys and values, head by head.
    """

    rank: int = field(kw_only=True)
    """The width of the latent."""
    value_dim: int = field(kw_only=True)
    """The width of each head's values."""

    @property
    def kept(self) -> tuple[tuple[int, int], tuple[int, int]]:
        return (1, self.rank), (1, self._turning)

    @property
    def _turning(self) -> int:
        assert self.rotary is not None
        return self.rotary.dim

    def _attended(self, run: Run, x: Array) -> Array:
        xp, turning, still = run.xp, self._turning, self.head_dim - self._turning
        *to_query, down, norm, up = self.projections
        query = x
        for part in to_query:
            query = run(part, query)
        query = by_head(xp, query, self.head_dim)
        latent, shared = xp.split(run(down, x), (self.rank, turning))
        query, turned = xp.split(query, (still, turning))
        assert self.rotary is not None
        turn, (cos, sin) = rotate_neighbors if self.rotary.interleaved else rotate, run.state.rotary[self.rotary]
        query = xp.concat((query, turn(xp, turned, cos, sin)), axis=-1)
        shared = turn(xp, shared[:, None], cos, sin)
        latent, shared = run.state.keep(self.index, run(norm, latent)[:, None], shared)
        made = by_head(xp, run(up, xp.astype(latent[:, 0], x.dtype)), still + self.value_dim)
        key, value = xp.split(made, (still, self.value_dim))
        shared = run.for_shares(up, xp.astype(shared, x.dtype))
        key = xp.concat((key, xp.broadcast_to(shared, (*xp.shape(key)[:-1], turning))), axis=-1)
        out = run.attend(self, query, key, value)
        return out if self.output is None else run(self.output, out)

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        *to_query, _, _, up = self.projections
        for part in (to_query[-1], up):
            yield part, Role("outputs", self.heads, (Section(self.heads),))
        if self.output is not None:
            yield self.output, Role("inputs", self.heads)
