"""Slots + naming + checkpoint → a recipe for every slot, or one error that lists all that is wrong."""

from __future__ import annotations

import difflib
import itertools
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import field, replace

from loadstone.core.naming import Naming
from loadstone.core.records import record
from loadstone.core.slices import FileRange, shape_of
from loadstone.core.tensors import Slot, StoredTensor
from loadstone.errors import Fault, MissingTensors, ShapeMismatch, UnusedTensors
from loadstone.planning.canonical_names import canonical
from loadstone.planning.finder import Finder, ancestors, unread
from loadstone.planning.quantized_codes import Codes, codes_in, refuse
from loadstone.planning.recipes import Computed, Initialized, Piece, Recipe, Stack, Stored, Tied
from loadstone.planning.same import Same, hold_same, lie_in_one_place

_COUNT = ".num_batches_tracked"
"""What the statistics of a norm are the mean of. Files of other frameworks, and old ones, lack it."""
_HINTS = 20
_COMPARED = 500
"""How many faults get a hint, and how many names are looked at for one: comparing names is slow."""


@record
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
    whole: LoadPlan | None = None
    """Of the plan of one rank of a mesh: the plan that it is a part of."""

    @property
    def initialized(self) -> dict[str, str]:
        """Newly initialized slot → why."""
        return {name: recipe.reason for name, recipe in self.recipes.items() if isinstance(recipe, Initialized)}

    @property
    def computed(self) -> list[str]:
        """Slots whose values need no file."""
        return [name for name, recipe in self.recipes.items() if isinstance(recipe, Computed)]

    def ranges(self) -> set[FileRange]:
        """What of the files its slots are made of, but for what is packed."""
        stored = (recipe for recipe in self.recipes.values() if isinstance(recipe, Stored))
        tensors = (tensor for recipe in stored for tensor in recipe.tensors)
        return {FileRange(tensor.file, tensor.range) for tensor in tensors if tensor.packing is None}

    def without(self, names: Collection[str]) -> LoadPlan:
        """The plan for all slots but those."""
        recipes = {name: recipe for name, recipe in self.recipes.items() if name not in names}
        return replace(self, recipes=recipes, slots=tuple(slot for slot in self.slots if slot.name not in names))


@record
class MatchOptions:
    """What the caller of a load says of slots and stored names that do not go together by themselves."""

    strict: bool = False
    """Whether an unused tensor or a newly initialized slot is an error."""
    ignore_mismatched_sizes: bool = False
    """Whether a slot of another shape than what is stored is newly initialized, in place of an error."""
    key_mapping: Mapping[str, str] | None = None
    """Regular expression → replacement, applied to stored names."""


@record
class Gaps:
    """What a checkpoint lists or holds, and was not read."""

    absent: Mapping[str, str] = field(default_factory=dict)
    """Stored name that cannot be had, though an index lists it → why. A slot that it belongs to is never newly
    initialized."""
    passed_over: Sequence[str] = ()
    """What an error about missing tensors says of files that were not read."""


_NO_OPTIONS = MatchOptions()
_NO_GAPS = Gaps()


def match(
    slots: Sequence[Slot],
    stored: Mapping[str, StoredTensor],
    naming: Naming,
    options: MatchOptions = _NO_OPTIONS,
    *,
    same: Same = lie_in_one_place,
    gaps: Gaps = _NO_GAPS,
) -> LoadPlan:
    """Find where each slot's values come from.

    ``same`` compares two stored tensors, and is asked only where slots are tied and both are stored.

    Raises :class:`NameCollision`, :class:`MissingTensors`, :class:`ShapeMismatch`, or with ``strict``
    :class:`UnusedTensors`, each with every offender; :class:`InvalidConfig` where what a slot would take are codes.
    """
    key_mapping, absent = options.key_mapping, gaps.absent
    codes = codes_in(stored, slots)
    names = canonical(stored, naming, key_mapping)
    finder = Finder({slot.name: slot for slot in slots}, names, naming)
    recipes: dict[str, Recipe] = {}
    untied: dict[str, str] = {}
    repeated: set[str] = set()
    left: dict[str, int] = {}  # of fused wholes, the rows that no slot has taken yet
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
        if tensor is not None and tensor.shape == slot.shape and not tensor.slices:
            recipes[slot.name] = Stored((Piece(tensor),))  # as nearly always
            continue
        pieces = finder.find(slot)
        if pieces is None and (slot.name in naming.computed or slot.name.endswith(naming.known)):
            recipes[slot.name] = Computed()
        elif pieces is None and slot.name.endswith(_COUNT):
            recipes[slot.name] = Initialized("the checkpoint does not count batches")
        elif pieces is None:
            missing.append(slot)
        elif not _fits(slot, pieces):
            wrong.append((slot, pieces))
        else:
            recipes[slot.name] = Stored(_spread(pieces))
            if pieces[0].rows is not None:
                whole, (rows, *_) = pieces[0].tensor, pieces[0].shape
                left[whole.name] = left.get(whole.name, whole.shape[0]) - rows
    if codes and (bad := _bad_codes(codes, recipes, finder, [*missing, *(slot for slot, _ in wrong)])):
        raise refuse(bad)
    lost = _lost(missing, finder, absent, key_mapping) if missing and absent else {}
    try:
        recipes |= _optional(missing, recipes, naming, names, lost, gaps.passed_over)
    except MissingTensors:
        if codes:
            raise refuse(codes) from None  # which says more of what is missing
        raise
    if wrong and not options.ignore_mismatched_sizes:
        raise ShapeMismatch(
            [_shape_fault(slot, pieces) for slot, pieces in wrong],
            hint="Do config.json and the weights belong together? ignore_mismatched_sizes=True initializes these anew.",
        )
    for slot, pieces in wrong:
        if untied.pop(slot.name, None) is None:  # else the tie gives it values
            recipes[slot.name] = Initialized(
                f"stored with shape {pieces[0].tensor.shape}, the model needs {slot.shape}"
            )
    refused = {piece.tensor.name for _, pieces in wrong for piece in pieces}
    in_part = {name for name, rows in left.items() if rows}
    unused, leftovers = _unused(names, recipes, naming, refused | repeated, in_part)
    if options.strict and (unused or any(isinstance(recipe, Initialized) for recipe in recipes.values())):
        faults = [Fault(name, "a slot that takes it", "none") for name in unused]
        faults += [Fault(name, "a stored tensor", str(r)) for name, r in recipes.items() if isinstance(r, Initialized)]
        raise UnusedTensors(faults, hint="Without strict=True this is allowed, and listed in the load report.")
    return LoadPlan(
        {slot.name: recipes[slot.name] for slot in slots},
        unused,
        leftovers,
        tuple((slot.name, pieces[0].tensor.shape, slot.shape) for slot, pieces in wrong),
        tuple(slots),
        untied,
    )


def _lost(
    missing: Sequence[Slot], finder: Finder, absent: Mapping[str, str], key_mapping: Mapping[str, str] | None
) -> dict[str, str]:
    """Slots whose tensors an index lists and that cannot be had → why."""
    among = finder.among(canonical(unread(absent), finder.naming, key_mapping))
    by_slot = ((slot.name, among.find(slot)) for slot in missing)
    return {name: absent[pieces[0].tensor.name] for name, pieces in by_slot if pieces}


def _spread(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """The same as pieces whose bytes each lie in one row."""
    if not any(tensor.slices for tensor in Stored(pieces).tensors):
        return pieces
    return tuple(flat for piece in pieces for flat in piece.spread())


def _target(slot: Slot, piece: Piece) -> tuple[int, ...]:
    """The shape that a piece must have to fit."""
    if piece.into is None:
        return slot.shape
    return (*shape_of(piece.into), *slot.shape[len(piece.into) :])


def _fits(slot: Slot, pieces: Sequence[Piece]) -> bool:
    """Whether every piece has its shape, and together they fill the slot."""
    if isinstance(pieces, Stack):  # of places that are all cut alike
        target = _target(slot, pieces[0])
        return {tensor.shape for tensor in pieces.tensors} == {target} and len(pieces) * math.prod(
            target
        ) == slot.elements
    elements = 0
    for piece in pieces:
        if piece.shape != _target(slot, piece):
            return False
        elements += math.prod(piece.shape)
    return len(pieces) == 1 or elements == slot.elements


def _bad_codes(
    codes: Sequence[Codes], recipes: Mapping[str, Recipe], finder: Finder, lacking: Sequence[Slot]
) -> list[Codes]:
    """The codes that a slot would take for its values, and those in the place of what a slot lacks."""
    taken = {tensor.name for recipe in recipes.values() if isinstance(recipe, Stored) for tensor in recipe.tensors}
    places = {name.rpartition(".")[0] for slot in lacking for name in finder.spellings(slot.name)}
    return [
        packed
        for packed in codes
        if packed.tensor.name in taken or not places.isdisjoint(ancestors(packed.tensor.name))
    ]


def _shape_fault(slot: Slot, pieces: Sequence[Piece]) -> Fault:
    piece = next((piece for piece in pieces if piece.shape != _target(slot, piece)), None)
    if piece is not None:
        where = f"{piece.tensor.file}, tensor {piece.tensor.name}"
        return Fault(where, f"shape {_target(slot, piece)}", f"{piece.shape}")
    names = ", ".join(piece.tensor.name for piece in pieces)
    rows = sum(piece.shape[0] for piece in pieces)
    where = f"{pieces[0].tensor.file}, tensors {names}"
    return Fault(where, f"shape {slot.shape} when put together", f"{(rows, *slot.shape[1:])}")


def _nearest(name: str, names: Mapping[str, StoredTensor]) -> str:
    """A hint at the stored name that looks most like a missing one, among those that end alike."""
    ending = name.rpartition(".")[2]
    alike = itertools.islice((stored_name for stored_name in names if stored_name.endswith(ending)), _COMPARED)
    near = difflib.get_close_matches(name, alike, n=1)
    return f"The nearest stored name is {near[0]}." if near else ""


def _optional(
    missing: list[Slot],
    recipes: Mapping[str, Recipe],
    naming: Naming,
    names: Mapping[str, StoredTensor],
    lost: Mapping[str, str],
    passed_over: Sequence[str],
) -> dict[str, Recipe]:
    """Initialized recipes for groups that are wholly missing; :class:`MissingTensors` for everything else."""
    if not missing:
        return {}
    groups: dict[str, list[tuple[str, ...]]] = {}
    for group in naming.optional:
        for part in group:
            groups.setdefault(part, []).append(group)
    present = {
        group
        for name, recipe in recipes.items()
        if isinstance(recipe, Stored)
        for part in ancestors(name)
        for group in groups.get(part, ())
    }
    initialized: dict[str, Recipe] = {}
    for slot in missing:
        lacking = [group for part in ancestors(slot.name) for group in groups.get(part, ()) if group not in present]
        if lacking and slot.name not in lost:
            initialized[slot.name] = Initialized(f"the checkpoint has no {', '.join(lacking[0])}")
    faults: list[Fault] = []
    for slot in missing:
        if slot.name not in initialized:
            hint = lost.get(slot.name) or (_nearest(slot.name, names) if len(faults) < _HINTS else "")
            faults.append(Fault(slot.name, f"a stored tensor of shape {slot.shape}", "none", hint))
    if faults:
        raise MissingTensors(
            faults,
            hint=f"{len(names)} tensors are stored. Is this the class that the checkpoint was saved from? "
            "key_mapping={'regular expression': 'replacement'} renames stored tensors."
            + "".join(f" {text}." for text in passed_over),
        )
    return initialized


def _unused(
    names: Mapping[str, StoredTensor], recipes: Mapping[str, Recipe], naming: Naming, known: set[str], in_part: set[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Stored tensors that no slot takes: unused ones and leftovers. ``known``: those that are accounted for already.

    Fused wholes of which slots take a part only, as the others are stored by themselves too, are unused as well.
    """
    taken = known | {
        tensor.name for recipe in recipes.values() if isinstance(recipe, Stored) for tensor in recipe.tensors
    }
    taken -= in_part
    if len(taken) == len(names) and naming.renamed is None:  # nobody has two names, so these are all
        return (), ()
    unused: list[str] = []
    leftovers: list[str] = []
    for name, tensor in names.items():
        if tensor.name in taken or any(part.name in taken for part, _ in tensor.slices):
            continue
        is_left = tensor.is_spare or (naming.leftovers and name.endswith(naming.leftovers))
        is_left = is_left or any(f".{level}." in f".{name}" for level in naming.spare)
        (leftovers if is_left else unused).append(tensor.name)
    return tuple(unused), tuple(leftovers)
