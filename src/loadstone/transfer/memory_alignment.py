"""What a device asks of memory that it takes bytes from: addresses that are multiples of 4 bytes, of 512, or of a page.

There is no portable way to know but to try, and a write that is refused may have sent a MiB to the disk. So what one
write learns serves all files of a save, and while nothing is known such writes are tried one at a time.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from loadstone.transfer.kernel_copy import ALIGNMENT

_NEVER = 1 << 62


class MemoryAlignment:
    """What is known so far; several threads may ask."""

    def __init__(self) -> None:
        self._asked = 4
        """Less has been refused."""
        self._proven = ALIGNMENT
        """So much has been enough."""
        self._lock = threading.Lock()

    def is_enough(self, alignment: int) -> bool:
        """Whether it is worth trying."""
        return alignment >= self._asked

    @contextlib.contextmanager
    def trying(self, alignment: int) -> Iterator[bool]:
        """Around a write from memory of that alignment; whether it is known to be enough. If not, one at a time."""
        if alignment >= self._proven:
            yield True
            return
        with self._lock:
            yield alignment >= self._proven

    def succeeded(self, alignment: int) -> None:
        """A write from memory of that alignment was done."""
        self._proven = min(self._proven, max(alignment, self._asked))

    def refused(self, alignment: int) -> None:
        """A write from memory of that alignment was refused."""
        more = 512 if alignment < 512 else ALIGNMENT if alignment < ALIGNMENT else _NEVER
        self._asked = max(self._asked, more)


def alignment_of(address: int) -> int:
    """The largest power of two, up to that of a page, which it is a multiple of.

    >>> alignment_of(4096 * 3 + 1024)
    1024
    """
    return (ALIGNMENT | address) & -(ALIGNMENT | address)
