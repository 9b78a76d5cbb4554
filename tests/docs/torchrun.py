"""Runs the scripts of a page that are for several processes, as ``torchrun`` does: on ranks of one machine.

A Python block whose fence says ``python ranks=2`` is such a script. ``torchrun`` starts two Pythons, which takes
seconds; here two processes that are there already run one script after another, each in a namespace of its own. A
script joins its group itself, from the environment, and leaves it in the end.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
from collections.abc import Mapping
from pathlib import Path

from processes.pool import Ranks, free_port


def pool(environment: Mapping[str, str]) -> Ranks:
    """Two ranks with that environment."""
    return Ranks(2, functools.partial(_prepare, dict(environment)))


def run(ranks: Ranks, code: str, folder: Path) -> str:
    """What the first rank prints; an AssertionError where a rank raises."""
    return str(ranks.run(_run, code, folder, free_port())[0])


def _prepare(environment: Mapping[str, str], rank: int, count: int, port: int) -> None:
    os.environ |= environment
    os.environ |= {"RANK": str(rank), "WORLD_SIZE": str(count), "LOCAL_RANK": str(rank), "LOCAL_WORLD_SIZE": str(count)}
    os.environ["MASTER_ADDR"] = "127.0.0.1"


def _run(code: str, folder: Path, port: int) -> str:
    import torch.distributed as dist

    os.environ["MASTER_PORT"] = str(port)
    os.chdir(folder)
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "load.py", "exec"), {"__name__": "__main__"})
        assert not dist.is_initialized(), "the script leaves its process group"
    finally:
        if dist.is_initialized():
            dist.destroy_process_group()
    return printed.getvalue()
