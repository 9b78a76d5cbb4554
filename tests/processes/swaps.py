"""Swaps of a model that two ranks hold together; every function runs on each of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist

from loadstone import AutoModelForCausalLM
from loadstone.errors import LoadstoneError
from loadstone.frameworks.torch.loading import copies

IDS = torch.tensor([[5, 6, 7, 8, 9, 10], [11, 12, 13, 14, 15, 16]])


@torch.no_grad()
def logits(model: Any) -> torch.Tensor:
    return model(IDS).logits


def is_of(model: Any, folder: Path) -> bool:
    """Whether a model gives what one process alone makes of a folder, up to the order of sums."""
    return torch.allclose(logits(model), logits(AutoModelForCausalLM.from_pretrained(folder)), atol=1e-5)


def there_and_back(folders: tuple[Path, Path], asked: dict[str, int], in_place: bool) -> tuple[str, int]:
    """The report's rank, and the version of the weights."""
    a, b = folders
    model = AutoModelForCausalLM.from_pretrained(a, distributed_config=asked)
    parameters = list(model.parameters())
    assert is_of(model, a)
    for folder in (b, a, b):
        report = model.swap_weights(folder, in_place=in_place)
        assert is_of(model, folder)
    assert all(one is other for one, other in zip(parameters, model.parameters(), strict=True))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    model(IDS, labels=IDS).loss.backward()
    optimizer.step()
    assert not is_of(model, b)
    model.swap_weights(b, in_place=True)
    assert is_of(model, b)
    return report.by_rank.rank, report.weights_version


def one_fails(folders: tuple[Path, Path], asked: dict[str, int], in_place: bool) -> list[str]:
    """Rank 1 cannot find the files, or cannot write them all: which errors each rank has. Then a swap succeeds."""
    a, b = folders
    model, rank = AutoModelForCausalLM.from_pretrained(a, distributed_config=asked), dist.get_rank()
    found = []

    def swap(folder: Path) -> None:
        try:
            model.swap_weights(folder, in_place=in_place)
        except LoadstoneError as error:
            found.append(type(error).__name__)

    swap(a / "nowhere" if rank else b)
    assert is_of(model, a) and model.weights_version == 0
    if in_place:
        real = copies.copy_into
        if rank:
            copies.copy_into = _half
        try:
            swap(b)
        finally:
            copies.copy_into = real
        try:
            logits(model)
        except LoadstoneError as error:
            found.append(type(error).__name__)
    model.swap_weights(b, in_place=in_place)
    assert is_of(model, b)
    return found


def _half(jobs: Any, tensors: Any, *rest: Any) -> None:
    tensors[0].zero_()
    raise OSError("the disk is gone")


def of_others(folders: tuple[Path, Path], asked: dict[str, int], other_way: bool) -> str:
    """Rank 1 swaps to another checkpoint than rank 0, or in the other way: the error."""
    is_other = dist.get_rank() == 1
    model = AutoModelForCausalLM.from_pretrained(folders[0], distributed_config=asked)
    folder = folders[1] if other_way or not is_other else folders[0]
    try:
        model.swap_weights(folder, in_place=other_way and is_other)
    except LoadstoneError as error:
        assert is_of(model, folders[0]) and model.weights_version == 0
        return f"{type(error).__name__}: {error}"
    return "none"
