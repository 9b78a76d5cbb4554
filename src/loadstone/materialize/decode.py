"""From packed parts into final memory in one pass, whatever the framework: read some rows, decode them, put them there.

What is read and decoded at once stays in the processor's caches, and no tensor is ever held in between, but for the
small parts (scales and the like) of those that are under way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from loadstone.core.slices import Box, overlap, relative, within
from loadstone.core.tensors import Packing, StoredTensor
from loadstone.planning.recipes import Piece
from loadstone.transfer.threads import WorkerPool

if TYPE_CHECKING:
    from loadstone.core.byte_source import ByteSource, OpenSource

Array = np.ndarray
Put = Callable[[int, Box, Array], None]
"""Takes a target's number, a box of it, and float32 values of that shape."""

_ELEMENTS = 1 << 17
"""Decoded at once: half a MiB of float32, and as much again for each step in between."""


class _Task(NamedTuple):
    target: int
    piece: Piece
    file: ByteSource
    others: Sequence[Array]
    first: int
    rows: int


def unpack(
    pieces: Iterable[tuple[int, Piece]],
    open_file: OpenSource,
    put: Put,
    threads: int,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Decode packed pieces, each for the target of that number. ``put`` is called in many threads at once.

    Raises what reading raises, as soon as no thread works any more; nothing is left open.
    """

    def decode(task: _Task) -> None:
        packing, main = _packing(task.piece.tensor)
        taken = task.piece.taken
        rows = _read(task.file, main.offset + task.first * _row_bytes(packing), task.rows * _row_bytes(packing))
        task.file.check()
        with np.errstate(all="ignore"):  # what overflows is infinite, and needs no warning
            for box, values in packing.decode(task.first, rows.reshape(task.rows, -1), task.others):
                shared = overlap(box, taken)
                if shared is not None:
                    index = within(task.piece.into, relative(shared, taken))
                    put(task.target, index, values[relative(shared, box)])
        if progress is not None:
            progress(rows.nbytes)

    WorkerPool(_tasks(pieces, open_file), decode, "loadstone-unpack").run(threads)


def packed_bytes(pieces: Iterable[tuple[int, Piece]]) -> int:
    """What :func:`unpack` tells of its progress in all."""
    return sum(piece.tensor.nbytes for _, piece in pieces)


def _tasks(pieces: Iterable[tuple[int, Piece]], open_file: OpenSource) -> Iterator[_Task]:
    files: dict[Path, ByteSource] = {}

    def opened(path: Path) -> ByteSource:
        if path not in files:
            files[path] = open_file(path)
        return files[path]

    for target, piece in sorted(pieces, key=lambda pair: (pair[1].tensor.file, pair[1].tensor.offset)):
        packing, main = _packing(piece.tensor)
        others = [_read(opened(part.file), part.offset, part.nbytes) for part in packing.parts[1:]]
        elements = int(np.prod(piece.tensor.shape, dtype=np.int64))
        step = max(_ELEMENTS * packing.rows // max(elements, 1) // packing.step, 1) * packing.step
        for first in range(0, packing.rows, step):
            rows = min(step, packing.rows - first)
            yield _Task(target, piece, opened(main.file), others, first, rows)


def _packing(tensor: StoredTensor) -> tuple[Packing, StoredTensor]:
    assert tensor.packing is not None
    return tensor.packing, tensor.packing.parts[0]


def _row_bytes(packing: Packing) -> int:
    return packing.parts[0].nbytes // packing.rows


def _read(file: ByteSource, offset: int, nbytes: int) -> Array:
    buffer = np.empty(nbytes, np.uint8)
    file.read_into(offset, nbytes, buffer.data)
    return buffer
