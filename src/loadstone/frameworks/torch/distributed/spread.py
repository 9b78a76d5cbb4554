"""A model that is about to be filled goes over a mesh, as ``from_pretrained`` is asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import torch
import torch.distributed as dist
from torch import nn

from loadstone.configs.load_options import Options
from loadstone.core.placement_options import PlacementOptions
from loadstone.errors import ArgumentError, Fault, InvalidMesh
from loadstone.frameworks.torch.distributed.dtensors import is_dtensor, local_part, rank_plan
from loadstone.frameworks.torch.distributed.meshes import meshes
from loadstone.frameworks.torch.distributed.tensor_parallel import shard_blocks, split_layers
from loadstone.frameworks.torch.dtypes import to_torch
from loadstone.frameworks.torch.loading.module_walk import parameters_of
from loadstone.frameworks.torch.modeling.structure import TorchStructure
from loadstone.frameworks.torch.placement.placement import Devices, place
from loadstone.planning.match import LoadPlan

if TYPE_CHECKING:
    from loadstone.architectures.components.base import Component


def on_mesh(model: nn.Module, plan: LoadPlan, options: Options, asked: PlacementOptions) -> Devices:
    """Spread a skeleton over the mesh that the options ask for; where this rank's part of it goes.

    Raises :class:`ArgumentError` for what cannot be, :class:`InvalidMesh` for a mesh that does not fit the model.
    """
    _in_dtypes(model, asked)
    device = _spread(model, options)
    placed = place(model, rank_plan(model, plan), replace(asked, device_map={"": str(device)}))
    if placed.quantized_layers is not None:
        raise ArgumentError(
            "Quantized weights that stay packed cannot be spread over a mesh: their blocks are not cut. Give "
            "dequantize=True, which dequantizes them."
        )
    return replace(placed, named=False)


def _in_dtypes(model: nn.Module, asked: PlacementOptions) -> None:
    """A skeleton in the dtypes that it is to have, which FSDP notes as it takes parameters over."""
    made: dict[int, nn.Parameter] = {}
    for name, slot in parameters_of(model):
        dtype = asked.dtype_by_slot.get(name, asked.dtype)
        if dtype is None or not slot.is_meta or not slot.is_floating_point() or slot.dtype is to_torch(dtype):
            continue
        if id(slot) not in made:
            made[id(slot)] = nn.Parameter(torch.empty_like(slot, dtype=to_torch(dtype)), slot.requires_grad)
        path, _, leaf = name.rpartition(".")
        model.get_submodule(path)._parameters[leaf] = made[id(slot)]


def _spread(model: nn.Module, options: Options) -> torch.device:
    """The model as DTensors without memory, which compute with each other; this rank's device."""
    made = meshes(options)
    component: Component | None = model.component if isinstance(model, TorchStructure) else None
    if made.tensor is not None:
        if component is None:
            fault = Fault(type(model).__name__, "a class of one of Loadstone's families, which says how", "another")
            raise InvalidMesh([fault], hint="Take fsdp_size in place of tp_size; or, for that class, bridge=False.")
        split_layers(model, component, made.tensor)
    if made.blocks is not None:
        shard_blocks(model, made.blocks)
    return made.device


def same_on_all(model: nn.Module, names: Iterable[str]) -> None:
    """Parameters whose values each rank has drawn for itself, made those of the first where several ranks hold them."""
    slots = dict(model.named_parameters())
    for name in sorted(names):
        slot = slots.get(name)  # None for a buffer, which nobody draws
        if not is_dtensor(slot):
            continue
        for axis, placement in enumerate(slot.placements):
            if placement.is_replicate():
                dist.broadcast(local_part(slot).detach(), group=slot.device_mesh.get_group(axis), group_src=0)
