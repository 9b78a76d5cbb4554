"""Quantized weights whose settings stand elsewhere than in ``quantization_config``, or nowhere: read, or named."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from frameworks.torch import tiny
from hub_server import the_hub
from huggingface_hub import constants
from quantization.stored import Tensors, assert_numbers, quantized
from safetensors.torch import load_file, save_file

import loadstone
from loadstone import AutoModelForCausalLM as Auto
from loadstone.cli.inspect import inspect_checkpoint
from loadstone.errors import InvalidConfig, LockMismatch
from loadstone.lockfile.lockfile import lock_sources

FP8 = {"quantization": {"quant_algo": "FP8", "kv_cache_quant_algo": None, "exclude_modules": ["lm_head"]}}


def by_matrix(name: str, weight: torch.Tensor, suffix: str = "_scale") -> tuple[Tensors, torch.Tensor]:
    """float8 with one scale, and that of the activations, as AutoFP8 and ModelOpt write it."""
    scale = weight.abs().max() / 448
    codes = (weight / scale).to(torch.float8_e4m3fn)
    module = name.removesuffix("weight")
    return {name: codes, name + suffix: scale, f"{module}input_scale": torch.tensor(0.5)}, codes.float() * scale


def by_row(name: str, weight: torch.Tensor) -> tuple[Tensors, torch.Tensor]:
    scale = weight.abs().amax(1, keepdim=True) / 448
    codes = (weight / scale).to(torch.float8_e4m3fn)
    return {name: codes, f"{name}_scale": scale}, codes.float() * scale


def by_block(name: str, weight: torch.Tensor) -> tuple[Tensors, torch.Tensor]:
    """ModelOpt's blocks of 128 × 128, of which these matrices have one."""
    parts, numbers = by_matrix(name, weight)
    return {name: parts[name], f"{name}_scale": parts[f"{name}_scale"].reshape(1, 1, 1, 1)}, numbers


def mlx(name: str, weight: torch.Tensor) -> tuple[Tensors, torch.Tensor]:
    """Four bits in groups of 16, the lowest bits of a word first."""
    rows, columns = weight.shape
    grouped = weight.reshape(rows, -1, 16)
    bias = grouped.amin(2, keepdim=True)
    scale = (grouped.amax(2, keepdim=True) - bias) / 15
    codes = ((grouped - bias) / scale).round()
    eights = codes.reshape(rows, columns // 8, 8).long()
    words = (eights << (4 * torch.arange(8))).sum(2).to(torch.uint32)
    module = name.removesuffix("weight")
    parts = {name: words, f"{module}scales": scale.squeeze(2), f"{module}biases": bias.squeeze(2)}
    return parts, (codes * scale + bias).reshape(rows, columns)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.saved(tiny.llama(), tmp_path_factory.mktemp("plain"))


def stored(plain: Path, to: Path, how: Any, keys: Mapping[str, Any], files: Mapping[str, Any]) -> Tensors:
    """Quantized weights with these keys in ``config.json`` and these files beside it; the numbers."""
    numbers = quantized(plain, to, {}, how)
    config = json.loads((to / "config.json").read_text())
    del config["quantization_config"]
    (to / "config.json").write_text(json.dumps(config | keys))
    for name, content in files.items():
        (to / name).write_text(json.dumps(content))
    return numbers


CT = {"num_bits": 8, "type": "float", "strategy": "tensor"}
SAID: dict[str, tuple[Any, dict[str, Any], dict[str, Any]]] = {
    "modelopt, a file": (by_matrix, {}, {"hf_quant_config.json": FP8}),
    "modelopt, blocks": (by_block, {}, {"hf_quant_config.json": {"quantization": {"quant_algo": "FP8_PB_WO"}}}),
    "modelopt, the config": (by_row, {"quantization_config": {"quant_method": "modelopt", "quant_algo": "FP8"}}, {}),
    "autofp8": (by_matrix, {"quantization_config": {"quant_method": "fp8", "activation_scheme": "static"}}, {}),
    "fbgemm": (by_row, {"quantization_config": {"quant_method": "fbgemm_fp8", "activation_scale_ub": 1200.0}}, {}),
    "compressed-tensors of 2024": (by_matrix, {"compression_config": {"config_groups": {"0": {"weights": CT}}}}, {}),
    "the same, nested": (
        by_row,
        {
            "compression_config": {
                "quant_method": "sparseml",
                "quantization_config": {"config_groups": {"0": {"weights": {**CT, "strategy": "channel"}}}},
            }
        },
        {},
    ),
    "mlx": (mlx, {"quantization": {"group_size": 16, "bits": 4, "mode": "affine"}}, {}),
}


@pytest.mark.parametrize("kind", SAID)
def test_what_says_enough_is_read(kind: str, plain: Path, tmp_path: Path) -> None:
    numbers = stored(plain, tmp_path, *SAID[kind])
    with pytest.raises(InvalidConfig, match="dequantize=True dequantizes them"):
        Auto.from_pretrained(tmp_path)
    with pytest.raises(InvalidConfig, match="dequantize=True dequantizes them"):
        loadstone.plan(tmp_path)
    model = Auto.from_pretrained(tmp_path, dequantize=True)
    assert_numbers(model.state_dict(), numbers, torch.float32)
    assert not any(model.config.get(key) for key in ("quantization_config", "compression_config", "quantization"))
    assert "loads with dequantize=True" in str(inspect_checkpoint(tmp_path).to_json())
    assert loadstone.plan(tmp_path, dequantize=True).parameters == loadstone.plan(plain).parameters


def test_scales_of_activations_are_left_over_and_not_lost_from_sight(plain: Path, tmp_path: Path) -> None:
    stored(plain, tmp_path, *SAID["modelopt, a file"])
    report = Auto.from_pretrained(tmp_path, dequantize=True, strict=True).load_report
    assert report.unused == ()
    assert "model.layers.0.mlp.up_proj.input_scale" in report.leftovers


@pytest.mark.parametrize("framework", ["Flax", "TF"])
def test_other_frameworks_read_it_too(framework: str, plain: Path, tmp_path: Path) -> None:
    numbers = stored(plain, tmp_path, *SAID["modelopt, a file"])
    model = getattr(loadstone, f"{framework}AutoModelForCausalLM").from_pretrained(tmp_path, dequantize=True)
    model.save_pretrained(tmp_path / "again", **({"safe_serialization": True} if framework == "Flax" else {}))
    checkpoint = loadstone.open_checkpoint(tmp_path / "again")
    found = {name: torch.from_numpy(checkpoint.numpy(name)) for name in checkpoint}
    assert_numbers(found, numbers, torch.float32)


def test_converting_writes_plain_numbers_and_takes_no_settings_along(plain: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    numbers = stored(plain, source, *SAID["modelopt, a file"])
    with pytest.raises(InvalidConfig, match=r"hf_quant_config\.json: expected unquantized weights"):
        loadstone.convert(source, target, dtype="bfloat16")
    loadstone.convert(source, target, dequantize=True)
    assert not (target / "hf_quant_config.json").exists()
    found = load_file(target / "model.safetensors")
    assert found.keys() == numbers.keys()
    assert all(torch.equal(found[name], tensor.to(found[name].dtype)) for name, tensor in numbers.items())


UNSAID: dict[str, tuple[Any, dict[str, Any], str]] = {
    "float8, one scale": (by_matrix, {}, r"float8_e4m3fn codes, which \S+proj\.weight_scale scales"),
    "float8, inverse": (
        lambda name, weight: by_matrix(name, weight, "_scale_inv"),
        {},
        r"codes, which \S+proj\.weight_scale_inv scales",
    ),
    "mlx": (mlx, {}, r"uint32 codes, which \S+proj\.scales scales"),
    "mlx without a mode": (mlx, {"quantization": {"group_size": 16, "bits": 4}}, "look like those of 'mlx'"),
}


@pytest.mark.parametrize("kind", UNSAID)
@pytest.mark.parametrize("options", [{}, {"dequantize": True}, {"ignore_mismatched_sizes": True}], ids=str)
def test_codes_of_which_nothing_says_how_they_are_read_are_named(
    kind: str, options: dict[str, Any], plain: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    how, keys, said = UNSAID[kind]
    stored(plain, tmp_path, how, keys, {})
    with pytest.raises(InvalidConfig, match=said):
        Auto.from_pretrained(tmp_path, **options)
    assert "is quantized" not in caplog.text, "that nothing is"


def test_every_way_to_take_such_codes_for_weights_is_refused(plain: Path, tmp_path: Path) -> None:
    stored(plain, tmp_path, by_matrix, {}, {})
    said = r"weight_scale scales"
    with pytest.raises(InvalidConfig, match=said):
        loadstone.plan(tmp_path)
    for framework in ("Flax", "TF"):
        with pytest.raises(InvalidConfig, match=said):
            getattr(loadstone, f"{framework}AutoModelForCausalLM").from_pretrained(tmp_path)
    with pytest.raises(InvalidConfig, match=said):
        loadstone.load_into(tiny.llama(), tmp_path)
    with pytest.raises(InvalidConfig, match=said):
        Auto.from_pretrained(None, config=tiny.llama().config, state_dict=load_file(tmp_path / "model.safetensors"))
    with pytest.raises(InvalidConfig, match=said):
        loadstone.convert(tmp_path, tmp_path / "again", dtype="bfloat16")
    with pytest.raises(InvalidConfig, match=said):
        loadstone.diff(tmp_path, plain)
    assert "weight_scale scales" in str(inspect_checkpoint(tmp_path).to_json())


def gptq(name: str, weight: torch.Tensor) -> tuple[Tensors, torch.Tensor]:
    """Words of four bits, all of them 3, with zeros of 1 (stored less one): 2 × scale everywhere."""
    rows, columns = weight.shape
    module = name.removesuffix("weight")
    parts = {f"{module}qweight": torch.full((columns // 8, rows), 0x33333333, dtype=torch.int32)}
    parts |= {f"{module}qzeros": torch.zeros(1, rows // 8, dtype=torch.int32)}
    parts |= {f"{module}scales": torch.full((1, rows), 0.25).half()}
    parts |= {f"{module}g_idx": torch.zeros(columns, dtype=torch.int32)}
    return parts, torch.full((rows, columns), 0.5)


def test_gptqs_own_file_is_read_where_it_names_its_method_and_named_where_not(plain: Path, tmp_path: Path) -> None:
    said = {"bits": 4, "group_size": -1, "desc_act": False, "sym": True}
    numbers = stored(plain, tmp_path, gptq, {}, {"quantize_config.json": said})
    with pytest.raises(InvalidConfig, match=r'quantize_config\.json: [\s\S]*those of \'gptq\'[\s\S]*"quant_method"'):
        Auto.from_pretrained(tmp_path, dequantize=True)
    (tmp_path / "quantize_config.json").write_text(json.dumps(said | {"quant_method": "gptq"}))
    assert_numbers(Auto.from_pretrained(tmp_path, dequantize=True).state_dict(), numbers, torch.float32)
    (tmp_path / "quantize_config.json").unlink()
    with pytest.raises(InvalidConfig, match=r"int32 codes, which \S+proj\.scales scales"):
        Auto.from_pretrained(tmp_path)


def test_settings_of_the_folder_count_where_a_config_of_the_callers_has_none(plain: Path, tmp_path: Path) -> None:
    numbers = stored(plain, tmp_path, *SAID["autofp8"])
    config = loadstone.AutoConfig.from_pretrained(plain)
    with pytest.raises(
        InvalidConfig, match=r"config\.json: expected none, or dequantize=True, found quant_method 'fp8'"
    ):
        Auto.from_pretrained(tmp_path, config=config)
    model = Auto.from_pretrained(tmp_path, config=config, dequantize=True)
    assert_numbers(model.state_dict(), numbers, torch.float32)


def test_settings_beside_plain_weights_change_nothing(plain: Path, tmp_path: Path) -> None:
    stored(plain, tmp_path, lambda name, weight: ({name: weight}, weight), {}, {"hf_quant_config.json": FP8})
    assert_numbers(Auto.from_pretrained(tmp_path).state_dict(), load_file(plain / "model.safetensors"), torch.float32)


def test_float8_without_scales_is_a_dtype_to_store_in(plain: Path, tmp_path: Path) -> None:
    numbers = stored(plain, tmp_path, lambda name, weight: ({name: weight.to(torch.float8_e4m3fn)}, weight), {}, {})
    numbers = {
        name: tensor.to(torch.float8_e4m3fn).float() if name.endswith("proj.weight") else tensor
        for name, tensor in numbers.items()
    }
    assert_numbers(Auto.from_pretrained(tmp_path).state_dict(), numbers, torch.float32)


def test_codes_that_no_slot_would_take_do_not_stop_a_load(plain: Path, tmp_path: Path) -> None:
    tensors = load_file(plain / "model.safetensors")
    parts, _ = by_row("mtp.proj.weight", torch.randn(8, 8))
    (tmp_path / "config.json").write_bytes((plain / "config.json").read_bytes())
    save_file(tensors | parts, tmp_path / "model.safetensors", metadata={"format": "pt"})
    assert set(Auto.from_pretrained(tmp_path).load_report.unused) == set(parts)


def test_a_scale_that_is_a_modules_own_parameter_is_no_sign_of_codes(tmp_path: Path) -> None:
    class Scaled(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight, self.scale = torch.nn.Parameter(torch.ones(4, 4)), torch.nn.Parameter(torch.ones(4))

    weight = torch.eye(4).to(torch.float8_e4m3fn)
    save_file({"weight": weight, "scale": torch.full((4,), 2.0)}, tmp_path / "model.safetensors")
    module = Scaled()
    loadstone.load_into(module, tmp_path, dtype="float32")
    assert torch.equal(module.weight.detach(), torch.eye(4)) and module.scale[0] == 2


def test_dequantize_with_nothing_to_do_says_so_once(
    plain: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Auto.from_pretrained(plain, dequantize=True)
    loadstone.convert(plain, tmp_path / "again", dequantize=True)
    said = [record.getMessage() for record in caplog.records]
    assert said == [f"dequantize=True changes nothing: no weight of {plain / 'model.safetensors'} is quantized"] * 2


def test_a_lock_holds_the_file_that_says_how_weights_are_quantized(plain: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    stored(plain, folder, *SAID["modelopt, a file"])
    content = (folder / "hf_quant_config.json").read_text()
    lock = tmp_path / "loadstone.lock"
    lock_sources([folder], lock).write()
    Auto.from_pretrained(folder, dequantize=True, lock=lock)
    (folder / "hf_quant_config.json").write_text(content.replace("FP8", "FP8_PB_WO"))
    with pytest.raises(LockMismatch, match=r"hf_quant_config\.json"):
        Auto.from_pretrained(folder, dequantize=True, lock=lock)


def test_a_lock_refuses_such_a_file_that_it_does_not_list(plain: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    stored(plain, folder, by_matrix, {}, {})
    lock = tmp_path / "loadstone.lock"
    lock_sources([folder], lock).write()
    (folder / "hf_quant_config.json").write_text(json.dumps(FP8))
    with pytest.raises(LockMismatch, match=r"hf_quant_config\.json: expected a file that"):
        Auto.from_pretrained(folder, dequantize=True, lock=lock)


@pytest.mark.parametrize("has_settings", [True, False])
def test_of_a_repository_come_the_settings_and_the_shards_that_hold_scales_alone(
    has_settings: bool, plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "model"
    files = {"hf_quant_config.json": FP8} if has_settings else {}
    numbers = stored(plain, folder, by_matrix, {}, files)
    tensors = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    scales = {name for name in tensors if name.endswith("_scale")}
    names = {"model-00001-of-00002.safetensors": tensors.keys() - scales, "model-00002-of-00002.safetensors": scales}
    weight_map = {}
    for shard, those in names.items():
        save_file({name: tensors[name] for name in those}, folder / shard, metadata={"format": "pt"})
        weight_map |= dict.fromkeys(those, shard)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}))
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "home"))
    with the_hub(monkeypatch, tmp_path / "cache") as hub:
        hub.add("owner/model", {path.name: path.read_bytes() for path in folder.iterdir()})
        if has_settings:
            found = Auto.from_pretrained("owner/model", dequantize=True)
            assert_numbers(found.state_dict(), numbers, torch.float32)
        else:
            with pytest.raises(InvalidConfig, match="weight_scale scales"):
                Auto.from_pretrained("owner/model")
