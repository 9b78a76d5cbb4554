"""Loads of several ranks that differ, fail or end in the middle."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from frameworks.torch import tiny
from processes.dtensor_loads import mesh_of, saved, skeleton
from processes.exchanges import Ended, ended, number

import loadstone
from loadstone.transfer.weight_files import Weights


def prepared(folder: Path) -> None:
    """Two checkpoints of one net in two folders, of one size, and a model with its config beside them."""
    for name in ("a", "b", "cut", "other_shape", "other_values"):
        (folder / name).mkdir()
    saved(folder / "a")
    saved(folder / "b")
    content = (folder / "a" / "model.safetensors").read_bytes()
    (folder / "cut" / "model.safetensors").write_bytes(content[:-8])
    saved(folder / "other_shape", torch.float64)
    state = safetensors.torch.load_file(folder / "a" / "model.safetensors")
    state["layers.1.weight"] += 1
    safetensors.torch.save_file(state, folder / "other_values" / "model.safetensors")
    tiny.saved(tiny.llama(), folder / "model")
    shutil.copytree(folder / "model", folder / "other_config")
    config = folder / "other_config" / "config.json"
    config.write_text(config.read_text().replace('"rms_norm_eps": 1e-06', '"rms_norm_eps": 1e-05'))


def sharded() -> Any:
    """The net, with its layers' weights cut in rows."""
    from torch.distributed.fsdp import fully_shard

    net = skeleton()
    for layer in net.layers:
        fully_shard(layer, mesh=mesh_of(torch.distributed.get_world_size()))
    return net


@contextmanager
def reads() -> Iterator[list[str]]:
    """The files that weights were asked of, in this process."""
    found: list[str] = []

    class Counting(Weights):
        def __init__(self, ends: Any, *arguments: Any) -> None:
            found.extend(file.name for file in ends)
            super().__init__(ends, *arguments)

    from loadstone.pipeline import load, load_into

    before = load.Weights, load_into.Weights
    load.Weights = load_into.Weights = Counting  # type: ignore[misc, assignment]
    try:
        yield found
    finally:
        load.Weights, load_into.Weights = before  # type: ignore[misc, assignment]


def into(folders: list[Path], keywords: list[dict[str, Any]] | None = None) -> tuple[Ended, list[str]]:
    """``load_into``, each rank from a folder of its own."""
    net = sharded()
    options = (keywords or [{}, {}])[number()]
    with reads() as found:
        return ended(loadstone.load_into, net, folders[number()], **options), found


def whole(folders: list[Path], keywords: list[dict[str, Any]]) -> Ended:
    """``from_pretrained`` over all ranks, each from a folder of its own."""
    options = {"tp_plan": "auto", **keywords[number()]}
    return ended(loadstone.AutoModelForCausalLM.from_pretrained, folders[number()], **options)


def failing(folder: Path, rank: int, kills: bool) -> Ended:
    """One rank fails, or ends, while it fills; in the second half of the load."""
    from loadstone.frameworks.torch import adapter

    fill = adapter.fill

    def broken(*arguments: Any) -> Any:
        time.sleep(0.3)
        if kills:
            os.kill(os.getpid(), signal.SIGKILL)
        raise OSError(5, "Input/output error", "model.safetensors")

    if number() == rank:
        adapter.fill = broken  # type: ignore[assignment]
    try:
        return ended(loadstone.load_into, sharded(), folder)
    finally:
        adapter.fill = fill


def plain(folder: Path, rank: int) -> bool:
    """A load of a whole model on one rank alone, in a process group: nobody is waited for."""
    if number() != rank:
        return True
    began = time.monotonic()
    model = loadstone.AutoModelForCausalLM.from_pretrained(folder)
    loadstone.load_into(model, folder)
    return time.monotonic() - began < 20


def in_shuffled_threads(folder: Path, seed: int) -> list[float]:
    """A load whose threads come to their work in an order of each rank's own; the sums of what is loaded."""
    import random

    chance = random.Random(seed + number())
    start = threading.Thread.start

    def late(thread: threading.Thread) -> None:
        time.sleep(chance.random() * 0.02)
        start(thread)

    net = sharded()
    threading.Thread.start = late  # type: ignore[method-assign]
    try:
        loadstone.load_into(net, folder, dtype=torch.bfloat16)
    finally:
        threading.Thread.start = start  # type: ignore[method-assign]
    return [float(tensor.full_tensor().sum()) for _, tensor in sorted(net.layers.named_parameters())]
