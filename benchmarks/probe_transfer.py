"""The measured process of ``run_transfer.py``: prints its figures as one line of JSON.

``python probe_transfer.py load SUBJECT FOLDER OPTIONS`` loads, ``… save SUBJECT FOLDER OPTIONS`` loads and saves;
OPTIONS are keywords of the functions below (JSON). Every subject is touched by the same lines. The peers that hold
tensors without a model give a dictionary of them.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import sys
import time
from collections.abc import Callable, ValuesView
from pathlib import Path
from typing import Any

import probe
from children import warm_own_memory

Load = Callable[[str, Any], Any]
"""A folder and a dtype, ``"auto"`` or PyTorch's, to what has ``parameters()``."""


class Tensors(dict[str, Any]):
    """Loaded tensors by their stored names."""

    def parameters(self) -> ValuesView[Any]:
        return self.values()


def load(
    subject: str,
    folder: str,
    *,
    dtype: str = "auto",
    use: str = "touch",
    turns: int = 2,
    torch_first: bool = True,
    threads: int | None = None,
    warm_bytes: int = 0,
) -> dict[str, Any]:
    """Loads ``turns`` times and touches one byte of each page, or reads every byte (``use="read"``).

    ``torch_first``: PyTorch is imported before all else, so that memory is counted over it. ``warm_bytes`` of the
    host's memory are warmed right before the clock starts; the second load gets what the first one gave back.
    """
    figures: dict[str, float] = {}
    before = {"private": 0}
    if torch_first:
        import torch

        before = probe.memory_bytes()
        if threads is not None:
            torch.set_num_threads(threads)
    begin = time.perf_counter()
    loader = _loader(subject, threads)
    import_s = time.perf_counter() - begin
    answers = []
    model: Any = None
    if warm_bytes:
        warm_own_memory(warm_bytes)
    for turn in ("first", "again")[:turns]:
        model = None
        gc.collect()
        begin = time.perf_counter()
        model = loader(folder, dtype)
        loaded = time.perf_counter()
        answers.append(getattr(probe, use)(model))
        done = time.clock_gettime(time.CLOCK_MONOTONIC)
        used = time.perf_counter()
        figures[f"load_{turn}_s"] = loaded - begin
        figures[f"total_{turn}_s"] = used - begin
        if torch_first:
            after = probe.memory_bytes()
            figures[f"private_added_{turn}_bytes"] = after["private"] - before["private"]
            figures[f"peak_resident_{turn}_bytes"] = after["peak"]
        if turn == "first":
            figures["import_and_total_first_s"] = import_s + figures["total_first_s"]
    everything = probe.read(model)  # no clock runs any more
    if len(set(answers)) > 1:
        sys.exit(f"{subject}: the second load gave other weights than the first")
    return {"figures": figures, "answer": f"{answers[0]} touched, {everything} in all", "done": done}


def save(
    subject: str,
    folder: str,
    *,
    target: str,
    changed: bool,
    max_shard_size: str = "5GB",
    warm_bytes: int = 0,
) -> dict[str, Any]:
    """Loads ``folder``, then saves to ``target``, which may be ``folder`` itself.

    ``changed`` weights have memory of their own, so that no file holds what is to be written. Loadstone's save is on
    the disk when it returns; another's once ``os.sync`` did.
    """
    model = _loader(subject)(folder, "auto")
    if changed:
        for weight in model.parameters():
            weight.data = weight.data.clone()
    os.sync()  # what others have left to write
    gc.collect()
    if warm_bytes:
        warm_own_memory(warm_bytes)
    used, moved, begin = resource.getrusage(resource.RUSAGE_SELF), _moved(), time.perf_counter()
    model.save_pretrained(target, max_shard_size=max_shard_size)
    saved = time.perf_counter()
    os.sync()
    synced = time.perf_counter()
    now_used, now_moved = resource.getrusage(resource.RUSAGE_SELF), _moved()
    figures = {
        "save_s": saved - begin,
        "durable_s": (saved if subject == "loadstone" else synced) - begin,
        "sync_after_s": synced - saved,
        "user_cpu_s": now_used.ru_utime - used.ru_utime,
        "system_cpu_s": now_used.ru_stime - used.ru_stime,
        **{f"{key}_bytes": now_moved[key] - moved[key] for key in moved},
    }
    del model
    gc.collect()
    return {"figures": figures, "answer": _stored(Path(target))}


def _moved() -> dict[str, int]:
    """What the kernel counts of this process: through system calls (``copy_file_range`` too), and to the disk."""
    lines = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    keys = {"rchar": "rchar", "wchar": "wchar", "disk_read": "read_bytes", "disk_written": "write_bytes"}
    return {name: int(lines[key]) for name, key in keys.items()}


def _stored(folder: Path) -> str:
    """How many tensors a folder holds, and the sum of all that they are made of."""
    tensors = Tensors()
    from safetensors.torch import load_file

    for file in sorted(folder.glob("*.safetensors")):
        tensors |= load_file(file)
    return f"{len(tensors)} tensors, {probe.read(tensors)} in all"


def _loader(subject: str, threads: int | None = None) -> Load:
    """How ``subject`` loads. What it needs for that is imported here, other than on its first load."""
    if subject in _TENSORS_ONLY:
        return _TENSORS_ONLY[subject]()
    library = importlib.import_module(subject)
    auto_class = library.AutoModelForCausalLM
    options: dict[str, Any] = {}
    if subject == "transformers":
        importlib.import_module("transformers.utils.logging").disable_progress_bar()
    elif threads is not None:
        options["transfer"] = library.transfer_options(threads=threads)
    return lambda folder, dtype: auto_class.from_pretrained(folder, dtype=_torch_dtype(dtype), **options)


def _safetensors() -> Load:
    from safetensors.torch import load_file

    def load_all(folder: str, dtype: str) -> Tensors:
        tensors = Tensors()
        for file in _files(folder):
            tensors |= load_file(file)
        if dtype != "auto":
            for name in tensors:
                tensors[name] = tensors[name].to(_torch_dtype(dtype))
        return tensors

    return load_all


def _fastsafetensors() -> Load:
    from fastsafetensors import SafeTensorsFileLoader, SingleGroup

    def load_all(folder: str, dtype: str) -> Tensors:
        loader = SafeTensorsFileLoader(SingleGroup(), device="cpu", nogds=True)
        loader.add_filenames({0: _files(folder)})
        buffers = loader.copy_files_to_device()
        tensors = Tensors((name, _own(buffers.get_tensor(name), dtype)) for name in loader.get_keys())
        buffers.close()
        loader.close()
        return tensors

    return load_all


def _runai() -> Load:
    from runai_model_streamer import SafetensorsStreamer

    def load_all(folder: str, dtype: str) -> Tensors:
        with SafetensorsStreamer() as streamer:
            streamer.stream_files(_files(folder))
            return Tensors((name, _own(tensor, dtype)) for name, tensor in streamer.get_tensors())

    return load_all


_TENSORS_ONLY: dict[str, Callable[[], Load]] = {
    "safetensors": _safetensors,
    "fastsafetensors": _fastsafetensors,
    "runai-model-streamer": _runai,
}


def _own(tensor: Any, dtype: str) -> Any:
    """A copy, for its source goes away when the reader closes."""
    return tensor.clone() if dtype == "auto" else tensor.to(_torch_dtype(dtype))


def _torch_dtype(name: str) -> Any:
    return name if name == "auto" else getattr(importlib.import_module("torch"), name)


def _files(folder: str) -> list[str]:
    return [str(path) for path in sorted(Path(folder).glob("*.safetensors"))]


if __name__ == "__main__":
    kind, *arguments = sys.argv[1:]
    act: Callable[..., dict[str, Any]] = load if kind == "load" else save
    found = act(arguments[0], arguments[1], **json.loads(arguments[2]))
    print(json.dumps(found))
