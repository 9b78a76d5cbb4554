"""What this rank has of everything that is to be saved: any elements of a stored tensor, read from its own part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from loadstone.core.slices import (
    Box,
    ByteRange,
    boxes,
    normalize,
    overlap,
    relative,
    row_major,
    shape_of,
    start_of,
    within,
)
from loadstone.core.tensors import DType
from loadstone.frameworks.torch.save import WORDS, outgoing_tensor
from loadstone.planning.mesh import LocalSlot, Share
from loadstone.saving.checkpoint import backed
from loadstone.transfer.array_bytes import Read, elements
from loadstone.transfer.kernel_copy import check_sources
from loadstone.transfer.outgoing import FilePlan, OutgoingTensor, TensorRange
from loadstone.transfer.unchanged import Backing

if TYPE_CHECKING:
    from loadstone.core.arrays import ByteArray


class SlotBox(NamedTuple):
    """A stored tensor: a box of a slot, cut out of it as :func:`loadstone.frameworks.save_model.outgoing` does."""

    slot: str
    dtype: DType
    box: Box
    """For every dimension of the slot."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the stored tensor."""
        return shape_of(self.box)

    def __getitem__(self, index: tuple[int, slice]) -> SlotBox:  # type: ignore[override]
        return self._replace(box=within(self.box, normalize(index, self.shape)))


class Local(NamedTuple):
    """This rank's part of a slot."""

    words: Tensor
    """Its own tensor, as integers of the same width, which NumPy and every backend know."""
    shares: tuple[Share, ...]


def local(tensor: Tensor, slot: LocalSlot) -> Local:
    """A rank's own tensor, and what of the slot it is."""
    plain = tensor.detach().resolve_neg()  # memory has other bits than the values of what is negated lazily
    return Local(plain.view(WORDS[plain.element_size()]), slot.shares)


class Held:
    """This rank's part of every stored tensor."""

    def __init__(self, boxes: Mapping[str, SlotBox], slots: Mapping[str, Local]) -> None:
        self._boxes, self._slots = boxes, slots

    def values(self, name: str, box: Box) -> Tensor:
        """Elements that lie in one of the rank's shares, as integers: a view. ``box`` is one of the stored tensor."""
        for share, mine in self._shared(name, box):
            if shape_of(mine) == shape_of(box):
                return self._slots[self._boxes[name].slot].words[share]
        raise AssertionError(f"{name}{box} is not on this rank")

    def plans(self, files: Mapping[str, FilePlan]) -> dict[str, FilePlan]:
        """Files in which each tensor is read from this rank's part: what lies in one row here and there is a piece of
        its own, which may be written from where it is, or copied by the kernel. What the rank does not have must not
        be asked for.

        Raises :class:`SaveError` where a file that weights are mapped from was cut short.
        """
        backing = Backing()
        plans = {
            name: FilePlan(
                [new for piece in plan.pieces for new in self._pieces(piece, backing)],
                plan.nbytes,
            )
            for name, plan in files.items()
        }
        check_sources(plans.values())
        return plans

    def _pieces(self, piece: bytes | TensorRange, backing: Backing) -> Iterator[bytes | TensorRange]:
        if isinstance(piece, bytes):
            yield piece
            return
        tensor = piece.tensor
        width = tensor.dtype.bits // 8
        part = OutgoingTensor(tensor.name, tensor.dtype, tensor.shape, self._reader(tensor, width))
        steps = row_major(tensor.shape)
        at = 0
        for start, run in sorted(self._runs(tensor, steps), key=lambda pair: pair[0]):
            if start < at:
                continue  # a second copy of the same rows
            if at < start:
                yield TensorRange(part, ByteRange(at, start))
            yield TensorRange(backed(run, backing), run.range)
            at = start + run.nbytes
        if at < tensor.nbytes:
            yield TensorRange(part, ByteRange(at, tensor.nbytes))

    def _runs(self, tensor: OutgoingTensor, steps: tuple[int, ...]) -> Iterator[tuple[int, OutgoingTensor]]:
        """What of a stored tensor lies in one row of bytes there: its first byte, and the values."""
        whole = normalize((), tensor.shape)
        for place, box in self._shared(tensor.name, whole):
            first = start_of(box, tensor.shape, steps)
            if first is not None:
                values = self._slots[self._boxes[tensor.name].slot].words[place]
                yield first * values.element_size(), outgoing_tensor(tensor.name, values)

    def _reader(self, tensor: OutgoingTensor, width: int) -> Read:
        def read(first: int, last: int) -> ByteArray:
            parts = [part for row in boxes(tensor.shape, first, last) for part in self._row(tensor.name, row)]
            return torch.cat([part.reshape(-1).cpu() for part in parts]).view(torch.uint8).numpy()

        return elements(width, read)

    def _row(self, name: str, row: Box) -> Iterable[Tensor]:
        """Elements of several shares that lie in one row of bytes in the stored tensor."""
        found = [(place, box) for place, box in self._shared(name, row)]
        words = self._slots[self._boxes[name].slot].words
        if len(found) == 1 and shape_of(found[0][1]) == shape_of(row):
            return [words[found[0][0]]]
        whole = torch.empty(shape_of(row), dtype=words.dtype)
        for place, box in found:
            whole[relative(box, row)] = words[place].cpu()
        return [whole]

    def _shared(self, name: str, box: Box) -> Iterator[tuple[Box, Box]]:
        """What each share has of a box of a stored tensor: where in the rank's own tensor, and where in the stored."""
        part = self._boxes[name]
        wanted = within(part.box, box)
        for share in self._slots[part.slot].shares:
            shared = overlap(wanted, share.whole)
            if shared is not None:
                place = within(share.local, relative(shared, share.whole))
                yield place, relative(shared, part.box)
