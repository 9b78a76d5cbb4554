"""What gives the bytes of weights: one seam for a file on the disk and for whatever else may hold them.

A format says where the bytes of a tensor lie (:attr:`StoredTensor.range <loadstone.core.tensors.StoredTensor>`); that
holds for a member of a zip archive, a block of a GGUF file and a dataset of HDF5 alike. Who loads asks the source of
that file for ranges, and need not know of formats.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol


class ByteSource(Protocol):
    """The bytes of one file of a checkpoint, as they were when it was opened; asked by several threads at once.

    One that holds all in memory, say::

        class InMemory:
            takes_direct = False

            def __init__(self, path, data):
                self.path, self.data, self.nbytes = path, data, len(data)

            def check(self):
                pass

            def read_into(self, offset, nbytes, buffer):
                buffer[:nbytes] = self.data[offset : offset + nbytes]
    """

    @property
    def path(self) -> Path:
        """The file that its tensors name."""
        ...

    @property
    def nbytes(self) -> int:
        """Of all of it, when it was opened."""
        ...

    @property
    def takes_direct(self) -> bool:
        """Whether reads from where a sector starts go past the page cache; they are then asked for so."""
        ...

    def check(self) -> None:
        """:class:`CorruptCheckpoint` if it no longer is what it was when it was opened."""
        ...

    def read_into(self, offset: int, nbytes: int, buffer: memoryview, /) -> None:
        """Fill the first ``nbytes`` of ``buffer``, which may be longer, from ``offset`` on.

        What lies beyond in ``buffer`` may be written to. Raises :class:`CorruptCheckpoint` where there are fewer bytes.
        """
        ...


OpenSource = Callable[[Path], ByteSource]
"""The source of a file that tensors lie in. Raises :class:`CorruptCheckpoint`."""
