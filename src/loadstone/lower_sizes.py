"""What weights in fewer bits take: those that are stored so, and those that are quantised while they are loaded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from loadstone.expert_blocks import experts_of
from loadstone.packing.kept import Kept, is_in_blocks
from loadstone.planning.match import LoadPlan
from loadstone.planning.recipes import Recipe, Stored, Tied
from loadstone.planning.slot_dtypes import SlotDTypes
from loadstone.planning.units import Size
from loadstone.quantisation_config import Quantisation
from loadstone.tensors import DType

if TYPE_CHECKING:
    from loadstone.packing.gguf_blocks import Blocks

WEIGHT = ".weight"


def kept_of(recipe: Recipe) -> list[Kept]:
    """What is to stay packed of a recipe's tensors."""
    tensors = recipe.tensors if isinstance(recipe, Stored) else ()
    return [tensor.packing for tensor in tensors if isinstance(tensor.packing, Kept)]


def blocks_of(recipe: Recipe) -> Blocks | None:
    """What a slot is made of that is one matrix in a GGUF file's blocks, whole, and is to stay so."""
    if not isinstance(recipe, Stored) or len(recipe.pieces) != 1:
        return None
    tensor, rows, into = recipe.pieces[0]
    packing = tensor.packing
    if rows is not None or into is not None or not isinstance(packing, Kept):
        return None
    return packing.inner if is_in_blocks(packing.inner) else None


def kept_sizes(plan: LoadPlan, dtypes: SlotDTypes) -> dict[str, Size]:
    """Of every slot that stays packed as it is stored."""
    sizes = {}
    for name, recipe in plan.recipes.items():
        experts = experts_of(recipe)
        if experts is not None:
            sizes[name] = Size(experts.nbytes, dtypes.of(name) or DType.BFLOAT16, experts.view() is not None)
            continue
        kept = kept_of(recipe)
        if any(is_in_blocks(each.inner) for each in kept) and blocks_of(recipe) is None:
            continue  # parts of a matrix are decoded
        if kept and isinstance(recipe, Stored):
            nbytes = sum(part.nbytes for each in kept for part in each.parts)
            sizes[name] = Size(nbytes, dtypes.of(name) or recipe.pieces[0].tensor.dtype, True)
    return sizes


def quantised_sizes(
    asked: Quantisation, linear_modules: Iterable[str], plan: LoadPlan, dtypes: SlotDTypes
) -> dict[str, Size]:
    """Of the weights of linear layers that will be quantised: stored ones that are not tied, and not left out."""
    slots = {slot.name: slot for slot in plan.slots}
    shared = {recipe.slot for recipe in plan.recipes.values() if isinstance(recipe, Tied)}
    sizes = {}
    for module in linear_modules:
        name = module + WEIGHT
        if not isinstance(plan.recipes.get(name), Stored) or name in shared or asked.leaves_alone(module):
            continue
        dtype = dtypes.of(name) or DType.FLOAT32
        sizes[name] = Size(asked.packed_bytes(slots[name].shape, dtype.bits), dtype, False)
    return sizes
