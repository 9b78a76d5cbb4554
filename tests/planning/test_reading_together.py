"""What the ranks of a node read together: every byte once, each what it wants, in one order on all; no files."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadstone.core.slices import ByteRange, shape_of
from loadstone.core.tensors import DType, Slot, StoredTensor
from loadstone.planning.match import LoadPlan
from loadstone.planning.mesh import Cut, LocalSlot, local_slot
from loadstone.planning.reading_together import ROUND_BYTES, Together, parts, read_together
from loadstone.planning.recipes import Piece, Stored

FILE = Path("model.safetensors")
WIDE = (1024, 512)


def tensor(name: str, offset: int, shape: tuple[int, ...] = WIDE, **others: Any) -> StoredTensor:
    return StoredTensor(name, DType.FLOAT32, shape, FILE, offset, 4 * math.prod(shape), **others)


def plan_of(*tensors: StoredTensor) -> LoadPlan:
    slots = tuple(Slot(each.name, each.shape) for each in tensors)
    return LoadPlan({each.name: Stored((Piece(each),)) for each in tensors}, (), (), slots=slots)


def cut(*cuts: Cut, shape: tuple[int, ...] = WIDE) -> LocalSlot:
    return local_slot(shape, cuts)


def is_read(_: Path) -> bool:
    return True


@pytest.mark.parametrize(
    ("held", "together"),
    [
        ([cut(Cut(0, 2, n)) for n in range(2)], False),  # rows: each reads its own
        ([cut(Cut(1, 2, n)) for n in range(2)], True),
        ([cut(), cut()], True),
        ([cut(Cut(0, 2, f), Cut(1, 2, t)) for f in range(2) for t in range(2)], True),
        ([cut(Cut(0, 2, n), Cut(1, 1, 0)) for n in range(2)], False),
    ],
)
def test_what_several_ranks_would_read_they_read_together(held: list[LocalSlot], together: bool) -> None:
    found = read_together(plan_of(tensor("w", 0)), [{"w": each} for each in held], is_read)
    assert bool(found) is together
    assert not read_together(plan_of(tensor("w", 0)), [{"w": each} for each in held], lambda _: False)


def test_what_is_small_packed_or_strided_each_reads_by_itself() -> None:
    for other in (tensor("w", 0, (64, 64)), tensor("w", 0, strides=(1, 1024)), tensor("w", 0, ())):
        assert not read_together(plan_of(other), [{}, {}], is_read)


def test_all_ranks_come_to_the_same_order_whatever_theirs_is() -> None:
    plan = plan_of(tensor("b", 1 << 22), tensor("c", 0), tensor("a", 1 << 21))
    turned = replace(plan, slots=plan.slots[::-1], recipes=dict(reversed(plan.recipes.items())))
    found = [read_together(each, [{}, {}], is_read) for each in (plan, turned)]
    assert found[0] == found[1] and [each.slot for each in found[0]] == ["c", "a", "b"]


@pytest.mark.parametrize("ranks", [2, 3, 4])
def test_each_rank_reads_as_much_and_no_more_than_its_part_of_a_round(ranks: int) -> None:
    (shared,) = read_together(plan_of(tensor("w", 0, (5000, 4099))), [{}] * ranks, is_read)
    read = [sum(reads[rank].nbytes for reads in shared.rounds()) for rank in range(ranks)]
    assert sum(read) == shared.tensor.nbytes and max(read) - min(read) <= 4 * ranks * 8
    assert max(each.nbytes for reads in shared.rounds() for each in reads) <= ROUND_BYTES // ranks


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_each_rank_gets_what_it_wants_once(data: Any) -> None:
    shape = tuple(data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=3)))
    sizes = data.draw(st.lists(st.integers(1, 2), min_size=1, max_size=2))
    axes = [data.draw(st.integers(0, len(shape) - 1)) for _ in sizes]
    held = [
        local_slot(shape, [Cut(axis, size, at) for axis, size, at in zip(axes, sizes, place, strict=True)])
        for place in itertools.product(*map(range, sizes))
    ]
    wanted = tuple(local.shares for local in held)
    shared = Together("w", tensor("w", 0, shape), wanted)
    values = np.arange(math.prod(shape), dtype=np.float32)
    targets = [np.full(local.shape, np.nan, np.float32) for local in held]
    covered: list[ByteRange] = []
    for reads in shared.rounds(data.draw(st.integers(4, 64))):
        for read, (target, shares) in itertools.product(reads, zip(targets, wanted, strict=True)):
            block = values[read.start // 4 : read.stop // 4]
            for part in parts(shape, read, 4, shares):
                taken = block[part.start : part.start + math.prod(part.block)].reshape(part.block)[part.box]
                assert np.isnan(target[part.place]).all() and taken.shape == shape_of(part.box)
                target[part.place] = taken
        covered += [read for read in reads if read.nbytes]
    assert sum(read.nbytes for read in covered) == shared.tensor.nbytes
    for target, local in zip(targets, held, strict=True):
        for share in local.shares:
            assert (target[share.local] == values.reshape(shape)[share.whole]).all()
        assert not np.isnan(target).any()
