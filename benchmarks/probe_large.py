"""The measured process of ``run_large.py``: prints its figures as one line of JSON.

``python probe_large.py load LIBRARY OPTIONS`` loads with the keywords of OPTIONS (JSON) and runs: both libraries run
the very same lines. ``… disk BUFFERS NBYTES FOLDER`` reads the folder's weights in order, past the page cache: what
the disk gives to buffers of these sizes (JSON). ``… plan FOLDER`` looks at headers only.
"""

from __future__ import annotations

import gc
import importlib
import itertools
import json
import mmap
import os
import statistics
import sys
import threading
import time
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from probe import memory_bytes

_TOKENS = [[1, 15043, 29892, 590, 1024, 338, 1000, 29889]]
_READ_BYTES = 8 << 20
NEW_TOKENS = 32


def load(library: str, options: dict[str, Any]) -> dict[str, Any]:
    """Load twice, run forward or generate; the second load's model is the one that runs on."""
    import torch

    forwards, folder, generates = options.pop("forwards"), options.pop("folder"), options.pop("generates")
    auto_class = importlib.import_module(library).AutoModelForCausalLM
    if library == "transformers":
        importlib.import_module("transformers.utils.logging").disable_progress_bar()
    dtype = options.pop("dtype")
    options["dtype"] = dtype if dtype == "auto" else getattr(torch, dtype)
    tokens = torch.tensor(_TOKENS)
    figures: dict[str, float] = {}
    begin = time.perf_counter()
    model = auto_class.from_pretrained(folder, **options)
    figures["load_first_s"] = time.perf_counter() - begin
    with torch.no_grad():
        logits = model(input_ids=tokens).logits
        figures["total_first_s"] = time.perf_counter() - begin
        del model
        gc.collect()
        begin = time.perf_counter()
        model = auto_class.from_pretrained(folder, **options)
        figures["load_again_s"] = time.perf_counter() - begin
        seconds = []
        for _ in range(forwards + 1):
            begin = time.perf_counter()
            logits = model(input_ids=tokens).logits
            seconds.append(time.perf_counter() - begin)
        figures["forward_first_s"], figures["forward_s"] = seconds[0], statistics.median(seconds[1:])
        answer = [float(logit) for logit in logits[0, -1, ::64]]
        if generates:
            begin = time.perf_counter()
            ids = model.generate(tokens, max_new_tokens=NEW_TOKENS, do_sample=False)
            figures["generate_s"] = time.perf_counter() - begin
            if ids.shape[1] != tokens.shape[1] + NEW_TOKENS:
                sys.exit(f"{library} stopped after {ids.shape[1]} tokens")
            answer = [float(token) for token in ids[0]]
    figures["peak_private_bytes"] = memory_bytes()["private"]
    return {"figures": figures, "answer": answer, "streamed": _streamed(model)}


def _streamed(model: Any) -> int:
    """Bytes that Loadstone's model reads from the disk at each forward pass."""
    pulls = [hook for module in model.modules() for hook in module._forward_pre_hooks.values()]
    turns = [hook._turn for hook in pulls if hasattr(hook, "_turn")]
    return sum(weight.stored.nbytes for turn in turns for weight in turn._weights)


def disk(buffers_bytes: list[int], nbytes: int, folder: Path) -> dict[str, Any]:
    """Seconds in which a thread for each buffer reads ``nbytes`` of the files, in order; the best of three."""
    buffers = [_huge(size) for size in buffers_bytes]
    rounds = []
    for _ in range(3):
        jobs: SimpleQueue[tuple[int, int] | None] = SimpleQueue()
        left, opened = nbytes, []
        for path in sorted(folder.glob("*.safetensors")):
            opened.append(os.open(path, os.O_RDONLY | os.O_DIRECT))
            for offset in range(0, min(path.stat().st_size, max(left, 0)), _READ_BYTES):
                jobs.put((opened[-1], offset))
            left -= path.stat().st_size
        for _ in buffers:
            jobs.put(None)

        def read(buffer: mmap.mmap, jobs: SimpleQueue[tuple[int, int] | None] = jobs) -> None:
            steps = itertools.cycle(range(0, len(buffer), _READ_BYTES))
            while (job := jobs.get()) is not None:
                at = next(steps)
                os.preadv(job[0], [memoryview(buffer)[at : at + _READ_BYTES]], job[1])

        threads = [threading.Thread(target=read, args=(buffer,)) for buffer in buffers]
        begin = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rounds.append(time.perf_counter() - begin)
        for descriptor in opened:
            os.close(descriptor)
    return {"figures": {"forward_s": min(rounds)}}


def _huge(nbytes: int) -> mmap.mmap:
    """A buffer in huge pages, into which a disk writes with the fewest requests: on small ones it loses half."""
    buffer = mmap.mmap(-1, nbytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    buffer.madvise(mmap.MADV_HUGEPAGE)
    buffer[::4096] = bytes(nbytes // 4096)
    return buffer


def plan(folder: str) -> dict[str, Any]:
    import loadstone

    figures = {}
    for turn in ("first", "again"):
        begin = time.perf_counter()
        loadstone.plan(folder, device_map="auto", dtype="auto", max_memory={"cpu": "30GiB"}, offload_folder="offload")
        figures[f"plan_{turn}_s"] = time.perf_counter() - begin
    return {"figures": figures | {"peak_resident_bytes": memory_bytes()["peak"]}}


if __name__ == "__main__":
    kind, *arguments = sys.argv[1:]
    if kind == "load":
        found = load(arguments[0], json.loads(arguments[1]))
    elif kind == "disk":
        found = disk(json.loads(arguments[0]), int(arguments[1]), Path(arguments[2]))
    else:
        found = plan(arguments[0])
    print(json.dumps(found))
