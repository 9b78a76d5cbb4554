"""What this machine has to give: cores, and memory that is really free."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from pathlib import Path

USED_SHARE = 0.9
"""Of the memory that is free, what weights may take; the rest is for the program itself."""
_UNLIMITED = 1 << 62


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def available_bytes(proc: Path = Path("/proc"), groups: Path = Path("/sys/fs/cgroup")) -> int:
    """Memory that can be had without swapping: the system's, or less where a control group of this process says so.

    Every group from the process's own upwards counts, in both versions of the interface. Pages of files that the
    kernel would give back count as free. Source: https://docs.kernel.org/admin-guide/cgroup-v2.html#memory and
    https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
    """
    return max(min(_system_bytes(proc), *(_UNLIMITED, *_group_bytes(proc, groups))), 0)


def _system_bytes(proc: Path) -> int:
    for line in _lines(proc / "meminfo"):
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    if hasattr(os, "sysconf") and "SC_AVPHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return _UNLIMITED


def _group_bytes(proc: Path, groups: Path) -> Iterator[int]:
    """What each memory group around this process leaves."""
    for line in _lines(proc / "self" / "cgroup"):
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        root = groups / "memory" if controllers else groups
        names = ("memory.limit_in_bytes", "memory.usage_in_bytes") if controllers else ("memory.max", "memory.current")
        prefix = "total_" if controllers else ""
        # In a container the path may be the host's, which is not to be seen here; the root then is the own group.
        own = root / path.strip().lstrip("/")
        for folder in dict.fromkeys((own, *own.parents)):
            if folder != root and root not in folder.parents:
                break
            limit, used = (_number(folder / name) for name in names)
            if limit is not None and used is not None:
                yield limit - used + _reclaimable(folder / "memory.stat", prefix)


def _reclaimable(stat: Path, prefix: str) -> int:
    """Bytes of files that are in memory only as long as nobody needs the room."""
    wanted = {f"{prefix}active_file", f"{prefix}inactive_file"}
    return sum(int(value) for name, _, value in (line.partition(" ") for line in _lines(stat)) if name in wanted)


def _number(path: Path) -> int | None:
    text = next(iter(_lines(path)), "")
    return int(text) if text.isdigit() else None


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return []


class _Memory(ctypes.Structure):
    """``nvmlMemory_t``"""

    _fields_ = (("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong))


def accelerator_bytes() -> dict[int, int]:
    """Number of each NVIDIA GPU that this process may use → bytes that are free on it. Needs no framework.

    Asks the driver (NVML, https://docs.nvidia.com/deploy/nvml-api/); nothing is found where there is none, and nothing
    where ``CUDA_VISIBLE_DEVICES`` names GPUs otherwise than by number.
    """
    try:
        nvml = ctypes.CDLL("libnvidia-ml.so.1")
    except OSError:
        return {}
    if nvml.nvmlInit_v2():
        return {}
    try:
        count = ctypes.c_uint()
        if nvml.nvmlDeviceGetCount_v2(ctypes.byref(count)):
            return {}
        free_bytes = {}
        for number, physical in enumerate(_visible(count.value)):
            handle, memory = ctypes.c_void_p(), _Memory()
            if nvml.nvmlDeviceGetHandleByIndex_v2(physical, ctypes.byref(handle)) == 0:
                if nvml.nvmlDeviceGetMemoryInfo(handle, ctypes.byref(memory)) == 0:
                    free_bytes[number] = int(memory.free)
        return free_bytes
    finally:
        nvml.nvmlShutdown()


def may_have_other_accelerators(devices: Path = Path("/dev")) -> bool:
    """Whether there may be accelerators that :func:`accelerator_bytes` tells nothing of: Apple's, AMD's, Intel's, and
    NVIDIA's where their driver does not answer or they are named otherwise than by number."""
    nodes = ("nvidia[0-9]*", "kfd", "dri/renderD*", "accel*", "davinci*")
    return sys.platform == "darwin" or any(any(devices.glob(node)) for node in nodes)


def _visible(count: int) -> list[int]:
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is None:
        return list(range(count))
    numbers = [part.strip() for part in visible.split(",") if part.strip()]
    return [int(part) for part in numbers] if all(part.isdigit() and int(part) < count for part in numbers) else []
