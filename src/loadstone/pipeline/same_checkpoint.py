"""Whether all ranks are about to load the same values, and not only tensors of the same names and shapes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from loadstone.checkpoint import Checkpoint
from loadstone.core.remote_path import RemotePath
from loadstone.core.tensors import StoredTensor
from loadstone.errors import CorruptCheckpoint, Fault
from loadstone.frameworks.ranks import Exchange, Facts, agree
from loadstone.transfer.regular_file import UnusableFile, open_file

_SAMPLE_NBYTES = 256
"""Of a tensor, from its middle."""
_MOST_SAMPLES = 4096


def agree_on_checkpoint(
    exchange: Exchange, checkpoint: Checkpoint | None, commit: str | None, facts_of: Callable[[], Facts]
) -> None:
    """:class:`RanksDisagree` unless facts are equal on all ranks, and so are the values that are stored.

    Files of one training run have the same headers at every step. Of one commit of the Hub they are the same, and so
    are those that are one file (inode and date). Only where ranks have copies of their own, some bytes of each tensor
    are read and compared.
    """
    agree(exchange, facts_of)
    if len(exchange.members) == 1 or checkpoint is None or commit is not None:
        return
    identities = json.dumps({file.name: _identity(file) for file in checkpoint.ends}, sort_keys=True)
    if len(set(exchange.gather("files", identities.encode()))) > 1:
        agree(exchange, lambda: {"samples of values": _samples(checkpoint)})


def _identity(file: Path) -> list[str]:
    """What is equal where two ranks have one file before them."""
    if isinstance(file, RemotePath):
        return [file.version]
    status = os.stat(file)
    return [str(status.st_ino), str(status.st_size), str(status.st_mtime_ns)]


def _samples(checkpoint: Checkpoint) -> dict[str, str]:
    """Tensor → a digest of a few of its bytes."""
    import hashlib  # which few loads need

    names = list(checkpoint)
    by_file: dict[Path, list[StoredTensor]] = {}
    for name in names[:: -(-len(names) // _MOST_SAMPLES) or 1]:
        by_file.setdefault(checkpoint[name].file, []).append(checkpoint[name])
    found = {}
    for path, tensors in by_file.items():
        try:
            with open_file(path) as file:
                for tensor in tensors:
                    nbytes = min(_SAMPLE_NBYTES, tensor.nbytes)
                    sample = file.read(tensor.offset + (tensor.nbytes - nbytes) // 2, nbytes)
                    found[tensor.name] = f"SHA-256 {hashlib.sha256(sample).hexdigest()[:16]}…"
        except UnusableFile as unusable:
            raise CorruptCheckpoint([Fault(str(path), unusable.expected, unusable.found, unusable.hint)]) from None
    return found
