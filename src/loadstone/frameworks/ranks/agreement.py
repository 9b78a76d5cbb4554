"""Whether all ranks are about to do the same, before any of them does it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from loadstone.errors import Fault, RanksDisagree
from loadstone.frameworks.ranks.group import Exchange

Facts = Mapping[str, Mapping[str, str]]
"""Subject (``"file sizes"``) → item (``"model.safetensors"``) → what it is on this rank, in a few words."""

_MOST_BYTES = 1_000_000
"""Of the items of one subject, beyond which only their digest is compared: a store is no place for megabytes."""


def agree(exchange: Exchange, facts_of: Callable[[], Facts]) -> None:
    """:class:`RanksDisagree`, the same on every rank, unless the facts of all are equal.

    ``facts_of()`` makes this rank's; a process by itself makes none. Digests are exchanged, and what differs itself
    only where they differ.
    """
    if len(exchange.members) == 1:
        return
    facts = facts_of()
    mine = {subject: _digest(items) for subject, items in facts.items()}
    theirs = [json.loads(value) for value in exchange.gather("agreement", json.dumps(mine).encode())]
    differing = [subject for subject in _all_keys(theirs) if len({each.get(subject) for each in theirs}) > 1]
    if not differing:
        return
    shown = {subject: _shown(facts[subject], mine[subject]) for subject in differing if subject in facts}
    found = [json.loads(value) for value in exchange.gather("differences", json.dumps(shown).encode())]
    faults = [fault for subject in differing for fault in _faults(subject, exchange.members, found)]
    raise RanksDisagree(faults, hint="Give every rank the same checkpoint, config and options, then load again.")


def _digest(items: Mapping[str, str]) -> str:
    import hashlib  # which a load in one process does without

    return hashlib.sha256(json.dumps(sorted(items.items())).encode()).hexdigest()


def _all_keys(mappings: Sequence[Mapping[str, object]]) -> list[str]:
    """Every key, in the order of the first mapping that has it."""
    return list(dict.fromkeys(key for mapping in mappings for key in mapping))


def _shown(items: Mapping[str, str], digest: str) -> Mapping[str, str]:
    nbytes = sum(len(name) + len(value) for name, value in items.items())
    return items if nbytes <= _MOST_BYTES else {"": f"{len(items)} items of SHA-256 {digest[:16]}…"}


def _faults(subject: str, members: Sequence[int], found: Sequence[Mapping[str, Mapping[str, str]]]) -> list[Fault]:
    """One for each item that is not the same everywhere. What most ranks have is what was expected of the others."""
    by_rank = {rank: each.get(subject, {}) for rank, each in zip(members, found, strict=True)}
    faults = []
    for item in _all_keys(list(by_rank.values())):
        ranks_of: dict[str, list[int]] = {}
        for rank, items in by_rank.items():
            ranks_of.setdefault(items.get(item, "nothing"), []).append(rank)
        if len(ranks_of) > 1:
            most = max(ranks_of, key=lambda value: (len(ranks_of[value]), -ranks_of[value][0]))
            others = ", ".join(f"{value} on {_on(ranks)}" for value, ranks in ranks_of.items() if value != most)
            where = f"{subject}, {item}" if item else subject
            faults.append(Fault(where, f"{most} as on {_on(ranks_of[most])}", others))
    return faults


def _on(ranks: Sequence[int]) -> str:
    return f"rank {ranks[0]}" if len(ranks) == 1 else f"ranks {', '.join(map(str, ranks))}"
