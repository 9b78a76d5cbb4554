"""The measured processes, seen from outside: start one, watch it, take what it printed."""

from __future__ import annotations

import ctypes
import json
import math
import mmap
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from probe import memory_bytes

TIMEOUT_S = 600
_WATCH_EVERY_S = 0.002
_MOST_WARMINGS = 6
_READY_BYTES_PER_S = 7e9
"""What one thread fills of memory that the host has behind it; of other memory it is a tenth."""
_POPULATE_WRITE = 23  # MADV_POPULATE_WRITE, Linux 5.14


@dataclass(frozen=True)
class Finished:
    """A process that ended well. Times are of ``CLOCK_MONOTONIC``, which parent and child share."""

    result: dict[str, Any]
    """The last line that it printed, read as JSON."""
    begin_s: float
    end_s: float
    private_bytes: Sequence[tuple[float, int]] = ()
    """When it was watched, and what private memory it had then."""

    def peak_private_bytes(self, until_s: float = math.inf) -> int:
        """The most private memory that it was seen to have, up to a moment; 0 where nobody watched."""
        return max((nbytes for moment, nbytes in self.private_bytes if moment <= until_s), default=0)


def finish(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, what: str, *, watch: bool = False
) -> Finished:
    """Runs ``command`` in ``folder`` to its end. A failure ends this program with ``what`` and the last words."""
    seen: list[tuple[float, int]] = []
    with tempfile.TemporaryFile("w+") as complaints:
        begin = time.clock_gettime(time.CLOCK_MONOTONIC)
        child = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=complaints, text=True, env=dict(environment), cwd=folder
        )
        try:
            if watch:
                seen = _watch(child, begin + TIMEOUT_S)
            printed, _ = child.communicate(timeout=TIMEOUT_S)
        finally:
            child.kill()
            child.wait()
        end = time.clock_gettime(time.CLOCK_MONOTONIC)
        if child.returncode != 0:
            complaints.seek(0)
            sys.exit(f"{what}: exit status {child.returncode}\n{complaints.read()[-4000:]}")
    return Finished(json.loads(printed.splitlines()[-1]), begin, end, seen)


def _watch(child: subprocess.Popen[str], deadline_s: float) -> list[tuple[float, int]]:
    """The private memory of ``child`` until it ends, in bytes, looked at every 2 ms, each with its moment.

    Looked at from outside: a lock that the child's interpreter holds cannot hide a peak.
    """
    seen = []
    while child.poll() is None and (now := time.clock_gettime(time.CLOCK_MONOTONIC)) < deadline_s:
        seen.append((now, memory_bytes(child.pid)["private"]))
        time.sleep(_WATCH_EVERY_S)
    return seen


def warm_files(folder: Path) -> None:
    """The files of ``folder`` into the page cache."""
    for file in sorted(path for path in folder.iterdir() if path.is_file()):
        with file.open("rb", buffering=0) as opened:
            while opened.read(1 << 24):
                pass


def warm_own_memory(nbytes: int) -> None:
    """The same by this process itself, right before it uses it: some hosts take free memory back within a second.

    Filled and freed until the host has it ready, but no more than so often. The peak of this process begins anew.
    """
    populate = ctypes.CDLL(None).madvise
    populate.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    for _ in range(_MOST_WARMINGS):
        memory = mmap.mmap(-1, nbytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        memory.madvise(mmap.MADV_HUGEPAGE)
        first = ctypes.c_char.from_buffer(memory)
        begin = time.perf_counter()
        populate(ctypes.addressof(first), nbytes, _POPULATE_WRITE)
        elapsed_s = time.perf_counter() - begin
        del first
        memory.close()
        if elapsed_s < nbytes / _READY_BYTES_PER_S:
            break
    Path("/proc/self/clear_refs").write_text("5")


def warm_memory(nbytes: int) -> None:
    """Free memory that the host has behind it: a virtual machine gives what it frees back within seconds.

    In huge pages as in small ones, so that the first process to use them does not pay for the host's page faults.
    """
    available = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    nbytes = min(nbytes, available // 2)
    touch = (
        "import mmap\n"
        f"memory = mmap.mmap(-1, {nbytes}, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\n"
        "memory.madvise(mmap.MADV_HUGEPAGE)\n"
        "memory[::4096] = bytes(len(range(0, len(memory), 4096)))\n"
    )
    subprocess.run([sys.executable, "-c", touch], check=True, timeout=TIMEOUT_S)
