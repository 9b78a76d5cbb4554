"""Layers that are run more than once."""

from __future__ import annotations

from dataclasses import field

from loadstone.architectures.components.layers import Stack
from loadstone.architectures.components.run import Array, Run
from loadstone.core.records import record


@record
class RepeatedStack(Stack):
    """Layers, each of which may be run many times (arXiv:1909.11942, section 3.1)."""

    order: tuple[int, ...] = field(kw_only=True)
    """Which of the layers comes first, second, …"""

    def compute(self, run: Run, x: Array) -> Array:
        for index, place in enumerate(self.order):
            run.state.add_hidden_state(x)
            x = run.block(self.layers[place], x, index)
        return x
