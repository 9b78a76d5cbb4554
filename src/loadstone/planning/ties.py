"""Ties against what is stored: where both tensors of a tie are there and differ, neither stands for the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from loadstone.core.naming import Naming
from loadstone.core.tensors import StoredTensor
from loadstone.planning.recipes import Piece

if TYPE_CHECKING:
    from loadstone.planning.match import LoadPlan

Same = Callable[[StoredTensor, StoredTensor], bool]
"""Whether two stored tensors hold the same numbers."""


def lie_in_one_place(one: StoredTensor, other: StoredTensor) -> bool:
    """Whether two names stand for the same bytes of the same file, as in what ``torch.save`` writes of a tie."""
    return one[1:] == other[1:]


def hold_same(copy: Sequence[Piece], source: Sequence[Piece] | None, same: Same) -> bool:
    """Whether what is stored under a tied slot's own name is what fills the slot that it is tied to."""
    if source is None or len(copy) != len(source):
        return False
    return all(
        one.tensor is other.tensor
        or (one.shape == other.shape and (one.rows, one.into) == (other.rows, other.into) and same(one[0], other[0]))
        for one, other in zip(copy, source, strict=True)
    )


def match_untied(
    matched: Callable[[Naming], LoadPlan], naming: Callable[[], Naming], untie: Callable[[], None]
) -> LoadPlan:
    """The plan of a model that is not tied where what is stored contradicts its ties.

    One key of a config says whether a model is tied, so that it is tied as a whole or not at all: ``untie`` sets it,
    after which ``naming`` names fewer ties. Slots that were tied and are stored once then take the same tensor, each
    for itself.
    """
    tied = naming()
    plan = matched(tied)
    if not plan.untied:
        return plan
    untie()
    anew = naming()
    once = tuple(pair for pair in tied.tied.items() if pair[0] not in anew.tied)
    return replace(matched(replace(anew, stand_ins=anew.stand_ins + once)), untied=plan.untied)
