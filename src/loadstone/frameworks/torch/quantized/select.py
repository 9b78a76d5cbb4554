"""Which weights of a model are kept in fewer bits than a dtype has, what they take, and which library makes them.

Two ways lead here. The caller asks for it: plain weights are quantised while they are loaded, one after the other, so
that there is never more than one in full precision. Or the checkpoint is stored so: its parts are views of the files.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from loadstone.configs.load_options import Options
from loadstone.core.tensors import DType
from loadstone.errors import ArgumentError
from loadstone.frameworks.torch.dtypes import to_torch
from loadstone.frameworks.torch.loading.module_walk import modules_of
from loadstone.frameworks.torch.modeling.leaves import Experts, Linear, TransposedLinear
from loadstone.frameworks.torch.modeling.structure import TorchStructure
from loadstone.frameworks.torch.quantized.bitsandbytes import BitsAndBytes
from loadstone.frameworks.torch.quantized.compressed_tensors import CompressedTensors
from loadstone.frameworks.torch.quantized.ggml_weights import Ggml, fits
from loadstone.frameworks.torch.quantized.linear_modules import linear_modules
from loadstone.frameworks.torch.quantized.torchao import TorchAo
from loadstone.planning.match import LoadPlan
from loadstone.planning.packed_experts import experts_of
from loadstone.planning.quantized_sizes import (
    WEIGHT,
    blocks_of,
    check_as_stored,
    kept_of,
    kept_sizes,
    left_plain,
    quantised_sizes,
)
from loadstone.planning.recipes import Tied
from loadstone.planning.slot_dtypes import SlotDTypes
from loadstone.planning.units import Size
from loadstone.quantization.config import BITSANDBYTES, TORCHAO, Quantisation, read
from loadstone.quantization.gguf_tensor import Blocks
from loadstone.quantization.methods import COMPRESSED_TENSORS, RUN_BY, method_of
from loadstone.quantization.packed import Kept, is_in_blocks

EXPERT_SLOTS = ("gate_up_proj", "down_proj")


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
    """The weights of one model that are in fewer bits: their slots, and what each takes."""

    def __init__(
        self,
        library: Library,
        asked: Quantisation | None,
        sizes: Mapping[str, Size],
        left_plain: tuple[str, ...] = (),
    ) -> None:
        self.library, self.asked, self.sizes, self.left_plain = library, asked, sizes, left_plain

    def __contains__(self, slot: object) -> bool:
        return slot in self.sizes

    @property
    def needs_accelerator(self) -> bool:
        """Whether the library has this for accelerators only."""
        return self.asked is not None and self.asked.needs_accelerator

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


def lower_bits(model: nn.Module, plan: LoadPlan, options: Options, dtypes: SlotDTypes) -> LowerBits | None:
    """What the caller asks for, or the checkpoint has; None for a model that has all in plain dtypes.

    Raises :class:`ArgumentError` where there is nothing to quantise, :class:`InvalidConfig` where stored weights in
    fewer bits are not those of linear layers or experts, and :class:`FrameworkNotInstalled` without the library.
    """
    kept = kept_sizes(plan, dtypes)
    if any(is_in_blocks(each.inner) for name in kept for each in kept_of(plan.recipes[name])):
        return _in_blocks(model, plan, kept, dtypes)
    if kept:
        return _as_stored(model, plan, kept)
    if options.quantization_config is None:
        return None
    asked = read(options.quantization_config)
    library: Library = TorchAo(asked) if asked.method == TORCHAO else BitsAndBytes(asked.settings)
    experts = [f"{name}.{leaf}" for name in linear_modules(model, (Experts,)) for leaf in EXPERT_SLOTS]
    turned = list(linear_modules(model, (TransposedLinear,)))
    sizes = quantised_sizes(asked, linear_modules(model, (nn.Linear, Linear)), turned, experts, plan, dtypes)
    if not sizes:
        hint = " Those of GPT-2's kind are quantised by bitsandbytes." if turned and not asked.takes_turned else ""
        raise ArgumentError(
            f"quantization_config: {type(model).__name__} has no linear layer that could be quantised, beside "
            f"embeddings, heads and what it leaves out.{hint}"
        )
    return LowerBits(library, asked, sizes, left_plain(asked, experts, plan))


def _in_blocks(model: nn.Module, plan: LoadPlan, kept: Mapping[str, Size], dtypes: SlotDTypes) -> LowerBits | None:
    """What stays as a GGUF file has it: matrices, and stacks, that layers of known kinds hold. Others are decoded."""
    modules = dict(modules_of(model))
    names = {name: [name] for name in kept}
    for alias, recipe in plan.recipes.items():
        if isinstance(recipe, Tied) and recipe.slot in names:
            names[recipe.slot].append(alias)
    blocks: dict[str, Blocks] = {}
    for name, those in names.items():
        found = blocks_of(plan.recipes[name])
        holders = [each.rpartition(".")[::2] for each in those]
        if found and all(leaf == "weight" and fits(modules[path], found) for path, leaf in holders):
            blocks |= dict.fromkeys(those, found)
    stacks = {name: each for name in kept if (each := experts_of(plan.recipes[name])) is not None}
    experts = {name: each for name, each in stacks.items() if type(modules[name.rpartition(".")[0]]) is Experts}
    sizes = {name: size for name, size in kept.items() if name in blocks or name in experts}
    return LowerBits(Ggml(blocks, experts, dtypes), None, sizes) if sizes else None


def _as_stored(model: nn.Module, plan: LoadPlan, sizes: Mapping[str, Size]) -> LowerBits:
    config: Any = model.config
    settings = config.quantization_config
    library = RUN_BY[str(method_of(settings))]
    found: dict[type[nn.Module], list[str]] = {nn.Linear: [], TransposedLinear: [], Experts: []}
    for name, module in modules_of(model):
        kind = nn.Linear if type(module) is Linear else type(module)
        if kind in found:
            found[kind] += [f"{name}.{leaf}" for leaf in (EXPERT_SLOTS if kind is Experts else ("weight",))]
    check_as_stored(sizes, plan, library, found[nn.Linear], found[TransposedLinear], found[Experts])
    makers: dict[str, Callable[[], Library]] = {
        TORCHAO: lambda: TorchAo(None),
        BITSANDBYTES: lambda: BitsAndBytes(settings),
        COMPRESSED_TENSORS: CompressedTensors,
    }
    return LowerBits(makers[library](), None, sizes)
