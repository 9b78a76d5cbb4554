"""Flax's msgpack files, and their layout."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from loadstone.checkpoint.format import Format

if TYPE_CHECKING:
    from loadstone.checkpoint.faults import Faults
    from loadstone.core.tensors import StoredTensor
    from loadstone.transfer.outgoing import FilePlan, OutgoingTensor


class Flax(Format):
    """What ``flax.serialization`` writes."""

    name = "flax"
    rank = 30
    suffixes = (".msgpack",)
    stem = "flax_model"
    written_as = "msgpack"

    def read(self, path: Path, faults: Faults) -> tuple[list[StoredTensor], dict[str, str]]:
        from loadstone.checkpoint.flax.read import read_msgpack

        return read_msgpack(path, faults)

    def hub_names(self, metadata: Mapping[str, str]) -> Callable[[str], str]:
        from loadstone.checkpoint.flax.read import name_of

        return name_of

    def plan(self, tensors: Sequence[OutgoingTensor], metadata: Mapping[str, str]) -> FilePlan:
        """Such files have no metadata."""
        from loadstone.checkpoint.flax.write import plan_msgpack

        return plan_msgpack(tensors)


FORMAT = Flax()
