"""How each file is read: chosen from what is known of it, or as the caller says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from loadstone.core.records import record
from loadstone.errors import ArgumentError
from loadstone.transfer.machine import cores
from loadstone.transfer.probe import FileFacts

AUTO, MAP, BUFFERED, DIRECT = "auto", "map", "buffered", "direct"
_FITS = 0.8
"""Share of the free memory that reading may fill with cached files."""


@record
class TransferOptions:
    """What the caller decides about the way from storage into memory. See :func:`transfer_options`."""

    read: str = AUTO
    threads: int | None = None

    def count(self) -> int:
        """Threads that read and copy."""
        return self.threads or max(cores(), 2)


def transfer_options(read: str = AUTO, threads: int | None = None) -> TransferOptions:
    """For ``from_pretrained(…, transfer=transfer_options(…))``, to choose instead of Loadstone.

    ``read``:

    - ``"auto"``: for each file by its file system, what of it is cached and how much memory is free. The load report
      says what was chosen and why.
    - ``"map"``: weights that need no change are views of the mapped file.
    - ``"buffered"``: nothing is mapped; all weights are read through the page cache into memory of the model's own, so
      that the file may be written over meanwhile, as ``torch.save`` does.
    - ``"direct"``: the same past the page cache, where the file system lets us.

    Remote files are always read in large ranges: ``"map"`` and ``"direct"`` are refused there.

    ``threads``: how many threads read and copy; as many as there are cores, and at least two, where not given; six for
    remote files.

    Raises :class:`ArgumentError`.
    """
    if read not in (AUTO, MAP, BUFFERED, DIRECT):
        raise ArgumentError(f"read is {read!r}, expected 'auto', 'map', 'buffered' or 'direct'.")
    if threads is not None and (not isinstance(threads, int) or isinstance(threads, bool) or threads < 1):
        raise ArgumentError(f"threads is {threads!r}, expected an integer of at least 1.")
    return TransferOptions(read, threads)


class Choice(NamedTuple):
    """How one file is read."""

    is_mapped: bool
    """Whether weights that need no change are views of the mapped file; else everything is copied."""
    is_direct: bool
    """Whether what is copied is read past the page cache."""
    is_warmed: bool
    """Whether it may be read ahead of time: into the page cache, and what is mapped into the page tables."""
    why: str = ""

    def __str__(self) -> str:
        if self.is_mapped:
            return "mapped" if self.is_warmed else "mapped, each page read when it is used"
        return "read past the page cache" if self.is_direct else "read through the page cache"


def choose(files: Mapping[Path, FileFacts], free_bytes: int, read: str = AUTO) -> dict[Path, Choice]:
    """How to read each file, with ``free_bytes`` of memory for what is not cached yet."""
    missing = sum(facts.nbytes - int(facts.nbytes * facts.cached_share) for facts in files.values())
    fits = missing <= _FITS * free_bytes
    return {path: _choose(facts, fits, read) for path, facts in files.items()}


def choose_remote(read: str = AUTO) -> Choice:
    """How to read what is not on this machine. Raises :class:`ArgumentError` for what only files here can do."""
    if read in (MAP, DIRECT):
        raise ArgumentError(
            f"read is {read!r}, and remote files can be neither mapped nor read directly. Leave it out."
        )
    return Choice(False, False, False)


def _choose(facts: FileFacts, fits: bool, read: str) -> Choice:
    if read != AUTO:
        return Choice(read == MAP, read == DIRECT, read != DIRECT and fits, "as asked for")
    if facts.is_remote:
        return Choice(False, False, fits and facts.is_cached_here, "page faults would be slow there")
    if not fits:
        return Choice(True, True, False, "too little memory is free to read ahead")
    return Choice(True, False, True)
