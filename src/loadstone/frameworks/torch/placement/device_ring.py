"""Blocks of weights that cross to an accelerator in turn: one computes while the next is on its way.

From memory or from the disk they go through a few small pinned buffers, which the accelerator reads at its full speed,
into one of two buffers on the device. Copies run on a stream of their own; events keep either side from using what
the other is not done with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from loadstone.core.slices import ByteRange, FileRange
from loadstone.frameworks.torch.loading.staging import DeviceBuffer, device_buffers
from loadstone.transfer.stream import Relay, StreamedBlock, open_files
from loadstone.transfer.weight_file import READ_BYTES

if TYPE_CHECKING:
    from loadstone.core.byte_source import ByteSource

_ALIGNMENT = 256
"""What an accelerator's allocator gives, and its fastest kernels ask for."""

Source = FileRange | Tensor
"""Where a weight's bytes are: in a file, or in a contiguous tensor on the CPU."""


class _Part(NamedTuple):
    """Bytes of a staging buffer, and where they go in the device's."""

    range: ByteRange
    to: int


class _Step(NamedTuple):
    """A staging buffer's load."""

    fill: Callable[[DeviceBuffer], None]
    parts: tuple[_Part, ...]


class DeviceRing(Relay):
    """Two buffers on a device, and the blocks that take turns in them."""

    def __init__(self, blocks: Sequence[Sequence[Source]], device: torch.device) -> None:
        super().__init__(len(blocks))
        ranges = [[source for source in sources if isinstance(source, FileRange)] for sources in blocks]
        files = open_files(file_range for block in ranges for file_range in block)
        self._files = [StreamedBlock(block, files) if block else None for block in ranges]
        self._starts: list[list[int]] = []
        self._steps: list[list[_Step]] = []
        largest = 0
        for sources, streamed in zip(blocks, self._files, strict=True):
            starts, end = _layout(sources)
            largest = max(largest, end)
            self._starts.append(starts)
            self._steps.append([*_from_memory(sources, starts), *_from_files(sources, starts, streamed)])
        self._sizes = [[source.nbytes for source in sources] for sources in blocks]
        self._device = device
        self._memory = [torch.empty(largest, dtype=torch.uint8, device=device) for _ in range(2)]
        self._staging = device_buffers(device)
        self._stream = self._staging.stream
        self._used: list[torch.Event | None] = [None, None]
        if self._stream is not None:
            for memory in self._memory:
                memory.record_stream(self._stream)

    def tensors(self, index: int) -> list[Tensor]:
        """The bytes of a block's weights on the device, in the order given; good until :meth:`release`."""
        memory = self._memory[self.fetch(index)]
        places = zip(self._starts[index], self._sizes[index], strict=True)
        return [memory[start : start + nbytes] for start, nbytes in places]

    def release(self, index: int) -> None:
        """What was computed with a block so far is all that its buffer is needed for."""
        if self._stream is not None and index in self._under_way:
            event = torch.Event(device=self._device)
            event.record(torch.accelerator.current_stream(self._device))
            self._used[self._under_way[index][0]] = event
        super().release(index)

    def check(self, index: int) -> None:
        """:class:`CorruptCheckpoint` if the block's files are not what they were."""
        streamed = self._files[index]
        if streamed is not None:
            streamed.check()

    def jobs(self, index: int, buffer: int) -> Iterable[Callable[[], None]]:
        used = self._used[buffer]
        if self._stream is not None and used is not None:
            self._stream.wait_event(used)
        return [partial(self._carry, step, self._memory[buffer]) for step in self._steps[index]]

    def arrived(self, index: int, buffer: int) -> None:
        if self._stream is not None:
            event = torch.Event(device=self._device)
            event.record(self._stream)
            torch.accelerator.current_stream(self._device).wait_event(event)

    def _carry(self, step: _Step, memory: Tensor) -> None:
        buffer = self._staging.acquire()
        try:
            step.fill(buffer)
            for (start, stop), to in step.parts:
                memory[to : to + stop - start].copy_(buffer.tensor[start:stop], non_blocking=True)
        finally:
            self._staging.release(buffer)


def _layout(sources: Sequence[Source]) -> tuple[list[int], int]:
    """Where each weight starts on the device, and where all end."""
    starts, end = [], 0
    for source in sources:
        starts.append(end)
        end += -(-source.nbytes // _ALIGNMENT) * _ALIGNMENT
    return starts, end


def _from_memory(sources: Sequence[Source], starts: Sequence[int]) -> Iterator[_Step]:
    """Small weights together in one load, large ones in several."""
    loads: list[tuple[Tensor, int]] = []  # bytes, and where they go on the device
    for source, start in zip(sources, starts, strict=True):
        if isinstance(source, Tensor):
            flat = source.detach().reshape(-1).view(torch.uint8)
            loads += [(flat[at : at + READ_BYTES], start + at) for at in range(0, flat.numel(), READ_BYTES)]
    batch: list[tuple[Tensor, int]] = []
    held = 0
    for part, to in loads:
        if batch and held + part.numel() > READ_BYTES:
            yield _step_of(batch)
            batch, held = [], 0
        batch.append((part, to))
        held += part.numel()
    if batch:
        yield _step_of(batch)


def _step_of(batch: Sequence[tuple[Tensor, int]]) -> _Step:
    parts, at = [], 0
    for part, to in batch:
        parts.append(_Part(ByteRange(at, at + part.numel()), to))
        at += part.numel()

    def fill(buffer: DeviceBuffer) -> None:
        for (part, _), ((start, stop), _) in zip(batch, parts, strict=True):
            buffer.tensor[start:stop].copy_(part)

    return _Step(fill, tuple(parts))


def _from_files(sources: Sequence[Source], starts: Sequence[int], streamed: StreamedBlock | None) -> Iterator[_Step]:
    """Whole sectors, of which the device gets what is wanted."""
    wanted = [(source, start) for source, start in zip(sources, starts, strict=True) if isinstance(source, FileRange)]
    for extent, read in streamed.steps() if streamed is not None else ():
        parts = []
        for source, start in wanted:
            shared = source.range.overlap(read)
            if source.file == extent.file.path and shared is not None:
                parts.append(_Part(shared.shift(-read.start), start + shared.start - source.range.start))

        def fill(buffer: DeviceBuffer, file: ByteSource = extent.file, read: ByteRange = read) -> None:
            file.read_into(read.start, read.nbytes, buffer.view)

        yield _Step(fill, tuple(parts))
