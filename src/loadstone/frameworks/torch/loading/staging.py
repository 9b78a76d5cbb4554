"""The buffers through which stored bytes come into tensors: in memory, or pinned for an accelerator to fetch them."""

from __future__ import annotations

import ctypes
import functools
from queue import SimpleQueue
from typing import Any

import torch
from torch import Tensor

from loadstone.transfer.copy import HostLane, lane_bytes
from loadstone.transfer.memory import new_memory
from loadstone.transfer.weight_file import READ_BYTES

LANE_BYTES = lane_bytes(READ_BYTES)
_DEVICE_LANES = 6
"""For each accelerator, in the whole process: 48 MiB, enough to keep a bus busy while as many threads read."""


class TensorLane(HostLane):
    """A buffer in memory whose values are read where they lie."""

    def land(self, nbytes: int) -> None:
        """The first bytes are there."""

    def values(self, start: int, nbytes: int, dtype: torch.dtype) -> Tensor:
        """Some of the bytes as numbers; elements may stand at any byte."""
        return torch.frombuffer(self.memory, dtype=dtype, count=nbytes // dtype.itemsize, offset=start)


class DeviceLane:
    """A pinned buffer. What lands in it crosses to the device in one piece, and is cast and goes to its place there."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        if device.type == "cpu":
            self.tensor = torch.frombuffer(new_memory(LANE_BYTES), dtype=torch.uint8)
        else:
            self.tensor = torch.empty(LANE_BYTES, dtype=torch.uint8, pin_memory=True)
        self.view = memoryview((ctypes.c_char * LANE_BYTES).from_address(self.tensor.data_ptr())).cast("B")
        self.left: Any = None
        """The event after which it may be filled again."""
        self._there: Tensor = self.tensor

    def land(self, nbytes: int) -> None:
        """The first bytes are there: on their way to the device."""
        self._there = torch.empty(nbytes, dtype=torch.uint8, device=self._device)
        self._there.copy_(self.tensor[:nbytes], non_blocking=True)

    def values(self, start: int, nbytes: int, dtype: torch.dtype) -> Tensor:
        """Some of the bytes as numbers, on the device."""
        found = self._there[start : start + nbytes]
        # Devices want elements where multiples of their size are.
        return (found.clone() if start % dtype.itemsize else found).view(dtype)

    def leave(self) -> None:
        """Nothing of what crossed is needed any more."""
        self._there = self.tensor


class DeviceLanes:
    """The ring of one device, and the stream on which copies to it run."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self.stream = None if device.type == "cpu" else torch.Stream(device=device)
        self._free: SimpleQueue[DeviceLane] = SimpleQueue()
        for _ in range(_DEVICE_LANES):
            self._free.put(DeviceLane(device))

    @property
    def extent_bytes(self) -> int:
        """Of the longest extent that a lane is for."""
        return READ_BYTES

    def take(self) -> DeviceLane:
        """A lane that nobody fills and the device has read; what this thread does from now on runs on the stream."""
        lane = self._free.get()
        if lane.left is not None:
            lane.left.synchronize()
        if self.stream is not None:
            torch.accelerator.set_stream(self.stream)
        return lane

    def give(self, lane: DeviceLane) -> None:
        """To be taken again when the device is done with it."""
        lane.leave()
        if self.stream is not None:
            lane.left = torch.Event(device=self._device)
            lane.left.record(self.stream)
        self._free.put(lane)

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
def lanes_of(device: torch.device) -> DeviceLanes:
    """The ring of a device, made when it is first used: pinning memory takes longer than filling it."""
    return DeviceLanes(device)


def has_lanes(device: torch.device) -> bool:
    """Whether a device has streams, and fetches pinned memory by itself."""
    return device.type not in ("cpu", "mps", "meta")
