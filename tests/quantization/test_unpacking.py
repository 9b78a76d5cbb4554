"""Packed tensors → slots of every framework: whole, some rows of them, stacked; and what may go wrong on the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from leaks import threads
from transfer.in_memory import opening
from transfer.weights_of import weights_of

from loadstone.core.tensors import DType, StoredTensor
from loadstone.errors import CorruptCheckpoint
from loadstone.frameworks.torch.loading.copies import copy_into, make
from loadstone.frameworks.torch.loading.jobs import Job
from loadstone.materialize import decode as unpacking
from loadstone.materialize.arrays import ArraySource, fill_arrays
from loadstone.planning.match import LoadPlan
from loadstone.planning.recipes import Piece, Stored
from loadstone.quantization.row_boxes import in_boxes

SHAPE = (30, 200)


@dataclass(frozen=True)
class Halves:
    """A packing for the tests: bytes, and a half for each row, to be added."""

    bytes: StoredTensor
    added: StoredTensor
    turned: bool = False
    kind: str = "bytes and halves"

    @property
    def parts(self) -> tuple[StoredTensor, ...]:
        return self.bytes, self.added

    @property
    def rows(self) -> int:
        return self.bytes.shape[0]

    @property
    def step(self) -> int:
        return 4

    def decode(
        self, first: int, rows: np.ndarray[Any, Any], others: Sequence[np.ndarray[Any, Any]]
    ) -> Iterable[tuple[tuple[slice, ...], np.ndarray[Any, Any]]]:
        assert first % self.step == 0 and (len(rows) % self.step == 0 or first + len(rows) == self.rows)
        values = rows.astype(np.float32) + others[0].view("<f4")[first : first + len(rows), None]
        for box, part in in_boxes(self.bytes.shape, first, values):
            yield (box[::-1], part.T) if self.turned else (box, part)


@pytest.fixture(params=[False, True], ids=["in rows", "turned"])
def packed(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[StoredTensor, np.ndarray[Any, Any]]:
    """A packed tensor, and what is in it."""
    path = tmp_path / "weights"
    numbers = np.random.default_rng(0)
    raw = numbers.integers(0, 256, SHAPE, np.uint8)
    added = numbers.standard_normal(SHAPE[0], np.float32)
    path.write_bytes(b"begin" + added.tobytes() + raw.tobytes() + b"end")
    halves = StoredTensor("halves", DType.FLOAT32, (SHAPE[0],), path, 5, added.nbytes)
    main = StoredTensor("bytes", DType.UINT8, SHAPE, path, 5 + added.nbytes, raw.nbytes)
    whole = raw.astype(np.float32) + added[:, None]
    if request.param:
        whole = whole.T
    packing = Halves(main, halves, request.param)
    return main._replace(name="packed", dtype=DType.BFLOAT16, shape=whole.shape, packing=packing), whole


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "_ELEMENTS", 1000)


def recipes(tensor: StoredTensor) -> dict[str, tuple[list[Piece], tuple[int, ...]]]:
    height, width = tensor.shape
    return {
        "whole": ([Piece(tensor)], tensor.shape),
        "rows": ([Piece(tensor, slice(7, 18))], (11, width)),
        "stack": ([Piece(tensor, None, (i,)) for i in range(2)], (2, height, width)),
        "beside": (
            [Piece(tensor, slice(3, 8), (1, slice(2, 7))), Piece(tensor, slice(0, 2), (1, slice(0, 2)))],
            (2, 7, width),
        ),
    }


def expected(name: str, whole: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if name == "whole":
        return whole
    if name == "rows":
        return whole[7:18]
    if name == "stack":
        return np.stack([whole, whole])
    return np.concatenate([whole[0:2], whole[3:8]])


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_pytorch_slots_get_the_numbers(dtype: torch.dtype, packed: tuple[StoredTensor, Any]) -> None:
    tensor, whole = packed
    jobs = [Job(name, pieces, shape, dtype) for name, (pieces, shape) in recipes(tensor).items()]
    weights = weights_of(tensor.packing.parts)  # type: ignore[union-attr]
    made = make(jobs, torch.device("cpu"), weights)
    again = [torch.full(job.shape, -7.0, dtype=dtype) for job in jobs]
    turned = torch.empty((whole.shape[1], whole.shape[0]), dtype=dtype).t()  # no row of it lies in one piece
    copy_into([*jobs, jobs[0]], [*again, turned], torch.device("cpu"), weights)
    assert made.stitched_bytes == 0
    for job, filled in zip(jobs, again, strict=True):
        wanted = torch.from_numpy(expected(job.name, whole).copy()).to(dtype)
        for found in (made.tensors[job.name], filled):
            torch.testing.assert_close(found[1] if job.name == "beside" else found, wanted, rtol=0, atol=0)
    torch.testing.assert_close(turned, torch.from_numpy(whole.copy()).to(dtype), rtol=0, atol=0)


def test_packed_tensors_come_from_any_source_of_bytes(packed: tuple[StoredTensor, Any]) -> None:
    tensor, whole = packed
    contents = {tensor.file: tensor.file.read_bytes()}
    tensor.file.unlink()
    made = np.full(tensor.shape, np.nan, np.float32)

    def put(target: int, box: Any, values: np.ndarray[Any, Any]) -> None:
        made[box] = values

    unpacking.unpack([(0, Piece(tensor))], opening(contents), put, 2)
    np.testing.assert_array_equal(made, whole)


@pytest.mark.parametrize("dtype", [DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16], ids=str)
def test_arrays_get_the_numbers(dtype: DType, packed: tuple[StoredTensor, Any]) -> None:
    tensor, whole = packed
    shapes = {name: shape for name, (_, shape) in recipes(tensor).items()}
    plan = LoadPlan({name: Stored(tuple(pieces)) for name, (pieces, _) in recipes(tensor).items()}, (), ())
    weights = weights_of(tensor.packing.parts)  # type: ignore[union-attr]
    made = fill_arrays(plan, shapes, ArraySource(weights), lambda stored: dtype)
    assert made.viewed == 0
    for name, array in made.arrays.items():
        wanted = torch.from_numpy(expected(name, whole).copy()).to(getattr(torch, dtype.value)).float().numpy()
        np.testing.assert_array_equal((array[1] if name == "beside" else array).astype(np.float32), wanted)


def test_a_file_that_shrank_is_named_and_no_thread_stays(packed: tuple[StoredTensor, Any]) -> None:
    tensor, _ = packed
    weights = weights_of(tensor.packing.parts)  # type: ignore[union-attr]
    with open(tensor.file, "r+b") as file:
        file.truncate(2000)
    before = threads()
    with pytest.raises(CorruptCheckpoint, match="weights: expected"):
        make([Job("whole", [Piece(tensor)], tensor.shape, torch.float32)], torch.device("cpu"), weights)
    assert not threads() - before


def test_what_is_done_is_told(packed: tuple[StoredTensor, Any]) -> None:
    tensor, _ = packed
    told: list[int] = []
    pieces = [(0, Piece(tensor))]
    weights = weights_of(tensor.packing.parts)  # type: ignore[union-attr]
    unpacking.unpack(pieces, weights.open, lambda number, index, values: None, 2, told.append)
    assert sum(told) == unpacking.packed_bytes(pieces) and len(told) > 3
