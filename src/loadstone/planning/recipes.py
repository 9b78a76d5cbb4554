"""How a slot is made from stored tensors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import repeat
from typing import NamedTuple, overload

from loadstone.core.slices import Box, bounds, normalize, overlap, relative, shape_of, within
from loadstone.core.tensors import StoredTensor


class Piece(NamedTuple):
    """A stored tensor, or some of its rows, and the place in the slot that it fills."""

    tensor: StoredTensor
    rows: slice | None = None
    """Of the tensor; None for all."""
    into: Box | None = None
    """The part of the slot; None for all of it."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of what is taken."""
        return self.tensor.shape if self.rows is None else (self.rows.stop - self.rows.start, *self.tensor.shape[1:])

    @property
    def taken(self) -> Box:
        """The box of the tensor that is taken."""
        return normalize(() if self.rows is None else (self.rows,), self.tensor.shape)

    def spread(self) -> tuple[Piece, ...]:
        """The same as pieces whose bytes each lie in one row: several for a tensor that is stored in slices."""
        if not self.tensor.slices:
            return (self,)
        if self.rows is None and self.into is None:
            return tuple(Piece(tensor, None, into) for tensor, into in self.tensor.slices)
        wanted = self.taken
        pieces = []
        for tensor, into in self.tensor.slices:
            shared = overlap(wanted, into)
            if shared is not None:
                of = relative(shared, into)
                rows = None if shape_of(of) == tensor.shape else slice(*bounds(of[0]))
                pieces.append(Piece(tensor, rows, within(self.into, relative(shared, wanted))))
        return tuple(pieces)


class Stack(Sequence[Piece]):
    """Whole stored tensors, each with its place: the pieces of stacked experts, which are made when they are looked at.

    A model may have 100,000 experts. ``places`` can be shared by all stacks of one shape.
    """

    __slots__ = ("places", "tensors")

    def __init__(self, tensors: tuple[StoredTensor, ...], places: tuple[Box, ...]) -> None:
        self.tensors, self.places = tensors, places

    def __len__(self) -> int:
        return len(self.tensors)

    def __iter__(self) -> Iterator[Piece]:
        return map(partial(tuple.__new__, Piece), zip(self.tensors, repeat(None), self.places, strict=False))

    @overload
    def __getitem__(self, index: int) -> Piece: ...
    @overload
    def __getitem__(self, index: slice) -> Stack: ...
    def __getitem__(self, index: int | slice) -> Piece | Stack:
        if isinstance(index, slice):
            return Stack(self.tensors[index], self.places[index])
        return Piece(self.tensors[index], None, self.places[index])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stack | tuple) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


class Stored(NamedTuple):
    """Made of stored tensors: one as it is (nearly always), some rows of one, or several put together."""

    pieces: Sequence[Piece]
    """Of each the bytes lie in one row, whatever strides run over them. A tuple, or a :class:`Stack`."""

    @property
    def tensors(self) -> Iterable[StoredTensor]:
        """Those that the pieces take from."""
        return self.pieces.tensors if isinstance(self.pieces, Stack) else [tensor for tensor, _, _ in self.pieces]

    def __str__(self) -> str:
        first = self.pieces[0]
        if len(self.pieces) > 1:
            return f"{len(self.pieces)} tensors from {first.tensor.name} on, put together"
        if first.rows is not None:
            return f"rows {first.rows.start} to {first.rows.stop - 1} of {first.tensor.name}"
        made_by = f", by {first.tensor.packing.kind}" if first.tensor.packing is not None else ""
        place = f"bytes {first.tensor.offset} to {_end(first.tensor)}"
        return f"{first.tensor.name} in {first.tensor.file.name}, {place}{made_by}"


class Tied(NamedTuple):
    """The same values as another slot."""

    slot: str

    def __str__(self) -> str:
        return f"tied to {self.slot}"


class Initialized(NamedTuple):
    """Newly initialized, and why."""

    reason: str

    def __str__(self) -> str:
        return f"newly initialized: {self.reason}"


class Computed(NamedTuple):
    """What the model computes, or did when it was made, for a slot that the checkpoint does not hold."""

    def __str__(self) -> str:
        return "computed by the model"


Recipe = Stored | Tied | Initialized | Computed


def _end(tensor: StoredTensor) -> int:
    return tensor.offset + tensor.nbytes - 1
