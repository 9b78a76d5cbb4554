"""What disk and memory give when nothing else is asked of them.

``python yardsticks.py write FILE NBYTES`` is the measured process of :func:`write_from_memory`, ``… touch NBYTES`` that
of :func:`touch_new_memory`, first and again.
"""

from __future__ import annotations

import ctypes
import json
import math
import mmap
import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

from processes import TIMEOUT_S, warm_memory

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


def main(what: str, *arguments: str) -> None:
    if what == "touch":
        nbytes = int(arguments[0])
        warm_memory(nbytes)
        figures = {f"total_{turn}_s": touch_new_memory(nbytes) for turn in ("first", "again")}
    else:
        to = Path(arguments[0])
        try:
            figures = {"durable_s": write_from_memory(to, int(arguments[1]))}
        finally:
            to.unlink(missing_ok=True)
    print(json.dumps({"figures": figures}))


if __name__ == "__main__":
    main(*sys.argv[1:])
