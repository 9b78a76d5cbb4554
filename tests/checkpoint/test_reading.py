"""Reading one tensor: its bytes, as bytes and as a NumPy array, and nothing else of the file."""

from __future__ import annotations

import builtins
import resource
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hostile.builders import entry, floats, safetensors_bytes

from loadstone.checkpoint import open_checkpoint
from loadstone.core.tensors import DType
from loadstone.errors import CorruptCheckpoint, UnsupportedDType

NUMPY = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "C64": "<c8", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?",
}  # fmt: skip


@pytest.mark.parametrize("code", NUMPY)
def test_numpy_gives_the_dtype_shape_and_numbers_that_were_stored(tmp_path: Path, code: str) -> None:
    values = np.array([[0, 1, 1], [1, 0, 1]]).astype(NUMPY[code])
    path = tmp_path / "model.safetensors"
    path.write_bytes(safetensors_bytes({"a": entry(code, [2, 3], 0, values.nbytes)}, values.tobytes()))
    found = open_checkpoint(path).numpy("a")
    assert found.dtype == values.dtype
    assert np.array_equal(found, values)
    assert found.flags.writeable


def test_every_dtype_of_the_format_is_either_numpys_or_ml_dtypes_or_smaller_than_a_byte() -> None:
    others = {dtype for dtype in DType if dtype.code not in NUMPY}
    assert {dtype for dtype in others if dtype.bits >= 8} == {
        DType.BFLOAT16, DType.FLOAT8_E4M3FN, DType.FLOAT8_E5M2, DType.FLOAT8_E4M3FNUZ, DType.FLOAT8_E5M2FNUZ,
        DType.FLOAT8_E8M0FNU,
    }  # fmt: skip


def write(path: Path, code: str, shape: list[int], data: bytes) -> Path:
    path.write_bytes(safetensors_bytes({"a": entry(code, shape, 0, len(data))}, data))
    return path


def test_bfloat16_comes_through_ml_dtypes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ml_dtypes is not a dependency: where it is missing, a stand-in shows that its dtype is asked for by name."""
    import sys
    import types

    stand_in = types.ModuleType("ml_dtypes")
    stand_in.bfloat16 = np.dtype("V2")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ml_dtypes", stand_in)
    found = open_checkpoint(write(tmp_path / "a.safetensors", "BF16", [2], b"\x80\x3f\x00\x40")).numpy("a")
    assert found.tobytes() == b"\x80\x3f\x00\x40"
    assert found.shape == (2,)


def test_bfloat16_without_ml_dtypes_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "ml_dtypes":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    checkpoint = open_checkpoint(write(tmp_path / "a.safetensors", "BF16", [2], bytes(4)))
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UnsupportedDType, match=r"bfloat16.*pip install ml_dtypes.*\.read\(name\)"):
        checkpoint.numpy("a")


def test_a_dtype_smaller_than_a_byte_is_read_as_bytes_only(tmp_path: Path) -> None:
    checkpoint = open_checkpoint(write(tmp_path / "a.safetensors", "F4", [4], b"\x12\x34"))
    assert bytes(checkpoint.read("a")) == b"\x12\x34"
    with pytest.raises(UnsupportedDType, match="float4_e2m1fn"):
        checkpoint.numpy("a")


def test_reading_one_tensor_costs_its_bytes_only(tmp_path: Path) -> None:
    """The file is 8 GB long (and sparse): more than this machine could read by mistake without showing it."""
    path = tmp_path / "model.safetensors"
    big = 2**33
    head = safetensors_bytes({"big": entry("U8", [big], 0, big), "small": entry("U8", [4], big, big + 4)})
    with path.open("wb") as file:
        file.write(head)
        file.truncate(len(head) + big)
        file.seek(len(head) + big)
        file.write(b"tail")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert bytes(open_checkpoint(path).read("small")) == b"tail"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


def test_a_read_that_comes_in_pieces_is_put_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Linux gives at most 2 GiB a call, and other systems less."""
    from loadstone.transfer import regular_file as files

    class Halting(files.io.FileIO):
        def readinto(self, buffer: Any) -> int | None:  # type: ignore[override]
            return super().readinto(memoryview(buffer)[:3])

    path = tmp_path / "model.safetensors"
    path.write_bytes(floats(a=[5]))
    monkeypatch.setattr(files.io, "FileIO", Halting)
    assert bytes(open_checkpoint(path).read("a")) == struct.pack("<5f", *range(5))


def test_a_file_cut_short_after_it_was_opened_is_named_with_the_missing_bytes(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(floats(a=[5]))
    checkpoint = open_checkpoint(path)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 7)
    with pytest.raises(CorruptCheckpoint, match=r"model\.safetensors: tensor 'a'.*7 are missing"):
        checkpoint.read("a")


def test_a_file_taken_away_after_it_was_opened_is_named(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(floats(a=[5]))
    checkpoint = open_checkpoint(path)
    path.unlink()
    with pytest.raises(CorruptCheckpoint, match=r"model\.safetensors.*none of this name"):
        checkpoint.read("a")


def test_an_unknown_name_is_a_key_error(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(floats(a=[5]))
    with pytest.raises(KeyError):
        open_checkpoint(path).read("b")


@pytest.mark.parametrize("shape", [[0], [3, 0, 2]])
def test_an_empty_tensor_reads_as_an_empty_array(tmp_path: Path, shape: list[int]) -> None:
    checkpoint = open_checkpoint(write(tmp_path / "a.safetensors", "F32", shape, b""))
    assert bytes(checkpoint.read("a")) == b""
    assert checkpoint.numpy("a").shape == tuple(shape)


def test_a_scalar_reads_as_an_array_without_dimensions(tmp_path: Path) -> None:
    found = open_checkpoint(write(tmp_path / "a.safetensors", "F32", [], struct.pack("<f", 2.5))).numpy("a")
    assert found.shape == () and found == 2.5
