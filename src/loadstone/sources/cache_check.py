"""Files of the Hub's cache against the hashes that name them.

The cache calls the content of a file by its ETag: of large files the SHA-256, of small ones what Git calls them. What
has just been downloaded is compared with that. What was compared once, and has changed since, is compared again; all
else is as other tools left it, and only its structure is checked when it is read.
"""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

from loadstone.errors import CorruptCheckpoint, Fault
from loadstone.sources.hashing import Hashes, git_blob_sha1, has_changed, remember

_SHA256, _SHA1 = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{40}")
_SMALL_BYTES = 1 << 20


def check_new(path: Path) -> None:
    """Compare a file that has just been downloaded; one that differs is taken out of the cache again.

    Raises :class:`CorruptCheckpoint`.
    """
    fault = _difference(path)
    if fault is not None:
        # Else the next load would find it, and take it for sound.
        blob = Path(os.path.realpath(path))
        for file in (path, blob):
            with contextlib.suppress(OSError):
                file.unlink()
        raise CorruptCheckpoint([fault], hint="What was downloaded has been removed. Try again.")


def check_cached(paths: list[Path]) -> None:
    """Compare files of the cache that are small, or not what they were when they were compared first.

    Raises :class:`CorruptCheckpoint` that names all that differ; they stay where they are.
    """
    doubtful = [path for path in paths if _is_small(path) or has_changed(path)]
    faults = [fault for path in doubtful if (fault := _difference(path)) is not None]
    if faults:
        raise CorruptCheckpoint(
            faults,
            hint="The cached files have changed since they were downloaded. force_download=True downloads them again.",
        )


def _is_small(path: Path) -> bool:
    with contextlib.suppress(OSError):
        return path.stat().st_size <= _SMALL_BYTES
    return False


def _difference(path: Path) -> Fault | None:
    name = os.path.basename(os.path.realpath(path))
    if _SHA256.fullmatch(name):
        found, kind = Hashes([path], remember=False).wait()[path], "SHA-256"
        if found == name:
            remember(path, found)
    elif _SHA1.fullmatch(name):
        found, kind = git_blob_sha1(path), "the Git hash"
    else:
        return None  # a server with ETags of its own, or a cache without links
    return None if found == name else Fault(str(path), f"{kind} {name}", found)
