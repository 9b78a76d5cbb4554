"""Blocks of a file whose bytes several ranks have: each sends what it has of them to the one that writes the block."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor

from loadstone.core.slices import relative, shape_of
from loadstone.frameworks.torch.distributed.held import Held
from loadstone.frameworks.torch.distributed.meeting import Meeting, all_to_all
from loadstone.frameworks.torch.save import WORDS
from loadstone.saving.by_ranks import Gathered, Take, nbytes_sent
from loadstone.transfer.block_writer import BLOCK_NBYTES
from loadstone.transfer.memory import new_memory
from loadstone.transfer.new_file import NewFile

Messages = Mapping[tuple[int, int], Tensor]
"""(number of a block in its round, number of one of its takes) → the bytes that another rank sent for it."""


def exchanged(blocks: Sequence[Gathered], held: Held, widths: Mapping[str, int], meeting: Meeting) -> Messages:
    """One round: what this rank's blocks take from others. Every rank calls it, for the same blocks.

    Raises RuntimeError where the ranks cannot reach each other, and what ``meeting.check`` raises.
    """
    by_pair: dict[tuple[int, int], list[tuple[tuple[int, int], Take]]] = {}
    for number, block in enumerate(blocks):
        for index, each in enumerate(block.takes):
            if each.holder != block.writer:
                by_pair.setdefault((each.holder, block.writer), []).append(((number, index), each))
    to_each = [by_pair.get((meeting.rank, other), []) for other in range(meeting.size)]
    from_each = [by_pair.get((other, meeting.rank), []) for other in range(meeting.size)]
    sizes_out, sizes_in = ([_nbytes(each, widths) for each in way] for way in (to_each, from_each))
    sent = torch.empty(sum(sizes_out), dtype=torch.uint8, device=meeting.device)
    received = torch.empty(sum(sizes_in), dtype=torch.uint8, device=meeting.device)
    for at, (_, take) in _placed(to_each, widths):
        _words(sent, at, take, widths[take.tensor]).copy_(held.values(take.tensor, take.box))
    all_to_all(received, sent, sizes_in, sizes_out, meeting)
    received = received.cpu()
    return {key: received[at : at + nbytes_sent(take, widths)] for at, (key, take) in _placed(from_each, widths)}


class Assembly:
    """The memory in which blocks are put together, one after another."""

    def __init__(self, held: Held, widths: Mapping[str, int]) -> None:
        self._held, self._widths = held, widths
        self._memory = memoryview(new_memory(BLOCK_NBYTES))
        self._bytes = torch.frombuffer(self._memory, dtype=torch.uint8)

    def write(self, number: int, block: Gathered, file: NewFile, messages: Messages) -> None:
        """Write a block of what this rank has, and what it was sent. Raises OSError where it cannot be written."""
        for at, piece in file.pieces(block.range):
            if isinstance(piece, bytes):
                begin = at - block.range.start
                self._memory[begin : begin + len(piece)] = piece
        for index, take in enumerate(block.takes):
            width = self._widths[take.tensor]
            message = messages.get((number, index))
            values = self._held.values(take.tensor, take.box) if message is None else _words(message, 0, take, width)
            nbytes = math.prod(shape_of(take.row)) * width
            row = self._bytes[take.at : take.at + nbytes].view(WORDS[width]).view(shape_of(take.row))
            row[relative(take.box, take.row)] = values
        file.open()
        file.write(self._memory[: block.range.nbytes], block.range.start)
        file.done(block.range.nbytes)


def _nbytes(takes: Sequence[tuple[tuple[int, int], Take]], widths: Mapping[str, int]) -> int:
    return sum(nbytes_sent(take, widths) for _, take in takes)


def _placed(
    by_rank: Sequence[Sequence[tuple[tuple[int, int], Take]]], widths: Mapping[str, int]
) -> Iterator[tuple[int, tuple[tuple[int, int], Take]]]:
    """Each take with where its bytes begin in the messages of all ranks, one after another."""
    at = 0
    for takes in by_rank:
        for key, take in takes:
            yield at, (key, take)
            at += nbytes_sent(take, widths)


def _words(message: Tensor, at: int, take: Take, width: int) -> Tensor:
    """The place of a take's elements in bytes."""
    shape = shape_of(take.box)
    return message[at : at + math.prod(shape) * width].view(WORDS[width]).view(shape)
