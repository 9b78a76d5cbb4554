"""Stored names → the names that slots would have: what the caller renames, then the family's other spellings."""

from __future__ import annotations

import re
from collections.abc import Mapping

from loadstone.core.naming import Naming
from loadstone.core.naming_rules import to_slots
from loadstone.core.tensors import StoredTensor
from loadstone.errors import ArgumentError, Fault, NameCollision


def canonical(
    stored: Mapping[str, StoredTensor], naming: Naming, key_mapping: Mapping[str, str] | None
) -> dict[str, StoredTensor]:
    """Stored tensors under the names that slots would have."""
    if not (key_mapping or naming.rules):
        return dict((stored if naming.renamed is None else naming.renamed(stored)).items())
    replacements = _replacements(key_mapping or {})
    to_slot = to_slots(naming.rules)
    renamed: dict[str, StoredTensor] = {}
    collisions = []
    for name, tensor in stored.items():
        for pattern, to in replacements:
            name = pattern.sub(to, name)
        name = to_slot(name)
        if name in renamed:
            collisions.append(Fault(name, "one stored tensor", f"{renamed[name].name} and {tensor.name}"))
        renamed[name] = tensor
    if collisions:
        raise NameCollision(collisions, hint="Look at key_mapping, or remove one of the two from the checkpoint.")
    return renamed if naming.renamed is None else dict(naming.renamed(renamed))


def _replacements(key_mapping: Mapping[str, str]) -> list[tuple[re.Pattern[str], str]]:
    if not isinstance(key_mapping, Mapping):
        raise ArgumentError(f"key_mapping is a {type(key_mapping).__name__}, expected a dict of regular expressions.")
    replacements = []
    for pattern, to in key_mapping.items():
        try:
            compiled = re.compile(pattern)
            re.compile(f"{pattern}|").sub(to, "")  # a replacement may name a group that the pattern does not have
        except (re.error, TypeError, IndexError) as error:
            raise ArgumentError(f"key_mapping: {pattern!r} → {to!r} is no replacement: {error}.") from None
        replacements.append((compiled, to))
    return replacements
