"""What disk and memory give when nothing else is asked of them.

``python yardsticks.py write FILE NBYTES`` is the measured process of :func:`write_from_memory`; ``… touch NBYTES`` that
of :func:`touch_new_memory`, ``… load FOLDER DTYPE WARMED_NBYTES`` that of :func:`load_without_model`, first and again.
"""

from __future__ import annotations

import ctypes
import itertools
import json
import math
import mmap
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from children import TIMEOUT_S, warm_own_memory

BLOCK_BYTES = 8 << 20
_HUGE_BYTES = 2 << 20
_POPULATE_WRITE = 23  # MADV_POPULATE_WRITE, Linux 5.14


def dd_read(folder: Path) -> float:
    """Seconds in which ``dd bs=8M`` reads all weights of ``folder``, one file after the other."""
    begin = time.perf_counter()
    for file in sorted(folder.glob("*.safetensors")):
        _dd(f"if={file}", "of=/dev/null")
    return time.perf_counter() - begin


def dd_write(file: Path, nbytes: int) -> float:
    """Seconds in which ``dd oflag=direct bs=8M`` writes ``nbytes`` of zeros to a new file, which is removed.

    It writes whole blocks; the seconds are scaled to ``nbytes``.
    """
    blocks = math.ceil(nbytes / BLOCK_BYTES)
    try:
        begin = time.perf_counter()
        _dd("if=/dev/zero", f"of={file}", f"count={blocks}", "oflag=direct")
        elapsed_s = time.perf_counter() - begin
    finally:
        file.unlink(missing_ok=True)
    return elapsed_s * nbytes / (blocks * BLOCK_BYTES)


def dd_both(folder: Path, file: Path, nbytes: int) -> float:
    """Seconds in which :func:`dd_read` and :func:`dd_write`, started together, are both done.

    A disk that shares its bandwidth between reading and writing takes as long as for one after the other.
    """
    begin = time.perf_counter()
    with ThreadPoolExecutor(1) as reader:
        reading = reader.submit(dd_read, folder)
        dd_write(file, nbytes)
        reading.result()
    return time.perf_counter() - begin


def _dd(*arguments: str) -> None:
    subprocess.run(["dd", "bs=8M", "status=none", *arguments], check=True, timeout=TIMEOUT_S)


def write_from_memory(file: Path, nbytes: int, threads: int = 2) -> float:
    """Seconds in which ``threads`` write ``nbytes`` of memory past the page cache to a new file, and ``fsync`` it.

    Other than ``dd``, which writes the same 8 MiB of zeros over and over, this fetches every byte from memory. The
    numbers are random ones, so that no layer below can leave them out. Scaled like :func:`dd_write`.
    """
    blocks = math.ceil(nbytes / BLOCK_BYTES)
    memory = mmap.mmap(-1, blocks * BLOCK_BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.madvise(mmap.MADV_HUGEPAGE)
    noise = random.Random(0).randbytes(BLOCK_BYTES)
    for block in range(blocks):
        at = block * BLOCK_BYTES
        memory[at : at + BLOCK_BYTES] = noise
        memory[at : at + 8] = block.to_bytes(8, "little")
    os.sync()
    failures: list[OSError] = []
    descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_DIRECT, 0o600)
    view = memoryview(memory)

    def write(first: int) -> None:
        try:
            for block in range(first, blocks, threads):
                at = block * BLOCK_BYTES
                if os.pwrite(descriptor, view[at : at + BLOCK_BYTES], at) != BLOCK_BYTES:
                    raise OSError(f"{file}: a short write at {at}")
        except OSError as error:
            failures.append(error)

    begin = time.perf_counter()
    os.posix_fallocate(descriptor, 0, blocks * BLOCK_BYTES)
    workers = [threading.Thread(target=write, args=(first,)) for first in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    os.fsync(descriptor)
    elapsed_s = time.perf_counter() - begin
    os.close(descriptor)
    if failures:
        raise failures[0]
    return elapsed_s * nbytes / (blocks * BLOCK_BYTES)


def touch_new_memory(nbytes: int, threads: int = 2) -> float:
    """Seconds in which ``threads`` write one byte to each huge page of ``nbytes`` of new memory.

    The kernel fills the pages with zeros. Whatever makes a model in memory of its own waits for that at least.
    """
    pages = math.ceil(nbytes / _HUGE_BYTES)
    begin = time.perf_counter()
    memory = mmap.mmap(-1, pages * _HUGE_BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.madvise(mmap.MADV_HUGEPAGE)
    populate = ctypes.CDLL(None).madvise  # lets go of the interpreter, other than a store
    populate.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))

    def touch(first: int) -> None:
        for page in range(first, pages, threads):
            if populate(address + page * _HUGE_BYTES, _HUGE_BYTES, _POPULATE_WRITE):
                memory[page * _HUGE_BYTES] = 1

    workers = [threading.Thread(target=touch, args=(first,)) for first in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return time.perf_counter() - begin


def load_without_model(folder: Path, dtype: str, threads: int = 2) -> float:
    """Seconds in which ``threads`` bring all bytes of the weight files into memory that can be used.

    ``auto``: the files are mapped, and one byte of each page is read. Else they are read 2 MiB at a time, as bfloat16,
    and cast into new memory in huge pages. No header is parsed, nothing gets a name or a shape.
    """
    import torch

    begin = time.perf_counter()
    descriptors = [os.open(file, os.O_RDONLY) for file in sorted(folder.glob("*.safetensors"))]
    sizes = [os.fstat(descriptor).st_size for descriptor in descriptors]
    step = 64 << 20 if dtype == "auto" else _HUGE_BYTES
    pieces = [
        (number, at, min(step, size - at) // 2 * 2) for number, size in enumerate(sizes) for at in range(0, size, step)
    ]
    queue = iter(zip(pieces, itertools.accumulate((nbytes // 2 for _, _, nbytes in pieces), initial=0), strict=False))
    lock = threading.Lock()
    if dtype == "auto":
        maps = [mmap.mmap(each, size, access=mmap.ACCESS_COPY) for each, size in zip(descriptors, sizes, strict=True)]
        tensors = [torch.frombuffer(memory, dtype=torch.uint8) for memory in maps]
    else:
        target = mmap.mmap(-1, 2 * sum(sizes), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        target.madvise(mmap.MADV_HUGEPAGE)
        tensors = [torch.frombuffer(target, dtype=getattr(torch, dtype))]

    def work() -> None:
        room = bytearray(_HUGE_BYTES)
        values = torch.frombuffer(room, dtype=torch.bfloat16)
        while True:
            with lock:
                piece = next(queue, None)
            if piece is None:
                return
            (number, at, nbytes), start = piece
            if dtype == "auto":
                tensors[number][at : at + nbytes : mmap.PAGESIZE].sum()
            else:
                os.preadv(descriptors[number], [memoryview(room)[:nbytes]], at)
                tensors[0][start : start + nbytes // 2].copy_(values[: nbytes // 2])

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    elapsed_s = time.perf_counter() - begin
    for descriptor in descriptors:
        os.close(descriptor)
    return elapsed_s


def _twice(measure: Callable[[], float], warm_bytes: int) -> dict[str, float]:
    if warm_bytes:
        warm_own_memory(warm_bytes)
    return {f"total_{turn}_s": measure() for turn in ("first", "again")}


def main(what: str, *arguments: str) -> None:
    if what == "touch":
        nbytes = int(arguments[0])
        figures = _twice(lambda: touch_new_memory(nbytes), nbytes)
    elif what == "load":
        import torch

        torch.set_num_threads(1)  # the threads are here
        folder, dtype, warm_bytes = Path(arguments[0]), arguments[1], int(arguments[2])
        figures = _twice(lambda: load_without_model(folder, dtype), warm_bytes)
    else:
        to = Path(arguments[0])
        try:
            figures = {"durable_s": write_from_memory(to, int(arguments[1]))}
        finally:
            to.unlink(missing_ok=True)
    print(json.dumps({"figures": figures}))


if __name__ == "__main__":
    main(*sys.argv[1:])
