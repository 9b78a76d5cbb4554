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


class Section(NamedTuple):
    """Some of a map's outputs, in a row, of which each device computes with its share: all queries, all keys."""

    units: int
    """Of how many equal parts it is: heads, or single values."""
    repeats: bool = False
    """Whether several devices may compute with the same unit, where there are more devices: heads of keys and
    values."""


class Role(NamedTuple):
    """What a part is for, as far as splitting goes.

    A map into an inner width is split by its ``"outputs"``, one out of it by its ``"inputs"``, so that a layer needs
    one sum over the devices for each half (Megatron-LM, arXiv:1909.08053); what has a row for each token of a
    vocabulary, by these ``"rows"``. What lies between is computed by each device for its share of the inner width: a
    norm ``"across"`` that width needs a sum of its own; one ``"within"`` each head stays whole.
    """

    by: Literal["outputs", "inputs", "rows", "across", "within"]
    units: int | None = None
    """Heads, where splitting must keep them whole; of ``"rows"``, how many tokens the vocabulary has."""
    sections: tuple[Section, ...] = ()
    """Of ``"outputs"``, and ``"across"`` them: what they consist of, one after another, where that is more than one
    section, or units may be on several devices."""
