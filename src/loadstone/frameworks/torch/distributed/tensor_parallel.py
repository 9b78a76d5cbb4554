"""A model over a mesh: parameters become DTensors, placed as its blueprint says; leaves compute with their shares."""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.tensor import DTensor, Placement, Replicate, Shard

from loadstone.architectures import components
from loadstone.frameworks.tensor_parallel import split_leaves
from loadstone.frameworks.torch.distributed.collectives import Group
from loadstone.frameworks.torch.distributed.dtensors import is_dtensor, local_part
from loadstone.frameworks.torch.distributed.styles import Local, install
from loadstone.frameworks.torch.loading.module_walk import modules_of
from loadstone.frameworks.torch.placement.placement import block_names
from loadstone.planning.mesh import chunk


def split_layers(model: nn.Module, component: components.Component, mesh: DeviceMesh) -> None:
    """Split a model over the ranks of a mesh of one dimension: tensor parallelism.

    Parameters on the meta device get no memory; of others each rank keeps its part. Raises :class:`InvalidMesh` where
    that is not possible.
    """
    tied: Any = getattr(model, "tied_slots", dict)
    leaves = {each.name: each for each in split_leaves(component, mesh.size(), tied())}
    axes = {f"{name}.{slot}": axis for name, each in leaves.items() for slot, axis in each.axes.items()}
    group = Group(mesh.get_group())
    placed: dict[int, nn.Parameter] = {}
    kept: list[nn.Parameter] = []  # so that no id is another's
    for path, module in modules_of(model):
        lone = module.__dict__.get("lone_weights", {})
        for name, slot in module._parameters.items():
            if slot is None:
                continue
            if id(slot) not in placed:
                kept.append(slot)
                axis = axes.get(f"{path}.{name}" if path else name)
                placed[id(slot)] = _placed(slot, mesh, Replicate() if axis is None else Shard(axis))
            module._parameters[name] = placed[id(slot)]
        module.__dict__["ranks"] = group
        if path in leaves:
            install(module, leaves[path], group)
        elif module._parameters.keys() - lone.keys():
            Local(module)


def _placed(slot: nn.Parameter, mesh: DeviceMesh, placement: Placement) -> nn.Parameter:
    part: Tensor = slot.detach()
    if isinstance(placement, Shard):
        start, stop = chunk(slot.shape[placement.dim], mesh.size(), mesh.get_local_rank())
        part = part.narrow(placement.dim, start, stop - start)
    part = torch.empty(part.shape, dtype=part.dtype, device="meta") if part.is_meta else part.clone()
    whole = DTensor.from_local(part, mesh, [placement], run_check=False, shape=slot.shape, stride=slot.stride())
    return nn.Parameter(whole, requires_grad=slot.requires_grad)


def shard_blocks(model: nn.Module, mesh: DeviceMesh) -> None:
    """Have FSDP shard each block of a model over a mesh of one dimension, and what lies outside of blocks.

    It does not take parameters without a dimension: these are whole on each rank, see :func:`average_scalars`.
    """
    from torch.distributed.fsdp import fully_shard, register_fsdp_forward_method

    scalars = _scalars(model, mesh)
    for name in block_names(model):
        fully_shard(model.get_submodule(name), mesh=mesh, ignored_params=scalars)
    # Not as long as PyTorch would keep it: who asks for parameters after a forward pass is to find those that stay.
    fully_shard(model, mesh=mesh, reshard_after_forward=True, ignored_params=scalars)
    if hasattr(model, "generate"):  # which has an encoder read before the model itself is called
        register_fsdp_forward_method(model, "generate")


def average_scalars(model: nn.Module) -> None:
    """Give the parameters without a dimension the mean of all ranks' gradients, as FSDP gives the others. It holds for
    those that are there by now: a model is filled first."""
    scalars: list[Any] = [slot for slot in model.parameters() if slot.dim() == 0 and slot.requires_grad]
    meshes = (slot.device_mesh for slot in model.parameters() if is_dtensor(slot)) if scalars else ()
    mesh = next((each["fsdp"] for each in meshes if "fsdp" in (each.mesh_dim_names or ())), None)
    if mesh is None:
        return
    group = mesh.get_group()

    def mean(slot: Tensor) -> None:
        if slot.grad is not None:
            gradient = local_part(slot.grad)
            dist.all_reduce(gradient, group=group)
            gradient /= mesh.size()

    for slot in scalars:
        slot.register_post_accumulate_grad_hook(mean)


def _scalars(model: nn.Module, mesh: DeviceMesh) -> set[nn.Parameter]:
    """The parameters without a dimension, made DTensors that are whole."""
    found: dict[int, tuple[nn.Parameter, Any]] = {}
    for module in model.modules():
        for name, slot in module._parameters.items():
            if slot is not None and slot.dim() == 0:
                if id(slot) not in found:
                    found[id(slot)] = slot, slot if is_dtensor(slot) else _placed(slot, mesh, Replicate())
                module._parameters[name] = found[id(slot)][1]
    return {whole for _, whole in found.values()}
