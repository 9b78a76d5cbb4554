"""A checkpoint on a web server on loopback: one process, one tensor of it, and two ranks that share it."""

from __future__ import annotations

import atexit
import functools
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from children import warm_files, warm_own_memory
from report import Goal, Row

from distributed.part import measured, touch

TITLE = "Loading from a server"
ABOUT = (
    "The server sends from the page cache, in a process of its own on the same cores; all is imported before, and the "
    "host backs free memory. "
    "`obstore` is the client alone, with as many requests of as many bytes into memory that is there. `over the model` "
    "is the peak of private memory, less what was there before and the weights. `sent` is what the server counted."
)
PREDICTED_ON = "2026-11-30"
OURS, CLIENT = "loadstone", "obstore"
ONE, TENSOR, ROWS_OF_TWO, COLUMNS_OF_TWO = "one process", "one tensor", "two ranks (FSDP)", "two ranks (TP)"
CASES: Mapping[str, Sequence[str]] = {
    ONE: (OURS, CLIENT),
    TENSOR: (OURS,),
    ROWS_OF_TWO: (OURS,),
    COLUMNS_OF_TWO: (OURS,),
}
RANKS: Mapping[str, int] = {ONE: 1, TENSOR: 1}
HEADERS_BYTES = 6 * (64 << 10)
"""Of five shards and their index, as far as the first request for each goes."""
ROWS = (
    *(Row(f"{title}, {case}", case, figure) for case in CASES for title, figure in (("time", "seconds_s"),)),
    Row("processor time, one process", ONE, "cpu_s"),
    Row("over the model, one process", ONE, "over_bytes"),
    Row("sent, one process", ONE, "sent_bytes"),
    Row("sent beside the tensor", TENSOR, "beside_bytes"),
    *(Row(f"sent, {case}", case, "sent_bytes") for case in (ROWS_OF_TWO, COLUMNS_OF_TWO)),
)
GOALS = (
    Goal("processor time", ONE, "cpu_s", at_most=1.3, against=CLIENT, predicted=1.05),
    Goal("memory over the model", ONE, "over_bytes", below=96e6, predicted=64e6),
    Goal("bytes, one process", ONE, "sent_bytes", at_most=1.02, predicted=1.0),
    Goal("bytes beside one tensor", TENSOR, "beside_bytes", below=HEADERS_BYTES + (128 << 10), predicted=0.33e6),
    *(
        Goal(f"bytes, {case}", case, "sent_bytes", at_most=1.02, predicted=1.0)
        for case in (ROWS_OF_TWO, COLUMNS_OF_TWO)
    ),
)
_ADDRESS = "LOADSTONE_BENCH_ADDRESS"


def prepare(folder: Path, case: str) -> None:
    """The server runs, and the files are in the page cache."""
    warm_files(folder)
    _served(folder)


@functools.cache
def _served(folder: Path) -> None:
    """To the end of this program; ranks find the address in their environment."""
    program = Path(__file__).parents[1] / "range_server.py"
    server = subprocess.Popen([sys.executable, str(program), str(folder)], stdout=subprocess.PIPE, text=True)
    atexit.register(server.kill)
    assert server.stdout is not None
    os.environ[_ADDRESS] = f"http://127.0.0.1:{int(server.stdout.readline())}"


def probe(subject: str, case: str, folder: Path) -> dict[str, float]:
    """One rank's load, or what the client alone does."""
    import torch.distributed as dist

    address = os.environ[_ADDRESS]
    load = _client(address) if subject == CLIENT else _LOADS[case](address)
    before = _sent(address)
    ranks = RANKS.get(case, 2)
    warm_own_memory(sum(path.stat().st_size for path in folder.iterdir()) // ranks)
    with measured() as found:
        held = load()
    dist.barrier()
    found["sent_bytes"] = float(_sent(address) - before)
    found["over_bytes"] = max(found["private_bytes"] - held, 0.0)
    if case == TENSOR:
        found["beside_bytes"] = found["sent_bytes"] - held
    return found


def _sent(address: str) -> int:
    with urllib.request.urlopen(f"{address}/sent") as answer:
        return int(answer.read())


def _loader(address: str, **options: Any) -> Callable[[], int]:
    import torch.distributed.fsdp
    import torch.distributed.tensor  # noqa: F401

    import loadstone
    from loadstone import AutoModelForCausalLM, LlamaConfig

    loadstone.plan(address)
    sizes = {"vocab_size": 8, "hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1}
    with tempfile.TemporaryDirectory() as folder:
        AutoModelForCausalLM.from_config(LlamaConfig(num_attention_heads=1, **sizes)).save_pretrained(folder)
        AutoModelForCausalLM.from_pretrained(folder, torch_dtype="bfloat16")
    return lambda: touch(AutoModelForCausalLM.from_pretrained(address, torch_dtype="auto", **options))


def _model(address: str) -> Callable[[], int]:
    return _loader(address)


def _rows(address: str) -> Callable[[], int]:
    return _loader(address, distributed_config={"fsdp_size": 2})


def _columns(address: str) -> Callable[[], int]:
    return _loader(address, distributed_config={"tp_size": 2})


def _tensor(address: str) -> Callable[[], int]:
    import loadstone

    def load() -> int:
        return loadstone.open_checkpoint(address).read("model.layers.0.mlp.up_proj.weight").nbytes

    return load


def _client(address: str) -> Callable[[], int]:
    """The client into memory that is there, as Loadstone asks it."""
    from concurrent.futures import ThreadPoolExecutor

    import obstore
    from obstore.store import HTTPStore

    import loadstone
    from loadstone.transfer.memory import new_memory
    from loadstone.transfer.weight_files import REMOTE_EXTENT_BYTES, REMOTE_THREADS

    store = HTTPStore(address, client_options={"allow_http": True})
    ends = loadstone.open_checkpoint(address).ends

    def load() -> int:
        def get(name: str, start: int, room: memoryview) -> None:
            room[:] = memoryview(obstore.get_range(store, name, start=start, length=len(room)))

        with ThreadPoolExecutor(REMOTE_THREADS) as pool:
            jobs, held = [], []
            for path, end in ends.items():
                held.append(memoryview(new_memory(end))[:end])
                for start in range(0, end, REMOTE_EXTENT_BYTES):
                    jobs.append(pool.submit(get, path.name, start, held[-1][start : start + REMOTE_EXTENT_BYTES]))
            for job in jobs:
                job.result()
        return sum(map(len, held))

    return load


_LOADS = {ONE: _model, TENSOR: _tensor, ROWS_OF_TWO: _rows, COLUMNS_OF_TWO: _columns}
