"""gpt-oss: experts in four bits, as its files have them; the scaling where a config says none; compiled steps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

import loadstone

from .expert_texts import inputs
from .modal_families.gpt_oss import PARITY
from .modal_models import Models
from .reference import assert_close

WIDE = {**PARITY.plain, "hidden_size": 64, "intermediate_size": 32}
SETTINGS = {"quant_method": "mxfp4", "modules_to_not_convert": ["model.layers.*.mlp.router", "lm_head"]}


@pytest.fixture
def in_four_bits(tmp_path: Path) -> Path:
    """A tiny checkpoint as those of the Hub are."""
    torch.manual_seed(0)
    transformers.GptOssForCausalLM(transformers.GptOssConfig(**WIDE)).save_pretrained(tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    for name in [name for name in tensors if name.endswith(("gate_up_proj", "down_proj"))]:
        count, rows, columns = tensors.pop(name).shape
        tensors[f"{name}_blocks"] = torch.randint(0, 256, (count, columns, rows // 32, 16), dtype=torch.uint8)
        tensors[f"{name}_scales"] = torch.randint(118, 124, (count, columns, rows // 32), dtype=torch.uint8)
    save_file(tensors, tmp_path / "model.safetensors", {"format": "pt"})
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"quantization_config": SETTINGS}))
    return tmp_path


def test_experts_in_four_bits_are_dequantized_and_the_rest_is_quantized_where_asked(in_four_bits: Path) -> None:
    how = transformers.Mxfp4Config(dequantize=True)
    theirs = transformers.GptOssForCausalLM.from_pretrained(in_four_bits, quantization_config=how).float().eval()
    given = inputs("GptOssForCausalLM", theirs.config)
    int8 = loadstone.TorchAoConfig("int8")
    plain, small = (
        loadstone.GptOssForCausalLM.from_pretrained(in_four_bits, torch_dtype="float32", dequantize=True, **more).eval()
        for more in ({}, {"quantization_config": int8})
    )
    with torch.no_grad():
        assert_close(plain(**given).logits, theirs(**given).logits, "logits")
        assert (small(**given).logits - plain(**given).logits).abs().mean() < 0.05
    layer = small.model.layers[0]
    kinds = [type(weight).__name__ for weight in (layer.self_attn.q_proj.weight, layer.mlp.router.weight)]
    assert kinds == ["Int8Tensor", "Parameter"]
    assert type(layer.mlp.experts.gate_up_proj) is torch.nn.Parameter


def test_positions_are_scaled_unless_a_config_says_otherwise(tmp_path: Path) -> None:
    assert loadstone.GptOssConfig().rope_parameters == transformers.GptOssConfig().rope_parameters
    plain = {"rope_type": "default", "rope_theta": 7.0}
    loadstone.GptOssConfig(rope_parameters=plain).save_pretrained(tmp_path)
    for config in (loadstone.GptOssConfig, transformers.GptOssConfig):
        assert config.from_pretrained(tmp_path).rope_parameters == plain


@pytest.mark.long
def test_a_compiled_step_picks_the_experts_in_use(made: Models) -> None:
    model = made("gpt_oss").of("torch")
    ids = torch.tensor([[5]])
    with torch.no_grad():
        assert_close(torch.compile(model, backend="eager", fullgraph=True)(ids).logits, model(ids).logits, "logits")
