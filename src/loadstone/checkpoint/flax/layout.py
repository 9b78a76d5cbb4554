"""Where Flax's own files have a slot."""

from __future__ import annotations

from typing import NamedTuple


class FlaxLeaf(NamedTuple):
    """Where a slot stands in a Flax file."""

    path: str
    """Levels with ``/`` between."""
    transposed: bool
