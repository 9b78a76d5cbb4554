"""Memory for tensors that stay while many come and go: apart from theirs, which would be left in pieces between."""

from __future__ import annotations

import math
import mmap
from collections.abc import Sequence

import torch
from torch import Tensor

from loadstone.transfer.memory import new_memory

_BLOCK_BYTES = 32 << 20
_ALIGNMENT = 64


class Pool:
    """Gives tensors on the CPU places in large blocks of new memory. What no tensor lies in takes no memory."""

    def __init__(self) -> None:
        self._memory: mmap.mmap | None = None
        self._end = 0

    def like(self, tensor: Tensor, shape: Sequence[int]) -> Tensor:
        """A tensor of that shape, of the other's dtype and on its device, with any values in it."""
        count = math.prod(shape)
        if tensor.device.type != "cpu" or not count:
            return tensor.new_empty(shape)
        nbytes = count * tensor.element_size()
        start = self._end + -self._end % _ALIGNMENT
        if self._memory is None or start + nbytes > len(self._memory):
            self._memory, start = new_memory(max(_BLOCK_BYTES, nbytes)), 0
        self._end = start + nbytes
        return torch.frombuffer(self._memory, dtype=tensor.dtype, count=count, offset=start).view(list(shape))
