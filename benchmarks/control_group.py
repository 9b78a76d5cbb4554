"""A memory control group around one measured process, where this machine lets us make one."""

from __future__ import annotations

import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_ENTER = 'echo $$ > "$0/cgroup.procs" && exec "$@"'


@contextmanager
def limited(limit_bytes: int | None) -> Iterator[Sequence[str]]:
    """What to put before a command so that it runs with so much memory, its page cache counted; nothing for None."""
    if limit_bytes is None:
        yield ()
        return
    v1 = Path("/sys/fs/cgroup/memory")
    root, file = (v1, "memory.limit_in_bytes") if v1.is_dir() else (Path("/sys/fs/cgroup"), "memory.max")
    group = root / f"loadstone-benchmark-{uuid.uuid4().hex[:8]}"
    try:
        group.mkdir()
        (group / file).write_text(str(limit_bytes))
    except OSError as error:
        sys.exit(f"the capped cases need a memory control group, which cannot be made here: {error}")
    try:
        yield ("sh", "-c", _ENTER, str(group))
    finally:
        for _ in range(50):
            try:
                group.rmdir()
                break
            except OSError:  # its last process is still on its way out
                time.sleep(0.1)
