"""What a rank does to show that the pool works."""

from __future__ import annotations


def sum_of_ranks() -> int:
    """0 + 1 + …, by the group."""
    import torch
    import torch.distributed as dist

    number = torch.tensor(dist.get_rank())
    dist.all_reduce(number)
    return int(number)


def fail_on(rank: int) -> int:
    """An error on one rank."""
    import torch.distributed as dist

    if dist.get_rank() == rank:
        raise ValueError("as asked")
    return dist.get_rank()
