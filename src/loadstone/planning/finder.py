"""Where the values of one slot are stored: under its name, another spelling of it, or in parts."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from loadstone.core.naming import Fused, Naming
from loadstone.core.naming_rules import to_others, to_slots
from loadstone.core.slices import Box
from loadstone.core.tensors import DType, Slot, StoredTensor
from loadstone.planning.canonical_names import canonical
from loadstone.planning.recipes import Piece, Stack


class Finder:
    """Looks up what fills a slot."""

    def __init__(self, slots: Mapping[str, Slot], names: Mapping[str, StoredTensor], naming: Naming) -> None:
        self._slots, self._names, self.naming = slots, names, naming
        self._to_slot, self._to_other = to_slots(naming.rules), to_others(naming.rules)
        self._places: dict[tuple[int, int, int], tuple[Box, ...]] = {}
        self._aliases: dict[str, list[str]] = {}
        for alias, source in naming.tied.items():  # before what only stands in for a slot
            self._aliases.setdefault(source, []).append(alias)
        for one, other in naming.stand_ins:
            self._aliases.setdefault(one, []).append(other)
            self._aliases.setdefault(other, []).append(one)

    def among(self, names: Mapping[str, StoredTensor]) -> Finder:
        """The same for other stored tensors."""
        return Finder(self._slots, names, self.naming)

    def find(self, slot: Slot) -> Sequence[Piece] | None:
        """The pieces of a slot, under its own name or that of a slot tied to it or standing in for it."""
        for name in (slot.name, *self._aliases.get(slot.name, ())):
            pieces = self.own(slot if name == slot.name else slot._replace(name=name))
            if pieces:
                return pieces
        return None

    def filling(self, name: str) -> Sequence[Piece] | None:
        """The pieces of the slot of that name."""
        return self.find(self._slots[name])

    def own(self, slot: Slot) -> Sequence[Piece] | None:
        """The pieces that are stored under the slot's own name, in whichever spelling is no other slot's name."""
        for spelling in self.spellings(slot.name):
            if spelling in self._slots and spelling != slot.name:
                continue
            pieces = self._under(spelling, slot)
            if pieces:
                return pieces
        return None

    def spellings(self, name: str) -> Iterator[str]:
        """A slot's name with the bare model's prefix as it is, as other files have it, and without."""
        yield name
        own = self.naming.prefix
        if own and not name.startswith(f"{own}."):
            return
        bare = name[len(own) + 1 :] if own else name
        for prefix in self.naming.prefixes:
            # Inside a larger model it may have another spelling, so that it is read there as one of that model's slots.
            yield self._to_slot(f"{prefix}.{bare}")
        yield bare
        for prefix in () if own else self.naming.prefixes:
            whole = self._to_other(name)
            if whole.startswith(f"{prefix}."):
                yield whole[len(prefix) + 1 :]

    def _under(self, spelling: str, slot: Slot) -> Sequence[Piece] | None:
        tensor = self._names.get(spelling)
        if tensor is not None:
            return (Piece(tensor),)
        for rule in self.naming.experts:
            if spelling.endswith(rule.slot):
                if rule.is_stored_whole:
                    whole = self._names.get(spelling[: -len(rule.slot)] + rule.stored[0])
                    return None if whole is None else (Piece(whole),)
                return self._experts(spelling[: -len(rule.slot)], rule.stored, slot)
        for fused in self.naming.fused:
            pieces = self._split(spelling, fused, slot) or self._joined(spelling, fused)
            if pieces:
                return pieces
        return None

    def _experts(self, stem: str, stored: tuple[str, ...], slot: Slot) -> Sequence[Piece] | None:
        count, rows = slot.shape[0], slot.shape[1] // len(stored)
        columns = []
        # Perhaps 100,000 of them: each is one look into a table, and what can be done once is done once.
        for before, _, after in (pattern.partition("{}") for pattern in stored):
            start = stem + before
            column = list(map(self._names.get, [f"{start}{expert}{after}" for expert in range(count)]))
            if not all(column):
                return None
            columns.append(column)
        tensors = tuple(itertools.chain.from_iterable(zip(*columns, strict=True)))
        return Stack(tensors, self._stacked(count, len(stored), rows))

    def _stacked(self, count: int, parts: int, rows: int) -> tuple[Box, ...]:
        """The places of all parts of all experts; made once for all layers."""
        places = self._places.get((count, parts, rows))
        if places is None:
            cuts = [slice(part * rows, (part + 1) * rows) for part in range(parts)]
            places = self._places[count, parts, rows] = tuple(itertools.product(range(count), cuts))
        return places

    def _split(self, spelling: str, fused: Fused, slot: Slot) -> Sequence[Piece] | None:
        """Rows of a stored whole for a slot that is one of its parts."""
        for part in fused.parts:
            stem, separator, leaf = spelling.partition(f"{part}.")
            if not separator:
                continue
            tensor = self._names.get(f"{stem}{fused.whole}.{leaf}")
            if tensor is None:
                return None
            own, _, _ = slot.name.partition(f"{part}.")
            before = fused.parts[: fused.parts.index(part)]
            start = sum(self._slots[f"{own}{other}.{leaf}"].shape[0] for other in before)
            total = sum(self._slots[f"{own}{other}.{leaf}"].shape[0] for other in fused.parts)
            if tensor.shape[:1] != (total,):
                return (Piece(tensor),)  # reported as a wrong shape
            return (Piece(tensor, rows=slice(start, start + slot.shape[0])),)
        return None

    def _joined(self, spelling: str, fused: Fused) -> Sequence[Piece] | None:
        """Stored parts, one after another, for a slot that is the whole."""
        stem, separator, leaf = spelling.partition(f"{fused.whole}.")
        tensors = [self._names.get(f"{stem}{part}.{leaf}") for part in fused.parts] if separator else []
        pieces, start = [], 0
        for tensor in tensors:
            if tensor is None or not tensor.shape:
                return None
            pieces.append(Piece(tensor, into=(slice(start, start + tensor.shape[0]),)))
            start += tensor.shape[0]
        return tuple(pieces) or None


class Taken(NamedTuple):
    """What names alone tell of a load."""

    names: Collection[str]
    """Stored names that the slots would be made of."""
    is_all: bool
    """Whether each slot that needs a stored tensor would have one."""


def taken_names(
    slots: Sequence[Slot], stored: Iterable[str], naming: Naming, key_mapping: Mapping[str, str] | None = None
) -> Taken:
    """Which stored names the slots would be made of, told before any shape is known.

    Raises :class:`NameCollision`.
    """
    finder = Finder({slot.name: slot for slot in slots}, canonical(unread(stored), naming, key_mapping), naming)
    may_lack = {part for group in naming.optional for part in group}
    names: set[str] = set()
    is_all = True
    for slot in slots:
        pieces = finder.find(slot)
        names.update(piece.tensor.name for piece in pieces or ())
        may_be_absent = slot.name in naming.tied or slot.name.endswith(naming.known)
        is_all &= pieces is not None or may_be_absent or not may_lack.isdisjoint(ancestors(slot.name))
    return Taken(names, is_all)


def unread(names: Iterable[str]) -> dict[str, StoredTensor]:
    """Stored tensors of which nothing is known but their names."""
    nowhere = Path()
    return {name: StoredTensor(name, DType.FLOAT32, (), nowhere, 0, 0) for name in names}


def ancestors(name: str) -> Iterator[str]:
    """``a.b.c`` → ``a``, ``a.b``, ``a.b.c``."""
    for end, letter in enumerate(name):
        if letter == ".":
            yield name[:end]
    yield name
