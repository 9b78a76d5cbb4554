"""What passes between the ranks of a group in a tensor-parallel layer, forward and backward.

Outside such a layer every rank has the same activations, and so the same gradients of them. Within, each has a share
of an inner width. At the border one direction sums and the other does nothing (Megatron-LM, arXiv:1909.08053).
"""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor
from torch.autograd import Function
from torch.distributed import _functional_collectives as collectives

from loadstone.frameworks.tensor_parallel import Rows
from loadstone.planning.mesh import chunk


class Group:
    """The ranks that share layers, and which of them this is."""

    def __init__(self, group: dist.ProcessGroup) -> None:
        self.ranks, self.size, self.index = group, dist.get_world_size(group), dist.get_rank(group)

    def __deepcopy__(self, memo: object) -> Group:
        """The same ranks share a model and its copy."""
        return self

    def chunk(self, size: int) -> Rows:
        """Start and stop of what this rank holds of so many rows."""
        return chunk(size, self.size, self.index)

    def shared(self, x: Tensor) -> Tensor:
        """``x``, of which each rank uses something else: their gradients are summed."""
        return _Shared.apply(x, self.ranks) if x.requires_grad else x  # type: ignore[no-untyped-call]

    def draw_alike(self, device: torch.device, generator: torch.Generator | None) -> None:
        """Have what draws on a device, by default PyTorch's own, draw from here on what it draws on the first rank."""
        module = torch if device.type == "cpu" else torch.get_device_module(device)
        state: Tensor = module.get_rng_state() if generator is None else generator.get_state()
        sent = state.to(device)
        dist.broadcast(sent, group=self.ranks, group_src=0)
        (module.set_rng_state if generator is None else generator.set_state)(sent.cpu())

    def summed(self, x: Tensor) -> Tensor:
        """The sum over the ranks, which all of them go on with."""
        return _Summed.apply(x, self.ranks)  # type: ignore[no-untyped-call]

    def gathered(self, x: Tensor, width: int) -> Tensor:
        """What all ranks hold of a last dimension of that width, which all of them go on with."""
        return _Gathered.apply(x, self, width)  # type: ignore[no-untyped-call]


class Exchange:
    """Outputs of a map go from the ranks that hold their rows to those that compute with them."""

    def __init__(self, group: Group, wanted: list[list[Rows]], outputs: int) -> None:
        """``wanted``: of each rank, from the first output to the last."""
        self.group = group
        held = [chunk(outputs, group.size, rank) for rank in range(group.size)]
        self.sent = [_common(rows, held[group.index]) for rows in wanted]
        """For each rank which of the rows here, counted from the first."""
        self.sizes_sent = [sum(stop - start for start, stop in each) for each in self.sent]
        self.sizes_got = [sum(stop - start for start, stop in _common(wanted[group.index], rows)) for rows in held]

    def __call__(self, x: Tensor) -> Tensor:
        """``x`` (…, rows held) → (…, outputs wanted)."""
        rows = x.movedim(-1, 0)
        sent = torch.cat([rows[start:stop] for each in self.sent for start, stop in each])
        got = collectives.all_to_all_single_autograd(sent, self.sizes_got, self.sizes_sent, self.group.ranks)
        return collectives.wait_tensor(got).movedim(0, -1)  # type: ignore[no-untyped-call]


def _common(wanted: list[Rows], held: Rows) -> list[Rows]:
    """The wanted rows that are held, counted from the first that is."""
    both = ((max(start, held[0]), min(stop, held[1])) for start, stop in wanted)
    return [(start - held[0], stop - held[0]) for start, stop in both if start < stop]


def _sum(x: Tensor, group: dist.ProcessGroup) -> Tensor:
    total = x.clone(memory_format=torch.contiguous_format)
    dist.all_reduce(total, group=group)
    return total


class _Shared(Function):
    @staticmethod
    def forward(context: Any, x: Tensor, group: dist.ProcessGroup) -> Tensor:
        context.group = group
        return x.view_as(x)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return _sum(gradient, context.group), None


class _Summed(Function):
    @staticmethod
    def forward(context: Any, x: Tensor, group: dist.ProcessGroup) -> Tensor:
        return _sum(x, group)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return gradient, None


class _Gathered(Function):
    @staticmethod
    def forward(context: Any, x: Tensor, group: Group, width: int) -> Tensor:
        context.held = group.chunk(width)
        rows = [chunk(width, group.size, rank) for rank in range(group.size)]
        filled = F.pad(x, (0, rows[0][1] - x.shape[-1])).contiguous()  # the first rank holds most
        every = [torch.empty_like(filled) for _ in range(group.size)]
        dist.all_gather(every, filled, group=group.ranks)
        return torch.cat([each[..., : stop - start] for each, (start, stop) in zip(every, rows, strict=True)], dim=-1)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        start, stop = context.held
        return gradient[..., start:stop], None, None


class Joined(Function):
    """A result, as if it depended on other tensors too, of which it gets no gradient: they then have zeros, as they
    have on the ranks where it does depend on them. A collective of theirs would otherwise wait for ever."""

    @staticmethod
    def forward(context: Any, x: Tensor, *others: Tensor) -> Tensor:
        context.others = [(each.shape, each.dtype, each.device) for each in others]
        return x.view_as(x)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, ...]:
        return gradient, *(torch.zeros(s, dtype=d, device=on) for s, d, on in context.others)
