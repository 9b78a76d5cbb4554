"""A save that is killed at one of its steps, in a child.

The child is forked from a server that holds no more than it needs: a fork of a test worker, which holds three
frameworks, takes a hundred times as long.
"""

from __future__ import annotations

import errno
import itertools
import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path

from loadstone.saving import replace_folder as swap

Tree = dict[str, bytes]

CALLS = ["chmod", "chown", "fsync", "link", "mkdir", "open", "rename", "replace", "rmdir", "unlink"]
"""The functions of ``os`` that change the disk."""

_LEAN = multiprocessing.get_context("forkserver")
_LEAN.set_forkserver_preload([swap.__name__])


def is_stale(name: str) -> bool:
    return name.startswith(("shard-", "index"))


def save(folder: Path, files: Tree) -> None:
    def write(stage: Path) -> None:
        for name, content in files.items():
            (stage / name).write_bytes(content)

    swap.replace_files(folder, list(files), write, is_stale)


def killed_at(step: int, work: Callable[..., object], *arguments: object, way: str = "beside") -> bool:
    """Does ``work`` in a child that is killed just before its nth call that changes the disk; whether it was killed.

    ``work`` and its arguments are pickled; ``way`` is one of :func:`choose`.
    """
    child = _LEAN.Process(target=_work_and_die, args=(step, way, work, *arguments))
    child.start()
    child.join()
    assert child.exitcode in (0, -signal.SIGKILL), "see what it printed"
    return child.exitcode != 0


def choose(way: str, put: Callable[[object, str, object], None] = setattr) -> None:
    """How files come into a folder: ``beside`` it as usual, ``inside`` it, or ``inside after the system refused``."""
    if way == "inside":
        put(swap, "_make_beside", lambda folder: None)
    elif way != "beside":
        put(swap, "_exchange", refuse_exchange)


def refuse_exchange(one: Path, other: Path) -> None:
    raise OSError(errno.EINVAL, "no such step here")


def _work_and_die(step: int, way: str, work: Callable[..., object], *arguments: object) -> None:
    steps = itertools.count()

    def wrapped(real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **options: object) -> object:
            if next(steps) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **options)

        return call

    choose(way)
    for name in CALLS:
        setattr(os, name, wrapped(getattr(os, name)))
    swap._exchange = wrapped(swap._exchange)  # type: ignore[assignment]
    work(*arguments)
