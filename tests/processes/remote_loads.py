"""What ranks run: loads from an address."""

from __future__ import annotations

from typing import Any

import torch
from torch.distributed.tensor import DTensor


def local_parts_of_own(addresses: list[str]) -> dict[str, torch.Tensor]:
    """The same, each rank from an address of its own."""
    return local_parts(addresses[torch.distributed.get_rank()], "fsdp")


def local_parts(address: str, kind: str) -> dict[str, torch.Tensor]:
    """What this rank holds of the model there, and by how many bytes."""
    from loadstone import AutoModelForCausalLM

    asked = {f"{kind}_size": torch.distributed.get_world_size()}
    model: Any = AutoModelForCausalLM.from_pretrained(address, distributed_config=asked)
    state = dict(model.named_parameters())
    return {
        name: (value.to_local() if isinstance(value, DTensor) else value).detach().clone()
        for name, value in state.items()
    }
