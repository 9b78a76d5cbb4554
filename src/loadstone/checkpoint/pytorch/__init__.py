"""PyTorch's own files (``.bin``, ``.pt``): pickles that may only build tensors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from loadstone.checkpoint.format import Format

if TYPE_CHECKING:
    from loadstone.checkpoint.faults import Faults
    from loadstone.core.tensors import StoredTensor


class PyTorch(Format):
    """What ``torch.save`` writes."""

    name = "pytorch"
    rank = 20
    suffixes = (".bin", ".pt", ".pth")
    stem = "pytorch_model"
    written_as = "pytorch"
    is_written_by_caller = True

    def read(self, path: Path, faults: Faults) -> tuple[list[StoredTensor], dict[str, str]]:
        from loadstone.checkpoint.pytorch.read import read_pytorch

        return read_pytorch(path, faults)


FORMAT = PyTorch()
