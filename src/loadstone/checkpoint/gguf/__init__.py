"""llama.cpp's GGUF files: header, metadata, names, config."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from loadstone.checkpoint.format import Format

if TYPE_CHECKING:
    from loadstone.checkpoint.faults import Faults
    from loadstone.core.tensors import StoredTensor


class Gguf(Format):
    """One file that is its own config too; :mod:`loadstone.checkpoint.gguf.open` gives its tensors the Hub's names."""

    name = "gguf"
    rank = 50
    suffixes = (".gguf",)

    def read(self, path: Path, faults: Faults) -> tuple[list[StoredTensor], dict[str, str]]:
        from loadstone.checkpoint.gguf.header import read_gguf

        return read_gguf(path, faults)


FORMAT = Gguf()
