"""What this process holds (threads, descriptors, maps of files), and that nothing new stays after a piece of work.

Less than before is no leak. The process is shared with the tests that ran earlier, and what those or other libraries
left, the garbage collector may close at any moment: so things are told apart, and never counted.
"""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple


class Held(NamedTuple):
    """One thing that a process holds until it is let go."""

    kind: str
    """``thread``, ``descriptor`` or ``map``."""
    name: str
    """What to show of it: a thread's name, the file of a descriptor or of a map."""
    which: threading.Thread | str
    """What tells it apart: the thread itself, the descriptor's number, the map's addresses."""


def threads() -> frozenset[Held]:
    """Those that run. One that an interrupt kept from being started is in ``threading``'s list for ever."""
    return frozenset(Held("thread", each.name, each) for each in threading.enumerate() if each.is_alive())


def descriptors() -> frozenset[Held]:
    found = set()
    for number in os.listdir("/proc/self/fd"):
        with suppress(FileNotFoundError):  # the one of the listing itself, and what another thread closed just now
            found.add(Held("descriptor", os.readlink(f"/proc/self/fd/{number}"), number))
    return frozenset(found)


def maps(path: Path) -> frozenset[Held]:
    """Those of a file, or of a folder's files."""
    lines = (line.split(maxsplit=5) for line in Path("/proc/self/maps").read_text().splitlines())
    return frozenset(
        Held("map", line[5], line[0]) for line in lines if len(line) == 6 and line[5].startswith(str(path))
    )


@contextmanager
def nothing_new_stays(folder: Path | None = None, patience_s: float = 1.0, in_cycles: bool = False) -> Iterator[None]:
    """No thread, descriptor or map of ``folder``'s files stays that was not there before.

    Something may go a little later, within ``patience_s``: a thread whose join was interrupted has done its work, and
    may have a few instructions, or one read, left to its end. With ``in_cycles``, garbage in reference cycles is no
    leak: a model has some.
    """

    def held() -> frozenset[Held]:
        return threads() | descriptors() | (maps(folder) if folder else frozenset())

    before = held()
    yield
    until_s = time.monotonic() + patience_s
    while new := held() - before:
        if time.monotonic() > until_s:
            break
        if in_cycles:
            gc.collect()
        time.sleep(0.001)
    assert not new, f"still held: {sorted(map(str, new))}"
