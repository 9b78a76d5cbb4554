"""Each rank loads its part of a checkpoint from a local disk: tensor parallel, and FSDP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from page_cache import make_cold
from processes import warm_files
from report import Goal, Row
from shapes import Shape, make_checkpoint

from distributed.part import measured, touch

TITLE = "Loading over two ranks"
ABOUT = (
    "Until both ranks are through and have touched every page that they hold; a tiny model was loaded the same way "
    "before, so that all is imported. "
    "`private` is the peak of a rank's memory of its own, over before; `disk` is what both had read from it. "
    "`over columns` is `private` less what no map can give: the parts that are columns."
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
        Goal(f"{kind}, warm", f"{kind} warm", "seconds_s", at_most=0.65, against=TRANSFORMERS, predicted=0.43),
        Goal(f"{kind}, cold", f"{kind} cold", "seconds_s", at_most=0.65, against=TRANSFORMERS, predicted=0.57),
        Goal(f"{kind}, warm, beside DCP", f"{kind} warm", "seconds_s", at_most=0.35, against=DCP, predicted=0.18),
        Goal(f"{kind}, memory over the columns", f"{kind} warm", "over_columns_bytes", below=32e6, predicted=1e6),
    )
)


_TINY = Shape("tiny-distributed", 64, 128, 2, 4, 2, 256, shards=1)
_TINY_FOLDER = f"{_TINY.name}-bf16-1-shards"


def prepare(folder: Path, case: str) -> None:
    """The page cache as the case has it, and the tiny model beside."""
    make_checkpoint(_TINY, folder.parent)
    (make_cold if case.endswith("cold") else warm_files)(folder)


def probe(subject: str, case: str, folder: Path) -> dict[str, float]:
    """One rank's load, and what it took."""
    kind = case.partition(" ")[0]
    load = {OURS: _ours, TRANSFORMERS: _transformers, DCP: by_dcp}[subject]
    touch(load(kind, folder.parent / _TINY_FOLDER)())
    ready = load(kind, folder)
    with measured() as found:
        model = ready()
        held = touch(model)
    found["held_bytes"] = held
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
