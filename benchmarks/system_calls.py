"""Which system calls moved how many bytes, as ``strace`` saw them.

The kernel's own counts in ``/proc/PID/io`` cannot tell: ``copy_file_range`` counts there as both a read and a write
(``vfs_copy_file_range`` adds what it copied to rchar and to wchar), though no byte passes through the process.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

IN_KERNEL = ("copy_file_range", "sendfile", "splice")
"""From file to file, or through a pipe: the bytes stay in the kernel. FICLONE has no count; it moves none."""
FROM_MEMORY = ("write", "pwrite64", "writev", "pwritev", "pwritev2", "io_uring_enter")
_CALL = re.compile(r"^\d+\s+(?:<\.\.\. )?(\w+)(?: resumed>|\().*=\s+(\d+)\s*$")


def traced(log: Path) -> Sequence[str]:
    """What to put before a command so that ``log`` gets its writes; nothing where there is no strace."""
    if shutil.which("strace") is None:
        return ()
    calls = ",".join((*IN_KERNEL, *FROM_MEMORY))
    return ("strace", "--follow-forks", "--quiet=all", "-e", f"trace={calls}", "-e", "signal=none", "-o", str(log))


def written(log: Path) -> dict[str, int]:
    """Bytes that the calls of a log moved, by call; a call of which ``log`` tells nothing is left out.

    ``io_uring_enter`` returns requests, not bytes: one is told as one byte, so that it can be seen that there were any.
    """
    moved: dict[str, int] = {}
    for line in log.read_text(errors="replace").splitlines():
        if found := _CALL.match(line):
            moved[found[1]] = moved.get(found[1], 0) + int(found[2])
    return moved
