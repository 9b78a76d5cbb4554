"""Any stretch of any stored tensor, against the whole tensor."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from leaks import descriptors

import loadstone.materialize.reader
from loadstone.checkpoint.layouts import in_runs, reordered
from loadstone.core.slices import ByteRange
from loadstone.core.tensors import DType, StoredTensor
from loadstone.errors import CorruptCheckpoint, UnsupportedDType
from loadstone.materialize.reader import TensorReader
from loadstone.quantization.encode import narrowed
from loadstone.quantization.row_boxes import in_boxes

Array = np.ndarray[Any, Any]
SHAPE = (6, 5, 4)


def stored(folder: Path, array: Array, dtype: DType = DType.FLOAT32, name: str = "a") -> StoredTensor:
    path = folder / f"{name}.raw"
    path.write_bytes(b"head" + array.tobytes())
    return StoredTensor(name, dtype, array.shape, path, 4, array.nbytes)


def values(shape: Sequence[int] = SHAPE) -> Array:
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


def assert_every_stretch(reader: TensorReader, tensor: StoredTensor, expected: Array, step: int = 7) -> None:
    flat = expected.reshape(-1)
    for first in range(0, flat.size, step):
        for last in {first + 1, min(first + step, flat.size), flat.size}:
            np.testing.assert_array_equal(reader.numbers(tensor, first, last), flat[first:last])
    read = reader.rounded(tensor, DType.FLOAT16)
    raw = expected.astype(np.float16).tobytes()
    for start, stop in ((0, len(raw)), (3, 4), (1, 17), (len(raw) - 5, len(raw)), (8, 8)):
        assert bytes(memoryview(read(start, stop))) == raw[start:stop]


def test_bytes_in_a_row(tmp_path: Path) -> None:
    with TensorReader(tmp_path) as reader:
        assert_every_stretch(reader, stored(tmp_path, values()), values())


@pytest.mark.parametrize("order", [(1, 0, 2), (2, 1, 0), (0, 2, 1)])
def test_dimensions_in_another_order(order: tuple[int, int, int], tmp_path: Path) -> None:
    with TensorReader(tmp_path) as reader:
        assert_every_stretch(reader, reordered(stored(tmp_path, values()), order), values().transpose(order))


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0)])
def test_a_tensor_in_several_runs(order: tuple[int, int, int], tmp_path: Path) -> None:
    """Written in three parts that lie in the file in another order, cut in the middle of rows."""
    flat = values().reshape(-1)
    ends = [0, 33, 58, flat.size]
    places, content = {}, b""
    for index in (2, 0, 1):
        places[index] = ByteRange(4 * ends[index], 4 * ends[index + 1]).shift(len(content) - 4 * ends[index])
        content += flat[ends[index] : ends[index + 1]].tobytes()
    (tmp_path / "runs.raw").write_bytes(content)
    tensor = in_runs("a", DType.FLOAT32, SHAPE, tmp_path / "runs.raw", [places[index] for index in range(3)])
    with TensorReader(tmp_path) as reader:
        assert_every_stretch(reader, reordered(tensor, order), values().transpose(order))


@dataclass(frozen=True)
class Columns:
    """Each stored row holds a column of the matrix, or ``step`` rows some rows, times a scale that lies elsewhere."""

    parts: tuple[StoredTensor, ...]
    shape: tuple[int, ...]
    step: int
    turned: bool
    kind: str = "columns"

    @property
    def rows(self) -> int:
        return self.shape[1] if self.turned else self.shape[0]

    def decode(self, first: int, rows: Array, others: Sequence[Array]) -> Iterable[tuple[tuple[slice, ...], Array]]:
        assert first % self.step == 0
        numbers = rows.view(np.float32) * others[0].view(np.float32)[0]
        if self.turned:
            yield (slice(0, self.shape[0]), slice(first, first + len(rows))), numbers.T
        else:
            yield from in_boxes(self.shape, first, numbers)


def packed(folder: Path, shape: tuple[int, int], turned: bool, step: int = 1) -> tuple[StoredTensor, Array]:
    array = values(shape)
    main = stored(folder, np.ascontiguousarray(array.T) if turned else array, name="main")
    scale = stored(folder, np.float32([3]), name="scale")
    tensor = main._replace(name="a", shape=shape, packing=Columns((main, scale), shape, step, turned))
    return tensor, array * 3


@pytest.mark.parametrize("turned", [False, True], ids=["in order", "in another order"])
@pytest.mark.parametrize("step", [1, 4])
def test_packed_tensors(turned: bool, step: int, tmp_path: Path) -> None:
    tensor, expected = packed(tmp_path, (9, 8), turned, step)
    with TensorReader(tmp_path) as reader:
        assert_every_stretch(reader, tensor, expected)


@pytest.mark.parametrize("kind", ["plain", "in order", "in another order"])
def test_a_matrix_with_its_rows_as_columns(kind: str, tmp_path: Path) -> None:
    tensor, expected = packed(tmp_path, (9, 8), kind == "in another order")
    if kind == "plain":
        tensor, expected = stored(tmp_path, values((9, 8))), values((9, 8))
    raw = expected.astype(np.float16).T.tobytes()
    with TensorReader(tmp_path) as reader:
        read = reader.rounded(tensor, DType.FLOAT16, turned=True)
        assert all(bytes(memoryview(read(at, at + 11))) == raw[at : at + 11] for at in range(0, len(raw) - 11))


def test_what_comes_in_order_needs_no_scratch_file_and_others_leave_none(tmp_path: Path) -> None:
    (tmp_path / "nowhere").write_text("a file, in which no scratch file can be made")
    folders = [tmp_path / "in order", tmp_path / "in another"]
    for folder in folders:
        folder.mkdir()
    tensor, expected = packed(folders[0], (9, 8), False)
    turned, _ = packed(folders[1], (9, 8), True)
    with TensorReader(tmp_path / "nowhere") as reader:
        assert_every_stretch(reader, tensor, expected)
        with pytest.raises(OSError, match="nowhere"):
            reader.numbers(turned, 0, 3)
    before = sorted(tmp_path.iterdir())
    with TensorReader(tmp_path) as reader:
        reader.numbers(turned, 0, 3)
        assert sorted(tmp_path.iterdir()) == before


def test_large_stretches_are_rounded_in_pieces_that_join(tmp_path: Path) -> None:
    array = np.random.default_rng(0).standard_normal((3, 700_001)).astype(np.float32)
    with TensorReader(tmp_path) as reader:
        read = reader.rounded(stored(tmp_path, array), DType.BFLOAT16)
        raw = narrowed(array.reshape(-1), DType.BFLOAT16).tobytes()
        assert bytes(memoryview(read(5, len(raw) - 3))) == raw[5:-3]


@pytest.mark.parametrize("head", [0, 1, 4095])
def test_what_is_not_cached_is_read_past_the_page_cache_to_the_last_byte(
    head: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loadstone.materialize.reader, "_is_cold", lambda file: True)
    raw = np.random.default_rng(0).integers(0, 255, 1_000_003, np.uint8)
    (tmp_path / "a.raw").write_bytes(bytes(head) + raw.tobytes())
    tensor = StoredTensor("a", DType.UINT8, raw.shape, tmp_path / "a.raw", head, raw.nbytes)
    with TensorReader(tmp_path) as reader:
        read = reader.stored(tensor)
        for start, stop in ((0, raw.size), (1, 600_000), (4096 - head, 500_000), (700_000, raw.size), (5, 9)):
            assert bytes(memoryview(read(start, stop))) == raw[start:stop].tobytes()


def test_tensors_that_do_not_reach_are_named(tmp_path: Path) -> None:
    with TensorReader(tmp_path) as reader:
        fine, lost = (stored(tmp_path, np.float32([1, value]), name=str(value)) for value in (65504.0, 7e4))
        for tensor in (fine, lost):
            reader.rounded(tensor, DType.FLOAT16)(0, 4)
        assert list(reader.overflowed) == ["70000.0"]


@pytest.mark.parametrize("change", ["cut", "written to", "replaced", "gone"])
def test_a_file_that_changes_meanwhile_is_never_mixed(change: str, tmp_path: Path) -> None:
    """Replaced or removed, an open file keeps its bytes; opened anew it must be the same."""
    tensor = stored(tmp_path, values())
    with TensorReader(tmp_path) as reader:
        reader.numbers(tensor, 0, 3)
        if change == "cut":
            tensor.file.write_bytes(tensor.file.read_bytes()[:-1])
        elif change == "written to":
            tensor.file.write_bytes(bytes(tensor.file.stat().st_size))
        else:
            tensor.file.unlink()
            if change == "replaced":
                stored(tmp_path, values() * 2)
        if change in ("cut", "written to"):
            with pytest.raises(CorruptCheckpoint, match=r"a\.raw"):
                reader.numbers(tensor, 110, 120)
            return
        np.testing.assert_array_equal(reader.numbers(tensor, 110, 120), np.arange(110, 120))
        reader._files.clear()
        with pytest.raises(CorruptCheckpoint, match=r"a\.raw"):
            reader.numbers(tensor, 110, 120)


def test_elements_of_less_than_a_byte_have_no_numbers(tmp_path: Path) -> None:
    tensor = stored(tmp_path, np.zeros(4, np.uint8), DType.FLOAT4_E2M1FN)._replace(shape=(8,))
    with TensorReader(tmp_path) as reader, pytest.raises(UnsupportedDType, match="float4"):
        reader.rounded(tensor, DType.FLOAT32)


def test_many_files_are_not_all_open_and_many_threads_may_ask(tmp_path: Path) -> None:
    tensors = [stored(tmp_path, values() + index, name=str(index)) for index in range(60)]
    before = descriptors()
    wrong: list[int] = []
    with TensorReader(tmp_path) as reader:

        def work() -> None:
            for index, tensor in enumerate(tensors):
                if reader.numbers(tensor, 0, 1)[0] != index:
                    wrong.append(index)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong and len(descriptors() - before) <= 20
    assert not descriptors() - before
