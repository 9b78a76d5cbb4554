"""Parameters that are DTensors, whoever placed them: what of each this rank holds, and how it gets its values.

``fully_shard``, ``parallelize_module`` and ``distribute_tensor`` make them. Each is a tensor of this rank's own (its
local tensor) and a description of the whole. All else fills local tensors as it fills any; here they are found, and
made DTensors again. Models without DTensors never import ``torch.distributed.tensor``, which takes a second.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeGuard

import torch
from torch import Tensor, nn

from loadstone.errors import ArgumentError, Fault, ShapeMismatch
from loadstone.planning.match import LoadPlan
from loadstone.planning.mesh import Cut, LocalSlot, local_plan, local_slot

if TYPE_CHECKING:
    from torch.distributed.device_mesh import DeviceMesh
    from torch.distributed.tensor import DTensor


def is_dtensor(tensor: object) -> TypeGuard[DTensor]:
    """Whether it is a DTensor: nothing is before their module has been imported."""
    module = sys.modules.get("torch.distributed.tensor")
    return module is not None and isinstance(tensor, module.DTensor)


def local_part(tensor: Tensor) -> Tensor:
    """This rank's part of a DTensor, the very tensor that it holds; any other tensor as it is."""
    if type(tensor) in (Tensor, nn.Parameter) or not is_dtensor(tensor):
        return tensor
    return tensor._local_tensor  # to_local() gives parameters another object each time


def with_local_part(slot: Tensor, local: Tensor) -> Tensor:
    """A DTensor slot with other values of this rank: another one for one on the meta device, else the same object."""
    from torch.distributed.tensor import DTensor

    assert is_dtensor(slot)
    new: Tensor = DTensor.from_local(
        local, slot.device_mesh, slot.placements, run_check=False, shape=slot.shape, stride=slot.stride()
    )
    if isinstance(slot, nn.Parameter):
        new = nn.Parameter(new, requires_grad=slot.requires_grad and local.is_floating_point())
    if slot.is_meta:
        return new
    slot.grad = None
    # As module.to() does, since a DTensor's .data is not its local tensor.
    torch.utils.swap_tensors(slot, new)  # type: ignore[no-untyped-call]
    return slot


def rank_plan(module: nn.Module, plan: LoadPlan) -> LoadPlan:
    """The plan with this rank's part of each slot that is a DTensor; the same plan where none is.

    Raises :class:`ArgumentError` where a tie that sharding rests on is contradicted by what is stored, or a parameter
    is a partial sum; :class:`ShapeMismatch` where a local tensor has not the shape that its placements say.
    """
    placed = dict(_dtensors(module))
    if not placed:
        return plan
    untied = [name for name in plan.untied if name in placed]
    if untied:
        raise ArgumentError(
            f"{untied[0]} and {plan.untied[untied[0]]} are one parameter of the module, which is distributed already, "
            "and the checkpoint holds two that differ. Untie them before the module is distributed."
        )
    local = local_slots(module)
    wrong = [
        Fault(f"{name} on this rank", f"shape {local[name].shape}, by its placements", str(tuple(held.shape)))
        for name, held in ((name, local_part(tensor)) for name, tensor in placed.items())
        if tuple(held.shape) != local[name].shape
    ]
    if wrong:
        raise ShapeMismatch(wrong, hint="Was the DTensor made by from_local() of parts that are not equally large?")
    return local_plan(plan, local)


def local_slots(module: nn.Module) -> dict[str, LocalSlot]:
    """What this rank holds of each parameter and buffer that is a DTensor.

    Raises :class:`ArgumentError` where one is a partial sum.
    """
    return {name: local_slot_of(name, tensor) for name, tensor in _dtensors(module)}


def rank_of(module: nn.Module) -> str:
    """Which rank of which mesh fills the module, for the report; empty where nothing of it is distributed."""
    meshes = meshes_of(module)
    if not meshes:
        return ""
    axes = [
        " x ".join(f"{name} {size}" for name, size in zip(mesh.mesh_dim_names or ("ranks",), mesh.shape, strict=False))
        for mesh in meshes
    ]
    return f"rank {torch.distributed.get_rank()} of {torch.distributed.get_world_size()} ({', '.join(axes)})"


def meshes_of(module: nn.Module) -> list[DeviceMesh]:
    """The meshes that its parameters and buffers are distributed over; none for a module of this process alone."""
    return list(dict.fromkeys(tensor.device_mesh for _, tensor in _dtensors(module)))


def placements(module: nn.Module) -> dict[str, str]:
    """How each parameter and buffer that is distributed is cut, in words that are the same on every rank."""
    return {
        name: f"{list(map(str, tensor.placements))} over a mesh of {list(tensor.device_mesh.shape)}"
        for name, tensor in _dtensors(module)
    }


def device_of(tensor: Tensor) -> torch.device | None:
    """The device of this process that a DTensor is on, or is meant for; None for any other tensor."""
    if not is_dtensor(tensor):
        return None
    if not tensor.is_meta:
        return local_part(tensor).device
    kind = tensor.device_mesh.device_type
    return torch.device(kind) if kind == "cpu" else torch.empty(0, device=kind).device


def settle(module: nn.Module) -> None:
    """Have FSDP shard what it has gathered for a forward pass, and take over parameters that were replaced.

    It does both in its hooks around ``load_state_dict``, which is given nothing here.
    """
    if is_of_fsdp(module):
        nn.Module.load_state_dict(module, {}, strict=False)


def is_of_fsdp(module: nn.Module) -> bool:
    """Whether FSDP shards some of it, in memory of its own, and gathers that while it runs."""
    fsdp = sys.modules.get("torch.distributed.fsdp")
    return fsdp is not None and any(isinstance(each, fsdp.FSDPModule) for each in module.modules())


def _dtensors(module: nn.Module) -> Iterator[tuple[str, DTensor]]:
    """Every parameter and buffer that is one, under each of its names."""
    if "torch.distributed.tensor" in sys.modules:
        yield from ((n, t) for n, t in module.named_parameters(remove_duplicate=False) if is_dtensor(t))
        yield from ((n, t) for n, t in module.named_buffers(remove_duplicate=False) if is_dtensor(t))


def local_slot_of(name: str, tensor: DTensor) -> LocalSlot:
    """What of a DTensor this rank holds: its mesh's axes cut it one after another, from the left."""
    place = tensor.device_mesh.get_coordinate()
    if place is None:
        return LocalSlot(tuple(local_part(tensor).shape), ())
    cuts = []
    placements: Sequence[Any] = tensor.placements  # whose classes differ from release to release
    for placement, parts, number in zip(placements, tensor.device_mesh.shape, place, strict=True):
        if placement.is_partial():
            raise ArgumentError(f"{name} is a DTensor of partial sums ({placement}), which no checkpoint stores.")
        if not placement.is_replicate():
            # Of a _StridedShard: how many parts a later axis had made of it when this axis cut each.
            cuts.append(Cut(placement.dim, parts, number, getattr(placement, "split_factor", 1)))
    return local_slot(tensor.shape, cuts)
