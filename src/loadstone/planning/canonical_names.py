"""Stored names → the names that slots would have: what the caller renames, then what the family's older files need."""

from __future__ import annotations

import re
from collections.abc import Mapping

from loadstone.core.naming import Naming
from loadstone.core.tensors import StoredTensor
from loadstone.errors import ArgumentError, Fault, NameCollision


def canonical(
    stored: Mapping[str, StoredTensor], naming: Naming, key_mapping: Mapping[str, str] | None
) -> dict[str, StoredTensor]:
    """Stored tensors under the names that slots would have."""
    if not (key_mapping or naming.renames or naming.beginnings):
        return dict(stored.items())
    rules = _rules(key_mapping or {})
    # One look for all, as nearly every name has none of them.
    endings = tuple(old for old, _ in naming.renames)
    beginnings = tuple(old for old, _ in naming.beginnings)
    renamed: dict[str, StoredTensor] = {}
    collisions = []
    for name, tensor in stored.items():
        for pattern, to in rules:
            name = pattern.sub(to, name)
        if beginnings and name.startswith(beginnings):
            for old, new in naming.beginnings:
                if name.startswith(old):
                    name = new + name[len(old) :]
        if endings and name.endswith(endings):
            old, new = next(rule for rule in naming.renames if name.endswith(rule[0]))
            name = name[: -len(old)] + new
        if name in renamed:
            collisions.append(Fault(name, "one stored tensor", f"{renamed[name].name} and {tensor.name}"))
        renamed[name] = tensor
    if collisions:
        raise NameCollision(collisions, hint="Look at key_mapping, or remove one of the two from the checkpoint.")
    return renamed


def _rules(key_mapping: Mapping[str, str]) -> list[tuple[re.Pattern[str], str]]:
    if not isinstance(key_mapping, Mapping):
        raise ArgumentError(f"key_mapping is a {type(key_mapping).__name__}, expected a dict of regular expressions.")
    rules = []
    for pattern, to in key_mapping.items():
        try:
            compiled = re.compile(pattern)
            re.compile(f"{pattern}|").sub(to, "")  # a replacement may name a group that the pattern does not have
        except (re.error, TypeError, IndexError) as error:
            raise ArgumentError(f"key_mapping: {pattern!r} → {to!r} is no replacement: {error}.") from None
        rules.append((compiled, to))
    return rules
