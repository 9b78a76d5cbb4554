"""Checkpoints in fewer bits: recognized, refused where they make no sense, and plain with ``dequantize=True``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from frameworks.torch import tiny
from quantization.stored import Tensors, assert_numbers, quantized
from safetensors.torch import load_file, save_file

import loadstone
from loadstone import AutoModelForCausalLM as Auto
from loadstone.errors import CorruptCheckpoint, InvalidConfig
from loadstone.quantization.registry import methods

BLOCK = (24, 20)  # no size of the model is a multiple of both
FP8 = {"quant_method": "fp8", "fmt": "e4m3", "activation_scheme": "dynamic", "weight_block_size": list(BLOCK)}


def to_blocks(name: str, weight: torch.Tensor) -> tuple[Tensors, torch.Tensor]:
    """float8 in blocks, and its numbers by the definition, a block at a time."""
    height, width = BLOCK
    small = torch.empty(weight.shape, dtype=torch.float8_e4m3fn)
    scales = torch.empty(-(-weight.shape[0] // height), -(-weight.shape[1] // width))
    numbers = torch.empty(weight.shape)
    for i in range(scales.shape[0]):
        for j in range(scales.shape[1]):
            place = (slice(i * height, (i + 1) * height), slice(j * width, (j + 1) * width))
            scales[i, j] = weight[place].abs().max() / 448
            small[place] = (weight[place] / scales[i, j]).to(torch.float8_e4m3fn)
            numbers[place] = small[place].float() * scales[i, j]
    return {name: small, f"{name}_scale_inv": scales}, numbers


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.saved(tiny.llama(), tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def fp8(plain: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Tensors]:
    folder = tmp_path_factory.mktemp("fp8")
    return folder, quantized(plain, folder, FP8, to_blocks)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_packed_checkpoint_becomes_a_plain_model(dtype: torch.dtype, fp8: tuple[Path, Tensors]) -> None:
    folder, numbers = fp8
    model = Auto.from_pretrained(folder, dequantize=True, torch_dtype=dtype)
    assert_numbers(model.state_dict(), numbers, dtype)
    assert model.config.get("quantization_config") is None


def test_what_is_saved_of_it_is_a_plain_checkpoint(fp8: tuple[Path, Tensors], tmp_path: Path) -> None:
    folder, numbers = fp8
    Auto.from_pretrained(folder, dequantize=True).save_pretrained(tmp_path)
    assert "quantization_config" not in json.loads((tmp_path / "config.json").read_text())
    assert_numbers(load_file(tmp_path / "model.safetensors"), numbers, torch.float32)


@pytest.mark.parametrize("framework", ["Flax", "TF"])
def test_other_frameworks_get_the_same_numbers(framework: str, fp8: tuple[Path, Tensors], tmp_path: Path) -> None:
    folder, numbers = fp8
    model = getattr(loadstone, f"{framework}AutoModelForCausalLM").from_pretrained(folder, dequantize=True)
    model.save_pretrained(tmp_path, **({"safe_serialization": True} if framework == "Flax" else {}))
    assert_numbers(numbers_of(tmp_path), numbers, torch.float32)


def numbers_of(folder: Path) -> Tensors:
    checkpoint = loadstone.open_checkpoint(folder)
    return {name: torch.from_numpy(checkpoint.numpy(name)) for name in checkpoint}


def test_parts_that_go_to_the_disk_are_written_there_plain(fp8: tuple[Path, Tensors], tmp_path: Path) -> None:
    folder, _ = fp8
    places = {"model.embed_tokens": "cpu", "model.layers.0": "cpu", "model.layers.1": "disk"}
    places |= {"model.norm": "cpu", "model.rotary_emb": "cpu", "lm_head": "cpu"}
    model = Auto.from_pretrained(folder, dequantize=True, device_map=places, offload_folder=tmp_path)
    tokens = torch.arange(12)[None]
    whole = Auto.from_pretrained(folder, dequantize=True)
    with torch.no_grad():
        torch.testing.assert_close(model(tokens).logits, whole(tokens).logits)


def test_without_dequantize_the_error_offers_it(fp8: tuple[Path, Tensors]) -> None:
    with pytest.raises(InvalidConfig, match=r"quant_method 'fp8'[\s\S]*dequantize=True"):
        Auto.from_pretrained(fp8[0])


NOT_RUN: dict[str, tuple[dict[str, Any], str]] = {
    "fp8": (FP8, "their kernels need an accelerator"),
    "fbgemm_fp8": ({"quant_method": "fbgemm_fp8"}, "their kernels need an accelerator"),
    "modelopt": ({"quant_method": "modelopt", "quant_algo": "FP8"}, "their kernels need an accelerator"),
    "mlx": ({"quant_method": "mlx", "bits": 4, "group_size": 32}, "their kernels are those of Apple's MLX"),
    "mxfp4": ({"quant_method": "mxfp4"}, "their kernels need an accelerator"),
    "gptq": ({"quant_method": "gptq", "bits": 4, "group_size": 16}, "their library, GPTQModel, has to be compiled"),
    "awq": ({"quant_method": "awq", "bits": 4, "group_size": 16}, "their library, GPTQModel, has to be compiled"),
}


@pytest.mark.parametrize("method", NOT_RUN)
def test_what_does_not_run_packed_says_why_and_offers_plain_weights(method: str, plain: Path, tmp_path: Path) -> None:
    settings, why = NOT_RUN[method]
    config = json.loads((plain / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"quantization_config": settings}))
    (tmp_path / "model.safetensors").write_bytes((plain / "model.safetensors").read_bytes())
    said = rf"quant_method '{method}'[\s\S]*{why}[\s\S]*dequantize=True dequantizes them"
    for framework in ("", "Flax", "TF"):
        with pytest.raises(InvalidConfig, match=said):
            getattr(loadstone, f"{framework}AutoModelForCausalLM").from_pretrained(tmp_path)
    with pytest.raises(InvalidConfig, match=said):
        loadstone.plan(tmp_path, device_map=None)


def test_every_method_that_is_read_runs_packed_or_says_why_not() -> None:
    assert all((method.library is None) is bool(method.why_not_packed) for method in methods())
    assert {name for method in methods() if method.why_not_packed for name in method.names} == NOT_RUN.keys()


def changed(fp8: tuple[Path, Tensors], to: Path, change: Any) -> Path:
    """A copy with other tensors."""
    tensors = load_file(fp8[0] / "model.safetensors")
    change(tensors)
    save_file(tensors, to / "model.safetensors")
    (to / "config.json").write_text((fp8[0] / "config.json").read_text())
    return to


def test_all_that_is_wrong_with_packed_tensors_is_named_at_once(fp8: tuple[Path, Tensors], tmp_path: Path) -> None:
    layer = "model.layers.0.mlp."

    def spoil(tensors: Tensors) -> None:
        tensors[f"{layer}up_proj.weight_scale_inv"] = torch.ones(1, 7)
        del tensors[f"{layer}gate_proj.weight_scale_inv"]
        del tensors[f"{layer}down_proj.weight"]

    with pytest.raises(CorruptCheckpoint) as caught:
        Auto.from_pretrained(changed(fp8, tmp_path, spoil), dequantize=True)
    said = str(caught.value)
    assert "up_proj" in said and "(1, 7)" in said
    scales = f"{layer}gate_proj.weight_scale_inv or {layer}gate_proj.weight_scale"
    assert f"gate_proj.weight': expected its scale, {scales}, found none" in said
    assert "down_proj.weight_scale_inv': expected a tensor that it scales" in said


@pytest.mark.parametrize("block", [[24], [24, 0], "24", [24, True], [24, 2**70], {"a": 1}], ids=str)
def test_settings_that_make_no_sense_are_named(block: Any, fp8: tuple[Path, Tensors], tmp_path: Path) -> None:
    folder = changed(fp8, tmp_path, lambda tensors: None)
    config = json.loads((folder / "config.json").read_text())
    config["quantization_config"]["weight_block_size"] = block
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(InvalidConfig, match="weight_block_size"):
        Auto.from_pretrained(folder, dequantize=True)
