"""Models whose weights are spread over ranks, saved by all of them together."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.distributed as dist
from frameworks.torch import tiny
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor, Replicate, Shard, distribute_tensor
from torch.distributed.tensor.parallel import ColwiseParallel, RowwiseParallel, parallelize_module

import loadstone
from loadstone.frameworks.torch.distributed import columns
from loadstone.saving import replace_folder
from loadstone.transfer import new_file


def by_fsdp(model: Any, mesh: DeviceMesh) -> None:
    """As PyTorch's own FSDP2 spreads it: rows of every parameter."""
    for block in model.modules():
        if type(block).__name__.endswith(("DecoderLayer", "Layer")):
            fully_shard(block, mesh=mesh)
    fully_shard(model, mesh=mesh)


def by_rows_and_columns(model: Any, mesh: DeviceMesh) -> None:
    """Tensor parallel, as PyTorch's own styles do it."""
    plan: dict[str, Any] = {}
    for name, _ in model.named_modules():
        leaf = name.rpartition(".")[2]
        if leaf in ("q_proj", "k_proj", "v_proj", "gate_proj", "up_proj", "lm_head"):
            plan[name] = ColwiseParallel()
        if leaf in ("o_proj", "down_proj", "embed_tokens"):
            plan[name] = RowwiseParallel()
    parallelize_module(model, mesh, plan)


def by_columns(model: Any, mesh: DeviceMesh) -> None:
    """The last dimension of everything, whatever it is."""
    for module in model.modules():
        for name, slot in list(module.named_parameters(recurse=False)):
            placements = [Shard(slot.dim() - 1)] + [Replicate()] * (mesh.ndim - 1)
            spread = distribute_tensor(slot.detach(), mesh, placements)
            setattr(module, name, torch.nn.Parameter(spread))


def by_both(model: Any, mesh: DeviceMesh) -> None:
    """Tensor parallel along one axis of a mesh, FSDP2 along the other."""
    by_rows_and_columns(model, mesh["tp"])
    by_fsdp(model, mesh["fsdp"])


def mesh(*sizes: int) -> DeviceMesh:
    """A mesh of all ranks."""
    names = ("fsdp", "tp")[-len(sizes) :]
    return init_device_mesh("cpu", sizes, mesh_dim_names=names)


def spread(how: str, family: str, **changes: Any) -> Any:
    """A tiny model, the same on all ranks, then spread."""
    made = family_model(family, **changes)
    size = dist.get_world_size()
    ways: dict[str, tuple[Callable[[Any, DeviceMesh], None], tuple[int, ...]]] = {
        "fsdp": (by_fsdp, (size,)),
        "tp": (by_rows_and_columns, (size,)),
        "columns": (by_columns, (size,)),
        "both": (by_both, (2, size // 2)),
        "columns of half": (by_columns, (size // 2, 2)),
    }
    way, sizes = ways[how]
    way(made, mesh(*sizes))
    return made


def family_model(family: str, **changes: Any) -> Any:
    """A tiny model of a family."""
    classes = {"llama": "LlamaForCausalLM", "mixtral": "MixtralForCausalLM", "bert": "BertForMaskedLM"}
    return tiny.model(classes[family], family, **changes)


def as_one_process(folder: Path, how: str, family: str, changes: dict[str, Any], options: dict[str, Any]) -> list[str]:
    """Saves a model whole, by one rank, and spread, by all. The names of files that differ, or are not in both."""
    if dist.get_rank() == 0:
        family_model(family, **changes).save_pretrained(folder / "one", **options)
    dist.barrier()
    spread(how, family, **changes).save_pretrained(folder / "many", **options)
    return differing(folder / "one", folder / "many")


def differing(one: Path, other: Path) -> list[str]:
    """The names of files that are not in both, with the same bytes."""
    names = {*os.listdir(one), *os.listdir(other)}
    return sorted(name for name in names if not _is_same(one / name, other / name))


def _is_same(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and one.read_bytes() == other.read_bytes()


def load_and_save_again(folder: Path) -> list[str]:
    """Fills a spread skeleton from a folder, whose files its shards are views of then, changes a little, and saves it
    onto the same folder. The names of files that differ from those of one process that did the same."""
    if dist.get_rank() == 0:
        shutil.copytree(folder / "many", folder / "one")
    dist.barrier()
    with torch.device("meta"):
        model = loadstone.LlamaForCausalLM(loadstone.AutoConfig.from_pretrained(folder / "many")).eval()
    by_fsdp(model, mesh(dist.get_world_size()))
    loadstone.load_into(model, folder / "many")
    with torch.no_grad():
        model.get_parameter("model.norm.weight").mul_(2)
    model.save_pretrained(folder / "many")
    if dist.get_rank() == 0:
        alone = loadstone.LlamaForCausalLM.from_pretrained(folder / "one", torch_dtype="auto")
        with torch.no_grad():
            alone.get_parameter("model.norm.weight").mul_(2)
        alone.save_pretrained(folder / "one")
    dist.barrier()
    return differing(folder / "one", folder / "many")


def load_spread_and_save(folder: Path, sizes: Mapping[str, int]) -> list[str]:
    """Loads ``one`` as its blueprint spreads it, and saves it as ``many``. The names of files that differ."""
    model = loadstone.AutoModelForCausalLM.from_pretrained(
        folder / "one", torch_dtype="auto", distributed_config=dict(sizes)
    )
    model.save_pretrained(folder / "many")
    return differing(folder / "one", folder / "many")


def save_with(folder: Path, options: Mapping[str, Any]) -> None:
    """A spread model is saved with options that may be refused."""
    spread("fsdp", "llama").save_pretrained(folder, **options)


def save_to_own_folder(folder: Path) -> None:
    """Each rank saves to another folder."""
    spread("fsdp", "llama").save_pretrained(folder / str(dist.get_rank()))


def save_late(rank: int, seconds: float, folder: Path) -> None:
    """One rank comes too late for the others, which wait for half that time."""
    model = spread("fsdp", "llama")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOADSTONE_RANKS_TIMEOUT", str(seconds / 2))
        if dist.get_rank() == rank:
            time.sleep(seconds)
        model.save_pretrained(folder)


def save_on_a_part(members: Any, folder: Path) -> None:
    """The ranks of a mesh save, and the others do not."""
    part = DeviceMesh("cpu", members)
    if part.get_coordinate() is not None:
        made = family_model("llama")
        by_columns(made, part)
        made.save_pretrained(folder)


def save_model(folder: Path, how: str, family: str, changes: dict[str, Any]) -> None:
    """Save one."""
    spread(how, family, **changes).save_pretrained(folder)


def save_parted_on(rank: int, folder: Path) -> None:
    """A tied model, whose head differs in the rows of one rank."""
    model = family_model("llama", vocab_size=101, tie_word_embeddings=True)
    model.lm_head.weight = torch.nn.Parameter(model.model.embed_tokens.weight.detach().clone())
    by_fsdp(model, mesh(dist.get_world_size()))
    if dist.get_rank() == rank:
        with torch.no_grad():
            model.lm_head.weight.to_local().add_(1)
    model.save_pretrained(folder)


def loaded(folder: Path) -> dict[str, torch.Tensor]:
    """Whole tensors of a spread model that was filled from a folder."""
    with torch.device("meta"):
        model = loadstone.LlamaForCausalLM(loadstone.AutoConfig.from_pretrained(folder)).eval()
    by_fsdp(model, mesh(dist.get_world_size()))
    loadstone.load_into(model, folder)
    return {name: tensor.full_tensor() for name, tensor in model.state_dict().items()}


def save_parts_that_are_placed_nowhere(folder: Path) -> None:
    """A DTensor made of parts that are not as large as its placements say."""
    model = spread("fsdp", "llama")
    rows = 40 if dist.get_rank() == 0 else 24
    whole: Any = {"shape": (64, 32), "stride": (32, 1)}
    parts = DTensor.from_local(torch.zeros(rows, 32), mesh(2), [Shard(0)], run_check=False, **whole)
    model.save_pretrained(folder, state_dict={**model.state_dict(), "lm_head.weight": parts})


def save_gathered(folder: Path) -> None:
    """The older way: whole tensors are put together on all ranks, and one rank saves them."""
    model = spread("fsdp", "llama")
    whole = {name: tensor.full_tensor() for name, tensor in model.state_dict().items()}
    model.save_pretrained(folder, state_dict=whole, is_main_process=dist.get_rank() == 0)


def save_given(folder: Path) -> None:
    """The state is given as DTensors; only one rank calls itself the main process."""
    model = spread("fsdp", "llama")
    model.save_pretrained(folder, state_dict=model.state_dict(), is_main_process=dist.get_rank() == 0)


def save_where(fault: str, rank: int, folder: Path, how: str = "fsdp", family: str = "llama", **changes: Any) -> None:
    """Saves while something goes wrong on one rank: see :data:`FAULTS`."""
    model = spread(how, family, **changes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOADSTONE_RANKS_TIMEOUT", "30")
        if dist.get_rank() == rank:
            FAULTS[fault](patch, model)
        try:
            model.save_pretrained(folder, max_shard_size="40KB")
        finally:
            left = left_of_a_save(folder.parent)
            assert left == [], left


def left_of_a_save(folder: Path) -> list[str]:
    """Threads of ours that run still, and files below a folder that this process has open."""
    threads = [each.name for each in threading.enumerate() if each.name.startswith("loadstone")]
    opened = [os.readlink(each.path) for each in os.scandir("/proc/self/fd") if os.path.lexists(each.path)]
    return threads + [path for path in opened if path.startswith(f"{folder}/")]


def _die(*_: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def _fail(*_: Any) -> Any:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _without_values(patch: pytest.MonkeyPatch, model: Any) -> None:
    model.register_parameter("unknown", torch.nn.Parameter(torch.zeros(1)))


FAULTS: Mapping[str, Callable[[pytest.MonkeyPatch, Any], None]] = {
    "killed while it writes": lambda patch, model: patch.setattr(os, "pwrite", _die),
    "killed while it sends": lambda patch, model: patch.setattr(columns, "all_to_all", _die),
    "killed before the files are put in place": lambda patch, model: patch.setattr(replace_folder, "_trade", _die),
    "a full disk": lambda patch, model: patch.setattr(os, "pwrite", _fail),
    "no room for the files": lambda patch, model: patch.setattr(new_file, "reserve", _fail),
    "the files cannot be put in place": lambda patch, model: patch.setattr(replace_folder, "_put_on_disk", _fail),
    "a parameter without a slot": _without_values,
}
"""What goes wrong → how it is made to."""
