"""Which weights of a model are kept in fewer bits than a dtype has, what they take, and which library makes them.

Two ways lead here. The caller asks for it: plain weights are quantised while they are loaded, one after the other, so
that there is never more than one in full precision. Or the checkpoint is stored so: its parts are views of the files.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from loadstone.errors import ArgumentError, Fault, InvalidConfig
from loadstone.frameworks.torch.bitsandbytes_layers import BitsAndBytes
from loadstone.frameworks.torch.dtypes import to_torch
from loadstone.frameworks.torch.leaves import Linear
from loadstone.frameworks.torch.members import modules_of
from loadstone.frameworks.torch.model import PreTrainedModel
from loadstone.frameworks.torch.torchao_weights import TorchAo
from loadstone.options import Options
from loadstone.packing.kept import Kept
from loadstone.planning.match import LoadPlan
from loadstone.planning.recipes import Recipe, Stored, Tied
from loadstone.planning.slot_dtypes import SlotDTypes
from loadstone.planning.units import Size
from loadstone.quantisation_config import BITSANDBYTES, TORCHAO, Quantisation, read
from loadstone.tensors import DType

WEIGHT = ".weight"
_PLAIN = "dequantize=True makes plain weights of them."


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
    ) -> nn.Parameter:
        """A module's weight from its stored parts, named as they are within the module."""
        ...


class LowerBits:
    """The weights of one model that are in fewer bits: their slots, and what each takes."""

    def __init__(self, library: Library, asked: Quantisation | None, sizes: Mapping[str, Size]) -> None:
        self.library, self.asked, self.sizes = library, asked, sizes

    def __contains__(self, slot: object) -> bool:
        return slot in self.sizes

    @property
    def needs_accelerator(self) -> bool:
        """Whether the library has this for accelerators only."""
        return self.asked is not None and self.asked.needs_accelerator

    def prepare(self, model: nn.Module, main: DType | None) -> None:
        """Give the model the modules that hold such weights."""
        self.library.prepare(model, self.sizes.keys(), None if main is None else to_torch(main))

    def describe(self, model: PreTrainedModel, main: DType | None) -> None:
        """Let the model's config say how it was quantised, with each linear layer that was left alone by its name."""
        if self.asked is not None:
            settings = dict(self.asked.settings)
            is_bitsandbytes = self.asked.method == BITSANDBYTES
            plain = (name for name, each in modules_of(model) if isinstance(each, nn.Linear))
            left = sorted(name for name in plain if name + WEIGHT not in self)
            settings["llm_int8_skip_modules" if is_bitsandbytes else "modules_to_not_convert"] = left
            if is_bitsandbytes and settings["bnb_4bit_compute_dtype"] is None and main is not None:
                settings["bnb_4bit_compute_dtype"] = main.value
            model.config.quantization_config = settings
        settings = model.config.quantization_config
        if settings["quant_method"] == BITSANDBYTES:  # what PEFT asks for
            model.is_loaded_in_8bit, model.is_loaded_in_4bit = (
                bool(settings.get(name)) for name in ("load_in_8bit", "load_in_4bit")
            )


def lower_bits(model: nn.Module, plan: LoadPlan, options: Options, dtypes: SlotDTypes) -> LowerBits | None:
    """What the caller asks for, or the checkpoint has; None for a model that has all in plain dtypes.

    Raises :class:`ArgumentError` where there is nothing to quantise, :class:`InvalidConfig` where stored weights in
    fewer bits are not those of linear layers, and :class:`FrameworkNotInstalled` without the library.
    """
    kept = {name: recipe for name, recipe in plan.recipes.items() if any(_kept(recipe))}
    if kept:
        return _as_stored(model, kept, dtypes)
    if options.quantization_config is None:
        return None
    asked = read(options.quantization_config)
    library = TorchAo(asked) if asked.method == TORCHAO else BitsAndBytes(asked.settings)
    slots = {slot.name: slot for slot in plan.slots}
    shared = {recipe.slot for recipe in plan.recipes.values() if isinstance(recipe, Tied)}
    sizes = {}
    for module in linear_modules(model, (nn.Linear, Linear)):
        name = module + WEIGHT
        if not isinstance(plan.recipes.get(name), Stored) or name in shared or asked.leaves_alone(module):
            continue
        if asked.suits(slots[name].shape):
            dtype = dtypes.of(name) or DType.FLOAT32
            sizes[name] = Size(asked.packed_bytes(slots[name].shape, dtype.bits), dtype, False)
    if not sizes:
        raise ArgumentError(
            f"quantization_config: {type(model).__name__} has no linear layer that could be quantised, beside "
            "embeddings, heads and what it leaves out."
        )
    return LowerBits(library, asked, sizes)


def _as_stored(model: nn.Module, kept: Mapping[str, Recipe], dtypes: SlotDTypes) -> LowerBits:
    modules = dict(modules_of(model))
    faults, sizes = [], {}
    for name, recipe in kept.items():
        assert isinstance(recipe, Stored)
        piece, module = recipe.pieces[0], modules[name.rpartition(".")[0]]
        if len(recipe.pieces) > 1 or piece.rows is not None or piece.into is not None or not _is_plain(module):
            faults.append(Fault(name, "a linear layer's weight, stored as the model has it", f"{recipe}", _PLAIN))
            continue
        nbytes = sum(part.nbytes for each in _kept(recipe) for part in each.parts)
        sizes[name] = Size(nbytes, dtypes.of(name) or piece.tensor.dtype, True)
    if faults:
        raise InvalidConfig(faults, hint="These weights cannot run as they are stored.")
    settings = getattr(model, "config").quantization_config
    library = TorchAo(None) if settings["quant_method"] == TORCHAO else BitsAndBytes(settings)
    return LowerBits(library, None, sizes)


def _kept(recipe: Recipe) -> list[Kept]:
    tensors = recipe.tensors if isinstance(recipe, Stored) else ()
    return [tensor.packing for tensor in tensors if isinstance(tensor.packing, Kept)]


def linear_modules(model: nn.Module, kinds: tuple[type[nn.Module], ...]) -> Iterator[str]:
    """Linear layers of exactly these kinds, heads apart: what lies outside the bare model, or is the last of all."""
    found = [name for name, module in modules_of(model) if type(module) in kinds]
    inside = model.bare_prefix if isinstance(model, PreTrainedModel) else ""
    if inside:
        yield from (name for name in found if name.startswith(f"{inside}."))
    elif isinstance(model, PreTrainedModel) and model.component is not None:
        yield from found
    else:
        last = next((name.rpartition(".")[0] for name, _ in reversed(list(model.named_parameters()))), "")
        yield from (name for name in found if name != last)


def _is_plain(module: nn.Module) -> bool:
    return type(module) in (nn.Linear, Linear)
