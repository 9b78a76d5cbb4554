"""Slots that are no views: made in new memory of their device, everything cast, reordered and stacked on the way."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from loadstone.core.progress import Progress
from loadstone.core.slices import Box
from loadstone.frameworks.torch.dtypes import from_torch, to_torch
from loadstone.frameworks.torch.loading.jobs import Copied, Job
from loadstone.frameworks.torch.loading.staging import DeviceBuffer, TensorBuffer, device_buffers, has_device_buffers
from loadstone.materialize.decode import packed_bytes, unpack
from loadstone.materialize.moves import Moves
from loadstone.transfer.copy import BufferPool, Extent, Move, copy, layout
from loadstone.transfer.memory import PAGE_BYTES, Arena
from loadstone.transfer.page_stitch import LEAST_BYTES, stitch
from loadstone.transfer.weight_files import Weights

if TYPE_CHECKING:
    from loadstone.core.arrays import FloatArray

_SMALL_BYTES = 64 << 10
"""Up to here it costs less to copy bytes while holding the interpreter than to let go of it."""


def make(jobs: Sequence[Job], device: torch.device, weights: Weights) -> Copied:
    """Make slots on one device. Stored bytes cross to it as they are stored, and are cast there.

    On the CPU all lie in one allocation; stacked parts that are stored as they are needed stay the file's pages.
    """
    moves = Moves()
    for number, job in enumerate(jobs):
        moves.add(number, job.shape, job.pieces)
    targets = _on_cpu(jobs, moves) if device.type == "cpu" else _on(device, jobs)
    stitched_bytes = 0
    if targets.arena is not None:
        mapped = {path: those for path, those in moves.by_file.items() if weights.is_mapped(path)}
        stitched = stitch(targets.arena.memory, mapped, targets.place_of, weights.open_here)
        moves.by_file |= stitched.moves
        weights.warm(stitched.regions)
        stitched_bytes = stitched.nbytes
    _run(moves, targets, device, weights)
    return Copied({job.name: tensor for job, tensor in zip(jobs, targets.tensors, strict=True)}, stitched_bytes)


def copy_into(jobs: Sequence[Job], tensors: Sequence[Tensor], device: torch.device, weights: Weights) -> None:
    """The same into memory that is there, all of it on one device."""
    moves = Moves()
    for number, (job, tensor) in enumerate(zip(jobs, tensors, strict=True)):
        if tensor.is_contiguous():
            moves.add(number, job.shape, job.pieces)
        else:
            moves.spread(number, job.pieces)
    _run(moves, _Targets([tensor.detach() for tensor in tensors]), device, weights)


def _run(moves: Moves, targets: _Targets, device: torch.device, weights: Weights) -> None:
    moves.by_file = {path: moves.by_file[path] for path in sorted(moves.by_file)}
    threads = weights.threads
    total = sum(move.nbytes for those in moves.by_file.values() for move in those)
    with Progress("Loading", total) as progress:
        if has_device_buffers(device):
            ring = device_buffers(device)
            ring.begin()
            try:
                copy(moves.by_file, weights.open, ring, targets.put, threads, progress)
            finally:
                ring.finish()
        elif moves.by_file:
            room_for = targets.room_for if weights.is_remote else _nowhere
            buffers = BufferPool(TensorBuffer, threads, weights.extent_bytes, room_for)
            copy(moves.by_file, weights.open, buffers, targets.put, threads, progress)
    if moves.packed:
        with Progress("Unpacking", packed_bytes(moves.packed)) as progress:
            opened = weights.open_for_small_reads(piece.tensor for _, piece in moves.packed)
            unpack(moves.packed, opened, targets.put_values, threads, progress)
    if moves.loose:
        from loadstone.frameworks.torch.loading.strided_copies import copy_strided  # which few loads need

        copy_strided(moves.loose, targets.tensors, weights)


def _nowhere(extent: Extent) -> None:
    """Bytes of files here are cast and placed while they are in the processor's cache."""
    return None


class _Targets:
    """Where moves go."""

    def __init__(self, tensors: list[Tensor], arena: Arena | None = None) -> None:
        self.tensors, self.arena = tensors, arena
        self._flat = [tensor.view(-1) if tensor.is_contiguous() else tensor for tensor in tensors]
        self._bytes = None if arena is None else memoryview(arena.memory)
        self._kinds = [from_torch(tensor.dtype) for tensor in tensors]

    def place_of(self, move: Move) -> int | None:
        """Where in the arena a move's bytes go if they go there as they are stored."""
        if self.arena is None or move.box is not None or move.dtype is not self._kinds[move.target]:
            return None
        return self.arena.offsets[move.target] + move.start * move.dtype.bits // 8

    def room_for(self, extent: Extent) -> memoryview | None:
        """Where all of an extent goes as it is stored."""
        place = self.place_of(extent.moves[0]) if len(extent.moves) == 1 else None
        if place is None or self._bytes is None or extent.range.nbytes != extent.moves[0].nbytes:
            return None
        return self._bytes[place : place + extent.range.nbytes]

    def put(self, buffer: TensorBuffer | DeviceBuffer, extent: Extent) -> None:
        """Bring what was read to its targets."""
        buffer.send(extent.range.nbytes)
        base = extent.range.start
        for move in extent.moves:
            start, nbytes = move.offset - base, move.nbytes
            if nbytes <= _SMALL_BYTES and self._bytes is not None:
                place = self.place_of(move)
                if place is not None:
                    self._bytes[place : place + nbytes] = buffer.view[start : start + nbytes]
                    continue
            values = buffer.values(start, nbytes, to_torch(move.dtype))
            if move.box is None or move.axes is None:
                self._flat[move.target][move.start : move.start + len(values)].copy_(values, non_blocking=True)
            else:
                shape, order = layout(move.box, move.axes)
                self.tensors[move.target][move.box].permute(order).copy_(values.view(shape), non_blocking=True)

    def put_values(self, number: int, index: Box, values: FloatArray) -> None:
        """Bring decoded numbers to their place."""
        self.tensors[number][index].copy_(torch.from_numpy(values))


def _on(device: torch.device, jobs: Sequence[Job]) -> _Targets:
    return _Targets([torch.empty(job.shape, dtype=job.dtype, device=device) for job in jobs])


def _on_cpu(jobs: Sequence[Job], moves: Moves) -> _Targets:
    sizes = [torch.Size(job.shape).numel() * job.dtype.itemsize for job in jobs]
    arena = Arena(sizes, _residues(jobs, moves))
    tensors = []
    for job, offset, size in zip(jobs, arena.offsets, sizes, strict=True):
        if not size:
            tensors.append(torch.empty(job.shape, dtype=job.dtype))
            continue
        flat = torch.frombuffer(arena.memory, dtype=torch.uint8, count=size, offset=offset)
        tensors.append(flat.view(job.dtype).view(job.shape))
    return _Targets(tensors, arena)


def _residues(jobs: Sequence[Job], moves: Moves) -> list[int | None]:
    """Where within a page each slot should begin so that most of it can be stitched there."""
    votes: dict[int, Counter[int]] = {}
    for offset, nbytes, target, start, stored, box, _ in itertools.chain.from_iterable(moves.by_file.values()):
        if nbytes < LEAST_BYTES or box is not None or to_torch(stored) is not jobs[target].dtype:
            continue
        begin = offset - start * stored.bits // 8
        if begin % jobs[target].dtype.itemsize == 0:
            votes.setdefault(target, Counter())[begin % PAGE_BYTES] += nbytes
    return [votes[number].most_common(1)[0][0] if number in votes else None for number in range(len(jobs))]
