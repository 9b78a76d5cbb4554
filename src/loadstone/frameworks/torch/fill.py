"""Load plan + skeleton → model: each slot gets its numbers, in memory that holds them only once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from loadstone.errors import Fault, UnsupportedDType
from loadstone.frameworks.torch.dtypes import to_torch
from loadstone.frameworks.torch.members import modules_of
from loadstone.frameworks.torch.model import initialise
from loadstone.planning.match import LoadPlan
from loadstone.planning.recipes import Piece, Stored, Tied
from loadstone.progress import Progress
from loadstone.tensors import StoredTensor
from loadstone.transfer.machine import cores
from loadstone.transfer.mapping import Arena, MappedFile

_CHUNK_ELEMENTS = 4 << 20


class Filled(NamedTuple):
    """What filling took, in bytes."""

    viewed: int
    copied: int


class Source:
    """Stored tensors as PyTorch tensors: views of mapped files, or tensors that the caller holds already."""

    def __init__(self, maps: Mapping[Path, MappedFile], held: Mapping[str, Tensor] | None = None) -> None:
        self._maps, self._held = maps, held

    def view(self, stored: StoredTensor) -> Tensor:
        """A tensor without a copy."""
        if self._held is not None:
            return self._held[stored.name]
        dtype = to_torch(stored.dtype)
        if not stored.nbytes:
            return torch.empty(stored.shape, dtype=dtype)
        # Elements may stand at any byte: what is kept is checked for that, what is copied need not be.
        count = stored.nbytes // dtype.itemsize
        flat = torch.frombuffer(self._maps[stored.file].buffer, dtype=dtype, count=count, offset=stored.offset)
        return flat.view(stored.shape) if stored.strides is None else flat.as_strided(stored.shape, stored.strides)

    def drop(self, stored: StoredTensor, start: int, nbytes: int) -> None:
        """Give back source pages that have been copied."""
        if self._held is None:
            self._maps[stored.file].drop(stored.offset + start, nbytes)


def fill(
    model: nn.Module,
    plan: LoadPlan,
    source: Source,
    dtype_of: Callable[[StoredTensor], torch.dtype],
    device_of: Callable[[str], torch.device],
) -> Filled:
    """Put every slot's numbers into ``model``, each on the device that ``device_of`` says.

    On the CPU a slot whose dtype and layout are the stored ones is a view of the mapped file. Everything else is
    copied once, straight into its final memory.
    """
    owners = dict(tensors_of(model))
    _check_kinds(plan, owners)
    made: dict[str, Tensor] = {}
    copied: list[tuple[str, Sequence[Piece], torch.dtype]] = []
    seen: set[str] = set()
    viewed = 0
    for name, recipe in plan.recipes.items():
        if not isinstance(recipe, Stored):
            continue
        first = recipe.pieces[0]
        dtype = dtype_of(first.tensor)
        if len(recipe.pieces) == 1 and first.into is None and device_of(name).type == "cpu":
            view = taken(source, first)
            # Two slots never share memory unless the model ties them: training one would change the other.
            shared = first.rows is None and first.tensor.name in seen
            seen.add(first.tensor.name)
            aligned = view.data_ptr() % view.element_size() == 0
            if view.dtype == dtype and view.is_contiguous() and aligned and not shared:
                made[name] = view
                viewed += view.nbytes
                continue
        copied.append((name, recipe.pieces, dtype))
    made |= copy_on_cpu([job for job in copied if device_of(job[0]).type == "cpu"], owners, source)
    for name, pieces, dtype in copied:
        if name not in made:
            made[name] = _copy_to(device_of(name), pieces, owners[name].shape, dtype, source)
    _put(model, plan, owners, made, device_of, _default_dtype(dtype_of, made))
    return Filled(viewed, sum(made[name].nbytes for name, _, _ in copied))


def _check_kinds(plan: LoadPlan, owners: Mapping[str, Tensor]) -> None:
    """:class:`UnsupportedDType` where whole numbers are stored for a slot that computes with fractions."""
    faults = [
        Fault(f"{piece.tensor.file}, tensor {piece.tensor.name}", "a floating-point dtype", piece.tensor.dtype.value)
        for name, recipe in plan.recipes.items()
        if isinstance(recipe, Stored) and owners[name].is_floating_point()
        for piece in recipe.pieces
        if not piece.tensor.dtype.is_floating
    ]
    if faults:
        raise UnsupportedDType(faults, hint="Are these quantised weights? Loadstone does not read them yet.")


def _default_dtype(dtype_of: Callable[[StoredTensor], torch.dtype], made: Mapping[str, Tensor]) -> torch.dtype:
    """What fresh slots are made in: the dtype of the others."""
    return next((tensor.dtype for tensor in made.values() if tensor.is_floating_point()), torch.float32)


def tensors_of(model: nn.Module) -> list[tuple[str, Tensor]]:
    """Every parameter and buffer, those that share numbers under each name."""
    return [*model.named_parameters(remove_duplicate=False), *model.named_buffers(remove_duplicate=False)]


def taken(source: Source, piece: Piece) -> Tensor:
    """What a piece takes of its stored tensor, as a view."""
    view = source.view(piece.tensor)
    return view if piece.rows is None else view.narrow(0, *piece.rows)


def copy_on_cpu(
    jobs: Sequence[tuple[str, Sequence[Piece], torch.dtype]], owners: Mapping[str, Tensor], source: Source
) -> dict[str, Tensor]:
    """Cast, reorder and stack into one stretch of fresh memory, all cores at once, a cache-friendly piece at a time."""
    if not jobs:
        return {}
    sizes = [owners[name].numel() * dtype.itemsize for name, _, dtype in jobs]
    arena = Arena(sizes)
    made: dict[str, Tensor] = {}
    copies: list[_Copy] = []
    for (name, pieces, dtype), offset, size in zip(jobs, arena.offsets, sizes, strict=True):
        if not size:
            made[name] = torch.empty(owners[name].shape, dtype=dtype)
            continue
        flat = torch.frombuffer(arena.memory, dtype=torch.uint8, count=size, offset=offset)
        made[name] = target = flat.view(dtype).view(owners[name].shape)
        for piece in pieces:
            copies += _copies(target, piece, source)
    pool = ThreadPoolExecutor(cores())
    try:
        with Progress("Loading", sum(sizes)) as progress:
            for nbytes in pool.map(lambda batch: _run(batch, source), _batches(copies)):
                progress(nbytes)
    finally:
        pool.shutdown(cancel_futures=True)
    return made


class _Copy(NamedTuple):
    """A stretch to copy, and the bytes of the stored tensor that it comes from."""

    to: Tensor
    stretch: Tensor
    stored: StoredTensor
    start: int


def _copies(target: Tensor, piece: Piece, source: Source) -> Iterator[_Copy]:
    """A piece in stretches that fit the caches; in one if it does not lie in a row."""
    stored = taken(source, piece)
    place = target if piece.into is None else target[piece.into]
    if not (stored.is_contiguous() and place.is_contiguous()):
        yield _Copy(place, stored, piece.tensor, 0)
        return
    flat, into = stored.reshape(-1), place.reshape(-1)
    width = stored.element_size()
    first = int(stored.storage_offset()) * width
    for start in range(0, flat.numel(), _CHUNK_ELEMENTS):
        end = start + _CHUNK_ELEMENTS
        yield _Copy(into[start:end], flat[start:end], piece.tensor, first + start * width)


def _batches(copies: Iterable[_Copy]) -> Iterator[list[_Copy]]:
    """Small stretches together, so that thousands of experts do not become thousands of tasks."""
    batch: list[_Copy] = []
    elements = 0
    for copy in copies:
        batch.append(copy)
        elements += copy.stretch.numel()
        if elements >= _CHUNK_ELEMENTS:
            yield batch
            batch, elements = [], 0
    if batch:
        yield batch


def _run(batch: list[_Copy], source: Source) -> int:
    """Copy, and give back the source's pages; the bytes written."""
    for to, stretch, stored, start in batch:
        to.copy_(stretch.detach())
        source.drop(stored, start, stretch.numel() * stretch.element_size())
    return sum(copy.to.nbytes for copy in batch)


def _copy_to(
    device: torch.device, pieces: Sequence[Piece], shape: torch.Size, dtype: torch.dtype, source: Source
) -> Tensor:
    """Onto an accelerator: the bytes cross as they are stored and are cast there."""
    if len(pieces) == 1 and pieces[0].into is None:
        return taken(source, pieces[0]).detach().to(device).to(dtype)
    target = torch.empty(shape, dtype=dtype, device=device)
    for piece in pieces:
        (target if piece.into is None else target[piece.into]).copy_(taken(source, piece).detach().to(device))
    return target


def _put(
    model: nn.Module,
    plan: LoadPlan,
    owners: Mapping[str, Tensor],
    made: dict[str, Tensor],
    device_of: Callable[[str], torch.device],
    fresh_dtype: torch.dtype,
) -> None:
    """Replace the skeleton's slots; tied ones become one parameter, computed buffers move to their device."""
    modules = dict(modules_of(model))
    parameters: dict[str, Tensor] = {}
    fresh = set(plan.fresh)
    for name in fresh:
        slot = owners[name]
        kind = fresh_dtype if slot.is_floating_point() else slot.dtype
        made[name] = torch.empty(slot.shape, dtype=kind, device=device_of(name))
    for name, value in made.items():
        slot = owners[name]
        if type(slot) is nn.Parameter or isinstance(slot, nn.Parameter):  # the latter is slow
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
    initialise(model, fresh)
