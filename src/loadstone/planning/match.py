"""Slots + naming + checkpoint → a recipe for every slot, or one error that lists all that is wrong."""

from __future__ import annotations

import difflib
import itertools
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from loadstone.errors import Fault, MissingTensors, ShapeMismatch, UnusedTensors
from loadstone.naming import Fused, Naming
from loadstone.planning.canonical_names import canonical
from loadstone.planning.recipes import Computed, Fresh, Piece, Recipe, Stack, Stored, Tied
from loadstone.planning.ties import Same, hold_same, lie_in_one_place
from loadstone.tensors import DType, Slot, StoredTensor

_NOTHING: Mapping[str, str] = MappingProxyType({})
_HINTS = 20
_COMPARED = 500
"""How many faults get a hint, and how many names are looked at for one: comparing names is slow."""


@dataclass(frozen=True)
class LoadPlan:
    """Every slot with its recipe, and the stored tensors that no slot takes."""

    recipes: Mapping[str, Recipe]
    unused: tuple[str, ...]
    """Stored tensors that the model has no place for."""
    leftovers: tuple[str, ...]
    """Stored tensors that files carry and no model needs."""
    mismatched: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...] = ()
    """Name, stored shape and slot's shape, where the caller allowed it."""
    slots: tuple[Slot, ...] = ()
    """Those of the model, in its order."""
    untied: Mapping[str, str] = field(default_factory=dict)
    """Slot → the slot that the model ties it to, where both are stored and differ: each takes its own tensor."""

    @property
    def fresh(self) -> dict[str, str]:
        """Newly initialised slot → why."""
        return {name: recipe.reason for name, recipe in self.recipes.items() if isinstance(recipe, Fresh)}

    def without(self, names: Collection[str]) -> LoadPlan:
        """The plan for all slots but those."""
        recipes = {name: recipe for name, recipe in self.recipes.items() if name not in names}
        return replace(self, recipes=recipes, slots=tuple(slot for slot in self.slots if slot.name not in names))


def match(
    slots: Sequence[Slot],
    stored: Mapping[str, StoredTensor],
    naming: Naming,
    *,
    strict: bool = False,
    ignore_mismatched_sizes: bool = False,
    key_mapping: Mapping[str, str] | None = None,
    same: Same = lie_in_one_place,
    absent: Mapping[str, str] = _NOTHING,
) -> LoadPlan:
    """Find where each slot's numbers come from.

    ``same`` compares two stored tensors, and is asked only where slots are tied and both are stored. ``absent``: what
    an index lists and no file holds → where it should be; a slot of that name is never newly initialised.

    Raises :class:`NameCollision`, :class:`MissingTensors`, :class:`ShapeMismatch`, or with ``strict``
    :class:`UnusedTensors`, each with every offender.
    """
    names = canonical(stored, naming, key_mapping)
    finder = _Finder({slot.name: slot for slot in slots}, names, naming)
    recipes: dict[str, Recipe] = {}
    untied: dict[str, str] = {}
    repeated: set[str] = set()
    missing, wrong = [], []
    for slot in slots:
        if slot.name in naming.tied:
            source = naming.tied[slot.name]
            recipes[slot.name] = Tied(source)
            copy = finder.own(slot)
            if copy is None:
                continue
            if hold_same(copy, finder.filling(source), same):
                repeated |= {tensor.name for tensor in Stored(copy).tensors}
                continue
            untied[slot.name] = source
        tensor = names.get(slot.name)
        if tensor is not None and tensor.shape == slot.shape and not tensor.stretches:
            recipes[slot.name] = Stored((Piece(tensor),))  # as nearly always
            continue
        pieces = finder.find(slot)
        if pieces is None and slot.name in naming.computed:
            recipes[slot.name] = Computed()
        elif pieces is None:
            missing.append(slot)
        elif not _fits(slot, pieces):
            wrong.append((slot, pieces))
        else:
            recipes[slot.name] = Stored(_spread(pieces))
    recipes |= _optional(missing, recipes, naming, names, absent)
    if wrong and not ignore_mismatched_sizes:
        raise ShapeMismatch(
            [_shape_fault(slot, pieces) for slot, pieces in wrong],
            hint="Do config.json and the weights belong together? ignore_mismatched_sizes=True initialises these anew.",
        )
    for slot, pieces in wrong:
        if untied.pop(slot.name, None) is None:  # else the tie gives it numbers
            recipes[slot.name] = Fresh(f"stored with shape {pieces[0].tensor.shape}, the model needs {slot.shape}")
    refused = {piece.tensor.name for _, pieces in wrong for piece in pieces}
    unused, leftovers = _unused(names, recipes, naming, refused | repeated)
    if strict and (unused or any(isinstance(recipe, Fresh) for recipe in recipes.values())):
        faults = [Fault(name, "a slot that takes it", "none") for name in unused]
        faults += [Fault(name, "a stored tensor", str(r)) for name, r in recipes.items() if isinstance(r, Fresh)]
        raise UnusedTensors(faults, hint="Without strict=True this is allowed, and said in the load report.")
    return LoadPlan(
        {slot.name: recipes[slot.name] for slot in slots},
        unused,
        leftovers,
        tuple((slot.name, pieces[0].tensor.shape, slot.shape) for slot, pieces in wrong),
        tuple(slots),
        untied,
    )


def taken_names(
    slots: Sequence[Slot], stored: Iterable[str], naming: Naming, key_mapping: Mapping[str, str] | None = None
) -> set[str]:
    """Which stored names the slots would be made of, told before any shape is known.

    Raises :class:`NameCollision`.
    """
    nothing = Path()
    unread = {name: StoredTensor(name, DType.FLOAT32, (), nothing, 0, 0) for name in stored}
    finder = _Finder({slot.name: slot for slot in slots}, canonical(unread, naming, key_mapping), naming)
    return {piece.tensor.name for slot in slots for piece in finder.find(slot) or ()}


class _Finder:
    """Looks up what fills a slot."""

    def __init__(self, slots: Mapping[str, Slot], names: Mapping[str, StoredTensor], naming: Naming) -> None:
        self._slots, self._names, self._naming = slots, names, naming
        self._places: dict[tuple[int, int, int], tuple[tuple[int | slice, ...], ...]] = {}
        self._aliases: dict[str, list[str]] = {}
        for one, other in naming.stand_ins:
            self._aliases.setdefault(one, []).append(other)
            self._aliases.setdefault(other, []).append(one)
        for alias, source in naming.tied.items():
            self._aliases.setdefault(source, []).append(alias)

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
        """The pieces that are stored under the slot's own name, in whichever spelling."""
        for spelling in self.spellings(slot.name):
            pieces = self._under(spelling, slot)
            if pieces:
                return pieces
        return None

    def spellings(self, name: str) -> Iterator[str]:
        """A slot's name with the bare model's prefix as it is, as other files have it, and without."""
        yield name
        own = self._naming.prefix
        if own and not name.startswith(f"{own}."):
            return
        bare = name[len(own) + 1 :] if own else name
        for prefix in self._naming.prefixes:
            yield f"{prefix}.{bare}"
        yield bare

    def _under(self, spelling: str, slot: Slot) -> Sequence[Piece] | None:
        tensor = self._names.get(spelling)
        if tensor is not None:
            return (Piece(tensor),)
        for rule in self._naming.experts:
            if spelling.endswith(rule.slot):
                return self._experts(spelling[: -len(rule.slot)], rule.stored, slot)
        for fused in self._naming.fused:
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

    def _stacked(self, count: int, parts: int, rows: int) -> tuple[tuple[int | slice, ...], ...]:
        """The places of all parts of all experts; made once for all layers."""
        found = self._places.get((count, parts, rows))
        if found is None:
            cuts = [slice(part * rows, (part + 1) * rows) for part in range(parts)]
            found = self._places[count, parts, rows] = tuple(itertools.product(range(count), cuts))
        return found

    def _split(self, spelling: str, fused: Fused, slot: Slot) -> Sequence[Piece] | None:
        """Rows of a stored whole for a slot that is one of its parts."""
        for part in fused.parts:
            stem, found, leaf = spelling.partition(f"{part}.")
            if not found:
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
            return (Piece(tensor, rows=(start, slot.shape[0])),)
        return None

    def _joined(self, spelling: str, fused: Fused) -> Sequence[Piece] | None:
        """Stored parts, one after another, for a slot that is the whole."""
        stem, found, leaf = spelling.partition(f"{fused.whole}.")
        tensors = [self._names.get(f"{stem}{part}.{leaf}") for part in fused.parts] if found else []
        pieces, start = [], 0
        for tensor in tensors:
            if tensor is None or not tensor.shape:
                return None
            pieces.append(Piece(tensor, into=(slice(start, start + tensor.shape[0]),)))
            start += tensor.shape[0]
        return tuple(pieces) or None


def _spread(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """The same as pieces whose bytes each lie in one row."""
    if not any(tensor.stretches for tensor in Stored(pieces).tensors):
        return pieces
    return tuple(flat for piece in pieces for flat in piece.spread())


def _target(slot: Slot, piece: Piece) -> tuple[int, ...]:
    """The shape that a piece must have to fit."""
    if piece.into is None:
        return slot.shape
    rows = [index.stop - index.start for index in piece.into if not isinstance(index, int)]
    return (*rows, *slot.shape[len(piece.into) :])


def _fits(slot: Slot, pieces: Sequence[Piece]) -> bool:
    """Whether every piece has its shape, and together they fill the slot."""
    if isinstance(pieces, Stack):  # of places that are all cut alike
        target = _target(slot, pieces[0])
        return {each.shape for each in pieces.tensors} == {target} and len(pieces) * math.prod(target) == slot.elements
    elements = 0
    for piece in pieces:
        if piece.shape != _target(slot, piece):
            return False
        elements += math.prod(piece.shape)
    return len(pieces) == 1 or elements == slot.elements


def _shape_fault(slot: Slot, pieces: Sequence[Piece]) -> Fault:
    piece = next((piece for piece in pieces if piece.shape != _target(slot, piece)), None)
    if piece is not None:
        where = f"{piece.tensor.file}, tensor {piece.tensor.name}"
        return Fault(where, f"shape {_target(slot, piece)}", f"{piece.shape}")
    names = ", ".join(piece.tensor.name for piece in pieces)
    rows = sum(piece.shape[0] for piece in pieces)
    where = f"{pieces[0].tensor.file}, tensors {names}"
    return Fault(where, f"shape {slot.shape} when put together", f"{(rows, *slot.shape[1:])}")


def _ancestors(name: str) -> Iterator[str]:
    """``a.b.c`` → ``a``, ``a.b``, ``a.b.c``."""
    for end, letter in enumerate(name):
        if letter == ".":
            yield name[:end]
    yield name


def _nearest(name: str, names: Mapping[str, StoredTensor]) -> str:
    """A hint at the stored name that looks most like a missing one, among those that end alike."""
    ending = name.rpartition(".")[2]
    alike = itertools.islice((each for each in names if each.endswith(ending)), _COMPARED)
    near = difflib.get_close_matches(name, alike, n=1)
    return f"The nearest stored name is {near[0]}." if near else ""


def _optional(
    missing: list[Slot],
    found: Mapping[str, Recipe],
    naming: Naming,
    names: Mapping[str, StoredTensor],
    absent: Mapping[str, str],
) -> dict[str, Recipe]:
    """Fresh recipes for groups that are wholly missing; :class:`MissingTensors` for everything else."""
    if not missing:
        return {}
    groups: dict[str, list[tuple[str, ...]]] = {}
    for group in naming.optional:
        for part in group:
            groups.setdefault(part, []).append(group)
    present = {
        group
        for name, recipe in found.items()
        if isinstance(recipe, Stored)
        for part in _ancestors(name)
        for group in groups.get(part, ())
    }
    fresh: dict[str, Recipe] = {}
    for slot in missing:
        lacking = [group for part in _ancestors(slot.name) for group in groups.get(part, ()) if group not in present]
        if lacking and slot.name not in absent:
            fresh[slot.name] = Fresh(f"the checkpoint has no {', '.join(lacking[0])}")
    faults: list[Fault] = []
    for slot in missing:
        if slot.name not in fresh:
            hint = absent.get(slot.name) or (_nearest(slot.name, names) if len(faults) < _HINTS else "")
            faults.append(Fault(slot.name, f"a stored tensor of shape {slot.shape}", "none", hint))
    if faults:
        raise MissingTensors(
            faults,
            hint=f"{len(names)} tensors are stored. Is this the class that the checkpoint was saved from? "
            "key_mapping={'regular expression': 'replacement'} renames stored tensors.",
        )
    return fresh


def _unused(
    names: Mapping[str, StoredTensor], recipes: Mapping[str, Recipe], naming: Naming, known: set[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Stored tensors that no slot takes: unused ones and leftovers. ``known``: those that are accounted for already."""
    taken = known | {
        tensor.name for recipe in recipes.values() if isinstance(recipe, Stored) for tensor in recipe.tensors
    }
    taken -= _taken_in_part(recipes) if naming.fused else set()
    if len(taken) == len(names):  # nobody has two names, so these are all
        return (), ()
    unused: list[str] = []
    leftovers: list[str] = []
    for name, tensor in names.items():
        if tensor.name in taken:
            continue
        is_left = tensor.is_spare or (naming.leftovers and name.endswith(naming.leftovers))
        (leftovers if is_left else unused).append(tensor.name)
    return tuple(unused), tuple(leftovers)


def _taken_in_part(recipes: Mapping[str, Recipe]) -> set[str]:
    """Fused wholes some of whose rows no slot takes, since a part of them is stored by itself too."""
    rows: dict[str, int] = {}
    whole: dict[str, int] = {}
    for recipe in recipes.values():
        if isinstance(recipe, Stored) and not isinstance(recipe.pieces, Stack):
            for piece in recipe.pieces:
                if piece.rows is not None:
                    name = piece.tensor.name
                    rows[name] = rows.get(name, 0) + piece.rows[1]
                    whole[name] = whole.get(name, 0) or piece.tensor.shape[0]
    return {name for name, count in rows.items() if count < whole[name]}
