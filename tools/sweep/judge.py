"""What a comparison says of Loadstone, where transformers itself is not always right.

There are four models: the one that was saved, two that transformers loaded (the second from memory full of NaN and
with another seed), and ours. Where the two of transformers differ, they hold what nobody wrote; where they agree and
differ from what was saved, transformers alters what it loads.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from . import compare
from .compare import UNSAVED, UNSAVED_PARAMETER, Held

_MOST_LISTED = 3


class Judgement(NamedTuple):
    """What is wrong with our model, and what is to be said of transformers'."""

    faults: tuple[str, ...]
    notes: tuple[str, ...]
    truth: Any
    """The model that ours has to compute the same as; None where nobody knows what is right."""


def judge(built: Any, reference: Any, again: Held, ours: Any) -> Judgement:
    """Compares everything that the models hold and share."""
    stored, expected, found = compare.held(built), compare.held(reference), compare.held(ours)
    uncertain = {each.name for each in compare.differences(expected, again)}
    faults, as_stored, unknown, thawed = [], [], [], []
    for name, what in compare.differences(expected, found):
        is_value = what.endswith(compare.OTHER_VALUES)
        if what.endswith(compare.TRAINED) and found[name][1].requires_grad == stored[name][1].requires_grad:
            thawed.append(name)  # ours is as its class makes it
            is_value = not compare.same_bits(expected[name][1], found[name][1])
            if not is_value:
                continue
        is_integer = name in found and not found[name][1].is_floating_point()  # no cast is due
        if (is_value or is_integer) and name in stored and _is_as_stored(stored, found, name):
            as_stored.append(name)
        elif is_value and name in uncertain and found[name][0] == UNSAVED and not _poisoned(found, name):
            unknown.append(name)
        else:
            faults.append(f"{name} {what}")
    notes = _notes(stored, expected, found, uncertain)
    if thawed:
        notes = (*notes, f"transformers trains {listed(thawed)}, which the class itself does not")
    shared, ours_shared = compare.ties(reference), compare.ties(ours)
    if shared != ours_shared:
        faults.append(f"ties missing: {_groups(shared - ours_shared)}; too many: {_groups(ours_shared - shared)}")
    if ours.training:
        faults.append("the model is in training mode")
    return Judgement(tuple(faults), notes, None if unknown else built if as_stored else reference)


def lost_by(built: Any, reference: Held, again: Held) -> list[str]:
    """What was saved, and is something else each time that transformers loads it."""
    stored = compare.held(built)
    uncertain = {each.name for each in compare.differences(reference, again)}
    return sorted(name for name in uncertain if name in stored and stored[name][0] not in (UNSAVED, UNSAVED_PARAMETER))


def _notes(stored: Held, expected: Held, found: Held, uncertain: set[str]) -> tuple[str, ...]:
    lost = sorted(name for name in uncertain if name in stored and stored[name][0] not in (UNSAVED, UNSAVED_PARAMETER))
    unset = sorted(uncertain.difference(lost))
    altered = [name for name in _altered(stored, expected) if name not in uncertain]
    ours = [name for name in altered if name in found and _is_as_stored(stored, found, name)]
    theirs = [name for name in altered if name not in ours]
    notes = []
    if lost:
        notes.append(f"transformers loads random values for {listed(lost)}")
    if unset:
        notes.append(f"transformers leaves uninitialized {listed(unset)}")
    if ours:
        notes.append(f"transformers alters {listed(ours)} as it loads; Loadstone gives what is stored")
    if theirs:
        notes.append(f"transformers alters {listed(theirs)} as it loads, and so does Loadstone")
    return tuple(notes)


def _altered(stored: Held, loaded: Held) -> list[str]:
    """What was saved, and is something else once transformers has loaded it."""
    return [
        name
        for name, (kind, tensor) in stored.items()
        if kind not in (UNSAVED, UNSAVED_PARAMETER)
        and name in loaded
        and (loaded[name][1].dtype == tensor.dtype or not tensor.is_floating_point())
        and not compare.same_bits(tensor, loaded[name][1])
    ]


def _is_as_stored(stored: Held, found: Held, name: str) -> bool:
    """Whether a model holds what was saved, cast to the dtype that it has it in."""
    return compare.same_bits(stored[name][1].to(found[name][1].dtype), found[name][1])


def _poisoned(found: Held, name: str) -> bool:
    tensor = found[name][1]
    return tensor.is_meta or (tensor.is_floating_point() and bool(tensor.isnan().any()))


def listed(names: Iterable[str]) -> str:
    """The first few of them."""
    names = list(names)
    more = len(names) - _MOST_LISTED
    return ", ".join(names[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def _groups(groups: set[frozenset[str]]) -> str:
    return listed(" = ".join(sorted(group)) for group in sorted(groups, key=sorted)) or "none"
