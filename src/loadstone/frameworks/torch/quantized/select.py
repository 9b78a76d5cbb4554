"""What makes the weights of a model that are kept quantized: one library for each method.

Plain weights are quantized while they are loaded, one after the other, so that there is never more than one in full
precision. Of those that are stored so the parts are views of the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn

from loadstone.core.structure import EXPERT_SLOTS
from loadstone.core.tensors import DType
from loadstone.frameworks.torch.dtypes import to_torch
from loadstone.frameworks.torch.loading.module_walk import modules_of
from loadstone.frameworks.torch.modeling.leaves import Experts
from loadstone.frameworks.torch.quantized.ggml_weights import Ggml
from loadstone.frameworks.torch.quantized.library import Library, library_named
from loadstone.planning.match import LoadPlan
from loadstone.planning.packed_experts import ExpertBlocks, experts_of
from loadstone.planning.quantized_sizes import WEIGHT, blocks_of
from loadstone.planning.quantized_slots import QuantizedSlots
from loadstone.planning.recipes import Tied
from loadstone.planning.slot_dtypes import SlotDTypes
from loadstone.quantization.gguf_tensor import Blocks


class QuantizedLayers:
    """The weights of one model that are quantized, and the library that makes them."""

    def __init__(self, library: Library, slots: QuantizedSlots) -> None:
        self.library, self.requested, self.sizes = library, slots.requested, slots.sizes

    def __contains__(self, slot: object) -> bool:
        return slot in self.sizes

    def prepare(self, model: nn.Module, main: DType | None) -> None:
        """Give the model the modules that hold such weights."""
        self.library.prepare(model, self.sizes.keys(), None if main is None else to_torch(main))

    def describe(self, model: nn.Module, main: DType | None) -> None:
        """Let the model's config say how it was quantized, with each layer that was left alone by its name."""
        if self.requested is not None:
            plain = [name + WEIGHT for name, module in modules_of(model) if isinstance(module, nn.Linear)]
            plain += [f"{name}.{EXPERT_SLOTS[0]}" for name, module in modules_of(model) if isinstance(module, Experts)]
            left = sorted(name.rpartition(".")[0] for name in plain if name not in self)
            config: Any = model.config
            config.quantization_config = self.requested.described(left, None if main is None else main.value)


def quantized_layers(
    plan: LoadPlan, slots: QuantizedSlots, dtypes: SlotDTypes, stored_settings: object
) -> QuantizedLayers:
    """What makes the quantized weights of a model. ``stored_settings``: the ``quantization_config`` of the checkpoint.

    Raises :class:`FrameworkNotInstalled` without the library, and :class:`ArgumentError` for settings that it refuses.
    """
    if slots.library is None:
        return QuantizedLayers(_ggml(plan, slots, dtypes), slots)
    settings = stored_settings if slots.requested is None else slots.requested.settings
    assert isinstance(settings, Mapping)  # of what else they are, no library would be known
    return QuantizedLayers(library_named(slots.library)(settings, slots.requested), slots)


def _ggml(plan: LoadPlan, slots: QuantizedSlots, dtypes: SlotDTypes) -> Ggml:
    """The layers of a GGUF file's blocks; weights that are tied to one have its blocks under their own names."""
    experts: dict[str, ExpertBlocks] = {}
    blocks: dict[str, Blocks] = {}
    for name in slots.sizes:
        stack, matrix = experts_of(plan.recipes[name]), blocks_of(plan.recipes[name])
        if stack is not None:
            experts[name] = stack
        elif matrix is not None:
            blocks[name] = matrix
    ties = ((alias, recipe.slot) for alias, recipe in plan.recipes.items() if isinstance(recipe, Tied))
    blocks |= {alias: blocks[source] for alias, source in ties if source in blocks}
    return Ggml(blocks, experts, dtypes)
