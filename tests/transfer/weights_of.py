"""The weight files of stored tensors that no checkpoint holds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from loadstone.core.tensors import StoredTensor
from loadstone.transfer.strategy import TransferOptions
from loadstone.transfer.weight_files import Weights


def weights_of(tensors: Iterable[StoredTensor], options: TransferOptions | None = None) -> Weights:
    """The files that some tensors lie in, with as many bytes of each as they need."""
    ends: dict[Path, int] = {}
    for tensor in tensors:
        ends[tensor.file] = max(ends.get(tensor.file, 0), tensor.offset + tensor.nbytes)
    return Weights(ends, options)
