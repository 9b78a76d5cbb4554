"""Each rank has a part of a model, and all of them save it as one checkpoint of the Hub's layout."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from report import Goal, Row

from distributed.part import measured

TITLE = "Saving from two ranks"
ABOUT = (
    "A model that was changed in memory, from the call until the checkpoint is on the disk (others' by `os.sync`). "
    "`private` is the peak of a rank's memory of its own, over before; `written` is what both ranks sent to the disk; "
    "`network` what went over the loopback interface, out of the whole machine."
)
PREDICTED_ON = "2026-11-29"
OURS, TRANSFORMERS = "loadstone", "transformers"
CASES: Mapping[str, Sequence[str]] = dict.fromkeys(("tp", "fsdp"), (OURS, TRANSFORMERS))
RANKS: Mapping[str, int] = {}
ROWS = tuple(
    Row(f"{title}, {case}", case, figure)
    for case in CASES
    for title, figure in (
        ("save", "seconds_s"),
        ("processor time of a rank", "cpu_s"),
        ("private", "private_bytes"),
        ("written", "sum_written_bytes"),
        ("network", "network_bytes"),
    )
)
GOALS = tuple(
    goal
    for kind in CASES
    for goal in (
        Goal(f"{kind}", kind, "seconds_s", at_most=0.65, against=TRANSFORMERS, predicted=0.51),
        Goal(f"{kind}, bytes written", kind, "sum_written_bytes", at_most=1.01, predicted=1.0),
        Goal(f"{kind}, memory", kind, "private_bytes", below=256e6, predicted=135e6),
    )
)


def prepare(folder: Path, case: str) -> None:
    """No older save."""
    shutil.rmtree(_target(folder), ignore_errors=True)
    os.sync()


def probe(subject: str, case: str, folder: Path) -> dict[str, float]:
    """One rank's part of a save; all that it imports is imported by the load."""
    import torch.distributed as dist

    model = {OURS: _ours, TRANSFORMERS: _transformers}[subject](case, folder)
    _change(model)
    dist.barrier()
    before = _counted()
    with measured() as found:
        model.save_pretrained(_target(folder))
        if subject != OURS and dist.get_rank() == 0:
            os.sync()
    after = _counted()
    found["sum_written_bytes"] = after["written"] - before["written"]
    found["network_bytes"] = after["network"] - before["network"]
    dist.barrier()
    if dist.get_rank() == 0:
        shutil.rmtree(_target(folder))
    return found


def _target(folder: Path) -> Path:
    return folder.parent / "saved-by-ranks"


def _ours(kind: str, folder: Path) -> Any:
    import torch.distributed as dist

    from loadstone import AutoModelForCausalLM

    asked = {f"{kind}_size": dist.get_world_size()}
    return AutoModelForCausalLM.from_pretrained(folder, torch_dtype="auto", distributed_config=asked)


def _transformers(kind: str, folder: Path) -> Any:
    import torch.distributed as dist
    from transformers import AutoModelForCausalLM
    from transformers.distributed import DistributedConfig

    asked = DistributedConfig(**{f"{kind}_size": dist.get_world_size()})
    return AutoModelForCausalLM.from_pretrained(folder, dtype="auto", distributed_config=asked)


def _change(model: Any) -> None:
    """A step's worth: nothing is a view of the file any more."""
    import torch

    with torch.no_grad():
        for parameter in model.parameters():
            local = parameter.to_local() if hasattr(parameter, "to_local") else parameter
            local.add_(1)


def _counted() -> dict[str, int]:
    """What this rank has written, and what went over the loopback interface."""
    own = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    lines = Path("/proc/net/dev").read_text().splitlines()
    network = next(line.split(":")[1].split()[0] for line in lines if line.strip().startswith("lo:"))
    return {"written": int(own["write_bytes"]), "network": int(network)}
