"""Pieces of stored tensors → moves of bytes, whatever the framework; those that are packed are set apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from loadstone.core.slices import normalize, row_major, start_of
from loadstone.core.tensors import StoredTensor
from loadstone.planning.recipes import Piece
from loadstone.transfer.copy import Move


class Moves:
    """The moves of many slots, by file; and the pieces that are no moves, since their bytes do not lie in a row."""

    def __init__(self) -> None:
        self.by_file: dict[Path, list[Move]] = {}
        self.loose: list[tuple[int, Piece]] = []
        """Target and piece."""
        self.packed: list[tuple[int, Piece]] = []
        """Target and piece, of what has to be decoded."""

    def add(self, target: int, shape: Sequence[int], pieces: Iterable[Piece]) -> None:
        """What fills a target of that shape."""
        steps = row_major(shape)
        file: Path | None = None
        for piece in pieces:
            tensor, rows, into = piece
            if tensor.packing is not None:
                self.packed.append((target, piece))
                continue
            offset, nbytes = tensor.offset, tensor.nbytes
            if not nbytes:
                continue
            if tensor.strides is None:
                if rows is not None:
                    row = nbytes // tensor.shape[0]
                    offset, nbytes = offset + rows.start * row, (rows.stop - rows.start) * row
                start = 0 if into is None else start_of(into, shape, steps)
                axes: tuple[int, ...] | None = None
            else:
                start, axes = None, None if rows is not None else _order(tensor)
                if axes is None:
                    self.loose.append((target, piece))
                    continue
            if tensor.file is not file:
                file = tensor.file
                moves = self.by_file.setdefault(file, [])
            if start is not None:
                moves.append(Move(offset, nbytes, target, start, tensor.dtype))
                continue
            box = normalize(into or (), shape)
            kept = [axis for axis, index in enumerate(box) if not isinstance(index, int)]
            order = tuple(kept[axis] for axis in (axes or range(len(kept))))
            moves.append(Move(offset, nbytes, target, 0, tensor.dtype, box, order))

    def spread(self, target: int, pieces: Iterable[Piece]) -> None:
        """What fills a target whose elements do not lie in a row."""
        for piece in pieces:
            (self.loose if piece.tensor.packing is None else self.packed).append((target, piece))


def _order(tensor: StoredTensor) -> tuple[int, ...] | None:
    """The dimensions of a tensor with strides, outermost first, where the file has its elements without gaps."""
    assert tensor.strides is not None
    order = sorted(range(len(tensor.shape)), key=lambda axis: (-tensor.strides[axis], axis))  # type: ignore[index]
    expected = 1
    for axis in reversed(order):
        if tensor.shape[axis] != 1 and tensor.strides[axis] != expected:
            return None
        expected *= tensor.shape[axis]
    return tuple(order)
