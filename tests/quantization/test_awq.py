"""AWQ, against its definition, worked out one number at a time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from frameworks.torch import tiny
from quantization.element_by_element import Example, codes_of
from quantization.stored import Tensors, assert_numbers, assert_same, opened, quantized, weight_in
from safetensors.torch import load_file

import loadstone
from loadstone import AutoModelForCausalLM as Auto
from loadstone.errors import CorruptCheckpoint, InvalidConfig

SETTINGS: dict[str, Any] = {"quant_method": "awq", "bits": 4, "group_size": 16, "version": "gemm", "zero_point": True}


@pytest.mark.parametrize("group", [-1, 16, 40])
def test_numbers_are_those_of_the_definition(group: int, tmp_path: Path) -> None:
    example = Example(48, 80, 4, 80 if group == -1 else group)
    checkpoint = opened(tmp_path, example.awq_gemm(), SETTINGS | {"group_size": group})
    assert list(checkpoint) == ["weight"] and checkpoint["weight"].dtype.value == "float16"
    assert_same(weight_in(checkpoint), example.weight())


def test_the_order_of_outputs_is_the_one_that_compressed_tensors_converts_from(tmp_path: Path) -> None:
    from compressed_tensors.entrypoints.convert.converters.autoawq import AutoAWQConverter

    stored = Example(16, 32, 4, 16).awq_gemm()
    codes, scales, zeros = AutoAWQConverter(group_size=16)._convert_gemm_module(
        stored["qweight"], stored["scales"], stored["qzeros"]
    )
    assert zeros is not None
    parts = [each.float().repeat_interleave(16, 1) for each in (zeros, scales)]
    assert_same(weight_in(opened(tmp_path, stored, SETTINGS)), (codes.float() - parts[0]) * parts[1])


def test_a_known_answer_by_hand(tmp_path: Path) -> None:
    # The lowest four bits are output 0, then 2, 4, 6, 1, 3, 5, 7: so these codes are 0 to 7, in order of outputs.
    word = 0x7531_6420
    stored = {
        "l.qweight": torch.tensor([[word], [0]], dtype=torch.int32),
        "l.qzeros": torch.tensor([[0x1111_1111]], dtype=torch.int32),
        "l.scales": torch.tensor([[1, 1, 1, 1, 1, 1, 1, 0.5]], dtype=torch.float16),
    }
    found = opened(tmp_path, stored, SETTINGS | {"group_size": 2}).numpy("l.weight")
    assert found.T.tolist() == [[-1, 0, 1, 2, 3, 4, 5, 3], [-1, -1, -1, -1, -1, -1, -1, -0.5]]


@pytest.mark.parametrize(("group", "words"), [(128, 1), (64, 2), (32, 4), (16, 4)])
def test_the_layout_for_one_text_at_a_time_is_read_with_its_padding(group: int, words: int, tmp_path: Path) -> None:
    inputs = {128: 384, 64: 192, 32: 256, 16: 512}[group]
    example = Example(8, inputs, 4, group)
    settings = SETTINGS | {"version": "GEMV", "group_size": group}
    assert_same(weight_in(opened(tmp_path, example.awq_gemv(words), settings)), example.weight())


def a_model(plain: Path, to: Path) -> Tensors:
    """A small model, quantized; its numbers."""

    def quantize(name: str, weight: torch.Tensor) -> tuple[Tensors, torch.Tensor]:
        example = Example(*weight.shape, 4, 16)
        codes_of(weight, example)
        stem = name.removesuffix("weight")
        return {stem + part: tensor for part, tensor in example.awq_gemm().items()}, example.weight()

    return quantized(plain, to, SETTINGS | {"modules_to_not_convert": ["lm_head"]}, quantize)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.saved(tiny.llama(), tmp_path_factory.mktemp("plain"))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_a_checkpoint_becomes_a_plain_model(dtype: torch.dtype, plain: Path, tmp_path: Path) -> None:
    numbers = a_model(plain, tmp_path)
    model = Auto.from_pretrained(tmp_path, dequantize=True, torch_dtype=dtype, strict=True)
    assert_numbers(model.state_dict(), numbers, dtype)


def test_without_dequantize_the_error_offers_it(plain: Path, tmp_path: Path) -> None:
    a_model(plain, tmp_path)
    with pytest.raises(InvalidConfig, match=r"quant_method 'awq'[\s\S]*GPTQModel[\s\S]*dequantize=True"):
        Auto.from_pretrained(tmp_path)


def test_what_is_saved_of_it_is_a_plain_checkpoint(plain: Path, tmp_path: Path) -> None:
    numbers = a_model(plain, tmp_path / "packed")
    Auto.from_pretrained(tmp_path / "packed", dequantize=True).save_pretrained(tmp_path / "plain")
    assert "quantization_config" not in json.loads((tmp_path / "plain" / "config.json").read_text())
    assert_numbers(load_file(tmp_path / "plain" / "model.safetensors"), numbers, torch.float32)


@pytest.mark.parametrize("framework", ["Flax", "TF"])
def test_other_frameworks_get_the_same_numbers(framework: str, plain: Path, tmp_path: Path) -> None:
    numbers = a_model(plain, tmp_path / "packed")
    auto = getattr(loadstone, f"{framework}AutoModelForCausalLM")
    options = {"safe_serialization": True} if framework == "Flax" else {}
    auto.from_pretrained(tmp_path / "packed", dequantize=True).save_pretrained(tmp_path / "plain", **options)
    checkpoint = loadstone.open_checkpoint(tmp_path / "plain")
    found = {name: torch.from_numpy(checkpoint.numpy(name)) for name in checkpoint}
    assert_numbers(found, numbers, torch.float32)


def test_all_that_is_wrong_is_named_at_once(tmp_path: Path) -> None:
    stored: Tensors = {}
    for name in ("a", "b", "c", "d", "e"):
        stored |= {f"{name}.{part}": tensor for part, tensor in Example(32, 64, 4, 16).awq_gemm().items()}
    del stored["a.qzeros"]
    del stored["b.qweight"]
    stored["c.scales"] = torch.ones(5, 32, dtype=torch.float16)
    stored["d.qweight"] = torch.zeros(63, 4, dtype=torch.int32)
    stored["e.scales"] = torch.ones(4, 32, dtype=torch.int32)
    with pytest.raises(CorruptCheckpoint) as caught:
        opened(tmp_path, stored, SETTINGS)
    said = str(caught.value)
    assert "'a.qweight': expected a.qzeros beside it, found none" in said
    assert "'b.qzeros': expected codes beside it, b.qweight, found none" in said
    assert "'c.scales': expected shape (4, 32), 4 groups of 16 of 64 inputs, 32 outputs, found (5, 32)" in said
    assert "'d.qweight': expected inputs in whole groups of 16, found 63 inputs" in said
    assert "'e.scales': expected a matrix of float16, bfloat16 or float32, found int32" in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"bits": 3}, "bits"),
        ({"w_bit": 8}, "w_bit"),
        ({"group_size": 0}, "group_size"),
        ({"q_group_size": "x"}, "q_group_size"),
        ({"version": "gemv_fast"}, "'gemv_fast'"),
        ({"version": "marlin"}, "'marlin'"),
        ({"version": 3}, "version"),
        ({"backend": "llm-awq"}, "'llm-awq'"),
        ({"zero_point": False}, "zero_point"),
    ],
    ids=str,
)
def test_settings_that_are_not_read_are_named(change: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig, match=said):
        opened(tmp_path, Example(32, 32, 4, 16).awq_gemm(), SETTINGS | change)
