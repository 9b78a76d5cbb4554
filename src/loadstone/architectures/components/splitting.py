"""How components may be split over devices: what a composite says of its parts, and what leaves make of it."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Split(NamedTuple):
    """A way to split a slot."""

    axis: int
    units: int
    """Into how many parts at the most: each part must hold whole units (heads, tokens, experts)."""

    def fits(self, parts: int) -> bool:
        """Whether so many equal parts hold whole units."""
        return self.units % parts == 0


class Role(NamedTuple):
    """What a part is for, as far as splitting goes.

    A map into an inner width is split by its ``"outputs"``, one out of it by its ``"inputs"``, so that a layer needs
    one sum over the devices for each half (Megatron-LM, arXiv:1909.08053); what has a row for each token of a
    vocabulary, by these ``"rows"``.
    """

    by: Literal["outputs", "inputs", "rows"]
    units: int | None = None
    """Heads, where splitting must keep them whole; of ``"rows"``, how many tokens the vocabulary has."""
