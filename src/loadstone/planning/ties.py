"""Ties against what is stored: where both tensors of a tie are there and differ, neither stands for the other."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from loadstone.core.naming import Naming
from loadstone.planning.match import LoadPlan


def match_untied(
    matched: Callable[[Naming], LoadPlan], naming: Callable[[], Naming], untie: Callable[[Collection[str]], None]
) -> LoadPlan:
    """The plan of a model that is not tied where what is stored contradicts its ties.

    One key of a config says whether a model of a family is tied, so that it is tied as a whole or not at all.
    ``untie`` is given the slots that differ, after which ``naming`` names fewer ties. Slots that were tied and are
    stored once then take the same tensor, each for itself.
    """
    tied = naming()
    plan = matched(tied)
    if not plan.untied:
        return plan
    untie(plan.untied)
    anew = naming()
    once = tuple(pair for pair in tied.tied.items() if pair[0] not in anew.tied)
    return replace(matched(replace(anew, stand_ins=anew.stand_ins + once)), untied=plan.untied)
