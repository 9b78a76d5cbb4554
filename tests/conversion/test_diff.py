"""What two checkpoints differ in: names, shapes, dtypes, numbers; across formats, dtypes and packings."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from frameworks.torch import tiny
from hub_server import the_hub
from pipeline.test_quantized_checkpoint import FP8, to_blocks
from quantization.stored import quantized
from safetensors.torch import save_file

import loadstone
from loadstone.conversion.diff import Difference, TensorDifference
from loadstone.errors import ArgumentError, CheckpointNotFound, CorruptCheckpoint

NAN, INF = math.nan, math.inf


def two(folder: Path, one: dict[str, Any], other: dict[str, Any]) -> tuple[Path, Path]:
    paths = []
    for name, tensors in (("one", one), ("other", other)):
        path = folder / f"{name}.safetensors"
        save_file({key: torch.as_tensor(each) for key, each in tensors.items()}, path)
        paths.append(path)
    return paths[0], paths[1]


def compared(folder: Path, one: Any, other: Any, **options: Any) -> Difference:
    return loadstone.diff(*two(folder, {"a": one}, {"a": other}), **options)


def only(found: Difference) -> TensorDifference:
    assert len(found.tensors) == 1
    return found.tensors[0]


def test_the_same_is_the_same(tmp_path: Path) -> None:
    found = compared(tmp_path, [1.0, NAN, -0.0, INF], [1.0, NAN, -0.0, INF])
    assert found.is_empty and found.compared == 1 and found.to_json()["same"] is True


def test_names_that_only_one_has(tmp_path: Path) -> None:
    found = loadstone.diff(*two(tmp_path, {"a": [1.0], "b": [1.0], "c": [2.0]}, {"b": [1.0], "d": [2.0]}))
    assert (found.only_in_first, found.only_in_second, found.tensors) == (("a", "c"), ("d",), ())
    assert not found.is_empty


def test_shapes(tmp_path: Path) -> None:
    each = only(compared(tmp_path, [[1.0, 2.0]], [[1.0], [2.0]]))
    assert each.shapes == ((1, 2), (2, 1)) and not each.has_same_shape and each.differing == 0


def test_dtypes_differ_even_where_numbers_do_not(tmp_path: Path) -> None:
    one, other = torch.tensor([0.5, -2.0]), torch.tensor([0.5, -2.0], dtype=torch.bfloat16)
    each = only(compared(tmp_path, one, other))
    assert each.kinds == ("float32", "bfloat16") and each.differing == 0 and not each.has_same_kind
    assert compared(tmp_path, one, other, ignore_dtype=True).is_empty


def test_numbers(tmp_path: Path) -> None:
    each = only(compared(tmp_path, [1.0, 2.0, 4.0, 0.0], [1.0, 2.5, 3.0, 0.0]))
    assert (each.elements, each.differing, each.max_abs, each.max_rel, each.nan) == (4, 2, 1.0, 0.25, 0)


@pytest.mark.parametrize(
    ("one", "other", "differing", "nan", "max_abs"),
    [
        ([NAN, 1.0], [1.0, 1.0], 1, 1, 0.0),
        ([NAN, NAN], [1.0, NAN], 1, 1, 0.0),
        ([INF, INF], [INF, -INF], 1, 0, INF),
        ([INF, 1.0], [3.0, 1.5], 2, 0, INF),
        ([0.0, 1.0], [-0.0, 1.0], 0, 0, 0.0),
    ],
)
def test_nan_infinity_and_zero(
    one: list[float], other: list[float], differing: int, nan: int, max_abs: float, tmp_path: Path
) -> None:
    found = compared(tmp_path, one, other)
    assert found.is_empty == (differing == 0)
    if differing:
        each = only(found)
        assert (each.differing, each.nan, each.max_abs) == (differing, nan, max_abs)


def test_bits_tell_zeros_and_nans_apart(tmp_path: Path) -> None:
    assert only(compared(tmp_path, [0.0, 1.0], [-0.0, 1.0], bits=True)).differing == 1
    odd = torch.tensor([0x7FC00000, 0x7FC00001, 0x3F800000], dtype=torch.int32).view(torch.float32)
    even = torch.tensor([0x7FC00000, 0x7FC00000, 0x3F800000], dtype=torch.int32).view(torch.float32)
    assert compared(tmp_path, odd, even).is_empty
    assert only(compared(tmp_path, odd, even, bits=True)).differing == 1
    assert only(compared(tmp_path, [-0.0], torch.zeros(1).bfloat16(), bits=True, ignore_dtype=True)).differing == 1


def test_tolerances(tmp_path: Path) -> None:
    one, other = [1.0, 100.0, INF, NAN], [1.25, 101.0, INF, NAN]
    assert only(compared(tmp_path, one, other)).differing == 2
    assert only(compared(tmp_path, one, other, tolerance=0.25)).differing == 1
    assert only(compared(tmp_path, one, other, relative_tolerance=0.01)).differing == 1
    assert compared(tmp_path, one, other, tolerance=0.25, relative_tolerance=0.01).is_empty
    assert compared(tmp_path, one, other, tolerance=1).is_empty
    assert only(compared(tmp_path, [INF, NAN], [1.0, 1.0], tolerance=1e30, relative_tolerance=9)).differing == 2


@pytest.mark.parametrize("dtype", [torch.int64, torch.uint64, torch.int32, torch.uint8, torch.bool], ids=str)
def test_whole_numbers_are_compared_exactly(dtype: torch.dtype, tmp_path: Path) -> None:
    top = 1 if dtype is torch.bool else torch.iinfo(dtype).max
    one, other = torch.tensor([0, top], dtype=dtype), torch.tensor([0, top - 1], dtype=dtype)
    each = only(compared(tmp_path, one, other))
    assert (each.differing, each.max_abs) == (1, 1.0)
    assert compared(tmp_path, one, one.clone()).is_empty


def test_signed_and_unsigned_are_compared_as_numbers(tmp_path: Path) -> None:
    one = torch.tensor([5, 2**53 + 1], dtype=torch.int64)
    assert compared(tmp_path, one, one.to(torch.uint64), ignore_dtype=True).is_empty
    assert only(compared(tmp_path, one - 1, one.to(torch.uint64), ignore_dtype=True)).differing == 2


def test_complex_numbers(tmp_path: Path) -> None:
    each = only(compared(tmp_path, torch.tensor([1 + 1j, 3j]), torch.tensor([1 + 1j, 3j + 4])))
    assert (each.differing, each.max_abs) == (1, 4.0)


def test_elements_of_less_than_a_byte_are_compared_by_their_bytes(tmp_path: Path) -> None:
    from hostile.builders import entry, safetensors_bytes

    paths = [tmp_path / "one.safetensors", tmp_path / "other.safetensors"]
    for path, data in zip(paths, (b"\x12\x34", b"\x12\x35"), strict=True):
        path.write_bytes(safetensors_bytes({"a": entry("F4", [4], 0, 2)}, data))
    assert loadstone.diff(paths[0], paths[0]).is_empty
    each = only(loadstone.diff(*paths))
    assert each.differing == 2 and math.isnan(each.max_abs) and each.to_json()["max_abs"] is None


def test_empty_tensors_and_scalars(tmp_path: Path) -> None:
    assert compared(tmp_path, torch.zeros(3, 0), torch.zeros(3, 0)).is_empty
    assert only(compared(tmp_path, torch.tensor(1.0), torch.tensor(2.0))).differing == 1


def test_a_difference_far_inside_a_large_tensor_is_found_and_counted_once(tmp_path: Path) -> None:
    one = torch.zeros(3, 500_000)
    other = one.clone()
    other[1, 499_999], other[2, 7] = 1, 3
    each = only(compared(tmp_path, one, other))
    assert (each.elements, each.differing, each.max_abs) == (1_500_000, 2, 3.0)


# Formats, packings


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.saved(tiny.llama(), tmp_path_factory.mktemp("llama"))


@pytest.mark.parametrize("format", ["pytorch", "msgpack"])
def test_formats_are_compared_under_the_hubs_names_and_layouts(format: str, llama: Path, tmp_path: Path) -> None:
    model = tiny.llama()
    model.save_pretrained(tmp_path, format=format)
    assert loadstone.diff(llama, tmp_path).is_empty
    with torch.no_grad():
        model.lm_head.weight[3, 5] += 1
    model.save_pretrained(tmp_path, format=format)
    each = only(loadstone.diff(llama, tmp_path))
    assert (each.name, each.differing) == ("lm_head.weight", 1) and each.max_abs == pytest.approx(1, rel=1e-5)


def test_packed_weights_are_compared_by_their_numbers(llama: Path, tmp_path: Path) -> None:
    numbers = quantized(llama, tmp_path / "packed", FP8, to_blocks)
    (tmp_path / "plain").mkdir()
    save_file(numbers, tmp_path / "plain" / "model.safetensors")
    assert loadstone.diff(tmp_path / "packed", tmp_path / "plain", ignore_dtype=True).is_empty
    found = loadstone.diff(tmp_path / "packed", tmp_path / "plain")
    assert len(found.tensors) == 14 and not any(each.differing for each in found.tensors)
    assert found.tensors[0].kinds == ("float8 in blocks of 24 × 20", "float32")
    stored = loadstone.diff(tmp_path / "packed", tmp_path / "plain", stored=True)
    assert len(stored.only_in_first) == 14 and stored.only_in_first[0].endswith("_scale_inv")


# Bad input


@pytest.mark.parametrize(
    "options",
    [
        {"tolerance": -1.0},
        {"tolerance": NAN},
        {"relative_tolerance": INF},
        {"tolerance": "1"},
        {"tolerance": True},
        {"bits": True, "tolerance": 1.0},
    ],
    ids=str,
)
def test_tolerances_that_make_no_sense(options: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="tolerance"):
        compared(tmp_path, [1.0], [1.0], **options)


def test_what_cannot_be_read_is_named(llama: Path, tmp_path: Path) -> None:
    with pytest.raises(CheckpointNotFound, match="nothing"):
        loadstone.diff(llama, tmp_path / "nothing")
    (tmp_path / "s.safetensors").write_bytes((llama / "model.safetensors").read_bytes()[:-1])
    with pytest.raises(CorruptCheckpoint, match=r"s\.safetensors"):
        loadstone.diff(llama, tmp_path / "s.safetensors")


def test_infinity_is_a_text_in_json(tmp_path: Path) -> None:
    found = compared(tmp_path, [INF], [1.0]).to_json()
    assert found["tensors"][0]["max_abs"] == "infinity"
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_two_commits_of_one_repository_are_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = (path.read_bytes() for path in two(tmp_path, {"a": [1.0]}, {"a": [2.0]}))
    with the_hub(monkeypatch, tmp_path / "cache") as hub:
        first = hub.add("o/m", {"model.safetensors": one})
        hub.add("o/m", {"model.safetensors": other})
        assert only(loadstone.diff("o/m", "o/m", revision=(first, None))).max_abs == 1
        assert only(loadstone.diff("o/m", "o/m", revision=("main", first))).max_abs == 1
        assert loadstone.diff("o/m", "o/m", revision=first).is_empty
    assert only(loadstone.diff(tmp_path / "one.safetensors", tmp_path / "other.safetensors")).max_abs == 1
