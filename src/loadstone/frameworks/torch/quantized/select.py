"""What makes the weights of a model that are kept in fewer bits than a dtype has: one library for each method.

Plain weights are quantised while they are loaded, one after the other, so that there is never more than one in full
precision. Of those that are stored so the parts are views of the files.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from loadstone.core.structure import EXPERT_SLOTS
from loadstone.core.tensors import DType
from loadstone.frameworks.torch.dtypes import to_torch
from loadstone.frameworks.torch.loading.module_walk import modules_of
from loadstone.frameworks.torch.modeling.leaves import Experts
from loadstone.frameworks.torch.modeling.structure import TorchStructure
from loadstone.frameworks.torch.quantized.bitsandbytes import BitsAndBytes
from loadstone.frameworks.torch.quantized.compressed_tensors import CompressedTensors
from loadstone.frameworks.torch.quantized.ggml_weights import Ggml
from loadstone.frameworks.torch.quantized.torchao import TorchAo
from loadstone.planning.match import LoadPlan
from loadstone.planning.packed_experts import ExpertBlocks, experts_of
from loadstone.planning.quantized_sizes import WEIGHT, blocks_of
from loadstone.planning.quantized_slots import QuantizedSlots
from loadstone.planning.recipes import Tied
from loadstone.planning.slot_dtypes import SlotDTypes
from loadstone.quantization.config import BITSANDBYTES, TORCHAO
from loadstone.quantization.gguf_tensor import Blocks
from loadstone.quantization.methods import COMPRESSED_TENSORS
from loadstone.quantization.packed import Kept


class Library(Protocol):
    """What makes weights in fewer bits."""

    def prepare(self, model: nn.Module, weights: Collection[str], compute_dtype: torch.dtype | None) -> None:
        """Give the model the modules that hold such weights, still without memory."""
        ...

    def quantise(self, module: nn.Module, weight: Tensor, dtype: torch.dtype) -> nn.Parameter:
        """A module's weight in fewer bits, on the device of the numbers given, which are rounded to ``dtype`` first."""
        ...

    def rebuild(
        self, module: nn.Module, kept: Kept, parts: Mapping[str, Tensor], dtype: torch.dtype
    ) -> nn.Parameter | None:
        """A module's weight from its stored parts, named as they are within the module.

        None where the parts themselves have become the module's parameters, and it has no weight any more.
        """
        ...


class LowerBits:
    """The weights of one model that are in fewer bits, and the library that makes them."""

    def __init__(self, library: Library, slots: QuantizedSlots) -> None:
        self.library, self.asked, self.sizes = library, slots.asked, slots.sizes

    def __contains__(self, slot: object) -> bool:
        return slot in self.sizes

    def prepare(self, model: nn.Module, main: DType | None) -> None:
        """Give the model the modules that hold such weights."""
        self.library.prepare(model, self.sizes.keys(), None if main is None else to_torch(main))

    def describe(self, model: TorchStructure, main: DType | None) -> None:
        """Let the model's config say how it was quantised, with each layer that was left alone by its name."""
        if self.asked is not None:
            settings = dict(self.asked.settings)
            is_bitsandbytes = self.asked.method == BITSANDBYTES
            plain = [name + WEIGHT for name, each in modules_of(model) if isinstance(each, nn.Linear)]
            plain += [f"{name}.{EXPERT_SLOTS[0]}" for name, each in modules_of(model) if isinstance(each, Experts)]
            left = sorted(name.rpartition(".")[0] for name in plain if name not in self)
            settings["llm_int8_skip_modules" if is_bitsandbytes else "modules_to_not_convert"] = left
            if is_bitsandbytes and settings["bnb_4bit_compute_dtype"] is None and main is not None:
                settings["bnb_4bit_compute_dtype"] = main.value
            model.config.quantization_config = settings
        if isinstance(self.library, BitsAndBytes):  # what PEFT asks for
            model.__dict__[f"is_loaded_in_{8 if self.library.is_int8 else 4}bit"] = True


def lower_bits(plan: LoadPlan, slots: QuantizedSlots, dtypes: SlotDTypes, stored_settings: Any) -> LowerBits:
    """What makes the quantized weights of a model. ``stored_settings``: the ``quantization_config`` of the checkpoint.

    Raises :class:`FrameworkNotInstalled` without the library, and :class:`ArgumentError` for settings that it refuses.
    """
    if slots.library is None:
        return LowerBits(_ggml(plan, slots, dtypes), slots)
    makers: dict[str, Callable[[], Library]] = {
        TORCHAO: lambda: TorchAo(slots.asked),
        BITSANDBYTES: lambda: BitsAndBytes(stored_settings if slots.asked is None else slots.asked.settings),
        COMPRESSED_TENSORS: CompressedTensors,
    }
    return LowerBits(makers[slots.library](), slots)


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
