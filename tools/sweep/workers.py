"""A process for each model type, a few at a time: whatever one does, the others go on."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .types import ModelType

_LIMIT_BYTES = 6 << 30
_LIMIT_S = 240.0
_LOOK_EVERY_S = 0.01

Work = Callable[[ModelType], list[dict[str, Any]]]


class _Running(NamedTuple):
    model_type: ModelType
    begin_s: float


def run_all(types: Sequence[ModelType], work: Work, folder: Path, jobs: int) -> Iterator[dict[str, Any]]:
    """Runs ``work`` for each type in a fork of this process, and yields what came of it, in the order of the ends.

    Each result is written to ``folder`` as it comes. This process must have no threads that hold locks.
    """
    waiting, running = list(types), dict[int, _Running]()
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                model_type = waiting.pop(0)
                running[_start(model_type, work, folder)] = _Running(model_type, time.monotonic())
            ended = _next_end(running)
            if ended is not None:
                child, status = ended
                one = running.pop(child)
                yield _result(one, status, folder)
    finally:
        for child in running:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _next_end(running: dict[int, _Running]) -> tuple[int, int] | None:
    """A child that ended, with its status; kills those that take too long."""
    for child, one in running.items():
        if time.monotonic() - one.begin_s > _LIMIT_S:
            os.kill(child, signal.SIGKILL)
            return os.waitpid(child, 0)
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return found, status
    time.sleep(_LOOK_EVERY_S)
    return None


def _start(model_type: ModelType, work: Work, folder: Path) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        log = os.open(folder / f"{model_type.name}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        resource.setrlimit(resource.RLIMIT_DATA, (_LIMIT_BYTES, _LIMIT_BYTES))
        begin = time.monotonic()
        cases = work(model_type)
        found: dict[str, Any] = {"type": model_type.name, "kind": model_type.kind, "cases": cases}
        found["elapsed_s"] = round(time.monotonic() - begin, 2)
        found["peak_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        write(folder, found)
        status = 0
    except BaseException:  # noqa: BLE001  this process ends here in any case, and its log says why
        os.write(2, traceback.format_exc().encode())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _result(one: _Running, status: int, folder: Path) -> dict[str, Any]:
    name = one.model_type.name
    if status == 0:
        return read(folder, name)
    log = (folder / f"{name}.log").read_text(errors="replace").strip().splitlines()
    elapsed_s = round(time.monotonic() - one.begin_s, 2)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        late = number == signal.SIGKILL and elapsed_s >= _LIMIT_S
        why = f"took longer than {_LIMIT_S:.0f} s" if late else f"ended by signal {number}"
    else:
        why = log[-1][:400] if log else "ended without a word"
    cases = [{"auto": auto, "verdict": "crashed", "why": why} for auto in one.model_type.autos]
    found = {"type": name, "kind": one.model_type.kind, "cases": cases, "elapsed_s": elapsed_s}
    write(folder, found)
    return found


def write(folder: Path, found: dict[str, Any]) -> None:
    """A result, so that no half of it is ever there."""
    draft = folder / f"{found['type']}.tmp"
    draft.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    draft.rename(folder / f"{found['type']}.json")


def read(folder: Path, name: str) -> dict[str, Any]:
    """A result that was written."""
    found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text())
    return found
