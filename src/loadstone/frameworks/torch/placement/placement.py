"""Slots → devices: what ``device_map`` and ``max_memory`` ask for, on what this machine has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from loadstone.architectures import components
from loadstone.architectures.demands import activation_bytes, cache_bytes
from loadstone.configs.load_options import Options
from loadstone.core.records import record
from loadstone.core.tensors import DType
from loadstone.errors import ArgumentError, Fault, UnsupportedDType
from loadstone.frameworks.torch.modeling.leaves import Linear, TransposedLinear
from loadstone.frameworks.torch.modeling.structure import TorchStructure
from loadstone.frameworks.torch.quantized.linear_modules import linear_modules
from loadstone.planning.device_map import Placement
from loadstone.planning.device_map import place as planned
from loadstone.planning.match import LoadPlan
from loadstone.planning.recipes import Stored, Tied
from loadstone.planning.slot_dtypes import SlotDTypes, slot_dtypes
from loadstone.planning.split import CPU, DISK, STRATEGIES, Place
from loadstone.planning.units import Size, Unit, sizes, units
from loadstone.quantization.packed import Kept
from loadstone.transfer.machine import USED_SHARE, available_bytes

if TYPE_CHECKING:
    from loadstone.frameworks.torch.quantized.select import LowerBits


@record
class Devices:
    """Where each slot goes, and where each unit runs."""

    main: torch.device
    """Where everything runs that lies on the CPU or the disk, and where computed buffers are."""
    placement: Placement
    units: tuple[Unit, ...]
    sizes: Mapping[str, Size]
    named: bool
    """Whether the caller gave a ``device_map``."""
    dtypes: SlotDTypes
    lower: LowerBits | None
    """Weights in fewer bits."""

    @property
    def left_plain(self) -> tuple[str, ...]:
        """Slots that were to be quantised, and that the library has no form for."""
        return () if self.lower is None else self.lower.left_plain

    @property
    def is_accelerated(self) -> bool:
        """Whether it computes on an accelerator: what lies on the CPU or the disk crosses to it when it runs."""
        return isinstance(self.placement.main, int)

    def of(self, slot: str) -> torch.device:
        """Where a slot's numbers lie; for one on the disk, the CPU that maps its file."""
        place = self.placement.slots.get(slot)
        return self.main if place is None else self.resolve(place)

    def runs_on(self, unit: str) -> torch.device:
        """Where a unit computes."""
        place = self.placement.places[unit]
        return self.resolve(place) if isinstance(place, int) else self.main

    def resolve(self, place: Place) -> torch.device:
        """PyTorch's name of a place."""
        if not isinstance(place, int):
            return torch.device("cpu")
        return self.main if self.main.index == place else torch.device(self.main.type, place)

    def on_disk(self, slot: str) -> bool:
        """Whether a slot's numbers are read from the disk when they are needed."""
        return self.placement.slots.get(slot) == DISK

    def must_cross(self, slot: str) -> bool:
        """Whether a slot's numbers lie elsewhere than the accelerator that computes with them."""
        return self.is_accelerated and not isinstance(self.placement.slots.get(slot, 0), int)

    def hf_device_map(self) -> dict[str, Place | str]:
        """What Transformers calls it: unit → device, or one entry for the whole model."""
        places = dict(self.placement.places)
        if len(set(places.values())) == 1:
            place = next(iter(places.values()))
            return {"": self.main.type if isinstance(place, int) and self.main.index is None else place}
        return places

    def __str__(self) -> str:
        counts: dict[str, int] = {}
        for place in self.placement.places.values():
            name = str(self.resolve(place)) if isinstance(place, int) else place
            counts[name] = counts.get(name, 0) + 1
        return next(iter(counts)) if len(counts) == 1 else ", ".join(f"{n} on {name}" for name, n in counts.items())


def place(
    model: nn.Module,
    plan: LoadPlan,
    options: Options,
    dtype: DType | None,
    by_slot: Mapping[str, DType] = MappingProxyType({}),
) -> Devices:
    """Where everything goes. ``by_slot``: slots whose dtype is not ``dtype``'s affair.

    Raises what :mod:`loadstone.planning.device_map` raises, before anything is read.
    """
    device_map = options.device_map
    if isinstance(device_map, Mapping) and set(device_map) == {""}:
        device_map = device_map[""]

    tied = {name: recipe.slot for name, recipe in plan.recipes.items() if isinstance(recipe, Tied)}
    by_module = options.dtypes_by_module()
    names = {name for name, _ in model.named_modules()} if by_module else ()
    dtypes = slot_dtypes(dtype, by_module, names, lambda: _linear_weights(model), tied)
    if by_slot:
        dtypes = replace(dtypes, by_slot={**dtypes.by_slot, **by_slot})
    lower = _lower_bits(model, plan, options, dtypes)
    found = sizes(plan.slots, plan, dtypes, lower.sizes if lower else None)
    element_bytes = dtypes.float_bits // 8
    hints = options.hints()
    component = model.component if isinstance(model, TorchStructure) else None
    cache = cache_bytes(component, *hints, element_bytes) if component is not None and hints else {}
    activations = activation_bytes(component, *hints, element_bytes) if component is not None and hints else 0
    all_units = units(plan.slots, found, list(block_names(model)), cache)
    whole = None
    if not isinstance(device_map, Mapping) and device_map not in (*STRATEGIES, DISK):
        whole = device_of(device_map)
        device_map = CPU if whole.type == "cpu" else whole.index or 0
    placement = planned(
        all_units,
        tied,
        device_map,
        options.max_memory,
        free_bytes(),
        known={name for name, _ in model.named_modules()} if isinstance(device_map, Mapping) else (),
        activation_bytes=activations,
    )
    if whole is None:
        for each in dict.fromkeys(placement.places.values()):
            if each != DISK:
                device_of(each)
    main = device_of(placement.main) if whole is None else whole
    devices = Devices(main, placement, tuple(all_units), found, options.device_map is not None, dtypes, lower)
    if lower is not None:
        _check_places(lower, devices)
    return devices


def _lower_bits(model: nn.Module, plan: LoadPlan, options: Options, dtypes: SlotDTypes) -> LowerBits | None:
    """Weights in fewer bits. None where there are none: such a load need not even import what makes them."""
    stored = (recipe for recipe in plan.recipes.values() if isinstance(recipe, Stored))
    stays_packed = any(isinstance(tensor.packing, Kept) for recipe in stored for tensor in recipe.tensors)
    if not stays_packed and options.quantization_config is None:
        return None
    from loadstone.frameworks.torch.quantized.select import lower_bits

    return lower_bits(model, plan, options, dtypes)


def _linear_weights(model: nn.Module) -> Iterator[str]:
    """What is kept in float8 where that is asked for."""
    found = [f"{name}.weight" for name in linear_modules(model, (Linear, TransposedLinear))]
    if not found:
        raise UnsupportedDType(
            [Fault("torch_dtype float8", "linear layers of Loadstone's own, which cast what they keep", "none")],
            hint="Classes of one's own compute in float32, bfloat16 or float16.",
        )
    yield from found


def _check_places(lower: LowerBits, devices: Devices) -> None:
    """:class:`ArgumentError` where weights in fewer bits are to lie elsewhere than where they compute."""
    away = [name for name in lower.sizes if devices.on_disk(name) or devices.must_cross(name)]
    if away:
        raise ArgumentError(
            f"device_map or max_memory leaves {len(away)} quantised weights on the disk or the CPU, the first "
            f"{away[0]}. They can only lie where they compute: give those devices more room, or load plain weights."
        )
    if lower.needs_accelerator and any(devices.of(name).type == "cpu" for name in lower.sizes):
        raise ArgumentError(
            "torchao's Int4WeightOnlyConfig needs an accelerator. On the CPU there are its "
            "PrototypeInt4WeightOnlyConfig, and BitsAndBytesConfig(load_in_4bit=True)."
        )


def block_names(model: nn.Module) -> Iterator[str]:
    """The modules that are never split: a blueprint's blocks; in others what lies in lists, such as ``blocks.0``."""
    if isinstance(model, TorchStructure) and model.component is not None:
        yield from (name for name, _ in components.blocks(model.component))
        return
    listed = isinstance(model, nn.ModuleList | nn.Sequential)
    for name, child in model.named_children():
        if listed:
            yield name
        else:
            yield from (f"{name}.{below}" for below in block_names(child))


def free_bytes() -> dict[Place, int]:
    """What weights may take on each accelerator, and on the CPU."""
    found: dict[Place, int] = {}
    if torch.accelerator.is_available():
        kind = torch.accelerator.current_accelerator()
        assert kind is not None
        ask = getattr(getattr(torch, kind.type, None), "mem_get_info", None)
        if ask is not None:
            found = {index: int(USED_SHARE * ask(index)[0]) for index in range(torch.accelerator.device_count())}
        elif kind.type == "mps":
            free = torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory()
            found = {0: int(USED_SHARE * free)}
    return {**found, CPU: int(USED_SHARE * available_bytes())}


def device_of(device: Any) -> torch.device:
    """One device, by a name or an index; :class:`ArgumentError` for one that is not there."""
    if device is None:
        return torch.device("cpu")
    if isinstance(device, int) and not isinstance(device, bool):
        found = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
        if found is None or not 0 <= device < torch.accelerator.device_count():
            raise ArgumentError(f"device_map names {device}, but this machine has no accelerator of that number.")
        return torch.device(found.type, device)
    try:
        made = torch.device(device)
        torch.empty(0, device=made)
    except (RuntimeError, TypeError, AssertionError) as error:
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ArgumentError(f"device_map names {device!r}, which PyTorch cannot use here: {text}") from None
    if made.type == "meta":
        raise ArgumentError(
            "device_map names 'meta', where nothing can be loaded. For a skeleton: a class and its config."
        )
    return made
