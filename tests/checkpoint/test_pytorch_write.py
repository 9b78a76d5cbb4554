"""PyTorch's zip format, written without PyTorch: PyTorch, Python's zipfile and our own reader read it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from loadstone.checkpoint import open_checkpoint
from loadstone.checkpoint.pytorch import write as write_pytorch
from loadstone.checkpoint.pytorch.write import checksums, plan_pytorch
from loadstone.core.tensors import DType
from loadstone.errors import ArgumentError
from loadstone.frameworks.torch.dtypes import from_torch
from loadstone.frameworks.torch.save import reader
from loadstone.transfer.block_writer import write_files
from loadstone.transfer.outgoing import OutgoingTensor

DTYPES = (
    *("float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool", "complex64"),
    *("uint16", "uint32", "uint64", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz"),
)


def outgoing(tensors: dict[str, torch.Tensor]) -> list[OutgoingTensor]:
    return [
        OutgoingTensor(name, from_torch(each.dtype), tuple(each.shape), reader(each)) for name, each in tensors.items()
    ]


def written(path: Path, tensors: list[OutgoingTensor]) -> Path:
    write_files({path: plan_pytorch(tensors, checksums(tensors, 2))})
    return path


def tensors() -> dict[str, torch.Tensor]:
    made = {f"layers.{name}": torch.arange(12).reshape(3, 4).to(getattr(torch, name)) for name in DTYPES}
    return made | {"none": torch.zeros(3, 0), "one": torch.tensor(3.0), "ünicode": torch.ones(5, 1, 2)}


@pytest.mark.parametrize("mmap", [False, True])
def test_pytorch_reads_every_dtype_and_shape_with_weights_only(mmap: bool, tmp_path: Path) -> None:
    expected = tensors()
    found = torch.load(written(tmp_path / "a.bin", outgoing(expected)), weights_only=True, mmap=mmap)
    assert list(found) == list(expected)
    for name, tensor in expected.items():
        assert (found[name].dtype, found[name].shape, found[name].stride()) == (
            *(tensor.dtype, tensor.shape, tensor.stride()),
        )
        assert bytes(found[name].reshape(-1).view(torch.uint8)) == bytes(tensor.reshape(-1).view(torch.uint8))


def test_our_own_reader_reads_the_same(tmp_path: Path) -> None:
    expected = tensors()
    checkpoint = open_checkpoint(written(tmp_path / "a.bin", outgoing(expected)))
    assert set(checkpoint) == set(expected)
    for name, tensor in expected.items():
        assert checkpoint.read(name) == bytes(tensor.reshape(-1).view(torch.uint8)), name


def test_any_zip_reader_finds_the_checksums_right_and_the_records_aligned(tmp_path: Path) -> None:
    path = written(tmp_path / "a.bin", outgoing(tensors()))
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert names[0] == "archive/data.pkl" and names[-1] == "archive/version"
    assert all(stored.offset % 64 == 0 for stored in open_checkpoint(path).values())


def test_equal_models_give_equal_files(tmp_path: Path) -> None:
    one, other = (written(tmp_path / name, outgoing(tensors())) for name in "ab")
    assert one.read_bytes() == other.read_bytes()


def test_records_and_directories_past_32_bits_are_written_wide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if 1000 bytes were 4 GiB."""
    monkeypatch.setattr(write_pytorch, "_LARGE", 1000)
    expected = {"a": torch.arange(1000.0), "b": torch.ones(3), "c": torch.arange(500)}
    path = written(tmp_path / "a.bin", outgoing(expected))
    monkeypatch.undo()
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
    for found in (
        torch.load(path, weights_only=True),
        {n: torch.from_numpy(open_checkpoint(path).numpy(n)) for n in "abc"},
    ):
        assert all(torch.equal(found[name], tensor) for name, tensor in expected.items())


def test_a_tensor_of_more_than_two_billion_elements_has_its_size_told() -> None:
    huge = OutgoingTensor("a", DType.UINT8, (3, 1 << 31), lambda start, stop: b"")
    plan = plan_pytorch([huge], [0])
    assert plan.nbytes > 3 << 31
    assert (3 << 31).to_bytes(9, "little") in plan.pieces[1]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ([OutgoingTensor("a", DType.FLOAT4_E2M1FN, (2,), lambda start, stop: b"\0")], "no such elements"),
        (2 * [OutgoingTensor("a", DType.UINT8, (1,), lambda start, stop: b"\0")], "share a name"),
        ([OutgoingTensor("\ud800", DType.UINT8, (1,), lambda start, stop: b"\0")], "UTF-8"),
    ],
)
def test_what_the_format_cannot_hold_is_refused(made: Any, said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        plan_pytorch(made, [0] * len(made))


def test_writing_needs_no_pytorch(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    code = f"""
import sys
import numpy as np
from pathlib import Path
from loadstone.core.tensors import DType
from loadstone.transfer.array_bytes import of_array
from loadstone.transfer.outgoing import OutgoingTensor
from loadstone.transfer.block_writer import write_files
from loadstone.checkpoint.pytorch.write import checksums, plan_pytorch
tensors = [OutgoingTensor("a", DType.FLOAT32, (3,), of_array(np.float32([1, 2, 3])))]
write_files({{Path({str(path)!r}): plan_pytorch(tensors, checksums(tensors, 2))}})
sys.exit("torch" in sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    np.testing.assert_array_equal(torch.load(path, weights_only=True)["a"].numpy(), [1, 2, 3])
