"""The measured process: one library, one case, one checkpoint; prints its figures as one line of JSON.

``python probe.py LIBRARY CASE FOLDER``. Both libraries run the very same lines. PyTorch and the library's
``AutoModelForCausalLM`` are imported before any clock starts; whatever the library imports later, on its first
load, is part of that load.
"""

from __future__ import annotations

import gc
import importlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PAGE_BYTES = 4096
_HIGH_BYTE = 3  # of an element of 2 or 4 bytes: a bfloat16 cast to float32 has zeros below
_TOKENS = [[1, 15043, 29892, 590, 1024, 338, 1000, 29889]]

Answer = int | list[float]


def touch(model: Any) -> Answer:
    """Read one byte of every page of every weight; their sum shows that both libraries hold the same bytes."""
    import torch

    pages = (weight.detach().view(-1).view(torch.uint8)[_HIGH_BYTE::_PAGE_BYTES] for weight in model.parameters())
    return sum(int(page_heads.sum()) for page_heads in pages)


def read(model: Any) -> Answer:
    """Read every byte of every weight, at the speed of memory."""
    import torch

    return sum(int(weight.detach().view(-1).view(torch.int64).sum()) for weight in model.parameters())


def forward(model: Any) -> Answer:
    """The first forward, of eight tokens; some of the last token's logits show that both compute the same."""
    import torch

    with torch.no_grad():
        logits = model(input_ids=torch.tensor(_TOKENS)).logits
    return [float(logit) for logit in logits[0, -1, ::64]]


# What each case does with the model once it is loaded, and in which dtype it loads.
CASES: dict[str, tuple[str, Callable[[Any], Answer]]] = {
    "load": ("auto", touch),
    "read": ("auto", read),
    "forward": ("auto", forward),
    "float32": ("float32", touch),
    "memory": ("auto", touch),
}


def memory_bytes(process: int | str = "self") -> dict[str, int]:
    """What the kernel says of a process: ``peak`` resident (so far) and ``private``, anonymous and shared memory now.

    Memory that is mapped shared and has no file counts as private here: it is as much taken from the machine.
    """
    status = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    size = {key: int(status[key].split()[0]) * 1024 for key in ("VmHWM", "RssAnon", "RssShmem") if key in status}
    return {"peak": size.get("VmHWM", 0), "private": size.get("RssAnon", 0) + size.get("RssShmem", 0)}


def mapped_bytes(key: str) -> int:
    """A line of this process's ``smaps_rollup``.

    ``Private_Dirty`` is private memory by another count. ``FilePmdMapped`` is what the kernel maps of files in huge
    pages, which depends on how the page cache came to be filled and decides how long touching takes.
    """
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(key + ":"))


def main(library: str, case: str, folder: str) -> None:
    import torch

    before, dirty_before = memory_bytes(), mapped_bytes("Private_Dirty")
    begin = time.perf_counter()
    auto_class = importlib.import_module(library).AutoModelForCausalLM
    figures: dict[str, float] = {"import_after_torch_s": time.perf_counter() - begin}
    if library == "transformers":
        importlib.import_module("transformers.utils.logging").disable_progress_bar()
    answers = []
    dtype_name, use = CASES[case]
    dtype = dtype_name if dtype_name == "auto" else getattr(torch, dtype_name)
    for turn in ("first", "again"):
        begin = time.perf_counter()
        model = auto_class.from_pretrained(folder, dtype=dtype)
        loaded = time.perf_counter()
        answers.append(use(model))
        used = time.perf_counter()
        figures[f"load_{turn}_s"] = loaded - begin
        figures[f"total_{turn}_s"] = used - begin
        after = memory_bytes()
        figures[f"private_added_{turn}_bytes"] = after["private"] - before["private"]
        figures[f"private_dirty_added_{turn}_bytes"] = mapped_bytes("Private_Dirty") - dirty_before
        figures[f"file_huge_mapped_{turn}_bytes"] = mapped_bytes("FilePmdMapped")
        figures[f"peak_resident_{turn}_bytes"] = after["peak"]
        del model
        gc.collect()
    if answers[0] != answers[1]:
        sys.exit(f"{library} {case}: the second load gave another model than the first")
    figures["private_torch_bytes"] = before["private"]
    print(json.dumps({"figures": figures, "answer": answers[0]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
