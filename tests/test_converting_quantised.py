"""``convert`` quantises: the files that a model quantised while it is loaded would save, without that model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from frameworks.torch import tiny
from packing.stored import Tensors, quantised
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from test_quantised import FP8, to_blocks

import loadstone
from loadstone import BitsAndBytesConfig, TorchAoConfig
from loadstone.errors import ArgumentError, CorruptCheckpoint, FrameworkNotInstalled, InvalidConfig, SaveError
from loadstone.errors import MissingTensors, UnknownModelType

Auto: Any = loadstone.AutoModelForCausalLM
SIZES: dict[str, Any] = dict(hidden_size=64, intermediate_size=128)
CONFIGS: dict[str, Any] = {
    "int8": TorchAoConfig("int8"),
    "float8": TorchAoConfig("float8"),
    "nf4": BitsAndBytesConfig(load_in_4bit=True),
    "fp4": BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="fp4"),
    "nf4-double": BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_use_double_quant=True),
    "bnb-int8": BitsAndBytesConfig(load_in_8bit=True),
}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tiny.saved(tiny.llama(**SIZES).to(torch.bfloat16), tmp_path_factory.mktemp("plain"))
    (folder / "tokenizer.json").write_text("{}")
    return folder


def logits(model: Any) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = model(tiny.IDS).logits
    return found


def saved(source: Path, folder: Path, config: Any, **options: Any) -> Path:
    """What the model that is quantised while it is loaded saves."""
    Auto.from_pretrained(source, quantization_config=config, **options).save_pretrained(folder)
    return folder


def assert_same_weights(one: Path, other: Path) -> None:
    found, expected = load_file(one / "model.safetensors"), load_file(other / "model.safetensors")
    assert found.keys() == expected.keys()
    for name, tensor in expected.items():
        assert found[name].dtype is tensor.dtype and found[name].shape == tensor.shape, name
        assert torch.equal(found[name].view(torch.uint8), tensor.view(torch.uint8)), name
    with safe_open(one / "model.safetensors", "pt") as one_file, safe_open(other / "model.safetensors", "pt") as file:
        assert one_file.metadata() == file.metadata()


# The same as saving the model


@pytest.mark.parametrize("name", CONFIGS)
def test_the_file_is_byte_for_byte_the_one_that_the_quantised_model_saves(
    name: str, plain: Path, tmp_path: Path
) -> None:
    made = loadstone.convert(plain, tmp_path / "made", quantization_config=CONFIGS[name], verify=True)
    expected = saved(plain, tmp_path / "saved", CONFIGS[name])
    assert (tmp_path / "made" / "model.safetensors").read_bytes() == (expected / "model.safetensors").read_bytes()
    told, other = (json.loads((each / "config.json").read_text()) for each in (tmp_path / "made", expected))
    assert told["quantization_config"] == other["quantization_config"]
    assert told["torch_dtype"] == other["torch_dtype"] == "bfloat16"
    assert len(made.quantised) == 14 and made.is_verified and not made.rounded and not made.unpacked
    assert (tmp_path / "made" / "tokenizer.json").exists()
