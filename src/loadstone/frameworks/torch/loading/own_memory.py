"""The memory that a module has before it is loaded: what fits is written there, as ``load_state_dict`` does it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping

import torch
from torch import Tensor, nn

from loadstone.core.tensors import DType
from loadstone.frameworks.torch.distributed.dtensors import device_of, local_part
from loadstone.frameworks.torch.dtypes import from_torch
from loadstone.frameworks.torch.loading import copies
from loadstone.frameworks.torch.loading.fill import TorchDTypeOf, check_kinds, tensors_of
from loadstone.frameworks.torch.loading.jobs import Job
from loadstone.frameworks.torch.modeling.untying import untie
from loadstone.frameworks.torch.placement.placement import Devices
from loadstone.planning.match import LoadPlan
from loadstone.planning.recipes import Stored
from loadstone.transfer.weight_files import Weights


class OwnMemory:
    """A module's tensors that are not on the meta device, by slot; of a DTensor the part that this rank holds."""

    def __init__(self, module: nn.Module, *, stays: bool) -> None:
        """``stays``: each tensor stays on its device, rather than go where the placement says."""
        self.stays = stays
        self.tensors = {name: local_part(tensor) for name, tensor in tensors_of(module) if not tensor.is_meta}
        self._meshes = {name: place for name, tensor in tensors_of(module) if (place := device_of(tensor)) is not None}

    def dtypes(self) -> dict[str, DType]:
        """The dtype of each that computes."""
        return {name: from_torch(slot.dtype) for name, slot in self.tensors.items() if slot.is_floating_point()}

    def device_of(self, devices: Devices) -> Callable[[str], torch.device]:
        """Where each slot is to lie."""
        own = self._meshes | ({name: tensor.device for name, tensor in self.tensors.items()} if self.stays else {})
        return lambda slot: own.get(slot) or devices.of(slot)

    def untie(self, module: nn.Module, names: Collection[str]) -> None:
        """Give slots that shared their memory with another one of their own."""
        if names:
            untie(module, names)
            self.tensors |= {name: module.get_parameter(name) for name in names if name in self.tensors}

    def fitting(self, plan: LoadPlan, dtype_of: TorchDTypeOf, devices: Devices) -> dict[str, Tensor]:
        """Each tensor that has the device and the dtype of its slot, of those that are stored.

        None that PyTorch does not write as plain memory: a subclass, or one element under several indices.
        """
        device_of, exact = self.device_of(devices), functools.cache(_exact)
        fitting: dict[str, Tensor] = {}
        for name, recipe in plan.recipes.items():
            tensor = self.tensors.get(name)
            if tensor is None or not isinstance(recipe, Stored) or devices.on_disk(name) or not is_plain(tensor):
                continue
            dtype = dtype_of(name, recipe.pieces[0].tensor)
            if tensor.dtype == dtype and tensor.device == exact(device_of(name)):
                fitting[name] = tensor
        return fitting


@torch.no_grad()
def write(plan: LoadPlan, memory: Mapping[str, Tensor], weights: Weights) -> int:
    """Copy what a plan has for the slots of ``memory`` into it, cast on the way; returns how many bytes that are.

    Raises :class:`UnsupportedDType` where integers are stored for a floating-point slot.
    """
    check_kinds(plan, memory)
    jobs: dict[torch.device, list[Job]] = {}
    for name, recipe in plan.recipes.items():
        if isinstance(recipe, Stored) and name in memory:
            slot = memory[name]
            jobs.setdefault(slot.device, []).append(Job(name, recipe.pieces, tuple(slot.shape), slot.dtype))
    for device, those in jobs.items():
        copies.copy_into(those, [memory[job.name] for job in those], device, weights)
    return sum(memory[job.name].nbytes for those in jobs.values() for job in those)


def _exact(device: torch.device) -> torch.device:
    """With its number: of ``cuda``, the current one's."""
    return torch.empty(0, device=device).device


def is_plain(tensor: Tensor) -> bool:
    """Whether PyTorch writes a tensor as plain memory: it is no subclass, and each element has one index."""
    shared = any(stride == 0 and size > 1 for stride, size in zip(tensor.stride(), tensor.shape, strict=True))
    return type(tensor) in (Tensor, nn.Parameter) and not shared
