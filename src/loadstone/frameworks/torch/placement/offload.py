"""Load plan → load plan: what is to lie on the disk and cannot be used as it is stored gets a file of its own."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from loadstone.checkpoint import open_checkpoint
from loadstone.core.paths import local_path
from loadstone.core.progress import Progress
from loadstone.core.slices import boxes, normalize, overlap, relative, shape_of
from loadstone.frameworks.torch.dtypes import from_torch
from loadstone.frameworks.torch.loading.fill import Source, TorchDTypeOf, taken
from loadstone.frameworks.torch.loading.jobs import Job
from loadstone.frameworks.torch.placement.placement import Devices
from loadstone.planning.match import LoadPlan
from loadstone.planning.recipes import Piece, Stored
from loadstone.saving.offload_folder import offload_name, offloaded_files
from loadstone.transfer.array_bytes import elements
from loadstone.transfer.memory import new_memory
from loadstone.transfer.outgoing import OutgoingTensor

if TYPE_CHECKING:
    from loadstone.core.arrays import ByteArray


def offload(
    plan: LoadPlan,
    devices: Devices,
    slots: Mapping[str, Tensor],
    source: Source,
    dtype_of: TorchDTypeOf,
    folder: str | os.PathLike[str] | None,
) -> LoadPlan:
    """The plan with every slot on the disk made of one piece as it is stored; the source has the files of all.

    What already is stays; the rest is cast and stacked into files under ``folder``, or taken from those of an earlier
    load. Raises what ``offloaded_files`` raises.
    """
    if not devices.offloaded:
        return plan
    assert folder is not None  # the layout says so
    units: dict[str, list[OutgoingTensor]] = {}
    offloaded, whole = set(devices.offloaded), _decoder(source)
    for unit in devices.units:
        for name in unit.slots:
            recipe = plan.recipes[name]
            if name in offloaded and isinstance(recipe, Stored):
                dtype = dtype_of(name, recipe.pieces[0].tensor)
                units.setdefault(unit.name, []).append(_outgoing(name, recipe, dtype, slots[name], source, whole))
    needed = sum(tensor.nbytes for tensors in units.values() for tensor in tensors)
    form = [(tensor.name, tensor.dtype, plan.recipes[tensor.name]) for tensors in units.values() for tensor in tensors]
    sources = {piece.tensor.file for _, _, recipe in form if isinstance(recipe, Stored) for piece in recipe.pieces}
    name, described = offload_name(sorted(sources), form)
    with Progress("Offloading", needed) as progress:
        files = offloaded_files(local_path(folder), name, described, units, progress)
    recipes = dict(plan.recipes)
    for unit_name, path in files.items():
        stored = open_checkpoint(path)
        source.weights.add(path)
        recipes |= {tensor.name: Stored((Piece(stored[tensor.name]),)) for tensor in units[unit_name]}
    return replace(plan, recipes=recipes)


def _decoder(source: Source) -> Callable[[Job], Tensor]:
    """Makes a packed slot whole; the last one stays at hand, since its elements are asked for one range at a time."""
    lock = threading.Lock()
    last: dict[str, Tensor] = {}

    def whole(job: Job) -> Tensor:
        with lock:
            if job.name not in last:
                last.clear()
                last[job.name] = source.make([job], torch.device("cpu")).tensors[job.name]
            return last[job.name]

    return whole


def _outgoing(
    name: str, recipe: Stored, dtype: torch.dtype, slot: Tensor, source: Source, whole: Callable[[Job], Tensor]
) -> OutgoingTensor:
    """A slot whose elements are cast and put together when they are asked for."""
    shape = tuple(slot.shape)
    if any(piece.tensor.packing is not None for piece in recipe.pieces):
        job = Job(name, recipe.pieces, shape, dtype)

        def decoded(first: int, last: int) -> ByteArray:
            return whole(job).view(-1)[first:last].view(torch.uint8).numpy()

        return OutgoingTensor(name, from_torch(dtype), shape, elements(dtype.itemsize, decoded))
    regions = [(piece, normalize(piece.into or (), shape)) for piece in recipe.pieces]

    def read(first: int, last: int) -> ByteArray:
        # Not of the allocator's pools: a thread that is gone leaves there what the model needs to run.
        values = torch.frombuffer(new_memory((last - first) * dtype.itemsize), dtype=dtype, count=last - first)
        at = 0
        for box in boxes(shape, first, last):
            sizes = shape_of(box)
            count = math.prod(sizes)
            part = values[at : at + count].view(sizes)
            for piece, region in regions:
                shared = overlap(box, region)
                if shared is not None:
                    part[relative(shared, box)].copy_(taken(source, piece)[relative(shared, region)].detach())
            at += count
        return values.view(torch.uint8).numpy()

    return OutgoingTensor(name, from_torch(dtype), shape, elements(dtype.itemsize, read))
