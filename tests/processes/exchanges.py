"""What ranks do to show that they exchange values and errors."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from loadstone.errors import LoadstoneError, RankFailed
from loadstone.frameworks.ranks import Ranks, agree, together


class Ended(NamedTuple):
    """How a call ended on one rank."""

    kind: str
    text: str
    rank: int | None
    seconds: float
    left: list[str]
    """Threads, descriptors and keys that were not there before."""


def mesh_ranks(*members: int) -> Ranks:
    """The ranks of a mesh over these members; over all where none is given."""
    import torch.distributed as dist
    from torch.distributed.device_mesh import DeviceMesh

    from loadstone.frameworks.torch.distributed.ranks import ranks_of

    ranks = ranks_of([DeviceMesh("cpu", list(members or range(dist.get_world_size())), _init_backend=False)])
    assert ranks is not None
    return ranks


def number() -> int:
    import torch.distributed as dist

    return dist.get_rank()


def held() -> set[str]:
    """What this process holds, and the keys that are in the store."""
    found = {f"thread {each.name}" for each in threading.enumerate()}
    found |= {f"descriptor {each}" for each in os.listdir("/proc/self/fd")}
    try:
        return found | {f"key {each}" for each in keys()}
    except RuntimeError:  # the store went with the rank that kept it
        return found


def keys() -> list[str]:
    """Those of the store; of PyTorch's, which does not say their names, as many numbers."""
    if "jax" in sys.modules:
        from jax._src.distributed import global_state

        if global_state.client is not None:
            return [key for key, _ in global_state.client.key_value_dir_get_bytes("loadstone")]
    from torch.distributed.distributed_c10d import _get_default_store

    return list(map(str, range(_get_default_store().num_keys())))


def ended(work: Any, *arguments: Any, **keywords: Any) -> Ended:
    """How a piece of work ended, and what stayed of it once all ranks had the time to leave."""
    before, began = held(), time.monotonic()
    kind, text, rank = "", "", None
    try:
        work(*arguments, **keywords)
    except BaseException as error:  # noqa: BLE001 (which one it is, is what is asked)
        kind, text = type(error).__name__, "\n".join([str(error), *getattr(error, "__notes__", [])])
        rank = getattr(error, "rank", None)
    seconds = time.monotonic() - began
    until = time.monotonic() + 2
    while (left := held() - before) and time.monotonic() < until:
        time.sleep(0.05)
    return Ended(kind, text, rank, seconds, sorted(left))


def gathered(times: int) -> list[list[bytes]]:
    """What all ranks say, in so many calls one after another."""
    ranks, found = mesh_ranks(), []
    for each in range(times):
        with together(ranks, "count") as exchange:
            found.append(exchange.gather("first", f"{ranks.rank}:{each}".encode()))
            assert exchange.gather("second", b"") == [b""] * ranks.count
    return found


def with_facts(facts: list[Mapping[str, Mapping[str, str]]]) -> Ended:
    """Agree, each rank on facts of its own."""

    def work() -> None:
        with together(mesh_ranks(), "load") as exchange:
            agree(exchange, lambda: facts[number()])

    return ended(work)


def fail_at(rank: int, when: str) -> Ended:
    """One rank fails: before the first step, between the two, or while the others wait at the end."""

    def work() -> None:
        with together(mesh_ranks(), "load") as exchange:
            for step in ("early", "midway", "late"):
                if number() == rank and when == step:
                    raise FileNotFoundError("model.safetensors: lm_head.weight is not there")
                if step != "late":
                    exchange.gather(step, b"")

    return ended(work)


def die_at(rank: int, when: str) -> Ended:
    """One rank is killed there."""

    def work() -> None:
        with together(mesh_ranks(), "load") as exchange:
            for step in ("early", "midway", "late"):
                if number() == rank and when == step:
                    time.sleep(0.3)  # the others wait by then
                    os.kill(os.getpid(), signal.SIGKILL)
                if step != "late":
                    exchange.gather(step, b"")

    return ended(work)


def only_on(rank: int, patience_s: float) -> Ended | None:
    """One rank calls, the other does not."""

    def work() -> None:
        with together(mesh_ranks(), "save", patience_s):
            pass

    return ended(work) if number() == rank else None


def only_on_by_environment(rank: int, seconds: str) -> Ended | None:
    """The same, with the time that the environment gives the other."""
    os.environ["LOADSTONE_RANKS_TIMEOUT"] = seconds
    try:
        return only_on(rank, 1800.0 if seconds == "0.3" else 0.3)
    finally:
        del os.environ["LOADSTONE_RANKS_TIMEOUT"]


def different_calls() -> Ended:
    """Each rank makes a call of its own."""

    def work() -> None:
        with together(mesh_ranks(), ["load", "save"][number()]):
            pass

    return ended(work)


def fail_then_succeed(rank: int) -> list[str]:
    """A call that one rank fails before the others come, then one that works; on the failing one at once."""
    found = []
    for fails in (True, False, True, False):
        try:
            with together(mesh_ranks(), "load") as exchange:
                if fails and number() == rank:
                    raise ValueError("as asked")
                exchange.gather("step", b"")
            found.append("")
        except (ValueError, LoadstoneError) as error:
            found.append(type(error).__name__)
    return found


def silent(rank: int) -> Ended:
    """One rank gives no sign of life, and seems to be on another machine."""
    ranks = mesh_ranks()
    from loadstone.frameworks.ranks import visit
    from loadstone.frameworks.ranks.group import Pace

    here = visit.this_process()
    visit.this_process = lambda: here._replace(machine=f"machine {number()}")  # type: ignore[attr-defined]
    pace = Pace(beat=100.0 if number() == rank else 0.1, silence=1.0)
    from dataclasses import replace

    def work() -> None:
        with together(replace(ranks, pace=pace), "load") as exchange:
            exchange.gather("step", b"")
            if number() == rank:
                time.sleep(3)
                raise RankFailed("woken")

    try:
        return ended(work)
    finally:
        visit.this_process = lambda: here  # type: ignore[attr-defined]


def from_threads() -> int:
    """Two threads of each rank make exchanges at once, in another order on each rank."""
    ranks, errors, done = mesh_ranks(), [], []

    def work(call: str) -> None:
        try:
            with together(ranks, call) as exchange:
                exchange.gather("step", b"")
                done.append(call)
        except LoadstoneError as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=("same",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors
    return len(done)


def of_its_half(times: int) -> list[list[bytes]]:
    """Exchanges of two halves of the ranks, each by itself, in calls of its own."""
    first = number() < 2
    ranks, found = mesh_ranks(0, 1) if first else mesh_ranks(2, 3), []
    for each in range(times):
        with together(ranks, "load" if first else "save") as exchange:
            found.append(exchange.gather("step", f"{ranks.rank}:{each}".encode()))
    return found


def said_while_waiting(rank: int) -> list[str]:
    """What the log says where one rank comes late, in the first and in the last step."""
    import logging
    from dataclasses import replace

    from loadstone.frameworks.ranks.group import Pace

    lines: list[str] = []

    class Collected(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    handler = Collected()
    logging.getLogger("loadstone").addHandler(handler)
    try:
        is_late = number() == rank
        time.sleep(0.6 * is_late)
        with together(replace(mesh_ranks(), pace=Pace(log=0.3)), "load") as exchange:
            exchange.gather("step", b"")
            time.sleep(0.6 * is_late)
    finally:
        logging.getLogger("loadstone").removeHandler(handler)
    return lines


def alone() -> bool:
    """A mesh of this rank only has no other ranks."""
    from torch.distributed.device_mesh import DeviceMesh

    from loadstone.frameworks.torch.distributed.ranks import ranks_of

    return ranks_of([DeviceMesh("cpu", [number()], _init_backend=False)]) is None
