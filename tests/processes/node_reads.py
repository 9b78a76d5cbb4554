"""Loads whose ranks read together, and how many bytes each has read for it."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path
from typing import Any

import torch
from torch.distributed.device_mesh import init_device_mesh

import loadstone
from loadstone.transfer.weight_file import WeightFile


def load(folder: Path, sizes: dict[str, int], read: str, slow: int = -1, local: int = 0) -> dict[str, Any]:
    """Load a model over a mesh, reading so, and compare it with one whose files were mapped.

    ``slow``: a rank whose threads are held up at random. ``local``: how many ranks say that they are on one node.
    """
    rank, original = torch.distributed.get_rank(), WeightFile.read_into
    counted = [0]

    def read_into(self: WeightFile, offset: int, nbytes: int, buffer: memoryview) -> None:
        if rank == slow:
            time.sleep(random.random() / 100)
        counted[0] += nbytes
        original(self, offset, nbytes, buffer)

    mesh = init_device_mesh("cpu", tuple(sizes.values()), mesh_dim_names=tuple(sizes))
    how: dict[str, Any] = {"torch_dtype": "auto", "device_mesh": mesh}
    expected = loadstone.AutoModelForCausalLM.from_pretrained(folder, **how)
    before = os.environ["LOCAL_WORLD_SIZE"]
    WeightFile.read_into = read_into  # type: ignore[method-assign]
    try:
        if local:
            os.environ["LOCAL_WORLD_SIZE"] = str(local)
        model = loadstone.AutoModelForCausalLM.from_pretrained(
            folder, **how, transfer=loadstone.transfer_options(read, threads=2)
        )
    finally:
        WeightFile.read_into = original  # type: ignore[method-assign]
        os.environ["LOCAL_WORLD_SIZE"] = before
    with torch.no_grad():
        for (name, slot), other in zip(model.named_parameters(), expected.parameters(), strict=True):
            assert torch.equal(slot.to_local(), other.to_local()), name
    report = model.load_report.by_rank
    return {"counted": counted[0], "read": report.read, "viewed": report.viewed}


def in_place(folder: Path, read: str) -> None:
    """``load_into`` of a module that has memory, reading together, cast on the way."""
    from torch.distributed.tensor import Replicate, Shard, distribute_tensor

    mesh = init_device_mesh("cpu", (torch.distributed.get_world_size(),))
    full = loadstone.AutoModelForCausalLM.from_pretrained(folder, torch_dtype="float32")
    model = loadstone.AutoModelForCausalLM.from_config(full.config, torch_dtype="float32")
    for name, slot in list(model.named_parameters()):
        owner, _, leaf = name.rpartition(".")
        place = Shard(1) if "proj" in name else Replicate()
        made = torch.nn.Parameter(distribute_tensor(slot.detach(), mesh, [place], src_data_rank=None))
        setattr(model.get_submodule(owner), leaf, made)
    held = [slot.to_local().data_ptr() for slot in model.parameters()]
    loadstone.load_into(model, folder, transfer=loadstone.transfer_options(read))
    assert held == [slot.to_local().data_ptr() for slot in model.parameters()]
    for name, slot in model.named_parameters():
        assert torch.equal(slot.full_tensor(), full.get_parameter(name)), name


def failing(folder: Path, rank: int) -> str:
    """What each rank says where one cannot read."""
    original = WeightFile.read_into

    def read_into(self: WeightFile, offset: int, nbytes: int, buffer: memoryview) -> None:
        if torch.distributed.get_rank() == rank and nbytes > 100_000:
            raise self.fault("bytes that can be read", "an error of the disk")
        original(self, offset, nbytes, buffer)

    WeightFile.read_into = read_into  # type: ignore[method-assign]
    began = time.monotonic()
    try:
        loadstone.AutoModelForCausalLM.from_pretrained(
            folder,
            distributed_config={"tp_size": torch.distributed.get_world_size()},
            transfer=loadstone.transfer_options("buffered"),
        )
    except loadstone.errors.LoadstoneError as error:
        assert time.monotonic() - began < 10
        return f"{type(error).__name__}: {error}"
    finally:
        WeightFile.read_into = original  # type: ignore[method-assign]
    return ""


def slow(folder: Path, begun: Path) -> str:
    """A load that takes seconds; it says when it has begun to read, and what became of it."""
    original = WeightFile.read_into

    def read_into(self: WeightFile, offset: int, nbytes: int, buffer: memoryview) -> None:
        if nbytes > 100_000:
            begun.touch()
            time.sleep(0.3)
        original(self, offset, nbytes, buffer)

    WeightFile.read_into = read_into  # type: ignore[method-assign]
    try:
        loadstone.AutoModelForCausalLM.from_pretrained(
            folder,
            distributed_config={"tp_size": torch.distributed.get_world_size()},
            transfer=loadstone.transfer_options("buffered", threads=1),
        )
    except loadstone.errors.LoadstoneError as error:
        return f"{type(error).__name__}: {error}"
    finally:
        WeightFile.read_into = original  # type: ignore[method-assign]
    return ""
