"""What a model takes where: dtypes, sizes, units and devices, decided before anything is read.

A forecast shows a layout, and a load carries it out. Both have it from :func:`layout`; what differs is what they hand
in: a blueprint or a module that is there, the devices that a framework sees or those of which the driver tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from loadstone.core.placement_options import PlacementOptions
from loadstone.core.records import record
from loadstone.core.remote_path import RemotePath
from loadstone.core.sizes import format_bytes
from loadstone.core.structure import LayerKind, Structure, weight_slots
from loadstone.errors import ArgumentError, Fault, UnsupportedDType
from loadstone.planning.device_map import Demand, Placement, normalize, place
from loadstone.planning.match import LoadPlan
from loadstone.planning.recipes import Stored, Tied
from loadstone.planning.slot_dtypes import SlotDTypes, own_dtypes, slot_dtypes
from loadstone.planning.split import DISK, STRATEGIES, Place
from loadstone.planning.units import Size, Unit, sizes, units
from loadstone.quantization.packed import PackedTensor

if TYPE_CHECKING:
    from loadstone.planning.quantized_slots import QuantizedSlots

_UNNUMBERED = re.compile(r"[a-z]+")


@record
class Machine:
    """The devices that there are."""

    free: Mapping[Place, int]
    """Bytes that weights may take on each, in the order in which they are filled."""
    accelerators: int | None = 0
    """How many there are; None where nobody can tell."""
    kind: str | None = None
    """What PyTorch calls them (``"cuda"``); None where there are none, or nobody can tell."""
    is_any: bool = False
    """Whether ``max_memory`` describes a machine that need not be this one."""


@record
class Layout:
    """Every slot with its dtype, its size and its place."""

    dtypes: SlotDTypes
    sizes: Mapping[str, Size]
    """Of every slot that owns its values."""
    units: tuple[Unit, ...]
    placement: Placement
    device: Place
    """Where everything runs that lies on the CPU or the disk; ``"cuda"`` where the caller leaves the number open."""
    quantized: QuantizedSlots | None
    offloaded: tuple[str, ...]
    """Slots on the disk whose values the files do not hold as the model needs them, so that they are written once."""

    @property
    def left_plain(self) -> tuple[str, ...]:
        """Slots that were to be quantized, and that the library has no form for."""
        return () if self.quantized is None else self.quantized.left_plain

    @property
    def is_accelerated(self) -> bool:
        """Whether it computes on an accelerator: what lies on the CPU or the disk crosses to it when it runs."""
        return isinstance(self.placement.main, int)

    def on_disk(self, slot: str) -> bool:
        """Whether a slot's values are read from the disk when they are needed."""
        return self.placement.slots.get(slot) == DISK

    def must_cross(self, slot: str) -> bool:
        """Whether a slot's values lie elsewhere than the accelerator that computes with them."""
        return self.is_accelerated and not isinstance(self.placement.slots.get(slot, 0), int)

    def hf_device_map(self) -> dict[str, Place]:
        """What Transformers calls it: unit → device, or one entry for the whole model."""
        places = dict(self.placement.places)
        if len(set(places.values())) == 1:
            whole = next(iter(places.values()))
            return {"": self.device if isinstance(whole, int) else whole}
        return places


def layout(plan: LoadPlan, structure: Structure, options: PlacementOptions, machine: Machine) -> Layout:
    """Where everything goes, and what it takes there. Pure: it reads nothing and asks no device.

    Raises :class:`ArgumentError` for a device, a budget, a dtype or a quantization of no kind, or of none that this
    model and this machine have; :class:`UnsupportedDType`, :class:`InvalidDeviceMap`, :class:`DoesNotFit`, and
    :class:`InvalidConfig` for stored weights that cannot run as they are.
    """
    if options.sharding is not None:
        raise ArgumentError("sharding= is for Flax models. PyTorch models are placed by device_map=.")
    tied = {name: recipe.slot for name, recipe in plan.recipes.items() if isinstance(recipe, Tied)}
    dtypes = _dtypes(plan, structure, options, tied)
    quantized = None
    if options.quantization_config is not None or _has_packed(plan):
        from loadstone.planning.quantized_slots import quantized_slots  # which a plain load does without

        quantized = quantized_slots(plan, structure, options, dtypes)
    slot_sizes = sizes(plan.slots, plan, dtypes, quantized.sizes if quantized else None)
    cache, activations = _running_bytes(structure, options, dtypes.float_bits // 8)
    all_units = units(plan.slots, slot_sizes, structure.blocks(), cache)
    placement = place(
        Demand(all_units, tied, activations),
        options.device_map,
        options.max_memory,
        machine.free,
        known=set(structure.modules()) if isinstance(options.device_map, Mapping) else (),
    )
    _check_devices(placement, options.device_map, machine)
    device = _device(options.device_map, placement)
    offloaded = tuple(_offloaded(plan, placement, slot_sizes))
    planned = Layout(dtypes, slot_sizes, tuple(all_units), placement, device, quantized, offloaded)
    if quantized is not None:
        _check_quantized(quantized, planned)
    _check_disk(planned, plan, options)
    return planned


def _dtypes(plan: LoadPlan, structure: Structure, options: PlacementOptions, tied: Mapping[str, str]) -> SlotDTypes:
    modules = structure.modules() if options.dtype_by_module else ()
    dtypes = slot_dtypes(options.dtype, options.dtype_by_module, modules, lambda: _casting_weights(structure), tied)
    by_slot = {**own_dtypes(plan.slots), **options.dtype_by_slot}
    return replace(dtypes, by_slot={**dtypes.by_slot, **by_slot}) if by_slot else dtypes


def _casting_weights(structure: Structure) -> list[str]:
    """What is kept in float8 where that is asked for."""
    kinds = (LayerKind.LINEAR, LayerKind.TRANSPOSED_LINEAR)
    weights = list(weight_slots(structure.layers(), kinds, heads=False))
    if not weights:
        raise UnsupportedDType(
            [Fault("torch_dtype float8", "linear layers of Loadstone's own, which cast what they keep", "none")],
            hint="Classes of one's own compute in float32, bfloat16 or float16.",
        )
    return weights


def _running_bytes(
    structure: Structure, options: PlacementOptions, element_bytes: int
) -> tuple[Mapping[str, int], int]:
    """Keys and values of each block, and activations, for the texts that the caller announced."""
    if options.batch_and_length is None:
        return {}, 0
    batch, length = options.batch_and_length
    cache = structure.cache_bytes(batch, length, element_bytes)
    return cache, structure.activation_bytes(batch, length, element_bytes)


def _named_devices(device_map: object) -> list[tuple[Place, object]]:
    """The devices that a ``device_map`` names itself, and how it spells them; a strategy names none."""
    values = device_map.values() if isinstance(device_map, Mapping) else [device_map]
    named = [value for value in values if value is not None and not (isinstance(value, str) and value in STRATEGIES)]
    return [(normalize(value), value) for value in named]


def _check_devices(placement: Placement, device_map: object, machine: Machine) -> None:
    """:class:`ArgumentError` for an accelerator that this machine has not, or not of this kind."""
    named = _named_devices(device_map)
    if machine.accelerators is not None:
        described = placement.budgets.keys() if machine.is_any else ()
        for where in dict.fromkeys(placement.places.values()):
            if isinstance(where, int) and where >= machine.accelerators and where not in described:
                shown = repr(next((str(value) for key, value in named if key == where and value != where), where))
                raise ArgumentError(f"device_map names {shown}, but this machine has no accelerator of that number.")
    for where, value in named:
        kind = str(value).partition(":")[0]
        if machine.kind is not None and isinstance(where, int) and kind not in (machine.kind, str(where)):
            raise ArgumentError(
                f"device_map names {str(value)!r}, but this machine's accelerators are called {machine.kind!r}."
            )


def _device(device_map: object, placement: Placement) -> Place:
    if isinstance(device_map, Mapping) and set(device_map) == {""}:
        device_map = device_map[""]
    is_open = isinstance(placement.main, int) and _UNNUMBERED.fullmatch(str(device_map))
    return str(device_map) if is_open and device_map not in STRATEGIES else placement.main


def _offloaded(plan: LoadPlan, placement: Placement, slot_sizes: Mapping[str, Size]) -> Iterator[str]:
    if DISK not in placement.places.values():
        return
    for slot in plan.slots:
        is_stored = isinstance(plan.recipes[slot.name], Stored)
        if is_stored and placement.slots.get(slot.name) == DISK and not slot_sizes[slot.name].is_view:
            yield slot.name


def _has_packed(plan: LoadPlan) -> bool:
    stored = (recipe for recipe in plan.recipes.values() if isinstance(recipe, Stored))
    return any(isinstance(tensor.packing, PackedTensor) for recipe in stored for tensor in recipe.tensors)


def _check_quantized(quantized: QuantizedSlots, planned: Layout) -> None:
    """:class:`ArgumentError` where quantized weights are to lie elsewhere than where they compute."""
    away = [name for name in quantized.sizes if planned.on_disk(name) or planned.must_cross(name)]
    if away:
        raise ArgumentError(
            f"device_map or max_memory leaves {len(away)} quantized weights on the disk or the CPU, the first "
            f"{away[0]}. They must be on the device that computes with them: give those devices more room, "
            "or load unquantized weights."
        )
    if quantized.needs_accelerator and not planned.is_accelerated:
        raise ArgumentError(quantized.needs_accelerator)


def _check_disk(planned: Layout, plan: LoadPlan, options: PlacementOptions) -> None:
    """:class:`ArgumentError` where weights are to lie on the disk that no file there holds, and none may be written."""
    if not options.has_files and DISK in planned.placement.places.values():
        raise ArgumentError("device_map puts modules on the disk, and state_dict= has no files to read them from.")
    if DISK in planned.placement.places.values() and any(
        isinstance(tensor.file, RemotePath)
        for recipe in plan.recipes.values()
        if isinstance(recipe, Stored)
        for tensor in recipe.tensors
    ):
        raise ArgumentError(
            "device_map puts modules on the disk, and of a remote checkpoint nothing is put there. Give devices more "
            "room, or download it."
        )
    if not planned.offloaded or options.offload_folder is not None:
        return
    is_cast = True
    for name in planned.offloaded:
        recipe = plan.recipes[name]
        assert isinstance(recipe, Stored)
        is_cast = is_cast and planned.dtypes(name, recipe.pieces[0].tensor) is not recipe.pieces[0].tensor.dtype
    needed = sum(planned.sizes[name].nbytes for name in planned.offloaded)
    raise ArgumentError(
        f"{format_bytes(needed)} of weights that go to the disk are not stored as the model needs them. Say where "
        "they may be written once, with offload_folder='…'"
        + ("; or use them as they are stored, with torch_dtype='auto'." if is_cast else ".")
    )
