"""Processes of one ``jax.distributed``, and what they do to show how Flax models lie on them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from processes.exchanges import Ended, ended


def jax_group(rank: int, count: int, port: int) -> None:
    """Join JAX's processes on this machine, with one CPU device each, whose collectives are gloo's."""
    os.environ["JAX_PLATFORMS"] = "cpu"
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    import jax

    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    jax.distributed.initialize(f"127.0.0.1:{port}", num_processes=count, process_id=rank)
    jax.devices()  # which all have to ask for at once


def mesh() -> Any:
    """One axis over all devices."""
    import jax
    import numpy as np

    return jax.sharding.Mesh(np.array(jax.devices()), ("model",))


def loaded(folder: Path, **keywords: Any) -> Any:
    """A model over both."""
    import loadstone

    return loadstone.FlaxAutoModelForCausalLM.from_pretrained(folder, sharding=mesh(), **keywords)


def logits(folder: Path) -> tuple[list[Any], dict[str, int], int]:
    """Logits of a few tokens; the bytes that were read for each device of this process, and those that it holds."""
    import jax
    import numpy as np
    from flax import nnx
    from jax.experimental import multihost_utils

    model = loaded(folder)
    out = model(jax.numpy.asarray([[1, 5, 6]])).logits
    held = sum(shard.data.nbytes for leaf in jax.tree.leaves(nnx.state(model)) for shard in leaf.addressable_shards)
    whole = multihost_utils.process_allgather(out, tiled=True)
    assert model.load_report.by_rank.read == sum(model.about.nbytes_by_device.values())
    return np.asarray(whole).tolist(), dict(model.about.nbytes_by_device), held


def from_folders(folders: list[Path], keywords: list[dict[str, Any]] | None = None) -> Ended:
    """A load of each process from a folder of its own."""
    import jax

    number = jax.process_index()
    return ended(loaded, folders[number], **(keywords or [{}, {}])[number])


def save(folder: Path, target: Path) -> Ended:
    """Save a model of both as it is."""
    return ended(loaded(folder).save_pretrained, target)


def save_gathered(folder: Path, target: Path) -> bool:
    """Gather every weight on each process, and save them on the first."""
    import jax
    from flax import nnx
    from jax.experimental import multihost_utils

    model = loaded(folder)
    state = multihost_utils.process_allgather(nnx.state(model), tiled=True)
    if jax.process_index() == 0:
        model.save_pretrained(target, state_dict=state)
    return True


def resident(folder: Path) -> tuple[int, int]:
    """How much of a large file's map is in this process's page tables after a load, and how much of it was its own."""
    model = loaded(folder, torch_dtype="auto")
    lines, nbytes, counts = Path("/proc/self/smaps").read_text().splitlines(), 0, False
    for line in lines:
        if "-" in line.split(" ")[0] and ":" not in line.split(" ")[0]:
            counts = line.endswith("model.safetensors")
        elif counts and line.startswith("Rss:"):
            nbytes += int(line.split()[1]) << 10
    return nbytes, sum(model.about.nbytes_by_device.values())


def die_while_filling(folder: Path, rank: int) -> Ended:
    """One process is killed while it fills."""
    import signal
    import time

    import jax

    from loadstone.frameworks.flax import adapter

    def killed(*arguments: Any) -> Any:
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGKILL)

    if jax.process_index() == rank:
        adapter.fill = killed  # type: ignore[assignment]
    return ended(loaded, folder)
