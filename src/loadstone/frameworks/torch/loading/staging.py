"""The buffers through which stored bytes come into tensors: in memory, or pinned for an accelerator to fetch them."""

from __future__ import annotations

import ctypes
import functools
from queue import SimpleQueue

import torch
from torch import Tensor

from loadstone.transfer.copy import Extent, HostBuffer, buffer_bytes
from loadstone.transfer.memory import new_memory
from loadstone.transfer.weight_file import READ_BYTES

BUFFER_BYTES = buffer_bytes(READ_BYTES)
_DEVICE_BUFFERS = 6
"""For each accelerator, in the whole process: 48 MiB, enough to keep a bus busy while as many threads read."""


class TensorBuffer(HostBuffer):
    """A buffer in memory whose values are read where they lie."""

    def send(self, nbytes: int) -> None:
        """The first bytes are there."""

    def values(self, start: int, nbytes: int, dtype: torch.dtype) -> Tensor:
        """Some of the bytes as values; elements may stand at any byte."""
        return torch.frombuffer(self.memory, dtype=dtype, count=nbytes // dtype.itemsize, offset=start)


class DeviceBuffer:
    """A pinned buffer. What lands in it crosses to the device in one piece, and is cast and goes to its place there."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        if device.type == "cpu":
            self.tensor = torch.frombuffer(new_memory(BUFFER_BYTES), dtype=torch.uint8)
        else:
            self.tensor = torch.empty(BUFFER_BYTES, dtype=torch.uint8, pin_memory=True)
        self.view = memoryview((ctypes.c_char * BUFFER_BYTES).from_address(self.tensor.data_ptr())).cast("B")
        self.is_read: torch.Event | None = None
        """The event after which it may be filled again."""
        self._there: Tensor = self.tensor

    def send(self, nbytes: int) -> None:
        """The first bytes are there: on their way to the device."""
        self._there = torch.empty(nbytes, dtype=torch.uint8, device=self._device)
        self._there.copy_(self.tensor[:nbytes], non_blocking=True)

    def values(self, start: int, nbytes: int, dtype: torch.dtype) -> Tensor:
        """Some of the bytes as values, on the device."""
        raw = self._there[start : start + nbytes]
        # Devices want elements where multiples of their size are.
        return (raw.clone() if start % dtype.itemsize else raw).view(dtype)

    def forget(self) -> None:
        """Nothing of what crossed is needed any more."""
        self._there = self.tensor


class DeviceBuffers:
    """The ring of one device, and the stream on which copies to it run."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self.stream = None if device.type == "cpu" else torch.Stream(device=device)
        self._free: SimpleQueue[DeviceBuffer] = SimpleQueue()
        for _ in range(_DEVICE_BUFFERS):
            self._free.put(DeviceBuffer(device))

    @property
    def extent_bytes(self) -> int:
        """Of the longest extent that a buffer is for."""
        return READ_BYTES

    def acquire(self) -> DeviceBuffer:
        """A buffer that nobody fills and the device has read; what this thread does from now on runs on the stream."""
        buffer = self._free.get()
        if buffer.is_read is not None:
            buffer.is_read.synchronize()
        if self.stream is not None:
            torch.accelerator.set_stream(self.stream)
        return buffer

    def release(self, buffer: DeviceBuffer) -> None:
        """To be taken again when the device is done with it."""
        buffer.forget()
        if self.stream is not None:
            buffer.is_read = torch.Event(device=self._device)
            buffer.is_read.record(self.stream)
        self._free.put(buffer)

    def room_for(self, extent: Extent) -> memoryview | None:
        """None: everything crosses to the device."""
        return None

    def begin(self) -> None:
        """Copies from now on wait for what was asked of the device before, since they may get its memory."""
        if self.stream is not None:
            event = torch.Event(device=self._device)
            event.record(torch.accelerator.current_stream(self._device))
            self.stream.wait_event(event)

    def finish(self) -> None:
        """Return when the device has everything."""
        if self.stream is not None:
            self.stream.synchronize()


@functools.cache
def device_buffers(device: torch.device) -> DeviceBuffers:
    """The ring of a device, made when it is first used: pinning memory takes longer than filling it."""
    return DeviceBuffers(device)


def has_device_buffers(device: torch.device) -> bool:
    """Whether a device has streams, and fetches pinned memory by itself."""
    return device.type not in ("cpu", "mps", "meta")
