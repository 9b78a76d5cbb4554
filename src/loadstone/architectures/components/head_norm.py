"""Norms whose gains differ from head to head."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.run import Array, Run
from loadstone.core.records import record


@record
class HeadLayerNorm(Component):
    """A layer norm over each head's query or key, with gains of its own for each head (StableLM 2, Command R+)."""

    eps: float
    gains: tuple[Part, ...]
    """A :class:`~loadstone.architectures.components.leaves.Weight` (head_dim,) for each head, or one (heads, head_dim)
    for all."""

    computes_shares: ClassVar[bool] = True

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, heads, tokens, head_dim), for so many heads as are here → the same; computed in float32."""
        xp, dim = run.xp, x.shape[-1]
        values = xp.astype(x, xp.float32)
        values = values - xp.mean(values, axis=-1)[..., None]
        normed = values / xp.sqrt(xp.mean(values * values, axis=-1)[..., None] + self.eps)
        gains = [xp.reshape(xp.astype(run.weight(gain), xp.float32), (-1, 1, dim)) for gain in self.gains]
        of_all = gains[0] if len(gains) == 1 else xp.concat(gains, axis=0)
        return xp.astype(normed * run.own_rows(of_all, x.shape[1]), x.dtype)
