"""A box of a packed tensor: what one rank of a mesh keeps of the values that are decoded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from loadstone.core.records import record
from loadstone.core.slices import Box, overlap, relative
from loadstone.core.tensors import Packing, StoredTensor

if TYPE_CHECKING:
    from loadstone.core.arrays import ByteArray, FloatArray


@record
class PackedPart:
    """The packing of the whole tensor, and of each dimension where the part starts and stops.

    The stored rows are those of the whole: which of them a box is made of only their packing knows, and methods keep
    them by rows, by columns or in words of several.
    """

    inner: Packing
    ends: tuple[tuple[int, int], ...]

    @property
    def kind(self) -> str:
        return self.inner.kind

    @property
    def parts(self) -> tuple[StoredTensor, ...]:
        return self.inner.parts

    @property
    def rows(self) -> int:
        return self.inner.rows

    @property
    def step(self) -> int:
        return self.inner.step

    def decode(self, first: int, rows: ByteArray, others: Sequence[ByteArray]) -> Iterable[tuple[Box, FloatArray]]:
        wanted = tuple(slice(*ends) for ends in self.ends)
        for box, values in self.inner.decode(first, rows, others):
            shared = overlap(box, wanted)
            if shared is not None:
                yield relative(shared, wanted), values[relative(shared, box)]
