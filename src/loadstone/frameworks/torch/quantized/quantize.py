"""Stored weights → quantized parameters, one after the other, so that one at most is there in full precision."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn

from loadstone.core.progress import Progress
from loadstone.core.tensors import StoredTensor
from loadstone.errors import LoadstoneError
from loadstone.frameworks.torch.dtypes import to_torch
from loadstone.frameworks.torch.loading.fill import Source, taken
from loadstone.frameworks.torch.loading.jobs import Job
from loadstone.frameworks.torch.placement.placement import Devices
from loadstone.frameworks.torch.quantized.select import QuantizedLayers
from loadstone.planning.match import LoadPlan
from loadstone.planning.packed_experts import ExpertBlocks, experts_of
from loadstone.planning.recipes import Piece, Stored
from loadstone.quantization.packed import PackedTensor
from loadstone.transfer.memory import trim_heap

_REFUSALS = (ImportError, AssertionError, RuntimeError, TypeError, ValueError)
"""How libraries say that they cannot do something."""
_TRIM_ELEMENTS = 1 << 21
"""Quantized until what libraries freed meanwhile is given back: small things that stay leave the heap in pieces."""


class Quantized(NamedTuple):
    """What was made, and what it took in bytes."""

    parameters: dict[str, nn.Parameter]
    held: frozenset[str]
    """Weights whose parts are their module's parameters, so that there is no slot of their name any more."""
    viewed: int
    allocated: int


class One(NamedTuple):
    """A quantized weight."""

    name: str
    module: nn.Module
    parameter: nn.Parameter | None
    """None where its parts have become parameters of the module."""
    nbytes: int
    is_view: bool
    """Whether its parts are the files' own pages."""


def quantize(model: nn.Module, plan: LoadPlan, layers: QuantizedLayers, source: Source, devices: Devices) -> Quantized:
    """Every weight of ``model``, quantized; raises what :func:`one_by_one` raises."""
    parameters: dict[str, nn.Parameter] = {}
    held = set()
    viewed = allocated = 0
    for weight in one_by_one(model, plan, layers, source, devices):
        if weight.parameter is None:
            held.add(weight.name)
        else:
            parameters[weight.name] = weight.parameter
        viewed += weight.nbytes if weight.is_view else 0
        allocated += 0 if weight.is_view else weight.nbytes
    return Quantized(parameters, frozenset(held), viewed, allocated)


def one_by_one(
    model: nn.Module, plan: LoadPlan, layers: QuantizedLayers, source: Source, devices: Devices
) -> Iterator[One]:
    """Quantized weights, in the order of the files. The model has the library's layers already.

    Raises :class:`LoadstoneError` where the library refuses a weight, and what reading raises.
    """
    slots = {slot.name: slot for slot in plan.slots}
    since_trim = 0
    with Progress("Quantizing", sum(size.nbytes for size in layers.sizes.values())) as progress:
        for name, recipe in _in_file_order(plan, layers):
            module, device = model.get_submodule(name.rpartition(".")[0]), devices.of(name)
            dtype = to_torch(layers.sizes[name].dtype)
            packing, experts = recipe.pieces[0].tensor.packing, experts_of(recipe)
            parameter: nn.Parameter | None
            try:
                if experts is not None:
                    parameter = nn.Parameter(_experts(experts, source, device), requires_grad=False)
                elif isinstance(packing, PackedTensor):
                    parts = _parts(packing, source, device)
                    parameter = layers.library.rebuild(module, packing, parts, dtype)
                else:
                    weight = _weight(name, recipe, source, device, slots[name].shape, dtype)
                    parameter = layers.library.quantize(module, weight, dtype)
                    del weight  # whoever takes the parameter has no use for it
            except _REFUSALS as error:
                if isinstance(error, LoadstoneError | torch.OutOfMemoryError):
                    raise
                raise LoadstoneError(f"{name} could not be quantized on {device}: {error}") from error
            nbytes = layers.sizes[name].nbytes
            yield One(name, module, parameter, nbytes, layers.sizes[name].is_view and device.type == "cpu")
            del parameter  # before the next is made
            since_trim += 0 if isinstance(packing, PackedTensor) else math.prod(slots[name].shape)
            if since_trim >= _TRIM_ELEMENTS:
                trim_heap()
                since_trim = 0
            progress(nbytes)
    trim_heap()


def _in_file_order(plan: LoadPlan, layers: QuantizedLayers) -> Iterator[tuple[str, Stored]]:
    entries = [(name, recipe) for name, recipe in plan.recipes.items() if name in layers and isinstance(recipe, Stored)]
    yield from sorted(entries, key=lambda entry: (entry[1].pieces[0].tensor.file, entry[1].pieces[0].tensor.offset))


def _weight(
    name: str, recipe: Stored, source: Source, device: torch.device, shape: tuple[int, ...], dtype: torch.dtype
) -> Tensor:
    """A view of the file as it is stored, where there is one; else the values in memory that is let go of."""
    piece = recipe.pieces[0]
    if len(recipe.pieces) == 1 and piece.into is None and device.type == "cpu" and source.is_at_hand(piece.tensor):
        view = taken(source, piece).detach()
        if view.device == device and view.data_ptr() % view.element_size() == 0:
            return view
    return source.make([Job(name, recipe.pieces, shape, dtype)], device).tensors[name]


def _parts(packing: PackedTensor, source: Source, device: torch.device) -> Mapping[str, Tensor]:
    """The parts under the names that they have within their module."""
    module = packing.module
    return {part.name.removeprefix(module): _part(part, source, device) for part in packing.parts}


def _experts(experts: ExpertBlocks, source: Source, device: torch.device) -> Tensor:
    """The bytes of all: a view of the file where there is one, else put together in memory."""
    view = experts.view()
    if view is not None and device.type == "cpu" and source.is_at_hand(view):
        return source.view(view)
    job = Job(experts.name, tuple(experts.pieces()), (experts.count, experts.expert_bytes), torch.uint8)
    return source.make([job], device).tensors[experts.name].view(experts.shape)


def _part(part: StoredTensor, source: Source, device: torch.device) -> Tensor:
    if device.type == "cpu" and source.is_at_hand(part):
        view = source.view(part)
        if view.is_contiguous() and view.data_ptr() % view.element_size() == 0:
            return view
    job = Job(part.name, (Piece(part),), part.shape, to_torch(part.dtype))
    return source.make([job], device).tensors[part.name]
