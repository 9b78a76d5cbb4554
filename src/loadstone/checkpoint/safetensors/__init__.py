"""The safetensors format: its header, read and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from loadstone.checkpoint.format import Format

if TYPE_CHECKING:
    from loadstone.checkpoint.faults import Faults
    from loadstone.core.tensors import StoredTensor
    from loadstone.transfer.outgoing import FilePlan, OutgoingTensor


class Safetensors(Format):
    """What the ``safetensors`` library writes and reads."""

    name = "safetensors"
    rank = 10
    suffixes = (".safetensors",)
    stem = "model"
    owns_suffix = True
    written_as = "safetensors"

    def read(self, path: Path, faults: Faults) -> tuple[list[StoredTensor], dict[str, str]]:
        from loadstone.checkpoint.safetensors.read import read_header, writer_of

        header = read_header(path, faults)
        if header is None:
            return [], {}
        writer = writer_of(header.metadata)
        if writer is None:
            return header.tensors, header.metadata
        from loadstone.checkpoint.safetensors.writers import as_on_the_hub  # few files need it

        return as_on_the_hub(path, writer, header.tensors, faults), header.metadata

    def hub_names(self, metadata: Mapping[str, str]) -> Callable[[str], str] | None:
        from loadstone.checkpoint.safetensors.read import writer_of

        writer = writer_of(metadata)
        if writer is None:
            return None
        from loadstone.checkpoint.safetensors.writers import name_in_index

        return name_in_index(writer)

    def plan(self, tensors: Sequence[OutgoingTensor], metadata: Mapping[str, str]) -> FilePlan:
        from loadstone.checkpoint.safetensors.write import plan_safetensors

        return plan_safetensors(tensors, metadata)


FORMAT = Safetensors()
