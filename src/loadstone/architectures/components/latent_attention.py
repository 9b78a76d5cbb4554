"""Attention whose keys and values are made of one small vector for each token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, replace
from functools import cached_property

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

    def __post_init__(self) -> None:
        _ = self.mask_kind, self.over_latents  # a traced graph could not

    @cached_property
    def over_latents(self) -> LatentAttention:
        """As attention to the latents themselves, which are one head of keys and values."""
        width = self.rank + self._turning
        is_that = (self.kv_heads, self.head_dim) == (1, width)
        return self if is_that else replace(self, kv_heads=1, head_dim=width)

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
        kept = run.state.keep(self.index, run(norm, latent)[:, None], shared)
        latent, shared = (xp.astype(each, x.dtype) for each in kept)
        is_step = run.known(xp.shape(query)[2]) == 1 and run.known(xp.shape(latent)[2]) != 1
        matrix = run.matrix(up, latent) if is_step else None
        if matrix is not None:
            out = self._over_latents(run, query, xp.concat((latent, shared), axis=-1), matrix)
        else:
            made = by_head(xp, run(up, latent[:, 0]), still + self.value_dim)
            key, value = xp.split(made, (still, self.value_dim))
            shared = run.for_shares(up, shared)
            key = xp.concat((key, xp.broadcast_to(shared, (*xp.shape(key)[:-1], turning))), axis=-1)
            out = run.attend(self, query, key, value)
        return out if self.output is None else run(self.output, out)

    def _over_latents(self, run: Run, query: Array, kept: Array, matrix: Array) -> Array:
        """The same for one new token: its queries are mapped to where the latents are, and what they find is mapped to
        values, so that none of the tokens before is (section 2.1.2: the maps are absorbed).

        ``kept`` (batch, 1, keys, rank + what turns): what the cache has. ``matrix``: of the map from the latent.
        """
        xp, turning, still = run.xp, self._turning, self.head_dim - self._turning
        of_heads = xp.reshape(matrix, (-1, still + self.value_dim, self.rank))
        query, turned = xp.split(query, (still, turning))
        query = xp.concat((query @ of_heads[:, :still], turned), axis=-1)
        latent, _ = xp.split(kept, (self.rank, turning))
        found = by_head(xp, run.attend(self.over_latents, query, kept, latent), self.rank)
        values = found @ xp.permute_dims(of_heads[:, still:], (0, 2, 1))
        batch, _, tokens, _ = xp.shape(values)
        return xp.reshape(xp.permute_dims(values, (0, 2, 1, 3)), (batch, tokens, -1))

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        *to_query, _, _, up = self.projections
        for part in (to_query[-1], up):
            yield part, Role("outputs", self.heads, (Section(self.heads),))
        if self.output is not None:
            yield self.output, Role("inputs", self.heads)
