"""Which ranks share a model: from a mesh that the caller made, or one made for what he asks for."""

from __future__ import annotations

import os
from typing import NamedTuple

import torch
import torch.distributed as dist
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh

from loadstone.configs.load_options import Options
from loadstone.errors import ArgumentError

_LEAST_RELEASE = (2, 10)
"""Of PyTorch: how DTensors are made and placed still changed before."""


class Meshes(NamedTuple):
    """Meshes of one dimension each."""

    tensor: DeviceMesh | None
    """Whose ranks split layers; None for one rank."""
    blocks: DeviceMesh | None
    """Whose ranks shard blocks (FSDP); None for one rank."""
    device: torch.device
    """Where this rank's part of the model is to lie."""


def meshes(options: Options) -> Meshes:
    """What ``device_mesh``, ``tp_plan`` and ``distributed_config`` ask for.

    Starts the process group that the environment describes (``torchrun``), if none is there. Raises
    :class:`ArgumentError` where there is none, or its ranks are not as many.
    """
    sizes = options.mesh_sizes()
    assert sizes is not None or options.device_mesh is not None
    if options.device_mesh is not None:
        return _of(checked_mesh(options.device_mesh))
    assert sizes is not None
    tp, fsdp = sizes.over(rank_count())
    return _of(init_device_mesh(_device_type(), (fsdp, tp), mesh_dim_names=("fsdp", "tp")))


def checked_mesh(mesh: object) -> DeviceMesh:
    """The caller's; :class:`ArgumentError` for what is none."""
    _check_release()
    if not isinstance(mesh, DeviceMesh):
        raise ArgumentError(f"device_mesh is {mesh!r}, expected a torch.distributed.DeviceMesh.")
    return mesh


def _of(mesh: DeviceMesh) -> Meshes:
    if mesh.get_coordinate() is None:
        raise ArgumentError(f"device_mesh {mesh} does not have this rank, {dist.get_rank()}.")
    kind = mesh.device_type
    device = torch.device(kind) if kind == "cpu" else torch.empty(0, device=kind).device
    names = mesh.mesh_dim_names or ()
    if mesh.ndim == 1:
        tensor, blocks = (None, mesh) if names == ("fsdp",) else (mesh, None)
    elif {"tp", "fsdp"} & {*names}:
        tensor, blocks = (mesh[name] if name in names else None for name in ("tp", "fsdp"))
    else:
        raise ArgumentError(
            f"device_mesh has the axes {names}, none of which is called 'tp' or 'fsdp'. Give them names: "
            "init_device_mesh(…, mesh_dim_names=('fsdp', 'tp'))."
        )
    return Meshes(_if_several(tensor), _if_several(blocks), device)


def _if_several(mesh: DeviceMesh | None) -> DeviceMesh | None:
    return None if mesh is None or mesh.size() == 1 else mesh


def rank_count() -> int:
    """How many ranks there are; starts the process group as :func:`meshes` does."""
    _check_release()
    if not dist.is_available():
        raise ArgumentError("This build of PyTorch has no torch.distributed, which models on a mesh need.")
    if not dist.is_initialized():
        if "RANK" not in os.environ:
            raise ArgumentError(
                "There is no process group. Start the script by torchrun --nproc-per-node …, or call "
                "torch.distributed.init_process_group first."
            )
        dist.init_process_group()
    return dist.get_world_size()


def _check_release() -> None:
    if torch.__version__ < _LEAST_RELEASE:  # type: ignore[operator]
        least = ".".join(map(str, _LEAST_RELEASE))
        raise ArgumentError(f"Models on a mesh need PyTorch {least} or later, and this is {torch.__version__}.")


def _device_type() -> str:
    """What the process group's backend moves."""
    accelerator = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    if accelerator is None or dist.get_backend() == "gloo":
        return "cpu"
    return accelerator.type
