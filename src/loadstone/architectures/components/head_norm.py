"""Norms whose gains differ from head to head."""

from __future__ import annotations

from collections.abc import Iterator

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.splitting import Role
from loadstone.core.records import record


@record
class HeadLayerNorm(Component):
    """A layer norm over each head's query or key, with gains of its own for each head (arXiv:2302.05442, StableLM 2).

    On ranks that compute by themselves attention with such norms is whole: no rank could tell which heads are its own.
    """

    eps: float
    gains: tuple[Part, ...]
    """A :class:`~loadstone.architectures.components.leaves.Weight` (head_dim,) for each head, or one (heads, head_dim)
    for all."""

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, heads, tokens, head_dim) → the same; computed in float32."""
        xp, dim = run.xp, x.shape[-1]
        values = xp.astype(x, xp.float32)
        values = values - xp.mean(values, axis=-1)[..., None]
        normed = values / xp.sqrt(xp.mean(values * values, axis=-1)[..., None] + self.eps)
        gains = [xp.reshape(xp.astype(run.weight(gain), xp.float32), (-1, 1, dim)) for gain in self.gains]
        return xp.astype(normed * (gains[0] if len(gains) == 1 else xp.concat(gains, axis=0)), x.dtype)

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        if role is not None:
            yield from ((gain, role) for gain in self.gains)
