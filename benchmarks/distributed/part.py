"""What a part of the benchmark gives, and what a measured rank uses."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from probe import memory_bytes
from report import Goal, Row

_LOOK_EVERY_S = 0.004


class Part(Protocol):
    """A module of this folder."""

    TITLE: str
    """The heading of its section in RESULTS.md."""
    ABOUT: str
    """What is measured, and what was predicted when."""
    OURS: str
    PREDICTED_ON: str
    CASES: Mapping[str, Sequence[str]]
    """Case → the subjects that take turns in it, ours first."""
    RANKS: Mapping[str, int]
    """Case → how many ranks, where that is not two."""
    ROWS: Sequence[Row]
    GOALS: Sequence[Goal]

    def prepare(self, folder: Path, case: str) -> None:
        """Called before each process group of a case is started, in the process that starts it."""
        ...

    def probe(self, subject: str, case: str, folder: Path) -> dict[str, float]:
        """What one rank measures; the group is there, and all ranks are at this point."""
        ...


def combined(of_ranks: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The figures of a group: the largest of its ranks, but of what is named ``sum_…`` the sum."""
    return {
        name: (sum if name.startswith("sum_") else max)(figures[name] for figures in of_ranks) for name in of_ranks[0]
    }


@contextmanager
def measured() -> Iterator[dict[str, float]]:
    """Seconds until all ranks are through, bytes that this one read, and the peak of its private memory, over before.

    ``seconds_s``; ``cpu_s``; ``private_bytes``; ``read_bytes``, by system calls; ``sum_disk_bytes``, from the disk.
    """
    import torch.distributed as dist

    found: dict[str, float] = {}
    done = threading.Event()
    before = memory_bytes()["private"]
    peak, watcher_s = [before], [0.0]

    def watch() -> None:
        while not done.wait(_LOOK_EVERY_S):
            peak.append(max(memory_bytes()["private"], peak.pop()))
            watcher_s[0] = time.thread_time()

    dist.barrier()
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    counted, cpu_s, start_s = _counted(), time.process_time(), time.perf_counter()
    yield found
    own_cpu_s = time.process_time() - cpu_s - watcher_s[0]
    dist.barrier()
    found["seconds_s"] = time.perf_counter() - start_s
    found["cpu_s"] = own_cpu_s
    done.set()
    watcher.join()
    now = _counted()
    found["read_bytes"] = now["rchar"] - counted["rchar"]
    found["sum_disk_bytes"] = now["read_bytes"] - counted["read_bytes"]
    found["private_bytes"] = max(peak[0], memory_bytes()["private"]) - before


def _counted() -> dict[str, int]:
    lines = Path("/proc/self/io").read_text().splitlines()
    return {key: int(value) for key, value in (line.split(":") for line in lines)}


def touch(model: Any) -> int:
    """Read a value of every page that this rank holds, so that lazy maps do not look free; returns how many bytes."""
    import torch
    from torch.distributed.tensor import DTensor

    total = 0
    with torch.no_grad():
        tensors = model.values() if isinstance(model, dict) else model.parameters()
        for tensor in tensors:
            local = tensor.to_local() if isinstance(tensor, DTensor) else tensor
            local.detach().contiguous().view(-1).view(torch.int16)[::2048].sum()
            total += local.nbytes
    return total
