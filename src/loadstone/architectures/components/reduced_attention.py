"""Attention of all places of a picture to fewer."""

from __future__ import annotations

from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.run import Array, Run
from loadstone.core.records import record


@record
class ReducedAttention(Attention):
    """Attention of all places of a picture to fewer, each of which stands for a square of them (arXiv:2102.12122)."""

    reduction: Part | None = None
    """A :class:`~loadstone.architectures.components.leaves.Conv` whose stride is its kernel."""
    norm: Part | None = None

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, rows, columns, width) → the same."""
        xp = run.xp
        batch, _, _, width = shape = xp.shape(x)
        queries = seen = xp.reshape(x, (batch, -1, width))
        if self.reduction is not None and self.norm is not None:
            squares = run(self.reduction, xp.permute_dims(x, (0, 3, 1, 2)))
            seen = run(self.norm, xp.permute_dims(xp.reshape(squares, (batch, width, -1)), (0, 2, 1)))
        of_query, of_key, of_value = self.projections
        pairs = ((of_query, queries), (of_key, seen), (of_value, seen))
        query, key, value = (
            xp.permute_dims(xp.reshape(run(part, y), (batch, -1, self.heads, self.head_dim)), (0, 2, 1, 3))
            for part, y in pairs
        )
        assert self.output is not None
        return xp.reshape(run(self.output, run.attend(self, query, key, value)), shape)
