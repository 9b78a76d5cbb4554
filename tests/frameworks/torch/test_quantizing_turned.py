"""Quantizing GPT-2 while loading: its maps, whose weights are (inputs, outputs), become bitsandbytes' own layers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from frameworks.torch import tiny

import loadstone
from loadstone import BitsAndBytesConfig, TorchAoConfig
from loadstone.errors import ArgumentError

Auto: Any = loadstone.AutoModelForCausalLM
CONFIGS: dict[str, dict[str, Any]] = {
    "nf4": dict(load_in_4bit=True, bnb_4bit_quant_type="nf4"),
    "nf4-double": dict(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True),
    "int8": dict(load_in_8bit=True),
}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model = tiny.model("GPT2LMHeadModel", "gpt2", n_embd=64).to(torch.bfloat16)
    return tiny.saved(model, tmp_path_factory.mktemp("plain"))


def logits(model: Any) -> torch.Tensor:
    for module in model.modules():
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False  # as ours: the library's repacking rounds the scales
    with torch.no_grad():
        found: torch.Tensor = model(tiny.IDS).logits
    return found


def peer_of(folder: Path, name: str) -> Any:
    bits: Any = transformers.BitsAndBytesConfig
    return transformers.AutoModelForCausalLM.from_pretrained(
        folder,
        dtype=torch.bfloat16,
        quantization_config=bits(**CONFIGS[name], bnb_4bit_compute_dtype="bfloat16"),
    )


@pytest.mark.parametrize("name", CONFIGS)
def test_outputs_are_those_that_transformers_has(name: str, plain: Path) -> None:
    model = Auto.from_pretrained(plain, quantization_config=BitsAndBytesConfig(**CONFIGS[name]))
    layer = model.transformer.h[0].attn.c_proj  # a square one, of which no shape tells that it is turned
    assert type(layer).__name__ == ("Linear8bitLt" if name == "int8" else "Linear4bit")
    assert torch.equal(logits(model), logits(peer_of(plain, name)))


@pytest.mark.parametrize("name", CONFIGS)
def test_each_library_runs_what_the_other_saved(name: str, plain: Path, tmp_path: Path) -> None:
    model, peer = (
        Auto.from_pretrained(plain, quantization_config=BitsAndBytesConfig(**CONFIGS[name])),
        peer_of(plain, name),
    )
    expected = logits(model)
    model.save_pretrained(tmp_path / "ours")
    peer.save_pretrained(tmp_path / "theirs")
    assert torch.equal(logits(Auto.from_pretrained(tmp_path / "ours")), expected)
    assert torch.equal(logits(Auto.from_pretrained(tmp_path / "theirs")), expected)
    theirs: Any = transformers.AutoModelForCausalLM.from_pretrained(tmp_path / "ours", dtype="auto")
    assert torch.equal(logits(theirs), expected)
    plain_again = Auto.from_pretrained(tmp_path / "ours", dequantize=True, torch_dtype=torch.bfloat16)
    original = Auto.from_pretrained(plain, torch_dtype=torch.bfloat16).state_dict()
    for key, weight in plain_again.state_dict().items():
        assert weight.shape == original[key].shape
        assert (weight - original[key]).abs().max() <= 0.25 * original[key].abs().max()


@pytest.mark.parametrize("name", CONFIGS)
def test_a_forecast_knows_the_packed_sizes(name: str, plain: Path, tmp_path: Path) -> None:
    config = BitsAndBytesConfig(**CONFIGS[name])
    model = Auto.from_pretrained(plain, quantization_config=config)
    nbytes = model.get_memory_footprint(return_buffers=False)
    assert loadstone.plan(plain, device_map=None, quantization_config=config).bytes_by_device == {"cpu": nbytes}


def test_maps_that_are_named_are_left_alone(plain: Path) -> None:
    config = BitsAndBytesConfig(load_in_4bit=True, llm_int8_skip_modules=["attn.c_proj"])
    model = Auto.from_pretrained(plain, quantization_config=config)
    kinds = [type(each).__name__ for each in (model.transformer.h[1].attn.c_proj, model.transformer.h[1].mlp.c_proj)]
    assert kinds == ["TransposedLinear", "Linear4bit"]


def test_torchao_has_no_form_for_them_and_the_error_says_what_has(plain: Path) -> None:
    with pytest.raises(ArgumentError, match=r"no linear layer.*bitsandbytes"):
        Auto.from_pretrained(plain, quantization_config=TorchAoConfig("int8"))
