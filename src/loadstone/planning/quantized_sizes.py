"""What quantized weights take: those that are stored so, and those that are quantized while they are loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from loadstone.core.structure import EXPERT_KINDS, LINEAR_KINDS, Layer, LayerKind, weight_slots
from loadstone.core.tensors import DType
from loadstone.errors import Fault, InvalidConfig
from loadstone.planning.match import LoadPlan
from loadstone.planning.packed_experts import experts_of
from loadstone.planning.recipes import Recipe, Stored, Tied
from loadstone.planning.slot_dtypes import SlotDTypes
from loadstone.planning.units import Size
from loadstone.quantization.packed import PackedTensor, is_in_blocks
from loadstone.quantization.registry import method_run_by
from loadstone.quantization.requested import Quantization

if TYPE_CHECKING:
    from loadstone.quantization.gguf_tensor import Blocks

WEIGHT = ".weight"


def packed_of(recipe: Recipe) -> list[PackedTensor]:
    """What is to stay packed of a recipe's tensors."""
    tensors = recipe.tensors if isinstance(recipe, Stored) else ()
    return [tensor.packing for tensor in tensors if isinstance(tensor.packing, PackedTensor)]


def blocks_of(recipe: Recipe) -> Blocks | None:
    """What a slot is made of that is one matrix in a GGUF file's blocks, whole, and is to stay so."""
    if not isinstance(recipe, Stored) or len(recipe.pieces) != 1:
        return None
    tensor, rows, into = recipe.pieces[0]
    packing = tensor.packing
    if rows is not None or into is not None or not isinstance(packing, PackedTensor):
        return None
    return packing.inner if is_in_blocks(packing.inner) else None


def packed_sizes(plan: LoadPlan, dtypes: SlotDTypes) -> dict[str, Size]:
    """Of every slot that stays packed as it is stored."""
    sizes = {}
    for name, recipe in plan.recipes.items():
        experts = experts_of(recipe)
        if experts is not None:
            sizes[name] = Size(experts.nbytes, dtypes.of(name) or DType.BFLOAT16, experts.view() is not None)
            continue
        kept = packed_of(recipe)
        if any(is_in_blocks(packing.inner) for packing in kept) and blocks_of(recipe) is None:
            continue  # parts of a matrix are decoded
        if kept and isinstance(recipe, Stored):
            nbytes = sum(part.nbytes for packing in kept for part in packing.parts)
            sizes[name] = Size(nbytes, dtypes.of(name) or recipe.pieces[0].tensor.dtype, True)
    return sizes


def left_plain(quantization: Quantization, layers: Mapping[str, Layer], plan: LoadPlan) -> tuple[str, ...]:
    """The slots of stacked experts that nobody asked to leave out, and that the library has no form for."""
    kinds = (LayerKind.TRANSPOSED_EXPERTS,) if quantization.takes_experts else EXPERT_KINDS
    experts = weight_slots(layers, kinds, heads=False)
    stored = (name for name in experts if isinstance(plan.recipes.get(name), Stored))
    return tuple(name for name in stored if not quantization.leaves_alone(name.rpartition(".")[0]))


def quantized_sizes(
    quantization: Quantization, layers: Mapping[str, Layer], plan: LoadPlan, dtypes: SlotDTypes
) -> dict[str, Size]:
    """Of the weights of linear layers, and of experts, that will be quantized: stored ones that are not tied, and not
    left out. The router beside experts is small, and what it says decides much: as in Transformers 5, it stays plain.
    """
    slots = {slot.name: slot for slot in plan.slots}
    shared = {recipe.slot for recipe in plan.recipes.values() if isinstance(recipe, Tied)}
    sizes = {}
    experts = list(weight_slots(layers, (LayerKind.EXPERTS,), heads=False))
    with_router = {
        name.rpartition(".")[0].rpartition(".")[0] for name in weight_slots(layers, EXPERT_KINDS, heads=False)
    }
    linear = weight_slots(layers, LINEAR_KINDS, heads=False)
    modules = {name: name.removesuffix(WEIGHT) for name in linear}
    names = [
        name
        for name, module in modules.items()
        if not layers[module].routes and module.rpartition(".")[0] not in with_router
    ]
    turned = (
        set(weight_slots(layers, (LayerKind.TRANSPOSED_LINEAR,), heads=False)) if quantization.takes_turned else set()
    )
    for name in (*names, *turned, *(experts if quantization.takes_experts else ())):
        module = name.rpartition(".")[0]
        if not isinstance(plan.recipes.get(name), Stored) or name in shared or quantization.leaves_alone(module):
            continue
        dtype = dtypes.of(name) or DType.FLOAT32
        shape = slots[name].shape[::-1] if name in turned else slots[name].shape
        sizes[name] = Size(quantization.packed_bytes(shape, dtype.bits), dtype, False)
    return sizes


def check_prequantized(kept: Iterable[str], plan: LoadPlan, library: str, layers: Mapping[str, Layer]) -> None:
    """:class:`InvalidConfig` that lists the slots of ``kept`` that ``library`` cannot run as they are stored.

    A weight has to be stored as the model has it, and to be a linear layer's, or what else the library has a form for:
    transposed linear weights, (inputs, outputs), or stacked experts.
    """
    method = method_run_by(library)
    assert method is not None  # it is where the library's name comes from
    linear = set(weight_slots(layers, LINEAR_KINDS, heads=True))
    turned = set(weight_slots(layers, (LayerKind.TRANSPOSED_LINEAR,), heads=True))
    experts = set(weight_slots(layers, (LayerKind.EXPERTS,), heads=True))
    known = {*linear, *(turned if method.packs_transposed else ()), *(experts if method.packs_experts else ())}
    faults = []
    for name in kept:
        recipe = plan.recipes[name]
        parts = [part for packing in packed_of(recipe) for part in packing.parts]
        if name not in known or not _is_whole(recipe):
            if name in linear:
                found = "made of several tensors, or of a part of one"
            elif name in experts:
                found = "stacked experts"
            elif name in turned:
                found = "a transposed linear weight (GPT-2's Conv1D)"
            else:
                found = "not the weight of a linear layer"
            faults.append(Fault(name, "a linear layer's weight, stored as the model has it", found))
        elif name in experts and len({part.shape[:2] for part in parts}) > 1:  # of which an expert could not be taken
            found = ", ".join(f"{part.name} of shape {part.shape}" for part in parts)
            faults.append(Fault(name, "a scale for each row of each expert", found))
    if faults:
        raise InvalidConfig(
            faults, hint="These weights cannot run as they are stored. dequantize=True dequantizes them."
        )


def _is_whole(recipe: Recipe) -> bool:
    piece = recipe.pieces[0] if isinstance(recipe, Stored) and len(recipe.pieces) == 1 else None
    return piece is not None and piece.rows is None and piece.into is None
