"""One pass from files into final memory: the right bytes in the right place, in bounded pieces, or one error."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from leaks import threads
from transfer.in_memory import InMemory, opening
from transfer.weights_of import weights_of

from loadstone.core.tensors import DType, StoredTensor
from loadstone.errors import CorruptCheckpoint
from loadstone.frameworks.torch.loading.copies import make
from loadstone.frameworks.torch.loading.jobs import Job
from loadstone.materialize.arrays import ArraySource, fill_arrays
from loadstone.planning.match import LoadPlan
from loadstone.planning.recipes import Piece, Stored
from loadstone.transfer import copy as copying
from loadstone.transfer import weight_file as files
from loadstone.transfer.strategy import transfer_options

Array = np.ndarray[Any, Any]
TORCH = {DType.FLOAT32: torch.float32, DType.FLOAT16: torch.float16, DType.BFLOAT16: torch.bfloat16}


class Case:
    """Some slots made of pieces of one file, and what they should hold."""

    def __init__(self, folder: Path, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.path = folder / f"weights-{draw(st.integers(0, 1 << 30))}"
        self.data = bytearray(b"\xff" * draw(st.integers(0, 9)))
        self.jobs: list[tuple[tuple[int, ...], list[Piece], Array]] = []
        for _ in range(draw(st.integers(1, 4))):
            shape = tuple(draw(st.lists(st.integers(1, 5), min_size=1, max_size=3)))
            self.jobs.append(self._slot(shape, draw))
        self.path.write_bytes(self.data)

    def _slot(
        self, shape: tuple[int, ...], draw: Callable[[st.SearchStrategy[Any]], Any]
    ) -> tuple[tuple[int, ...], list[Piece], Array]:
        expected = np.zeros(shape, np.float32)
        pieces = []
        cuts = sorted({0, shape[0], *draw(st.lists(st.integers(0, shape[0]), max_size=2))})
        for start, stop in itertools.pairwise(cuts):
            part: tuple[int | slice, ...] = (slice(start, stop),)
            if stop - start == 1 and draw(st.booleans()):
                part = (start,)
            if len(cuts) == 2:
                pieces.append(self._piece(shape, None, expected, draw))
            elif len(shape) > 1 and draw(st.booleans()):  # side by side within the rows too
                middle = draw(st.integers(0, shape[1]))
                for low, high in ((0, middle), (middle, shape[1])):
                    if low < high:
                        into = (*part, slice(low, high))
                        pieces.append(self._piece(expected[into].shape, into, expected, draw))
            else:
                pieces.append(self._piece(expected[part].shape, part, expected, draw))
        return shape, draw(st.permutations(pieces)), expected

    def _piece(
        self, shape: tuple[int, ...], into: Any, expected: Array, draw: Callable[[st.SearchStrategy[Any]], Any]
    ) -> Piece:
        rows = None
        stored_shape = shape
        if shape and draw(st.booleans()):
            before, behind = draw(st.integers(0, 2)), draw(st.integers(0, 2))
            rows, stored_shape = slice(before, before + shape[0]), (before + shape[0] + behind, *shape[1:])
        dtype = draw(st.sampled_from([DType.FLOAT32, DType.FLOAT16]))
        numbers = np.arange(int(np.prod(stored_shape)), dtype=np.float32).reshape(stored_shape) % 512
        numbers += len(self.data) % 97
        order = tuple(draw(st.permutations(range(len(stored_shape))))) if draw(st.booleans()) else None
        gap = order is None and bool(shape) and draw(st.integers(0, 4)) == 0
        laid = numbers if order is None else numbers.transpose(order)
        raw = np.ascontiguousarray(laid).astype(dtype.value)
        strides = None
        if order is not None:
            steps = np.ascontiguousarray(raw).strides
            strides = tuple(steps[order.index(axis)] // raw.itemsize for axis in range(len(order)))
        if gap:  # every second element only
            raw = np.repeat(raw.reshape(-1), 2)[: max(2 * numbers.size - 1, 0)]
            strides = tuple(2 * step // numbers.itemsize for step in numbers.strides)
        self.data += b"\xff" * draw(st.sampled_from([0, 0, 1, 2, 4, 30, 5000]))
        offset = len(self.data)
        self.data += raw.tobytes()
        taken = numbers if rows is None else numbers[rows]
        if into is None:
            expected[...] = taken
        else:
            expected[into] = taken
        return Piece(StoredTensor("w", dtype, stored_shape, self.path, offset, raw.nbytes, strides), rows, into)

    def tensors(self) -> list[StoredTensor]:
        return [piece.tensor for _, pieces, _ in self.jobs for piece in pieces]


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_pieces_end_where_they_belong_in_both_engines(tmp_path: Path, data: st.DataObject) -> None:
    """Rows of a tensor, permuted storage, gaps, parts side by side, casts, split and joined anywhere."""
    case = Case(tmp_path, data.draw)
    read = data.draw(st.sampled_from(["auto", "map", "buffered", "direct"]))
    limit, gap = data.draw(st.sampled_from([8, 64, 1 << 20])), data.draw(st.sampled_from([0, 16, 1 << 16]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(copying, "EXTENT_BYTES", limit)
        patch.setattr(copying, "_GAP_BYTES", gap)
        for dtype in (DType.FLOAT32, DType.FLOAT16):
            weights = weights_of(case.tensors(), transfer_options(read, threads=2))
            jobs = [Job(str(n), pieces, shape, TORCH[dtype]) for n, (shape, pieces, _) in enumerate(case.jobs)]
            made = make(jobs, torch.device("cpu"), weights).tensors
            recipes = {str(n): Stored(tuple(pieces)) for n, (_, pieces, _) in enumerate(case.jobs)}
            shapes = {str(n): shape for n, (shape, _, _) in enumerate(case.jobs)}
            plan = LoadPlan(recipes, (), ())
            arrays = fill_arrays(plan, shapes, ArraySource(weights), lambda stored, to=dtype: to).arrays
            for number, (_, _, expected) in enumerate(case.jobs):
                np.testing.assert_array_equal(made[str(number)].float().numpy(), expected)
                np.testing.assert_array_equal(arrays[str(number)].astype(np.float32), expected)


def stored(path: Path, sizes: Sequence[int]) -> list[StoredTensor]:
    """float32 tensors one after another."""
    tensors, at = [], 0
    for size in sizes:
        tensors.append(StoredTensor(f"t{at}", DType.FLOAT32, (size,), path, at, 4 * size))
        at += 4 * size
    path.write_bytes(np.arange(at // 4, dtype=np.float32).tobytes())
    return tensors


def filled(tensors: Sequence[StoredTensor], read: str = "buffered", threads: int = 2) -> dict[str, torch.Tensor]:
    jobs = [Job(each.name, [Piece(each)], each.shape, torch.bfloat16) for each in tensors]
    return make(jobs, torch.device("cpu"), weights_of(tensors, transfer_options(read, threads))).tensors


def test_neighboring_tensors_are_read_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tensors = stored(tmp_path / "w", [100] * 1000)
    seen: list[tuple[int, int]] = []
    real = files.WeightFile.read_into

    def spy(self: files.WeightFile, offset: int, nbytes: int, buffer: memoryview) -> None:
        seen.append((offset, nbytes))
        real(self, offset, nbytes, buffer)

    monkeypatch.setattr(files.WeightFile, "read_into", spy)
    filled(tensors)
    assert seen == [(0, 400_000)]


@pytest.mark.parametrize("read", ["buffered", "direct"])
def test_reads_follow_the_file_and_none_is_longer_than_a_lane(
    read: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tensors = stored(tmp_path / "w", [3 << 20, 5, 4 << 20, 7])
    seen: list[tuple[int, int]] = []
    real = files.WeightFile.read_into

    def spy(self: files.WeightFile, offset: int, nbytes: int, buffer: memoryview) -> None:
        seen.append((offset, nbytes))
        assert len(buffer) <= copying.buffer_bytes(copying.EXTENT_BYTES)
        real(self, offset, nbytes, buffer)

    monkeypatch.setattr(files.WeightFile, "read_into", spy)
    made = filled(list(reversed(tensors)), read, threads=1)
    assert seen == sorted(seen) and len(seen) > 2
    for tensor in tensors:
        first = tensor.offset // 4
        expected = torch.arange(first, first + tensor.shape[0], dtype=torch.float32).bfloat16()
        assert torch.equal(made[tensor.name], expected)


def test_reads_that_come_up_short_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tensors = stored(tmp_path / "w", [70_000])
    real = os.preadv
    monkeypatch.setattr(os, "preadv", lambda fd, buffers, offset: real(fd, [buffers[0][:1000]], offset))
    assert torch.equal(filled(tensors)["t0"], torch.arange(70_000, dtype=torch.float32).bfloat16())


def test_a_file_written_to_while_it_is_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tensors = stored(tmp_path / "w", [1 << 20])
    real = files.WeightFile.read_into

    def write_meanwhile(self: files.WeightFile, *rest: Any) -> None:
        real(self, *rest)
        os.utime(self.path, ns=(1, 1))

    monkeypatch.setattr(files.WeightFile, "read_into", write_meanwhile)
    with pytest.raises(CorruptCheckpoint, match=r"w: expected the 4194304 bytes .* found other bytes, written since"):
        filled(tensors)


def test_the_first_error_stops_all_threads_and_leaves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tensors = stored(tmp_path / "w", [20 << 20])
    calls: list[int] = []

    def fail(self: files.WeightFile, offset: int, nbytes: int, buffer: memoryview) -> None:
        calls.append(offset)
        raise self.fault("bytes that can be read", "Input/output error")

    before = threads()
    monkeypatch.setattr(files.WeightFile, "read_into", fail)
    with pytest.raises(CorruptCheckpoint, match=r"w: expected bytes that can be read, found Input/output error"):
        filled(tensors, threads=3)
    assert len(calls) <= 3
    assert not threads() - before


def test_lanes_are_given_back_when_a_read_fails(tmp_path: Path) -> None:
    tensors = stored(tmp_path / "w", [10])
    os.truncate(tmp_path / "w", 39)
    pool = copying.BufferPool(copying.HostBuffer, 1)
    moves = {tmp_path / "w": [copying.Move(0, 40, 0, 0, DType.FLOAT32)]}
    for _ in range(3):  # would wait for ever where one was lost
        with pytest.raises(CorruptCheckpoint, match="expected 40 bytes from byte 0 on, found 39 bytes"):
            copying.copy(moves, partial(files.WeightFile, cached=True), pool, lambda buffer, extent: None, 1)
    assert tensors


def test_moves_take_bytes_from_any_source_though_no_file_is_there() -> None:
    first, second = Path("/nowhere/1"), Path("/nowhere/2")
    numbers = np.arange(12, dtype="<f4")
    contents = {first: b"head" + numbers[:8].tobytes(), second: numbers[8:].tobytes()}
    moves = {
        first: [copying.Move(4, 32, 0, 0, DType.FLOAT32)],
        second: [copying.Move(8, 8, 1, 1, DType.FLOAT32), copying.Move(0, 4, 1, 0, DType.FLOAT32)],
    }
    targets = [np.zeros(8, np.float32), np.zeros(3, np.float32)]

    def put(buffer: copying.HostBuffer, extent: copying.Extent) -> None:
        for move in extent.moves:
            at = move.offset - extent.range.start
            found = np.frombuffer(buffer.view[at : at + move.nbytes], np.float32)
            targets[move.target][move.start : move.start + len(found)] = found

    told: list[int] = []
    copying.copy(moves, opening(contents), copying.BufferPool(copying.HostBuffer, 2), put, 2, told.append)
    assert targets[0].tolist() == numbers[:8].tolist()
    assert targets[1].tolist() == [8, 10, 11]
    assert sum(told) == 44


def test_nothing_of_a_source_that_says_it_changed_is_put_anywhere() -> None:
    path = Path("/nowhere/1")
    moves = {path: [copying.Move(0, 4, 0, 0, DType.FLOAT32)]}
    put: list[copying.Extent] = []
    with pytest.raises(CorruptCheckpoint, match="/nowhere/1: expected the bytes that it had, found others"):
        copying.copy(
            moves,
            lambda path: InMemory(path, bytes(4), is_damaged=True),
            copying.BufferPool(copying.HostBuffer, 1),
            lambda buffer, extent: put.append(extent),
            1,
        )
    assert not put
