"""One of all hidden states."""

from __future__ import annotations

from collections.abc import Sequence

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.run import Array, Run
from loadstone.core.records import record


@record
class LayerSum(Component):
    """A weighted mean of all hidden states, whose weights are learned and made to sum to 1 (arXiv:2105.01051)."""

    weights: Part
    """A :class:`~loadstone.architectures.components.leaves.Weight` (hidden states,)."""

    def compute(self, run: Run, hidden_states: Sequence[Array]) -> Array:
        """``hidden_states``: for each layer, and what comes out of the last, (batch, places, width)."""
        shares = run.xp.softmax(run.weight(self.weights))
        total = None
        for share, x in zip(run.xp.unstack(shares, len(hidden_states)), hidden_states, strict=True):
            term = run.xp.astype(share, x.dtype) * x
            total = term if total is None else total + term
        return total
