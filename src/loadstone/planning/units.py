"""What is placed as a whole: the residual blocks of a model, and the modules around them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from loadstone.core.remote_path import RemotePath
from loadstone.core.tensors import DType, Slot
from loadstone.planning.match import LoadPlan
from loadstone.planning.recipes import Computed, Initialized, Recipe, Stored, Tied
from loadstone.planning.slot_dtypes import SlotDTypes


class Unit(NamedTuple):
    """A module, or a lone parameter, that lies in one place whole. Sizes are those that it has in the model."""

    name: str
    slots: tuple[str, ...]
    nbytes: int = 0
    """Tied slots count where the values live, and nothing here."""
    private_bytes: int = 0
    """Of these, what on a CPU cannot be a view of the checkpoint's files, since it is cast, stacked or initialized."""
    is_block: bool = False
    """Whether it is one of the model's residual blocks."""
    cache_bytes: int = 0
    """Keys and values that its attention keeps for the texts that the caller announced."""


class Size(NamedTuple):
    """What a slot takes in the model, and whether it can be a view of a file."""

    nbytes: int
    dtype: DType
    is_view: bool


def sizes(
    slots: Iterable[Slot], plan: LoadPlan, dtypes: SlotDTypes, quantized_sizes: Mapping[str, Size] | None = None
) -> dict[str, Size]:
    """The size of every slot that owns its values, in the dtypes that are asked for.

    ``quantized_sizes``: the sizes of slots that are kept quantized.
    """
    sizes: dict[str, Size] = {}
    seen: set[str] = set()
    stored = ((name, r.pieces[0].tensor) for name, r in plan.recipes.items() if isinstance(r, Stored))
    initial_dtype = next((dtypes(name, tensor) for name, tensor in stored if tensor.dtype.is_floating), DType.FLOAT32)
    for slot in slots:
        recipe = plan.recipes[slot.name]
        if isinstance(recipe, Tied):
            continue
        if quantized_sizes and slot.name in quantized_sizes:
            sizes[slot.name] = quantized_sizes[slot.name]
            continue
        if isinstance(recipe, Initialized | Computed):
            dtype = slot.dtype or dtypes.computes_in(slot.name) or initial_dtype
        else:
            dtype = dtypes(slot.name, recipe.pieces[0].tensor)
        is_view = is_as_is(recipe, dtype)
        if is_view and isinstance(recipe, Stored) and recipe.pieces[0].rows is None:
            # Two slots never share memory unless the model ties them.
            is_view = recipe.pieces[0].tensor.name not in seen
            seen.add(recipe.pieces[0].tensor.name)
        sizes[slot.name] = Size(slot.elements * dtype.bits // 8, dtype, is_view)
    return sizes


def is_as_is(recipe: Recipe, dtype: DType) -> bool:
    """Whether a slot of this dtype has the very bytes that are stored, in one row."""
    if not isinstance(recipe, Stored) or len(recipe.pieces) > 1:
        return False
    tensor, _, into = recipe.pieces[0]
    if isinstance(tensor.file, RemotePath):
        return False
    aligned = tensor.packing is None and tensor.offset * 8 % max(dtype.bits, 8) == 0
    return into is None and tensor.strides is None and tensor.dtype is dtype and aligned


def units(
    slots: Sequence[Slot],
    sizes: Mapping[str, Size],
    blocks: Collection[str],
    cache_bytes: Mapping[str, int] | None = None,
) -> list[Unit]:
    """Slots in groups that are placed whole, in the order of the model.

    ``blocks`` names the modules that are never split. Around them a unit is the uppermost module that holds no block:
    ``model.embed_tokens``, ``model.layers.0``, …, ``model.norm``, ``lm_head``. Without blocks it is what lies directly
    in the model.
    """
    blocks = set(blocks)
    if not blocks:
        blocks = {slot.name.partition(".")[0] for slot in slots if "." in slot.name}
    forks = {""} | {above for name in blocks for above in _above(name)}
    members: dict[str, list[str]] = {}
    for slot in slots:
        members.setdefault(_unit_of(slot.name, blocks, forks), []).append(slot.name)
    units = []
    for name, names in members.items():
        own = [sizes[member] for member in names if member in sizes]
        units.append(
            Unit(
                name,
                tuple(names),
                sum(size.nbytes for size in own),
                sum(size.nbytes for size in own if not size.is_view),
                name in blocks,
                (cache_bytes or {}).get(name, 0),
            )
        )
    return units


def _unit_of(slot: str, blocks: set[str], forks: set[str]) -> str:
    for above in _above(slot):
        if above in blocks or above not in forks:
            return above
    return slot


def _above(name: str) -> Iterator[str]:
    """``a.b.c`` → ``a``, ``a.b``."""
    end = name.find(".")
    while end >= 0:
        yield name[:end]
        end = name.find(".", end + 1)
