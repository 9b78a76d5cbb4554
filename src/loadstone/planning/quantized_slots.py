"""Which slots of a model are quantized, what each takes, and which library runs them.

Two ways lead here. The caller asks for it: plain weights are quantized while they are loaded. Or the checkpoint is
stored so, and its parts stay packed.
"""

from __future__ import annotations

from collections.abc import Mapping

from loadstone.core.placement_options import PlacementOptions
from loadstone.core.records import record
from loadstone.core.structure import LINEAR_KINDS, Layer, LayerKind, Structure, weight_slots
from loadstone.errors import ArgumentError
from loadstone.planning.match import LoadPlan
from loadstone.planning.packed_experts import experts_of
from loadstone.planning.quantized_sizes import (
    WEIGHT,
    blocks_of,
    check_prequantized,
    left_plain,
    packed_of,
    packed_sizes,
    quantized_sizes,
)
from loadstone.planning.recipes import Tied
from loadstone.planning.slot_dtypes import SlotDTypes
from loadstone.planning.units import Size
from loadstone.quantization.config import read
from loadstone.quantization.packed import is_in_blocks
from loadstone.quantization.registry import method_named, method_of, methods
from loadstone.quantization.requested import Quantization


@record
class QuantizedSlots:
    """The slots of a model that are quantized."""

    sizes: Mapping[str, Size]
    """What each takes, and the dtype that it is computed in."""
    requested: Quantization | None = None
    """What they are quantized by while they are loaded; None where they are stored so."""
    library: str | None = None
    """What computes with them; None for the blocks of a GGUF file, with which Loadstone's own layers do."""
    left_plain: tuple[str, ...] = ()
    """Slots that were to be quantized, and that the library has no form for."""

    @property
    def needs_accelerator(self) -> str:
        """That the library has this for accelerators only, and what to take instead; nothing where it has not."""
        return "" if self.requested is None else self.requested.needs_accelerator


def quantized_slots(
    plan: LoadPlan, structure: Structure, options: PlacementOptions, dtypes: SlotDTypes
) -> QuantizedSlots | None:
    """What the caller asks for, or the checkpoint has; None for a model that has all in plain dtypes.

    Raises :class:`ArgumentError` where there is nothing to quantize, or for a dtype that the library does not know;
    :class:`InvalidConfig` where stored weights that stay packed are not those of linear layers or experts.
    """
    kept = packed_sizes(plan, dtypes)
    if any(is_in_blocks(packing.inner) for name in kept for packing in packed_of(plan.recipes[name])):
        return _in_blocks(plan, kept, structure.layers())
    if kept:
        method = method_of(options.stored_quantization)
        assert method is not None and method.library is not None  # else nothing had stayed packed
        check_prequantized(kept, plan, method.library, structure.layers())
        return QuantizedSlots(kept, library=method.library)
    if options.quantization_config is None:
        return None
    return _to_quantize(read(options.quantization_config), plan, structure, dtypes)


def _to_quantize(
    quantization: Quantization, plan: LoadPlan, structure: Structure, dtypes: SlotDTypes
) -> QuantizedSlots:
    layers = structure.layers()
    sizes = quantized_sizes(quantization, layers, plan, dtypes)
    if not sizes:
        has_turned = any(weight_slots(layers, (LayerKind.TRANSPOSED_LINEAR,), heads=False))
        others = ", ".join(method.names[0] for method in methods() if method.presets() and method.packs_transposed)
        hint = ""
        if has_turned and not quantization.takes_turned:
            hint = f" Transposed linear weights (GPT-2's Conv1D) are quantized by {others}."
        raise ArgumentError(
            f"quantization_config: {structure.class_name} has no linear layer that could be quantized, other "
            f"than embeddings, heads and excluded modules.{hint}"
        )
    for dtype in {size.dtype for size in sizes.values()}:
        quantization.check_dtype(dtype)
    method = method_named(quantization.method)
    assert method is not None and method.library is not None  # as of all that quantize
    return QuantizedSlots(sizes, quantization, method.library, left_plain(quantization, layers, plan))


def _in_blocks(plan: LoadPlan, kept: Mapping[str, Size], layers: Mapping[str, Layer]) -> QuantizedSlots | None:
    """What stays as a GGUF file has it: matrices, and stacks, that layers of known kinds hold. Others are decoded."""
    names = {name: [name] for name in kept}
    for alias, recipe in plan.recipes.items():
        if isinstance(recipe, Tied) and recipe.slot in names:
            names[recipe.slot].append(alias)
    sizes = {name: size for name, size in kept.items() if _stays(plan, names[name], layers)}
    return QuantizedSlots(sizes) if sizes else None


def _stays(plan: LoadPlan, names: list[str], layers: Mapping[str, Layer]) -> bool:
    """Whether the layers that hold a slot, under each of its names, compute with its blocks."""
    recipe = plan.recipes[names[0]]
    kinds: tuple[LayerKind, ...] = (LayerKind.EXPERTS,)
    if experts_of(recipe) is None:
        blocks = blocks_of(recipe)
        if blocks is None or not all(name.endswith(WEIGHT) for name in names):
            return False
        is_turned = blocks.is_turned
        kinds = (LayerKind.TRANSPOSED_LINEAR,) if is_turned else (*LINEAR_KINDS, LayerKind.EMBEDDING)
    held_by = (layers.get(name.rpartition(".")[0]) for name in names)
    return all(layer is not None and layer.kind in kinds for layer in held_by)
