"""A packed matrix with rows and columns exchanged: what was packed outputs first, for a layer that has inputs first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadstone.core.slices import Box
from loadstone.core.tensors import Packing, StoredTensor

if TYPE_CHECKING:
    from loadstone.core.arrays import ByteArray, FloatArray


@dataclass(frozen=True)
class Turned:
    """The packing of a matrix, turned."""

    packing: Packing

    @property
    def kind(self) -> str:
        return self.packing.kind

    @property
    def parts(self) -> tuple[StoredTensor, ...]:
        return self.packing.parts

    @property
    def rows(self) -> int:
        return self.packing.rows

    @property
    def step(self) -> int:
        return self.packing.step

    def decode(self, first: int, rows: ByteArray, others: Sequence[ByteArray]) -> Iterable[tuple[Box, FloatArray]]:
        for box, values in self.packing.decode(first, rows, others):
            yield box[::-1], values.T


def turned(tensor: StoredTensor) -> StoredTensor:
    """A packed matrix as (columns, rows)."""
    assert tensor.packing is not None
    return tensor._replace(shape=tensor.shape[::-1], packing=Turned(tensor.packing))
