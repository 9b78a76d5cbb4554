"""compressed-tensors, against the package that defines it: what it packs comes out as it comes out there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from frameworks.torch import tiny
from quantization.compressing import CASES, GROUPS, METHOD, ROWS, WHOLE, a_model, config_of, packed
from quantization.stored import Tensors, assert_numbers, opened
from safetensors.torch import load_file, save_file

import loadstone
from loadstone import AutoModelForCausalLM as Auto
from loadstone.errors import CorruptCheckpoint, InvalidConfig


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize("case", CASES)
def test_numbers_are_those_of_the_package_bit_for_bit(case: str, dtype: torch.dtype, tmp_path: Path) -> None:
    format, weights = CASES[case]
    weight = (0.3 * torch.randn(52, 96, generator=torch.Generator().manual_seed(1))).to(dtype)
    stored, expected = packed(weight, format, weights)
    checkpoint = opened(tmp_path, {f"a.{name}": part for name, part in stored.items()}, config_of(format, weights))
    assert list(checkpoint) == ["a.weight"] and checkpoint["a.weight"].shape == (52, 96)
    found = torch.from_numpy(checkpoint.numpy("a.weight"))
    # The package computes in the dtype of the scales, of float4 and the like in bfloat16; before that rounding
    # the numbers here are float32.
    torch.testing.assert_close(found.to(expected.dtype), expected, rtol=0, atol=0)
    assert checkpoint["a.weight"].dtype.value == str(expected.dtype).removeprefix("torch.")
    near = 0.3 if weights["num_bits"] > 3 else 1
    assert (found - weight.float()).abs().max() < near, "they are what was packed"


def test_rows_that_end_within_a_word_keep_their_length(tmp_path: Path) -> None:
    weight = torch.randn(5, 13)
    stored, expected = packed(weight, "pack-quantized", ROWS | {"num_bits": 4, "symmetric": False})
    assert stored["weight_packed"].shape == (5, 2)
    checkpoint = opened(tmp_path, stored, config_of("pack-quantized", ROWS | {"num_bits": 4, "symmetric": False}))
    torch.testing.assert_close(torch.from_numpy(checkpoint.numpy("weight")), expected, rtol=0, atol=0)


@pytest.mark.parametrize("symmetric", [True, False])
def test_columns_in_activation_order_take_the_scale_of_their_group(symmetric: bool, tmp_path: Path) -> None:
    weights = GROUPS | {"symmetric": symmetric}
    stored, _ = packed(torch.randn(18, 64), "pack-quantized", weights)
    groups = torch.randint(0, 4, (64,), dtype=torch.int32, generator=torch.Generator().manual_seed(0))
    settings = config_of("pack-quantized", weights)
    for group in settings["config_groups"].values():
        group["weights"]["actorder"] = "group"  # which the package read until 2026-08
    found = opened(tmp_path, stored | {"weight_g_idx": groups}, settings).numpy("weight")
    for row in range(18):
        for column in range(64):
            code = (int(stored["weight_packed"][row, column // 8]) >> 4 * (column % 8) & 15) - 8
            zero, group = 0, int(groups[column])
            if not symmetric:
                zero = (int(stored["weight_zero_point"][row // 8, group]) >> 4 * (row % 8) & 15) - 8
            assert found[row, column] == np.float32(code - zero) * stored["weight_scale"][row, group].numpy()


def test_an_order_that_was_never_filled_in_is_none(tmp_path: Path) -> None:
    stored, expected = packed(torch.randn(6, 64), "pack-quantized", GROUPS)
    order = torch.full((64,), -1, dtype=torch.int32)
    found = opened(tmp_path, stored | {"weight_g_idx": order}, config_of("pack-quantized", GROUPS)).numpy("weight")
    torch.testing.assert_close(torch.from_numpy(found), expected, rtol=0, atol=0)


def test_each_weight_has_the_one_scheme_that_fits_what_is_stored(tmp_path: Path) -> None:
    mixed = {"int4": CASES["packed int4"], "int8": CASES["int8 rows"], "fp8": CASES["float8"], "fp4": CASES["NVFP4"]}
    mixed["wide"] = ("pack-quantized", GROUPS | {"num_bits": 8})
    stored: Tensors = {"norm.weight": torch.ones(3, dtype=torch.bfloat16)}
    expected: Tensors = {"norm.weight": stored["norm.weight"]}
    for name, (format, weights) in mixed.items():
        parts, expected[f"{name}.weight"] = packed(torch.randn(32, 64), format, weights)
        stored |= {f"{name}.{part}": tensor for part, tensor in parts.items()}
    checkpoint = opened(tmp_path, stored, config_of("mixed-precision", *(weights for _, weights in mixed.values())))
    assert checkpoint.keys() == expected.keys()
    for name, tensor in expected.items():
        found = torch.from_numpy(np.asarray(checkpoint.numpy(name), np.float32))
        torch.testing.assert_close(found.to(tensor.dtype), tensor, rtol=0, atol=0, msg=name)


def test_schemes_that_cannot_be_told_apart_are_refused(tmp_path: Path) -> None:
    stored, _ = packed(torch.randn(16, 16), "pack-quantized", GROUPS)
    with pytest.raises(CorruptCheckpoint, match=r"one of config_groups that fits.* found several"):
        opened(tmp_path, stored, config_of("pack-quantized", GROUPS, ROWS | {"num_bits": 4}))


def test_what_belongs_to_activations_is_no_tensor_of_the_model(tmp_path: Path) -> None:
    stored, _ = packed(torch.randn(16, 32), "float-quantized", CASES["float8"][1])
    stored = {f"l.{name}": tensor for name, tensor in stored.items()}
    for name in ("l.input_scale", "l.input_zero_point", "l.output_scale", "l.k_scale", "l.v_scale"):
        stored[name] = torch.ones(1)
    stored["l.bias"] = torch.ones(16)
    checkpoint = opened(tmp_path, stored, config_of("float-quantized", CASES["float8"][1]))
    assert set(checkpoint) == {"l.weight", "l.bias"}


def test_weights_that_were_only_calibrated_are_plain(tmp_path: Path) -> None:
    stored = {"l.weight": torch.randn(4, 8), "l.weight_scale": torch.ones(1), "l.weight_zero_point": torch.zeros(1)}
    checkpoint = opened(tmp_path, stored, config_of("dense", WHOLE, quantization_status="frozen"))
    assert list(checkpoint) == ["l.weight"] and checkpoint["l.weight"].packing is None


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.saved(tiny.llama(), tmp_path_factory.mktemp("plain"))


@pytest.mark.parametrize("case", ["packed int4, zeros", "int8 rows", "float8", "NVFP4"])
def test_a_checkpoint_becomes_a_plain_model(case: str, plain: Path, tmp_path: Path) -> None:
    numbers = a_model(plain, tmp_path, case)
    dtype = torch.bfloat16 if case == "NVFP4" else torch.float32
    model, told = Auto.from_pretrained(tmp_path, dequantize=True, torch_dtype=dtype, output_loading_info=True)
    assert_numbers(model.state_dict(), numbers, dtype)
    assert not told["unexpected_keys"]


def test_what_is_saved_of_it_is_a_plain_checkpoint(plain: Path, tmp_path: Path) -> None:
    numbers = a_model(plain, tmp_path / "packed", "packed int4, zeros")
    Auto.from_pretrained(tmp_path / "packed", dequantize=True).save_pretrained(tmp_path / "plain")
    assert "quantization_config" not in json.loads((tmp_path / "plain" / "config.json").read_text())
    assert_numbers(load_file(tmp_path / "plain" / "model.safetensors"), numbers, torch.float32)


@pytest.mark.parametrize("framework", ["Flax", "TF"])
def test_other_frameworks_get_the_same_numbers(framework: str, plain: Path, tmp_path: Path) -> None:
    numbers = a_model(plain, tmp_path / "packed", "packed int4, zeros")
    auto = getattr(loadstone, f"{framework}AutoModelForCausalLM")
    again = tmp_path / "plain"
    options = {"safe_serialization": True} if framework == "Flax" else {}
    auto.from_pretrained(tmp_path / "packed", dequantize=True).save_pretrained(again, **options)
    checkpoint = loadstone.open_checkpoint(again)
    found = {name: torch.from_numpy(checkpoint.numpy(name)) for name in checkpoint}
    assert_numbers(found, numbers, torch.float32)


def test_all_that_is_wrong_is_named_at_once(plain: Path, tmp_path: Path) -> None:
    a_model(plain, tmp_path, "packed int4, zeros")
    tensors = load_file(tmp_path / "model.safetensors")
    layer = "model.layers.0.mlp."
    tensors[f"{layer}up_proj.weight_scale"] = torch.ones(3, 3)
    del tensors[f"{layer}gate_proj.weight_scale"]
    del tensors[f"{layer}down_proj.weight_packed"]
    attention = "model.layers.1.self_attn."
    del tensors[f"{attention}q_proj.weight_zero_point"]
    tensors[f"{attention}k_proj.weight_shape"] = torch.tensor([1 << 40, 1 << 40])
    tensors[f"{attention}v_proj.weight_g_idx"] = torch.full((32,), 2, dtype=torch.int32)
    tensors[f"{attention}o_proj.weight_packed"] = torch.zeros(32, 4)
    save_file(tensors, tmp_path / "model.safetensors")
    with pytest.raises(CorruptCheckpoint) as caught:
        Auto.from_pretrained(tmp_path, dequantize=True)
    said = str(caught.value)
    assert "up_proj.weight_scale': expected shape (48, 2), one value for each block, found (3, 3)" in said
    assert f"gate_proj.weight_packed': expected its scale, {layer}gate_proj.weight_scale, found none" in said
    assert f"down_proj.weight_scale': expected a weight beside it, {layer}down_proj.weight" in said
    assert f"q_proj.weight_scale': expected zeros beside it, {attention}q_proj.weight_zero_point" in said
    assert "k_proj.weight_shape': expected 16 rows and at most 32 columns" in said and str(1 << 40) in said
    assert "v_proj.weight_g_idx': expected group indices from 0 to 1, found 2 to 2" in said
    assert "o_proj.weight_packed': expected" in said and "float32" in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": "sparse-24-bitmask"}, "'sparse-24-bitmask'"),
        ({"format": "marlin-24"}, "'marlin-24'"),
        ({"sparsity_config": {"format": "sparse-24-bitmask"}}, "'sparse-24-bitmask'"),
        ({"transform_config": {"config_groups": {}}}, "transformed while the model runs"),
        ({"config_groups": None}, "config_groups"),
        ({"config_groups": {"W4A16": ["Linear"]}}, "an object for each group"),
        ({"weights": {"num_bits": 9}}, "num_bits"),
        ({"weights": {"num_bits": True}}, "num_bits"),
        ({"weights": {"num_bits": 5, "type": "float"}}, "num_bits"),
        ({"weights": {"type": "complex"}}, "complex"),
        ({"weights": {"type": "float", "num_bits": 8, "symmetric": False}}, "symmetric"),
        ({"weights": {"strategy": "token"}}, "token"),
        ({"weights": {"strategy": "group"}}, "group_size"),
        ({"weights": {"strategy": "group", "group_size": 0}}, "group_size"),
        ({"weights": {"strategy": "group", "group_size": 1 << 70}}, "group_size"),
        ({"weights": {"strategy": "block"}}, "block_structure"),
        ({"weights": {"strategy": "block", "block_structure": "128xa"}}, "block_structure"),
        ({"weights": {"dynamic": True}}, "dynamic"),
        ({"weights": 4}, "weights"),
    ],
    ids=str,
)
def test_settings_that_are_not_read_are_named(change: dict[str, Any], said: str, tmp_path: Path) -> None:
    settings = config_of("pack-quantized", GROUPS)
    if "weights" in change:
        change = {"config_groups": {"group_0": {"targets": ["Linear"], "weights": change["weights"]}}}
    with pytest.raises(InvalidConfig, match=said):
        opened(tmp_path, {"w": torch.ones(1)}, settings | change)


def test_settings_within_settings_are_read_as_older_files_have_them(tmp_path: Path) -> None:
    stored, expected = packed(torch.randn(6, 64), "pack-quantized", GROUPS)
    settings = {"quant_method": METHOD, "sparsity_config": {"format": "dense"}}
    settings["quantization_config"] = json.loads(json.dumps(config_of("pack-quantized", GROUPS)))
    found = opened(tmp_path, stored, settings).numpy("weight")
    torch.testing.assert_close(torch.from_numpy(found), expected, rtol=0, atol=0)
