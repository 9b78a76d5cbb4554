"""What a format may ask a checkpoint for besides where tensors lie: the bytes of small tensors."""

from __future__ import annotations

from collections.abc import ItemsView, Mapping
from typing import Protocol

from loadstone.tensors import StoredTensor


class Contents(Protocol):
    """A checkpoint, as far as formats need one."""

    @property
    def metadata(self) -> Mapping[str, str]: ...

    def __contains__(self, name: object, /) -> bool: ...

    def get(self, name: str, /) -> StoredTensor | None: ...

    def items(self) -> ItemsView[str, StoredTensor]: ...

    def read(self, name: str, /) -> memoryview:
        """The bytes of one tensor."""
        ...


def lies_in_rows(tensor: StoredTensor) -> bool:
    """Whether the bytes of a tensor are its elements, one after the other, and there is at least one."""
    return tensor.strides is None and not tensor.stretches and tensor.packing is None and tensor.nbytes > 0
