"""One safetensors file: laid out as the reference library does, streamed, and on the disk."""

from __future__ import annotations

import mmap
from pathlib import Path

import numpy as np
import pytest
import safetensors
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from timing import takes_about

from loadstone.checkpoint.safetensors import write
from loadstone.checkpoint.safetensors.write import plan_safetensors
from loadstone.core.tensors import DType
from loadstone.errors import ArgumentError, SaveError
from loadstone.saving.checkpoint import write_safetensors
from loadstone.transfer.array_bytes import of_array
from loadstone.transfer.outgoing import OutgoingTensor

# The library's Python side has no name for these, so they cannot be compared with what it writes.
UNNAMED = {DType.FLOAT4_E2M1FN, DType.FLOAT6_E2M3FN, DType.FLOAT6_E3M2FN}
NAMED = [dtype for dtype in DType if dtype not in UNNAMED]


def outgoing(name: str, dtype: DType, shape: tuple[int, ...], data: bytes) -> OutgoingTensor:
    return OutgoingTensor(name, dtype, shape, lambda start, stop: data[start:stop])


def random_bytes(nbytes: int) -> bytes:
    return np.random.default_rng(nbytes).bytes(nbytes)


def save(path: Path, tensors: list[OutgoingTensor], metadata: dict[str, str] | None = None) -> bytes:
    write_safetensors(path, plan_safetensors(tensors, metadata))
    return path.read_bytes()


tensor_lists = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8).filter(lambda name: name != "__metadata__"),
    st.tuples(st.sampled_from(NAMED), st.lists(st.integers(0, 4), max_size=3)),
    max_size=6,
)


@given(tensor_lists, st.sampled_from([None, {"format": "pt"}, {'k"\n': "é\x7f"}]))
@settings(deadline=None)
def test_file_is_byte_for_byte_what_the_safetensors_library_writes_but_for_spaces_that_align_the_data(
    tmp_path_factory: pytest.TempPathFactory,
    kinds: dict[str, tuple[DType, list[int]]],
    metadata: dict[str, str] | None,
) -> None:
    tensors, specs, keep = [], {}, []
    for name, (dtype, shape) in kinds.items():
        data = np.frombuffer(random_bytes(int(np.prod(shape, dtype=int)) * dtype.bits // 8), np.uint8)
        keep.append(data)
        tensors.append(outgoing(name, dtype, tuple(shape), data.tobytes()))
        specs[name] = safetensors.TensorSpec(
            dtype=dtype.value, shape=shape, data_ptr=data.ctypes.data, data_len=data.nbytes
        )
    ours = save(tmp_path_factory.mktemp("any") / "x", tensors, metadata)
    theirs = safetensors.serialize(specs, metadata)
    (header, data_section), (expected_header, expected_data) = parts(ours), parts(theirs)
    assert header.rstrip(b" ") == expected_header.rstrip(b" ")
    assert data_section == expected_data
    assert (8 + len(header)) % 4096 == 0
    assert plan_safetensors(tensors, metadata).nbytes == len(ours)


def parts(file: bytes) -> tuple[bytes, bytes]:
    """The header and the data of a safetensors file."""
    end = 8 + int.from_bytes(file[:8], "little")
    return file[8:end], file[end:]


@pytest.mark.parametrize("dtype", sorted(UNNAMED, key=repr))
def test_dtype_narrower_than_a_byte_is_read_back_by_the_safetensors_library(dtype: DType, tmp_path: Path) -> None:
    data = random_bytes(dtype.bits)
    file = save(tmp_path / "x", [outgoing("x", dtype, (2, 4), data), outgoing("y", DType.INT64, (1,), bytes(8))])
    read = dict(safetensors.deserialize(file))
    assert read["x"]["dtype"] == dtype.code
    assert bytes(read["x"]["data"]) == data


@pytest.mark.parametrize("nbytes", [0, 1, 4095, 4096, (8 << 20) - 80, 8 << 20, (16 << 20) + 5])
def test_sizes_around_a_sector_and_a_block_come_back_unchanged(nbytes: int, tmp_path: Path) -> None:
    data = random_bytes(nbytes)
    save(tmp_path / "x", [outgoing("x", DType.UINT8, (nbytes,), data), outgoing("s", DType.INT16, (), b"\1\2")])
    read = safetensors.numpy.load_file(tmp_path / "x")
    assert read["x"].tobytes() == data
    assert read["s"] == 0x0201


def test_numpy_arrays_of_any_dimensions_are_taken_as_they_are(tmp_path: Path) -> None:
    array = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    empty = np.zeros((0, 3), np.float32)
    tensors = [
        OutgoingTensor("a", DType.FLOAT32, (2, 3, 4), of_array(array)),
        OutgoingTensor("e", DType.FLOAT32, (0, 3), of_array(empty)),
    ]
    save(tmp_path / "x", tensors)
    read = safetensors.numpy.load_file(tmp_path / "x")
    assert np.array_equal(read["a"], array)
    assert read["e"].shape == (0, 3)


def test_progress_adds_up_to_the_bytes_of_all_tensors(tmp_path: Path) -> None:
    told: list[int] = []
    plan = plan_safetensors([outgoing(str(i), DType.UINT8, (i,), bytes(i)) for i in range(5)])
    write_safetensors(tmp_path / "x", plan, progress=told.append)
    assert sum(told) == 10


@pytest.mark.parametrize("nbytes", [11, 13, 0])
def test_wrong_number_of_bytes_names_the_tensor_what_was_expected_and_what_came(nbytes: int, tmp_path: Path) -> None:
    with pytest.raises(SaveError, match=rf"'w': expected 12 bytes for float32 of shape \[3\], found {nbytes}"):
        save(tmp_path / "x", [OutgoingTensor("w", DType.FLOAT32, (3,), lambda start, stop: bytes(nbytes))])


def test_strided_buffer_is_refused_and_not_written_in_the_wrong_order(tmp_path: Path) -> None:
    array = np.arange(6, dtype=np.uint8).reshape(2, 3).T
    with pytest.raises(SaveError, match=r"'w': expected row-major bytes"):
        save(tmp_path / "x", [OutgoingTensor("w", DType.UINT8, (3, 2), lambda start, stop: array)])


@pytest.mark.parametrize(
    ("tensors", "said"),
    [
        ([outgoing("a", DType.INT8, (), b"1")] * 2, "two tensors to save are named 'a'"),
        ([outgoing("__metadata__", DType.INT8, (), b"1")], "__metadata__"),
        ([outgoing("a", DType.FLOAT4_E2M1FN, (3,), b"12")], "does not fill whole bytes"),
        ([outgoing("a", DType.INT8, (-1,), b"")], "does not fill whole bytes"),
        ([outgoing("a", DType.INT8, (-1, -1), b"1")], "does not fill whole bytes"),
        ([outgoing("\ud800", DType.INT8, (), b"1")], "UTF-8"),
    ],
)
def test_tensors_that_no_file_can_hold_are_refused_before_anything_is_written(
    tensors: list[OutgoingTensor], said: str
) -> None:
    with pytest.raises(ArgumentError, match=said):
        plan_safetensors(tensors)


def test_header_that_no_reader_takes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "MAX_HEADER_NBYTES", 1000)
    with pytest.raises(ArgumentError, match="smaller max_shard_size"):
        plan_safetensors([outgoing(f"{i:0100}", DType.INT8, (), b"1") for i in range(10)])


def test_existing_file_is_never_opened_for_writing(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        save(tmp_path / "x", [])
    assert (tmp_path / "x").read_bytes() == b"old"


def test_layout_of_100_000_tensors_costs_microseconds_each() -> None:
    tensors = [outgoing(f"model.layers.{i}.weight", DType.BFLOAT16, (64, 64), b"") for i in range(100_000)]
    with takes_about(0.4):
        plan_safetensors(tensors)


def test_mapped_memory_can_be_saved(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"0123456789")
    with open(tmp_path / "old", "rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    save(tmp_path / "x", [OutgoingTensor("w", DType.UINT8, (4,), lambda start, stop: memoryview(mapped)[3:7])])
    assert safetensors.numpy.load_file(tmp_path / "x")["w"].tobytes() == b"3456"
