"""A packed tensor that stays packed: its parts go to the library of its format, which computes with them so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeGuard

from loadstone.core.records import record
from loadstone.core.slices import Box
from loadstone.core.tensors import Packing, StoredTensor

if TYPE_CHECKING:
    from loadstone.core.arrays import ByteArray, FloatArray
    from loadstone.quantization.gguf_tensor import Blocks


def is_in_blocks(packing: Packing | None) -> TypeGuard[Blocks]:
    """Whether it is that of a GGUF file."""
    from loadstone.quantization.gguf_tensor import Blocks  # which needs NumPy, other than most plans

    return isinstance(packing, Blocks)


def packed_bytes_of(tensor: StoredTensor) -> int:
    """Bytes of a tensor that stay packed, or of the first of its parts."""
    if tensor.slices:
        return sum(packed_bytes_of(part) for part, _ in tensor.slices)
    return tensor.nbytes if isinstance(tensor.packing, PackedTensor) else 0


def packed(tensor: StoredTensor, note: str) -> StoredTensor:
    """A tensor that stays packed if it is, with what the checkpoint says of it beside its parts."""
    if tensor.packing is None:
        return tensor
    module = tensor.name[: tensor.name.rfind(".") + 1]
    return tensor._replace(packing=PackedTensor(tensor.packing, note, module))


@record
class PackedTensor:
    """The packing that reads it, which checked it; and what the checkpoint says of it beside its parts."""

    inner: Packing
    note: str
    """JSON."""
    module: str
    """What the names of its parts begin with: the module's own name, and a dot."""
    beside: tuple[StoredTensor, ...] = ()
    """What is stored with it that its values do not need, and its library or its file does."""

    @property
    def kind(self) -> str:
        return self.inner.kind

    @property
    def parts(self) -> tuple[StoredTensor, ...]:
        return self.inner.parts + self.beside

    @property
    def rows(self) -> int:
        return self.inner.rows

    @property
    def step(self) -> int:
        return self.inner.step

    def decode(self, first: int, rows: ByteArray, others: Sequence[ByteArray]) -> Iterable[tuple[Box, FloatArray]]:
        return self.inner.decode(first, rows, others)
