"""bitsandbytes, torchao and MXFP4 from end to end: as their libraries save them, plain with ``dequantize=True``."""

from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from frameworks.torch import tiny
from hub_server import the_hub
from huggingface_hub import constants
from quantization.reading import of_four_bits
from quantization.stored import Tensors, assert_numbers, quantized
from safetensors.torch import load_file, save_file

import loadstone
from loadstone import AutoModel, open_checkpoint
from loadstone import AutoModelForCausalLM as Auto
from loadstone.errors import CorruptCheckpoint, InvalidConfig, UnsafeCheckpoint
from loadstone.pipeline.quantized_checkpoint import dequantized

BNB4 = {"quant_method": "bitsandbytes", "load_in_4bit": True, "bnb_4bit_quant_type": "nf4"}
BNB8 = {"quant_method": "bitsandbytes", "load_in_8bit": True}
TORCHAO = {"quant_method": "torchao", "quant_type": {"default": {"_type": "Int8WeightOnlyConfig", "_data": {}}}}


def to_nf4(name: str, weight: torch.Tensor) -> tuple[Tensors, torch.Tensor]:
    import bitsandbytes.functional as bnb

    codes, state = bnb.quantize_4bit(weight, quant_type="nf4", compress_statistics=True)
    parts = {f"{name}.{part}": tensor for part, tensor in state.as_dict(packed=True).items()}
    return {name: codes, **parts}, of_four_bits(codes, state)


def to_int8(name: str, weight: torch.Tensor) -> tuple[Tensors, torch.Tensor]:
    import bitsandbytes.functional as bnb

    codes, magnitudes, _ = bnb.int8_vectorwise_quant(weight)
    module = name.removesuffix("weight")
    parts = {f"{module}SCB": magnitudes, f"{module}weight_format": torch.tensor(0, dtype=torch.uint8)}
    return {name: codes, **parts}, bnb.int8_vectorwise_dequant(codes, magnitudes)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.saved(tiny.llama(), tmp_path_factory.mktemp("plain"))


def torchao_int8(plain: Path, to: Path, shards: int = 1) -> Tensors:
    """What Transformers' ``save_pretrained`` writes of a model that torchao quantized: metadata in every shard."""
    from torchao.prototype.safetensors.safetensors_support import flatten_tensor_state_dict
    from torchao.quantization import Int8Tensor, PerRow

    shutil.copytree(plain, to, dirs_exist_ok=True)
    (to / "model.safetensors").unlink()
    config = json.loads((to / "config.json").read_text())
    (to / "config.json").write_text(json.dumps(config | {"quantization_config": TORCHAO}))
    numbers: Tensors = load_file(plain / "model.safetensors")
    weights: Tensors = dict(numbers)
    for name, tensor in numbers.items():
        if name.endswith("proj.weight"):
            weight = Int8Tensor.from_hp(tensor, PerRow())
            weights[name], numbers[name] = weight, weight.dequantize(torch.float32)
    tensors, metadata = flatten_tensor_state_dict(weights)
    if shards == 1:
        save_file(tensors, to / "model.safetensors", metadata=metadata)
        return numbers
    weight_map = {}
    for number in range(shards):
        file = f"model-{number + 1:05}-of-{shards:05}.safetensors"
        names = [name for at, name in enumerate(sorted(tensors)) if at % shards == number]
        save_file({name: tensors[name] for name in names}, to / file, metadata=metadata)
        weight_map |= dict.fromkeys(names, file)
    (to / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    return numbers


@pytest.fixture(scope="module", params=["nf4", "int8", "torchao"])
def stored(
    request: pytest.FixtureRequest, plain: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Tensors]:
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "torchao":
        return folder, torchao_int8(plain, folder)
    settings, quantize = (BNB4, to_nf4) if request.param == "nf4" else (BNB8, to_int8)
    return folder, quantized(plain, folder, settings, quantize)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_a_packed_checkpoint_becomes_a_plain_model(dtype: torch.dtype, stored: tuple[Path, Tensors]) -> None:
    folder, numbers = stored
    model = Auto.from_pretrained(folder, dequantize=True, torch_dtype=dtype)
    assert_numbers(model.state_dict(), numbers, dtype)
    assert model.config.get("quantization_config") is None


@pytest.mark.parametrize("framework", ["Flax", "TF"])
def test_other_frameworks_get_the_same_numbers(framework: str, stored: tuple[Path, Tensors], tmp_path: Path) -> None:
    folder, numbers = stored
    model = getattr(loadstone, f"{framework}AutoModelForCausalLM").from_pretrained(folder, dequantize=True)
    model.save_pretrained(tmp_path, **({"safe_serialization": True} if framework == "Flax" else {}))
    checkpoint = open_checkpoint(tmp_path)
    assert_numbers({name: torch.from_numpy(checkpoint.numpy(name)) for name in checkpoint}, numbers, torch.float32)


@pytest.mark.parametrize("framework", ["Flax", "TF"])
def test_without_dequantize_the_error_offers_it(framework: str, stored: tuple[Path, Tensors]) -> None:
    with pytest.raises(InvalidConfig, match=r"dequantize=True"):
        getattr(loadstone, f"{framework}AutoModelForCausalLM").from_pretrained(stored[0])


@pytest.mark.parametrize("kind", ["nf4", "fp4", "int8"])
def test_what_transformers_saves_with_bitsandbytes_is_what_it_computes_with(kind: str, tmp_path: Path) -> None:
    import bitsandbytes.functional as bnb
    import transformers

    sizes = {"hidden_size": 64, "intermediate_size": 128}  # rows of whole blocks: see `of_four_bits`
    plain = tiny.saved(tiny.llama(**sizes), tmp_path / "plain")
    eight = kind == "int8"
    how: dict[str, Any] = {"load_in_8bit": True} if eight else {"load_in_4bit": True, "bnb_4bit_quant_type": kind}
    settings = transformers.BitsAndBytesConfig(**how, **({} if eight else {"bnb_4bit_use_double_quant": True}))
    theirs = transformers.AutoModelForCausalLM.from_pretrained(
        plain, quantization_config=settings, dtype=torch.float16, device_map="cpu"
    )
    theirs.save_pretrained(tmp_path / "packed")
    expected = {}
    for name, module in theirs.named_modules():
        if eight and type(module).__name__ == "Linear8bitLt":
            scales = module.state.SCB if module.weight.SCB is None else module.weight.SCB
            expected[f"{name}.weight"] = bnb.int8_vectorwise_dequant(module.weight.data, scales)
        elif type(module).__name__ == "Linear4bit":
            expected[f"{name}.weight"] = bnb.dequantize_4bit(module.weight.data, module.weight.quant_state)
    assert len(expected) == 14
    ours = Auto.from_pretrained(tmp_path / "packed", dequantize=True, torch_dtype=torch.float16).state_dict()
    for name, numbers in expected.items():
        torch.testing.assert_close(ours[name], numbers.half(), rtol=0, atol=0, msg=name)


@pytest.mark.parametrize("kind", ["nf4", "int8"])
def test_gpt2_whose_weights_are_packed_outputs_first_has_them_inputs_first(kind: str, tmp_path: Path) -> None:
    import transformers

    plain = tiny.saved(tiny.model("GPT2LMHeadModel", "gpt2", n_embd=64), tmp_path / "plain")
    how: dict[str, Any] = {"load_in_8bit": True} if kind == "int8" else {"load_in_4bit": True}
    theirs = transformers.AutoModelForCausalLM.from_pretrained(
        plain, quantization_config=transformers.BitsAndBytesConfig(**how), dtype=torch.float16, device_map="cpu"
    )
    theirs.save_pretrained(tmp_path / "packed")
    ours = Auto.from_pretrained(tmp_path / "packed", dequantize=True).state_dict()
    weights = load_file(plain / "model.safetensors")
    packed = [name for name in weights if name.endswith(("c_attn.weight", "c_fc.weight", "c_proj.weight"))]
    assert len(packed) == 8
    for name in packed:
        assert ours[name].shape == weights[name].shape
        assert 0 < (ours[name] - weights[name]).abs().max() < 0.2 * weights[name].abs().max()


def test_what_transformers_saves_with_torchao_is_what_it_computes_with(plain: Path, tmp_path: Path) -> None:
    import transformers
    from torchao.quantization import Int8Tensor, Int8WeightOnlyConfig

    settings = transformers.TorchAoConfig(Int8WeightOnlyConfig(version=2))
    theirs = transformers.AutoModelForCausalLM.from_pretrained(
        plain, quantization_config=settings, dtype=torch.bfloat16, device_map="cpu"
    )
    theirs.save_pretrained(tmp_path)
    ours = Auto.from_pretrained(tmp_path, dequantize=True, torch_dtype="auto").state_dict()
    state = theirs.state_dict()
    packed = [name for name, tensor in state.items() if isinstance(tensor, Int8Tensor)]
    assert len(packed) == 14
    for name, tensor in state.items():
        numbers = tensor.dequantize() if name in packed else tensor
        torch.testing.assert_close(ours[name], numbers, rtol=0, atol=0, msg=name)


def test_a_bare_model_fetches_every_shard_in_which_a_part_may_lie(
    plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = torchao_int8(plain, tmp_path / "shards", shards=20)
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "home"))
    with the_hub(monkeypatch, tmp_path / "cache") as hub:
        hub.add("owner/packed", {path.name: path.read_bytes() for path in (tmp_path / "shards").iterdir()})
        found = AutoModel.from_pretrained("owner/packed", dequantize=True).state_dict()
    bare = {name.removeprefix("model."): tensor for name, tensor in numbers.items() if name != "lm_head.weight"}
    assert_numbers(found, bare, torch.float32)


def test_parts_that_nothing_describes_are_named_as_codes(plain: Path, tmp_path: Path) -> None:
    torchao_int8(plain, tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    save_file(tensors, tmp_path / "model.safetensors", metadata={"tensor_names": "[]"})
    with pytest.raises(InvalidConfig, match=r"q_proj\._weight_qdata: [\s\S]*int8 codes, which \S+_weight_scale scales"):
        Auto.from_pretrained(tmp_path, dequantize=True)


def test_pickled_torchao_weights_are_refused_and_no_code_runs(plain: Path, tmp_path: Path) -> None:
    from torchao.quantization import Int8Tensor, PerRow

    shutil.copytree(plain, tmp_path, dirs_exist_ok=True)
    weights: Tensors = load_file(plain / "model.safetensors")
    name = "model.layers.0.mlp.up_proj.weight"
    weights[name] = Int8Tensor.from_hp(weights[name], PerRow())
    (tmp_path / "model.safetensors").unlink()
    torch.save(weights, tmp_path / "pytorch_model.bin")
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"quantization_config": TORCHAO}))
    with pytest.raises(UnsafeCheckpoint, match=r"pytorch_model\.bin"):
        Auto.from_pretrained(tmp_path, dequantize=True)


def test_pickled_bitsandbytes_weights_are_plain_tensors_and_are_read(plain: Path, tmp_path: Path) -> None:
    numbers = quantized(plain, tmp_path, BNB4, to_nf4)
    torch.save(load_file(tmp_path / "model.safetensors"), tmp_path / "pytorch_model.bin")
    (tmp_path / "model.safetensors").unlink()
    assert_numbers(Auto.from_pretrained(tmp_path, dequantize=True).state_dict(), numbers, torch.float32)


def test_a_state_that_is_cut_away_after_opening_is_told(plain: Path, tmp_path: Path) -> None:
    quantized(plain, tmp_path, BNB4, to_nf4)
    checkpoint = open_checkpoint(tmp_path)
    with open(tmp_path / "model.safetensors", "r+b") as file:
        file.truncate(2000)
    with pytest.raises(CorruptCheckpoint, match="bytes"):
        dequantized(checkpoint, BNB4)


@pytest.mark.parametrize("method", [None, [], {"a": 1}, 7, "bitsandbytes_3bit"], ids=str)
def test_a_method_that_is_none_is_refused(method: Any, plain: Path) -> None:
    with pytest.raises(InvalidConfig, match=r"a quant_method of .*'bitsandbytes_4bit', .*'fp8'"):
        dequantized(open_checkpoint(plain), {"quant_method": method})


def test_numbers_that_overflow_are_infinite_without_a_warning(plain: Path, tmp_path: Path) -> None:
    def to_large(name: str, weight: torch.Tensor) -> tuple[Tensors, torch.Tensor]:
        parts, _ = to_int8(name, weight)
        large = {key: each.fill_(3e38) if key.endswith("SCB") else each for key, each in parts.items()}
        numbers = large[name].numpy().astype(np.float32)
        with np.errstate(all="ignore"):
            return large, torch.from_numpy(numbers * np.float32(3e38) * np.float32(1 / 127))

    numbers = quantized(plain, tmp_path, BNB8, to_large)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = Auto.from_pretrained(tmp_path, dequantize=True).state_dict()
    assert_numbers(found, numbers, torch.float32)
