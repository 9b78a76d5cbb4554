"""Which rank writes what, simulated with arrays: the file is whole, each page has one writer, and rounds are small."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from loadstone.checkpoint.safetensors.write import plan_safetensors
from loadstone.core.slices import Box, ByteRange, relative, shape_of
from loadstone.core.tensors import DType
from loadstone.planning.mesh import Cut, local_slot
from loadstone.saving import by_ranks
from loadstone.saving.by_ranks import (
    Cell,
    Claim,
    Gathered,
    Take,
    cells_in,
    cells_of,
    claims_of,
    gathered_blocks,
    rounds,
)
from loadstone.transfer.array_bytes import of_array
from loadstone.transfer.outgoing import FilePlan, OutgoingTensor, bytes_of

PAGE = by_ranks.ALIGNMENT
DTYPES = {DType.BFLOAT16: np.uint16, DType.FLOAT32: np.uint32, DType.UINT8: np.uint8, DType.INT64: np.uint64}


def slices(*pairs: tuple[int, int]) -> Box:
    return tuple(slice(*pair) for pair in pairs)


def contents(plan: FilePlan) -> bytes:
    return b"".join(piece if isinstance(piece, bytes) else bytes(bytes_of(piece)) for piece in plan.pieces)


def tensor(name: str, dtype: DType, array: np.ndarray[Any, Any]) -> OutgoingTensor:
    return OutgoingTensor(name, dtype, array.shape, of_array(array))


def holdings(generator: random.Random, shape: Sequence[int], ranks: int) -> list[list[Box]]:
    """What each rank has of a tensor: whole, or cut by one axis of a mesh or two, of any dimensions and sections."""
    if not shape or generator.random() < 0.2:
        return [[slices(*((0, size) for size in shape))]] * ranks
    inner = generator.choice([size for size in range(1, ranks + 1) if ranks % size == 0])
    axes = [(parts, generator.randrange(len(shape))) for parts in (ranks // inner, inner)]
    sections = generator.choice([1, 1, 2, 3])
    replicated = generator.random() < 0.3
    held = []
    for rank in range(ranks):
        numbers = divmod(rank, inner)
        cuts = [
            Cut(dimension, parts, number, sections)
            for (parts, dimension), number in zip(axes, numbers, strict=True)
            if not (replicated and dimension == axes[0][1] and parts == axes[0][0])
        ]
        held.append([share.whole for share in local_slot(shape, cuts).shares])
    return held


def written(
    plan: FilePlan, cells: Mapping[str, Sequence[Cell]], arrays: Mapping[str, np.ndarray[Any, Any]], ranks: int
) -> bytes:
    """The file that ranks write, which have only their own elements; asserts that each page has one writer."""
    whole = contents(plan)
    loads = [0] * ranks
    claims = claims_of(plan, cells, loads)
    assert [claim.range.start for claim in claims] == [0, *(claim.range.stop for claim in claims[:-1])]
    assert claims[-1].range.stop == plan.nbytes
    writers: dict[int, set[int]] = {}
    for claim in claims:
        for page in (claim.range.start // PAGE, (claim.range.stop - 1) // PAGE):
            writers.setdefault(page, set()).add(claim.writer)
    assert all(len(each) == 1 for each in writers.values())
    file = bytearray(plan.nbytes)
    for claim in claims:
        if claim.is_whole:
            assert_held(plan, claim, cells)
            file[slice(*claim.range)] = whole[slice(*claim.range)]
    blocks = list(gathered_blocks("file", plan, claims, cells))
    widths = {name: array.itemsize for name, array in arrays.items()}
    in_rounds = list(rounds(blocks, widths))
    assert sorted((block for each in in_rounds for block in each), key=key) == sorted(blocks, key=key)
    assert_bounded(in_rounds, widths)
    for block in blocks:
        put_together(file, block, plan, cells, arrays)
    return bytes(file)


def key(block: Gathered) -> int:
    return block.range.start


def assert_held(plan: FilePlan, claim: Claim, cells: Mapping[str, Sequence[Cell]]) -> None:
    """Whoever writes a whole claim has every cell that touches it."""
    for take in takes(plan, claim.range, claim.writer, cells):
        assert take.holder == claim.writer


def takes(plan: FilePlan, range_: ByteRange, writer: int, cells: Mapping[str, Sequence[Cell]]) -> Iterator[Take]:
    for block in gathered_blocks("file", plan, [Claim(range_, writer, False)], cells):
        yield from block.takes


def assert_bounded(in_rounds: list[list[Gathered]], widths: Mapping[str, int]) -> None:
    for each in in_rounds:
        sent: dict[int, int] = {}
        received: dict[int, int] = {}
        for block in each:
            for take in block.takes:
                if take.holder != block.writer:
                    nbytes = by_ranks.nbytes_sent(take, widths)
                    sent[take.holder] = sent.get(take.holder, 0) + nbytes
                    received[block.writer] = received.get(block.writer, 0) + nbytes
        assert len(each) == 1 or max([*sent.values(), *received.values(), 0]) <= by_ranks.ROUND_NBYTES


def put_together(
    file: bytearray,
    block: Gathered,
    plan: FilePlan,
    cells: Mapping[str, Sequence[Cell]],
    arrays: Mapping[str, np.ndarray[Any, Any]],
) -> None:
    at = 0
    for piece in plan.pieces:
        nbytes = len(piece) if isinstance(piece, bytes) else piece.range.nbytes
        shared = ByteRange(at, at + nbytes).overlap(block.range)
        if isinstance(piece, bytes) and shared is not None:
            file[slice(*shared)] = piece[slice(*shared.shift(-at))]
        at += nbytes
    for take in block.takes:
        array = arrays[take.tensor]
        holders = next(cell.holders for cell in cells[take.tensor] if within(take.box, cell.box))
        assert take.holder in holders
        begin = block.range.start + take.at
        row = np.frombuffer(file, array.dtype, math.prod(shape_of(take.row)), begin).reshape(shape_of(take.row))
        row[relative(take.box, take.row)] = array[take.box]


def within(inner: Box, outer: Box) -> bool:
    return all(o.start <= i.start and i.stop <= o.stop for i, o in zip(inner, outer, strict=True))  # type: ignore[union-attr]


def random_file(generator: random.Random, ranks: int) -> tuple[FilePlan, dict[str, Any], dict[str, Any]]:
    arrays, tensors, cells = {}, [], {}
    for number in range(generator.randrange(1, 12)):
        shape = tuple(generator.choice([1, 2, 3, 7, 40, 96]) for _ in range(generator.randrange(4)))
        dtype = generator.choice(list(DTYPES))
        name = f"t{number}"
        array = np.frombuffer(generator.randbytes(math.prod(shape) * dtype.bits // 8), DTYPES[dtype]).reshape(shape)
        arrays[name] = array
        tensors.append(tensor(name, dtype, array))
        cells[name] = cells_of(shape, holdings(generator, shape, ranks))
    return plan_safetensors(tensors), cells, arrays


@pytest.mark.parametrize("ranks", [1, 2, 3, 4, 6])
def test_ranks_write_the_file_that_one_process_writes(ranks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = random.Random(ranks)
    for name, nbytes in {"BLOCK_NBYTES": 3 * PAGE, "ROUND_NBYTES": 5 * PAGE, "_MIN_NBYTES": PAGE // 2}.items():
        monkeypatch.setattr(by_ranks, name, nbytes)
    for _ in range(60):
        plan, cells, arrays = random_file(generator, ranks)
        assert written(plan, cells, arrays, ranks) == contents(plan)


def test_rows_are_written_by_those_that_have_them_and_only_the_page_between_is_sent() -> None:
    array = np.zeros((5000, 8), np.uint16)
    plan = plan_safetensors([tensor("rows", DType.BFLOAT16, array)])
    cells = {"rows": cells_of(array.shape, [[slices((0, 2500), (0, 8))], [slices((2500, 5000), (0, 8))]])}
    claims = claims_of(plan, cells, [0, 0])
    sent = [claim for claim in claims if not claim.is_whole]
    assert [claim.range.nbytes for claim in sent] == [PAGE]
    assert [claim.writer for claim in claims] == [0, 0, 1]


def test_columns_are_divided_evenly_and_half_of_them_is_sent() -> None:
    array = np.zeros((1024, 8192), np.uint16)
    plan = plan_safetensors([tensor("columns", DType.BFLOAT16, array)])
    cells = {"columns": cells_of(array.shape, [[slices((0, 1024), (0, 4096))], [slices((0, 1024), (4096, 8192))]])}
    claims = claims_of(plan, cells, [0, 0])
    nbytes = {rank: sum(each.range.nbytes for each in claims if each.writer == rank) for rank in (0, 1)}
    assert nbytes == {0: array.nbytes // 2 + PAGE, 1: array.nbytes // 2}  # and the header
    blocks = list(gathered_blocks("file", plan, claims, cells))
    sent = sum(
        by_ranks.nbytes_sent(take, {"columns": 2})
        for block in blocks
        for take in block.takes
        if take.holder != block.writer
    )
    assert sent == array.nbytes // 2


def test_what_every_rank_has_is_spread_over_them() -> None:
    arrays = {f"norm{number}": np.zeros(3000, np.uint32) for number in range(12)}
    plan = plan_safetensors([tensor(name, DType.FLOAT32, array) for name, array in arrays.items()])
    cells = {name: cells_of((3000,), [[slices((0, 3000))]] * 3) for name in arrays}
    loads = [0, 0, 0]
    assert all(claim.is_whole for claim in claims_of(plan, cells, loads))
    assert max(loads) - min(loads) <= 12000


def test_what_nobody_has_has_no_holders() -> None:
    (first, second) = cells_of((4, 2), [[slices((0, 3), (0, 2))]])
    assert (first.holders, second.holders) == ((0,), ())
    assert second.box == slices((3, 4), (0, 2))


def test_parts_of_an_expert_are_those_of_the_stack() -> None:
    cells = cells_of((4, 6, 2), [[slices((0, 2), (0, 6), (0, 2))], [slices((2, 4), (0, 6), (0, 2))]])
    (cell,) = cells_in(cells, (3, slice(0, 3), slice(0, 2)))
    assert cell == Cell(slices((0, 3), (0, 2)), (1,))
