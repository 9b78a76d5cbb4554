"""Slots → devices: what ``device_map`` and ``max_memory`` ask for, on what this machine has."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

import torch
from torch import nn

from loadstone.architectures import components
from loadstone.architectures.structure import BlueprintStructure
from loadstone.core.placement_options import PlacementOptions
from loadstone.core.records import record
from loadstone.core.structure import Layer, LayerKind
from loadstone.errors import ArgumentError
from loadstone.frameworks.torch.loading.foreign import is_of_transformers
from loadstone.frameworks.torch.loading.module_walk import modules_of, plain_class
from loadstone.frameworks.torch.modeling.leaves import (
    ClampedExperts,
    Embedding,
    Experts,
    Float8Linear,
    TransposedLinear,
)
from loadstone.frameworks.torch.modeling.structure import TorchStructure
from loadstone.frameworks.torch.quantized.linear_modules import linear_modules
from loadstone.planning.layout import Layout, Machine, layout
from loadstone.planning.match import LoadPlan
from loadstone.planning.split import CPU, DISK, Place
from loadstone.transfer.machine import USED_SHARE, available_bytes

if TYPE_CHECKING:
    from loadstone.frameworks.torch.quantized.select import QuantizedLayers

_KINDS: Mapping[type[nn.Module], LayerKind] = {
    Float8Linear: LayerKind.LINEAR,
    nn.Linear: LayerKind.PLAIN_LINEAR,
    TransposedLinear: LayerKind.TRANSPOSED_LINEAR,
    Embedding: LayerKind.EMBEDDING,
    Experts: LayerKind.EXPERTS,
    ClampedExperts: LayerKind.TRANSPOSED_EXPERTS,
}


def _kind(module: nn.Module) -> LayerKind | None:
    kind = _KINDS.get(plain_class(module))
    is_built = kind is LayerKind.PLAIN_LINEAR and "component" in module.__dict__  # and so can become a Float8Linear
    return LayerKind.LINEAR if is_built else kind


@record
class Devices(Layout):
    """A layout, and the devices of this process that carry it out."""

    plan: LoadPlan
    """What fills the slots of this process: of a model over a mesh, its rank's part of each."""
    main: torch.device
    """Where everything runs that lies on the CPU or the disk, and where computed buffers are."""
    named: bool
    """Whether the caller gave a ``device_map``."""
    quantized_layers: QuantizedLayers | None
    """What makes the quantized weights."""

    def of(self, slot: str) -> torch.device:
        """Where a slot's values lie; for one on the disk, the CPU that maps its file."""
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

    def __str__(self) -> str:
        counts: dict[str, int] = {}
        for place in self.placement.places.values():
            name = str(self.resolve(place)) if isinstance(place, int) else place
            counts[name] = counts.get(name, 0) + 1
        return next(iter(counts)) if len(counts) == 1 else ", ".join(f"{n} on {name}" for name, n in counts.items())


def place(model: nn.Module, plan: LoadPlan, options: PlacementOptions) -> Devices:
    """Where everything goes. Raises what :func:`loadstone.planning.layout.layout` raises, before anything is read."""
    model_layout = layout(plan, ModuleStructure(model), options, machine())
    for device in dict.fromkeys(model_layout.placement.places.values()):
        if device != DISK:
            device_of(device)
    layers = None
    if model_layout.quantized is not None:
        from loadstone.frameworks.torch.quantized.select import quantized_layers  # which most loads do without

        layers = quantized_layers(plan, model_layout.quantized, model_layout.dtypes, options.stored_quantization)
    return Devices(
        **vars(model_layout),
        plan=plan,
        main=device_of(model_layout.device),
        named=options.device_map is not None,
        quantized_layers=layers,
    )


class ModuleStructure:
    """A module that is there, as a layout sees it; see :class:`loadstone.core.structure.Structure`."""

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self.class_name = type(model).__name__
        component = model.component if isinstance(model, TorchStructure) else None
        self._blueprint = None if component is None else BlueprintStructure(component, self.class_name)

    def modules(self) -> Collection[str]:
        """Every module by its full name."""
        return {name for name, _ in self._model.named_modules()}

    def blocks(self) -> Collection[str]:
        """What is never split."""
        return list(block_names(self._model))

    def layers(self) -> Mapping[str, Layer]:
        """Layers of exactly the kinds that are known, under each of their names."""
        bare = set(linear_modules(self._model, tuple(_KINDS)))
        kinds = ((name, _kind(module)) for name, module in modules_of(self._model))
        known = {} if self._blueprint is None else self._blueprint.layers()
        routing = {name for name, layer in known.items() if layer.routes}
        return {name: Layer(kind, name not in bare, name in routing) for name, kind in kinds if kind is not None}

    def cache_bytes(self, batch: int, length: int, element_bytes: int) -> Mapping[str, int]:
        """Of a blueprint's blocks; what other modules keep is not known."""
        return {} if self._blueprint is None else self._blueprint.cache_bytes(batch, length, element_bytes)

    def activation_bytes(self, batch: int, length: int, element_bytes: int) -> int:
        """Of a blueprint's model; what other modules need is not known."""
        return 0 if self._blueprint is None else self._blueprint.activation_bytes(batch, length, element_bytes)


def block_names(model: nn.Module) -> Iterator[str]:
    """The modules that are never split: a blueprint's blocks; what a class declares; else what lies in lists, such as
    ``blocks.0``."""
    if isinstance(model, TorchStructure) and model.component is not None:
        yield from (name for name, _ in components.blocks(model.component))
        return
    if is_of_transformers(model) and (declared := _declared_blocks(model)):
        yield from declared
        return
    listed = isinstance(model, nn.ModuleList | nn.Sequential)
    for name, child in model.named_children():
        if listed:
            yield name
        else:
            yield from (f"{name}.{below}" for below in block_names(child))


def _declared_blocks(model: nn.Module) -> list[str]:
    """What one of transformers' classes says in ``_no_split_modules``; of blocks within others the outer ones."""
    kinds = set(getattr(model, "_no_split_modules", None) or ())
    blocks: list[str] = []
    for name, module in modules_of(model):
        is_inside = bool(blocks) and name.startswith(f"{blocks[-1]}.")
        if name and not is_inside and type(module).__name__ in kinds:
            blocks.append(name)
    return blocks


def machine() -> Machine:
    """What PyTorch sees here."""
    free: dict[Place, int] = {}
    kind, count = None, 0
    if torch.accelerator.is_available():
        accelerator = torch.accelerator.current_accelerator()
        assert accelerator is not None
        kind, count = accelerator.type, torch.accelerator.device_count()
        ask = getattr(getattr(torch, kind, None), "mem_get_info", None)
        if ask is not None:
            free = {index: int(USED_SHARE * ask(index)[0]) for index in range(count)}
        elif kind == "mps":
            unused = torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory()
            free = {0: int(USED_SHARE * unused)}
    return Machine({**free, CPU: int(USED_SHARE * available_bytes())}, count, kind)


def device_of(device: Place) -> torch.device:
    """One device, by a name or an index; :class:`ArgumentError` for one that PyTorch cannot use."""
    if isinstance(device, int):
        accelerator = torch.accelerator.current_accelerator()
        assert accelerator is not None  # the layout says so
        return torch.device(accelerator.type, device)
    try:
        torch_device = torch.device(device)
        torch.empty(0, device=torch_device)
    except (RuntimeError, TypeError, AssertionError) as error:
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ArgumentError(f"device_map names {device!r}, which PyTorch cannot use here: {text}") from None
    return torch_device
