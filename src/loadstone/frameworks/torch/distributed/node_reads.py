"""The ranks of a node read together what each of them would else read by itself; see :mod:`reading_together`."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import accumulate
from typing import NamedTuple

import torch
from torch import Tensor, nn

from loadstone.core.slices import ByteRange, bounds, shape_of
from loadstone.errors import LoadstoneError
from loadstone.frameworks.ranks.group import Exchange
from loadstone.frameworks.ranks.node import node_name
from loadstone.frameworks.torch.distributed.dtensors import local_slots, meshes_of
from loadstone.frameworks.torch.distributed.meeting import Meeting, all_to_all, meeting_of
from loadstone.frameworks.torch.dtypes import to_torch
from loadstone.planning.match import LoadPlan
from loadstone.planning.mesh import LocalSlot, Share
from loadstone.planning.reading_together import ROUND_BYTES, Part, Together, parts, read_together
from loadstone.transfer.copy import EXTENT_BYTES
from loadstone.transfer.memory import new_memory
from loadstone.transfer.threads import Job, Workers
from loadstone.transfer.weight_file import SECTOR_BYTES
from loadstone.transfer.weight_files import Weights

_NEAR_ROUNDS, _FAR_ROUNDS = 2, 5
"""Read at once: on this machine the next while one is exchanged; more from where each request waits for an answer."""
_WORD_BYTES = 8
"""After what a rank sends: zeros, or ones where it could not read. As many as the longest element, to keep bounds."""


def read_with_node(
    module: nn.Module, plan: LoadPlan, weights: Weights, target_of: Callable[[str], Tensor], exchange: Exchange
) -> dict[str, Tensor]:
    """Slots that the ranks of this node read together, filled; ``plan`` is of the whole model. Every rank calls it.

    Raises what reading raises, and :class:`RankFailed` on the other ranks of the node.
    """
    members, held = _node(module, weights, exchange)
    if len(members) < 2:
        return {}
    shared = read_together(plan, held, lambda path: not weights.is_mapped(path))
    targets = {each.slot: target_of(each.slot) for each in shared}
    kind = meshes_of(module)[0].device_type
    with meeting_of(members, kind, exchange) as meeting, _Reading(weights, len(members)) as reading:
        for turn, coming in reading.ahead(_turns(shared, meeting.rank)):
            error: BaseException | None = None
            own = None
            try:
                own = coming.result()
            except Exception as raised:  # noqa: BLE001 (raised below, once the others know)
                error = raised
            if not _exchange(turn, own, targets[turn.shared.slot], meeting):
                if error is not None:
                    raise error
                exchange.gather("what each rank has read", b"")  # which says what went wrong on the other
    needed = sum(_nbytes(each.tensor.dtype.bits // 8, each.wanted[members.index(exchange.rank)]) for each in shared)
    weights.read_for_others += reading.nbytes - needed
    return targets


class _Turn(NamedTuple):
    """One round of one tensor."""

    shared: Together
    reads: list[ByteRange]
    """What each rank reads of it."""
    rank: int
    """Which of them this one is."""


def _turns(shared: Sequence[Together], rank: int) -> Iterator[_Turn]:
    for each in shared:
        yield from (_Turn(each, reads, rank) for reads in each.rounds())


def _node(module: nn.Module, weights: Weights, exchange: Exchange) -> tuple[list[int], list[Mapping[str, LocalSlot]]]:
    """The ranks on this node that read from files, ascending, and what of each slot each of them holds."""
    reads = any(not choice.is_mapped for choice in weights.choices.values())
    said = json.dumps({"node": node_name(exchange.rank), "slots": _told(local_slots(module))}) if reads else ""
    heard = exchange.gather("what each rank reads", said.encode())
    told = {member: json.loads(each) for member, each in zip(exchange.members, heard, strict=True) if each}
    node = told[exchange.rank]["node"] if reads else None
    there = [member for member, each in told.items() if each["node"] == node]
    return there, [_heard(told[member]["slots"]) for member in there]


def _told(slots: Mapping[str, LocalSlot]) -> dict[str, object]:
    return {
        name: [slot.shape, [[list(map(bounds, box)) for box in share] for share in slot.shares]]
        for name, slot in slots.items()
    }


def _heard(told: Mapping[str, tuple[list[int], list[list[list[list[int]]]]]]) -> dict[str, LocalSlot]:
    return {
        name: LocalSlot(
            tuple(shape), tuple(Share(*(tuple(slice(*ends) for ends in box) for box in share)) for share in shares)
        )
        for name, (shape, shares) in told.items()
    }


class _Reading:
    """Reads blocks by several threads, each while the one before it is exchanged."""

    def __init__(self, weights: Weights, ranks: int) -> None:
        self._weights = weights
        self._readers = Workers(weights.options.count(), "loadstone-node")
        is_far = weights.extent_bytes > EXTENT_BYTES
        count = _FAR_ROUNDS if is_far else _NEAR_ROUNDS
        self._rooms = [memoryview(new_memory(ROUND_BYTES // ranks + 2 * SECTOR_BYTES)) for _ in range(count)]
        self.nbytes = 0

    def __enter__(self) -> _Reading:
        return self

    def __exit__(self, *raised: object) -> None:
        self._readers.close()

    def ahead(self, turns: Iterator[_Turn]) -> Iterator[tuple[_Turn, _Coming]]:
        """Each turn with its bytes; those of the next are being read meanwhile."""
        begun: deque[tuple[_Turn, _Coming]] = deque()
        for number, turn in enumerate(turns):
            if len(begun) == len(self._rooms):
                yield begun.popleft()  # whose room is free when this goes on
            room = self._rooms[number % len(self._rooms)]
            begun.append((turn, self._begin(turn.shared, turn.reads[turn.rank], room)))
        yield from begun

    def _begin(self, shared: Together, read: ByteRange, room: memoryview) -> _Coming:
        try:
            file = self._weights.open(shared.tensor.file)
        except LoadstoneError as error:
            failed = Job(partial(_fail, error))
            failed.run()
            return _Coming([failed], room[:0])
        start = shared.tensor.offset + read.start
        head = start % SECTOR_BYTES if file.takes_direct else 0
        spans = list(ByteRange(0, head + read.nbytes).split(self._weights.extent_bytes)) if read.nbytes else []

        def bring(span: ByteRange) -> None:
            stop = span.start + -(-span.nbytes // SECTOR_BYTES) * SECTOR_BYTES
            file.read_into(start - head + span.start, span.nbytes, room[span.start : stop])
            file.check()

        self.nbytes += read.nbytes
        jobs = [Job(partial(bring, span)) for span in spans]
        for job in jobs:
            self._readers.submit(job)
        return _Coming(jobs, room[head : head + read.nbytes])


def _fail(error: LoadstoneError) -> None:
    raise error


class _Coming(NamedTuple):
    """Bytes that are being read."""

    jobs: list[Job[None]]
    memory: memoryview

    def result(self) -> Tensor:
        """They, once they are there. Raises what reading raises."""
        for job in self.jobs:
            job.result()
        return (
            torch.frombuffer(self.memory, dtype=torch.uint8) if len(self.memory) else torch.empty(0, dtype=torch.uint8)
        )


def _exchange(turn: _Turn, own: Tensor | None, target: Tensor, meeting: Meeting) -> bool:
    """Send each rank what it wants of what this one has read, and bring what comes to its place.

    ``own`` is None where that could not be read: the others are told so by a word after what they expect, so that no
    rank is left in a collective. False where a rank could not.
    """
    tensor, wanted = turn.shared.tensor, turn.shared.wanted
    size, dtype = tensor.dtype.bits // 8, to_torch(tensor.dtype)

    def of(reader: int, rank: int) -> list[Part]:
        return list(parts(tensor.shape, turn.reads[reader], size, wanted[rank]))

    to_each = [of(meeting.rank, rank) for rank in range(meeting.size)]
    from_each = [of(reader, meeting.rank) for reader in range(meeting.size)]
    sizes_out, sizes_in = (
        [sum(map(_elements, those)) * size + _WORD_BYTES for those in way] for way in (to_each, from_each)
    )
    if own is None:
        out = torch.ones(sum(sizes_out), dtype=torch.uint8)
    else:
        values, word = own.view(dtype), torch.zeros(_WORD_BYTES, dtype=torch.uint8)
        taken = ([_taken(values, part) for part in those] for those in to_each)
        out = torch.cat([each for those in taken for each in (*those, word)])
    received = torch.empty(sum(sizes_in), dtype=torch.uint8, device=meeting.device)
    all_to_all(received, out.to(meeting.device), sizes_in, sizes_out, meeting)
    by_reader: Sequence[Tensor] = received.split(sizes_in)  # type: ignore[no-untyped-call]
    if any(bool(each[-1]) for each in by_reader):
        return False
    with torch.no_grad():
        for those, came in zip(from_each, by_reader, strict=True):
            got = came[:-_WORD_BYTES].to(target.device).view(dtype)
            for part, end in zip(those, accumulate(map(_elements, those)), strict=True):
                target[part.place].copy_(got[end - _elements(part) : end].view(shape_of(part.box)))
    return True


def _taken(values: Tensor, part: Part) -> Tensor:
    count = torch.Size(part.block).numel()
    return values[part.start : part.start + count].view(part.block)[part.box].reshape(-1).view(torch.uint8)


def _elements(part: Part) -> int:
    return torch.Size(shape_of(part.box)).numel()


def _nbytes(size: int, shares: Sequence[Share]) -> int:
    return sum(torch.Size(shape_of(share.whole)).numel() for share in shares) * size
