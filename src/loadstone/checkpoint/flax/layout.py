"""Where Flax's own files have a slot."""

from __future__ import annotations

from typing import NamedTuple

PARAMETERS, STATISTICS = "params", "batch_stats"
"""The collections of a model that has running statistics: files then have these two levels at the top."""
STATISTIC_NAMES = {"running_mean": "mean", "running_var": "var"}
"""The Hub's name → Flax's."""


class FlaxLeaf(NamedTuple):
    """Where a slot stands in a Flax file."""

    path: str
    """Levels with ``/`` between."""
    transposed: bool
