"""Codes with scales beside them are told from plain weights by dtype, shape and name."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadstone.core.tensors import DType, Slot, StoredTensor
from loadstone.planning.quantized_codes import codes_in, is_part

FLOAT8, SCALE = DType.FLOAT8_E4M3FN, DType.FLOAT32


def stored(*tensors: tuple[str, DType, tuple[int, ...]]) -> dict[str, StoredTensor]:
    return {name: StoredTensor(name, dtype, shape, Path("x.safetensors"), 0, 0) for name, dtype, shape in tensors}


@pytest.mark.parametrize(
    ("codes", "dtype", "scale"),
    [
        ("q.weight", FLOAT8, "q.weight_scale"),
        ("q.weight", DType.FLOAT8_E5M2, "q.weight_scale_inv"),
        ("q.weight", FLOAT8, "q.scale"),
        ("q.weight", FLOAT8, "q.weight.scale"),
        ("q.weight", FLOAT8, "q.scale_weight"),
        ("q.weight", DType.INT8, "q.SCB"),
        ("q.weight", DType.INT8, "q.weight_scales"),
        ("q.weight", DType.UINT8, "q.weight.absmax"),
        ("q.weight", DType.UINT8, "q.weight_scale_2"),
        ("q.weight", DType.UINT32, "q.scales"),
        ("q.qweight", DType.INT32, "q.scales"),
        ("q.weight_packed", DType.INT32, "q.weight_scale"),
        ("q._weight_qdata", DType.INT8, "q._weight_scale"),
        ("q.weight._data", DType.INT8, "q.weight._scale"),
        ("experts.gate_up_proj_blocks", DType.UINT8, "experts.gate_up_proj_scales"),
        ("experts.gate_up_proj", FLOAT8, "experts.gate_up_proj_scale"),
    ],
)
def test_every_way_to_name_scales_is_known(codes: str, dtype: DType, scale: str) -> None:
    (found,) = codes_in(stored((codes, dtype, (8, 8)), (scale, SCALE, (8,)), ("norm.weight", SCALE, (8,))))
    assert (found.tensor.name, found.scale.name) == (codes, scale)


@pytest.mark.parametrize(
    "tensors",
    [
        [("q.weight", FLOAT8, (8, 8))],
        [("q.weight", DType.BFLOAT16, (8, 8)), ("q.weight_scale", SCALE, (1,))],
        [("q.weight", FLOAT8, (8, 8)), ("k.weight_scale", SCALE, (1,))],
        [("norm.weight", FLOAT8, (8,)), ("norm.scale", SCALE, (1,))],
        [("q.weight", FLOAT8, (8, 8)), ("q.scale", SCALE, (8, 8))],
        [("mask", DType.UINT8, (8, 8)), ("scale", SCALE, (0,))],
    ],
    ids=["no scale", "no codes", "another's scale", "a vector", "as many as weights", "none"],
)
def test_plain_tensors_are_no_codes(tensors: list[tuple[str, DType, tuple[int, ...]]]) -> None:
    assert codes_in(stored(*tensors)) == []


def test_what_a_model_has_a_slot_for_is_no_sign_of_codes() -> None:
    tensors = stored(("q.weight", FLOAT8, (8, 8)), ("q.scale", SCALE, (8,)))
    assert codes_in(tensors, [Slot("model.q.weight", (8, 8)), Slot("model.q.scale", (8,))]) == []
    assert len(codes_in(tensors, [Slot("model.q.weight", (8, 8))])) == 1


def test_names_tell_parts_before_anything_is_read() -> None:
    parts = ["a.qweight", "a.weight_scale", "a.weight_scale_inv", "a.SCB", "a.weight.absmax", "x.experts.w1_scales"]
    assert all(map(is_part, parts))
    assert not any(map(is_part, ["a.weight", "a.bias", "a.scale", "embeddings.word_embeddings.weight"]))
