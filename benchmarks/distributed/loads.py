"""Each rank loads its part of a checkpoint from a local disk: tensor parallel, and FSDP."""

from __future__ import annotations

import gc
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from children import warm_files, warm_own_memory
from page_cache import make_cold
from report import Goal, Row

from distributed.part import measured, touch

TITLE = "Loading over two ranks"
ABOUT = (
    "Until both ranks are through and have touched every page that they hold. `first` is the first load of a process "
    "that has imported torch, with FSDP and tensor parallelism, and the library's Auto class, and imports on the way "
    "what else it needs; the rest is of the second load of that process. The host "
    "backs free memory before each. `private` is the peak of a rank's memory of its own, over before; `disk` is what "
    "both had read from it. `over columns` is `private` less what no map can give: the parts that are columns."
)
PREDICTED_ON = "2026-11-29"
OURS, TRANSFORMERS, DCP = "loadstone", "transformers", "torch DCP"
CASES: Mapping[str, Sequence[str]] = {
    f"{kind} {cache}": (OURS, TRANSFORMERS, DCP) for kind in ("tp", "fsdp") for cache in ("warm", "cold")
}
RANKS: Mapping[str, int] = {}
ROWS = tuple(
    Row(f"{title}, {case}", case, figure)
    for case in CASES
    for title, figure in (
        ("load and touch, first", "first_s"),
        ("load and touch", "seconds_s"),
        ("processor time of a rank", "cpu_s"),
        ("private", "private_bytes"),
        ("over columns", "over_columns_bytes"),
        ("disk", "sum_disk_bytes"),
    )
)
GOALS = tuple(
    goal
    for kind in ("tp", "fsdp")
    for goal in (
        *(
            Goal(
                f"{kind}, {cache}, {title}", f"{kind} {cache}", figure, at_most=0.65, against=TRANSFORMERS, predicted=at
            )
            for cache, at in (("warm", 0.43), ("cold", 0.57))
            for title, figure in (("first", "first_s"), ("again", "seconds_s"))
        ),
        Goal(f"{kind}, warm, beside DCP", f"{kind} warm", "seconds_s", at_most=0.35, against=DCP, predicted=0.18),
        Goal(f"{kind}, memory over the columns", f"{kind} warm", "over_columns_bytes", below=32e6, predicted=1e6),
    )
)


def prepare(folder: Path, case: str) -> None:
    """The page cache as the case has it: empty, or as reading the files from begin to end leaves it, in large pages."""
    make_cold(folder)
    if case.endswith("warm"):
        warm_files(folder)


def probe(subject: str, case: str, folder: Path) -> dict[str, float]:
    """One rank's first load and its second, and what they took."""
    import torch.distributed as dist

    kind, nbytes = case.partition(" ")[0], sum(path.stat().st_size for path in folder.iterdir())
    load = {OURS: _ours, TRANSFORMERS: _transformers, DCP: by_dcp}[subject](kind, folder)
    warm_own_memory(nbytes)
    with measured() as first:
        touch(load())
    gc.collect()  # no rank has the files mapped any more
    dist.barrier()
    if dist.get_rank() == 0:
        prepare(folder, case)
    warm_own_memory(nbytes)
    with measured() as found:
        model = load()
        found["held_bytes"] = touch(model)
    found["first_s"] = first["seconds_s"]
    found["over_columns_bytes"] = max(found["private_bytes"] - _column_bytes(model), 0.0)
    return found


def _ours(kind: str, folder: Path) -> Any:
    import torch.distributed as dist
    import torch.distributed.fsdp
    import torch.distributed.tensor.parallel  # noqa: F401

    from loadstone import AutoModelForCausalLM

    asked = {f"{kind}_size": dist.get_world_size()}
    return lambda: AutoModelForCausalLM.from_pretrained(folder, torch_dtype="auto", distributed_config=asked)


def _transformers(kind: str, folder: Path) -> Any:
    import torch.distributed as dist
    import torch.distributed.fsdp
    import torch.distributed.tensor.parallel  # noqa: F401
    from transformers import AutoModelForCausalLM
    from transformers.distributed import DistributedConfig

    asked = DistributedConfig(**{f"{kind}_size": dist.get_world_size()})
    return lambda: AutoModelForCausalLM.from_pretrained(folder, dtype="auto", distributed_config=asked)


def by_dcp(kind: str, folder: Path) -> Any:
    """DTensors with the names and placements of our model, filled by PyTorch's own reader of such files."""
    import torch
    import torch.distributed.checkpoint as dcp
    import torch.distributed.tensor
    from torch.distributed.checkpoint import HuggingFaceStorageReader
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.tensor import Replicate, Shard

    import loadstone
    from loadstone.frameworks.tensor_parallel import split_slots

    count = torch.distributed.get_world_size()
    mesh = init_device_mesh("cpu", (count,))
    stored = loadstone.open_checkpoint(folder)
    with torch.device("meta"):
        model: Any = loadstone.AutoModelForCausalLM.from_config(loadstone.AutoConfig.from_pretrained(folder))
    split = split_slots(model.component, count) if kind == "tp" else dict.fromkeys(stored, 0)

    def load() -> dict[str, torch.Tensor]:
        state = {}
        for name, tensor in stored.items():
            place = Shard(split[name]) if name in split else Replicate()
            state[name] = torch.distributed.tensor.empty(
                *tensor.shape, dtype=torch.bfloat16, device_mesh=mesh, placements=[place]
            )
        dcp.load(state, storage_reader=HuggingFaceStorageReader(str(folder), thread_count=2))
        return state

    return load


def _column_bytes(model: Any) -> int:
    """Of what a rank holds, the parts that no run of a file's bytes is."""
    from torch.distributed.tensor import DTensor

    tensors = model.values() if isinstance(model, dict) else model.parameters()
    return sum(
        tensor.to_local().nbytes
        for tensor in tensors
        if isinstance(tensor, DTensor) and any(each.is_shard() and each.dim > 0 for each in tensor.placements)
    )
