"""What a query that is learned finds in a sequence."""

from __future__ import annotations

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.run import Array, ArrayFunctions, Run
from loadstone.core.records import record

_HIDDEN = -1e30
"""The score of padding: no more than nothing of it is seen, and a row of nothing else has no NaN."""


@record
class QueryAttention(Component):
    """Attention of queries to other vectors, whose three maps lie in one matrix, as ``torch.nn.MultiheadAttention``
    stores them."""

    weight: Part
    """A ``Weight`` (3 · width, width): the maps of queries, keys and values, one above the other."""
    bias: Part
    """A ``Weight`` (3 · width,)."""
    output: Part
    heads: int

    def compute(self, run: Run, query: Array, x: Array) -> Array:
        """``query`` (1, queries, width) and ``x`` (batch, places, width) → (batch, queries, width).

        Places that the state has as padding are not seen.
        """
        xp, width, dtype = run.xp, x.shape[-1], x.dtype
        weight, bias = run.weight(self.weight), run.weight(self.bias)
        matrices = xp.permute_dims(weight, (1, 0))
        query = self._by_head(xp, query @ matrices[:, :width] + bias[:width])
        keys, values = xp.split(x @ matrices[:, width:] + bias[width:], (width, width))
        keys, values = self._by_head(xp, keys), self._by_head(xp, values)
        scores = query * (width // self.heads) ** -0.5 @ xp.permute_dims(keys, (0, 1, 3, 2))
        if run.state.padding is not None:
            scores = xp.where(run.state.padding[:, None, None], xp.astype(scores, xp.float32), _HIDDEN)
        seen = xp.permute_dims(xp.astype(xp.softmax(scores), dtype) @ values, (0, 2, 1, 3))
        return run(self.output, xp.reshape(seen, (*xp.shape(seen)[:2], width)))

    def _by_head(self, xp: ArrayFunctions, x: Array) -> Array:
        """(batch, places, width) → (batch, heads, places, width / heads)."""
        batch, places, width = xp.shape(x)
        return xp.permute_dims(xp.reshape(x, (batch, places, self.heads, width // self.heads)), (0, 2, 1, 3))


@record
class QueryPooler(Component):
    """One vector for a sequence: what a learned query finds in it, and a feed-forward network (arXiv:2106.04560,
    section 3.3)."""

    query: Part
    """A ``Weight`` (1, 1, width)."""
    attention: Part
    """A :class:`QueryAttention`."""
    norm: Part
    mlp: Part

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, places, width) → (batch, width)."""
        found = run(self.attention, run.weight(self.query), x)
        return (found + run(self.mlp, run(self.norm, found)))[:, 0]
