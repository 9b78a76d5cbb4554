"""Load plan + skeleton → model: each slot gets its values, in memory that holds them only once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from loadstone.core.slices import ByteRange
from loadstone.core.tensors import StoredTensor
from loadstone.errors import Fault, UnsupportedDType
from loadstone.frameworks.torch.distributed.dtensors import is_dtensor, local_part, settle, with_local_part
from loadstone.frameworks.torch.dtypes import to_torch
from loadstone.frameworks.torch.loading.jobs import Copied, Job
from loadstone.frameworks.torch.loading.module_walk import modules_of
from loadstone.frameworks.torch.modeling.initialize import initialize
from loadstone.planning.match import LoadPlan
from loadstone.planning.recipes import Piece, Stored, Tied
from loadstone.transfer.weight_files import Weights

_NONE: Mapping[str, Tensor] = MappingProxyType({})


class Filled(NamedTuple):
    """What filling took, in bytes."""

    viewed: int
    copied: int


TorchDTypeOf = Callable[[str, StoredTensor], torch.dtype]
"""A slot's name and a stored tensor that fills it → the slot's dtype."""


class SlotForms(NamedTuple):
    """What each slot is to be: its dtype and its device."""

    dtype_of: TorchDTypeOf
    device_of: Callable[[str], torch.device]
    initial_dtype_of: Callable[[str], torch.dtype | None]
    """Of a slot that is newly initialized; None for that of the others."""


class Source:
    """Stored tensors as PyTorch tensors: views of mapped files, or tensors that the caller holds already."""

    def __init__(self, weights: Weights, held: Mapping[str, Tensor] | None = None) -> None:
        self.weights, self.held = weights, held

    def is_at_hand(self, stored: StoredTensor) -> bool:
        """Whether it may stay where it is, as a view."""
        return self.held is not None or (stored.packing is None and self.weights.is_mapped(stored.file))

    def view(self, stored: StoredTensor) -> Tensor:
        """A tensor without a copy."""
        if self.held is not None:
            return self.held[stored.name]
        dtype = to_torch(stored.dtype)
        if not stored.nbytes:
            return torch.empty(stored.shape, dtype=dtype)
        # Elements may stand at any byte: what is kept is checked for that, what is copied need not be.
        count = stored.nbytes // dtype.itemsize
        flat = torch.frombuffer(self.weights.bytes_of(stored), dtype=dtype, count=count)
        return flat.view(stored.shape) if stored.strides is None else flat.as_strided(stored.shape, stored.strides)

    def make(self, jobs: Sequence[Job], device: torch.device) -> Copied:
        """Slots in memory of their own on a device."""
        if self.held is None:
            from loadstone.frameworks.torch.loading.copies import make  # which a load of views does without

            return make(jobs, device, self.weights)
        tensors = {}
        for name, pieces, shape, dtype in jobs:
            tensors[name] = torch.empty(shape, dtype=dtype, device=device)
            for piece in pieces:
                (tensors[name] if piece.into is None else tensors[name][piece.into]).copy_(taken(self, piece).detach())
        return Copied(tensors, 0)


def fill(
    model: nn.Module, plan: LoadPlan, source: Source, forms: SlotForms, ready: Mapping[str, Tensor] = _NONE
) -> Filled:
    """Put every slot's values into ``model``; those that are ``ready`` as they are.

    On the CPU a slot whose dtype and layout are the stored ones is a view of the mapped file. Everything else is
    copied once, straight into its final memory.
    """
    owners = dict(tensors_of(model))
    check_kinds(plan, owners)
    values, filled = stored_values(plan, source, forms, owners, ready)
    _put(model, plan, owners, {**ready, **values}, forms)
    return filled


def stored_values(
    plan: LoadPlan,
    source: Source,
    forms: SlotForms,
    owners: Mapping[str, Tensor],
    ready: Mapping[str, Tensor] = _NONE,
) -> tuple[dict[str, Tensor], Filled]:
    """The values of every slot that is stored, but of those that are ``ready``: views, or new memory. ``owners``:
    what the model has for its slots, whose shapes they get."""
    dtype_of, device_of, _ = forms
    values: dict[str, Tensor] = {}
    jobs: dict[torch.device, list[Job]] = {}
    seen: dict[str, list[ByteRange]] = {}
    viewed = 0
    for name, recipe in plan.recipes.items():
        if not isinstance(recipe, Stored) or name in ready:
            continue
        first = recipe.pieces[0]
        dtype, device = dtype_of(name, first.tensor), device_of(name)
        if len(recipe.pieces) == 1 and first.into is None and device.type == "cpu" and source.is_at_hand(first.tensor):
            view = taken(source, first)
            # Two slots never share memory unless the model ties them: training one would change the other.
            shared = _is_shared(first, seen)
            aligned = view.data_ptr() % view.element_size() == 0
            if view.dtype == dtype and view.is_contiguous() and aligned and not shared:
                values[name] = view
                viewed += view.nbytes
                continue
        jobs.setdefault(device, []).append(Job(name, recipe.pieces, tuple(local_part(owners[name]).shape), dtype))
    copied = 0
    for device, those in jobs.items():
        tensors, viewed_bytes = source.make(those, device)
        values |= tensors
        viewed += viewed_bytes
        copied += sum(tensor.nbytes for tensor in tensors.values()) - viewed_bytes
    return values, Filled(viewed, copied)


def _is_shared(piece: Piece, seen: dict[str, list[ByteRange]]) -> bool:
    """Whether some of a piece was seen before; it is, from now on."""
    tensor, rows, _ = piece
    range = tensor.range
    if rows is not None and tensor.shape[0]:
        row = tensor.nbytes // tensor.shape[0]
        range = ByteRange(tensor.offset + rows.start * row, tensor.offset + rows.stop * row)
    before = seen.setdefault(tensor.name, [])
    shared = any(range.overlap(other) is not None for other in before)
    before.append(range)
    return shared


def check_kinds(plan: LoadPlan, owners: Mapping[str, Tensor]) -> None:
    """:class:`UnsupportedDType` where integers are stored for a floating-point slot among these."""
    faults = [
        Fault(f"{tensor.file}, tensor {tensor.name}", "a floating-point dtype", tensor.dtype.value)
        for name, recipe in plan.recipes.items()
        if isinstance(recipe, Stored) and name in owners and owners[name].is_floating_point()
        for tensor in recipe.tensors
        if not tensor.dtype.is_floating
    ]
    if faults:
        raise UnsupportedDType(faults, hint="Are these quantized weights, and does config.json say so?")


def _default_dtype(values: Mapping[str, Tensor]) -> torch.dtype:
    """What initialized slots are made in: the dtype of the others."""
    kinds = (tensor.dtype for tensor in values.values() if tensor.is_floating_point())
    return next((kind for kind in kinds if kind.itemsize > 1), torch.float32)


def tensors_of(model: nn.Module) -> list[tuple[str, Tensor]]:
    """Every parameter and buffer, those that share values under each name."""
    return [*model.named_parameters(remove_duplicate=False), *model.named_buffers(remove_duplicate=False)]


def taken(source: Source, piece: Piece) -> Tensor:
    """What a piece takes of its stored tensor, as a view."""
    view = source.view(piece.tensor)
    return view if piece.rows is None else view[piece.rows]


def _moved(parameter: nn.Parameter, value: Tensor) -> nn.Parameter:
    """A parameter that has memory, with other memory: it stays the one that optimizers hold."""
    if (parameter.dtype, parameter.device) != (value.dtype, value.device):
        parameter.grad = None  # as it cannot have one of another dtype or device
    parameter.data = value
    return parameter


def _put(
    model: nn.Module, plan: LoadPlan, owners: Mapping[str, Tensor], values: dict[str, Tensor], forms: SlotForms
) -> None:
    """Replace the skeleton's slots; tied ones become one parameter, computed buffers move to their device."""
    device_of = forms.device_of
    modules = dict(modules_of(model))
    parameters: dict[str, Tensor] = {}
    default = _default_dtype(values)
    # What a class computed while it was made is there.
    initialized = {*plan.initialized, *(name for name in plan.computed if owners[name].is_meta)}
    for name in initialized:
        slot = owners[name]
        kind = (forms.initial_dtype_of(name) or default) if slot.is_floating_point() else slot.dtype
        values[name] = torch.empty(local_part(slot).shape, dtype=kind, device=device_of(name))
    for name, value in values.items():
        slot = owners[name]
        if isinstance(value, nn.Parameter):
            pass
        elif is_dtensor(slot):
            value = slot if value is local_part(slot) else with_local_part(slot, value)
        elif type(slot) is nn.Parameter and not slot.is_meta:
            value = _moved(slot, value)
        elif type(slot) is nn.Parameter or isinstance(slot, nn.Parameter):  # the latter is slow
            value = nn.Parameter(value, requires_grad=slot.requires_grad and value.is_floating_point())
        parameters[name] = value
    for name, recipe in plan.recipes.items():
        if isinstance(recipe, Tied):
            parameters[name] = parameters[recipe.slot]
    # Slots that are one object in the skeleton (a user's own ties) stay one.
    by_slot = {id(owners[name]): value for name, value in parameters.items()}
    for name, slot in owners.items():
        owner, _, leaf = name.rpartition(".")
        table: dict[str, Any] = modules[owner]._parameters
        if leaf not in table:
            table = modules[owner]._buffers
        new = parameters.get(name)
        if new is None:
            new = by_slot.get(id(slot))
        if new is not None:
            table[leaf] = new
        elif slot.device != device_of(name) and not slot.is_meta:
            table[leaf] = slot.to(device_of(name))
    settle(model)
    initialize(model, initialized)
