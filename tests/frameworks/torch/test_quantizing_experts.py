"""Quantizing stacked experts while loading: each expert's numbers are those that the library gives for it alone."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
import transformers
from frameworks.torch import tiny
from safetensors.torch import load_file, save_file
from torch import nn

import loadstone
from loadstone import BitsAndBytesConfig, TorchAoConfig
from loadstone.errors import CorruptCheckpoint, InvalidConfig, LoadstoneError
from loadstone.frameworks.torch.modeling.leaves import Experts

Auto: Any = loadstone.AutoModelForCausalLM
SIZES: dict[str, Any] = dict(hidden_size=64, intermediate_size=128)
FAMILIES: dict[str, tuple[str, dict[str, Any]]] = {
    "qwen3_moe": ("Qwen3MoeForCausalLM", dict(num_experts=4, num_experts_per_tok=2, moe_intermediate_size=32)),
    "mixtral": ("MixtralForCausalLM", dict(num_local_experts=4, num_experts_per_tok=2)),
}
NO_OPTIONS: dict[str, Any] = {}
SLOTS = ("gate_up_proj", "down_proj")
INT4 = TorchAoConfig({"_type": "PrototypeInt4WeightOnlyConfig", "_data": {"group_size": 32}})
GROUPED = TorchAoConfig(
    {
        "_type": "Int8WeightOnlyConfig",
        "_version": 2,
        "_data": {"granularity": {"_type": "PerGroup", "_data": {"group_size": 32}}},
    }
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = {}
    for family, (class_name, sizes) in FAMILIES.items():
        model = tiny.model(class_name, family, **SIZES, **sizes).to(torch.bfloat16)
        made[family] = tiny.saved(model, tmp_path_factory.mktemp(family))
    return made


@pytest.fixture(params=FAMILIES)
def plain(request: pytest.FixtureRequest, folders: dict[str, Path]) -> Path:
    return folders[request.param]


def logits(model: Any) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = model(tiny.IDS).logits
    return found


def stacks(model: Any) -> dict[str, Experts]:
    return {name: module for name, module in model.named_modules() if isinstance(module, Experts)}


def routers(model: Any) -> set[str]:
    return {path.replace("experts", "gate") for path in stacks(model)}


def by_library(weight: torch.Tensor, name: str) -> torch.Tensor:
    """One expert's matrix as the weight of a linear layer that torchao quantized."""
    ao = importlib.import_module("torchao.quantization")
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=False)
    layer.weight = nn.Parameter(weight.detach().clone(), requires_grad=False)
    kind = ao.Int8WeightOnlyConfig if name == "int8" else ao.Float8WeightOnlyConfig
    ao.quantize_(layer, kind(set_inductor_config=False))
    return layer.weight


@pytest.mark.parametrize("name", ["int8", "float8"])
def test_each_expert_is_what_the_library_makes_of_it_alone(name: str, plain: Path) -> None:
    model = Auto.from_pretrained(plain, quantization_config=TorchAoConfig(name))
    whole = stacks(Auto.from_pretrained(plain, torch_dtype=torch.bfloat16))
    assert len(whole) == 2
    for path, experts in stacks(model).items():
        for slot in SLOTS:
            assert type(getattr(experts, slot)).__name__ == f"{name.title()}Tensor"
            for expert, weight in enumerate(getattr(whole[path], slot)):
                x = torch.randn(5, weight.shape[1], dtype=torch.bfloat16)
                with torch.no_grad():
                    assert torch.equal(experts.product(slot, expert, x), F.linear(x, by_library(weight, name)))


def test_rows_quantized_some_at_a_time_are_those_quantized_together(
    monkeypatch: pytest.MonkeyPatch, plain: Path
) -> None:
    from loadstone.frameworks.torch.quantized.libraries import torchao as torchao_weights

    expected = logits(Auto.from_pretrained(plain, quantization_config=TorchAoConfig("int8")))
    monkeypatch.setattr(torchao_weights, "_ELEMENTS", 7 * 64)
    assert torch.equal(logits(Auto.from_pretrained(plain, quantization_config=TorchAoConfig("int8"))), expected)


@pytest.mark.parametrize("name", ["int8", "float8"])
def test_saved_packed_they_load_again_to_the_same_outputs(name: str, plain: Path, tmp_path: Path) -> None:
    model = Auto.from_pretrained(plain, quantization_config=TorchAoConfig(name))
    expected = logits(model)
    model.save_pretrained(tmp_path / "one", max_shard_size=30_000)
    again = Auto.from_pretrained(tmp_path / "one")
    assert torch.equal(logits(again), expected)
    assert "100 % mapped" in str(again.load_report)
    again.save_pretrained(tmp_path / "two")
    assert torch.equal(logits(Auto.from_pretrained(tmp_path / "two")), expected)


@pytest.mark.parametrize("name", ["int8", "float8"])
def test_they_are_made_plain_again_with_dequantize(name: str, plain: Path, tmp_path: Path) -> None:
    model = Auto.from_pretrained(plain, quantization_config=TorchAoConfig(name))
    model.save_pretrained(tmp_path)
    found = stacks(Auto.from_pretrained(tmp_path, dequantize=True, torch_dtype=torch.bfloat16))
    for path, experts in stacks(model).items():
        for slot in SLOTS:
            weight: Any = getattr(experts, slot)
            assert torch.equal(getattr(found[path], slot), weight.dequantize())


@pytest.mark.parametrize("name", ["int8", "float8"])
def test_transformers_loads_what_was_saved(name: str, folders: dict[str, Path], tmp_path: Path) -> None:
    model = Auto.from_pretrained(folders["qwen3_moe"], quantization_config=TorchAoConfig(name))
    model.save_pretrained(tmp_path)
    peer: Any = transformers.AutoModelForCausalLM.from_pretrained(
        tmp_path, dtype="auto", experts_implementation="eager"
    )
    assert type(peer.model.layers[0].mlp.experts.down_proj) is type(model.model.layers[0].mlp.experts.down_proj)
    assert torch.equal(logits(peer), logits(model))


def test_experts_that_transformers_quantized_run_as_they_are_stored(folders: dict[str, Path], tmp_path: Path) -> None:
    ao = importlib.import_module("torchao.quantization")
    kind = ao.Float8WeightOnlyConfig(set_inductor_config=False)
    rules = ao.FqnToConfig({"_default": kind, r"re:.*\.experts\.(gate_up|down)_proj": kind})
    peer: Any = transformers.AutoModelForCausalLM.from_pretrained(
        folders["qwen3_moe"],
        dtype=torch.bfloat16,
        quantization_config=transformers.TorchAoConfig(rules),
        experts_implementation="eager",
    )
    peer.save_pretrained(tmp_path)
    found = Auto.from_pretrained(tmp_path)
    assert type(found.model.layers[1].mlp.experts.gate_up_proj).__name__ == "Float8Tensor"
    assert torch.equal(logits(found), logits(peer))


@pytest.mark.parametrize("name", ["int8", "nf4"])
def test_routers_stay_plain(name: str, plain: Path) -> None:
    config = TorchAoConfig("int8") if name == "int8" else BitsAndBytesConfig(load_in_4bit=True)
    model = Auto.from_pretrained(plain, quantization_config=config)
    assert all(type(model.get_submodule(path).weight) is nn.Parameter for path in routers(model))
    assert routers(model) < set(next(iter(v for k, v in model.config.quantization_config.items() if "modules" in k)))


def test_what_the_library_refuses_is_told_by_name(tmp_path: Path) -> None:
    folder = tiny.saved(tiny.llama(hidden_size=64, intermediate_size=72).to(torch.bfloat16), tmp_path)
    with pytest.raises(LoadstoneError, match=r"mlp\.gate_proj\.weight could not be quantized on cpu"):
        Auto.from_pretrained(folder, quantization_config=INT4)


@pytest.mark.parametrize("name", ["int8", "float8"])
def test_a_forecast_knows_their_sizes_before_and_after(name: str, plain: Path, tmp_path: Path) -> None:
    model = Auto.from_pretrained(plain, quantization_config=TorchAoConfig(name))
    nbytes = model.get_memory_footprint(return_buffers=False)
    found = loadstone.plan(plain, device_map=None, quantization_config=TorchAoConfig(name))
    assert found.bytes_by_device == {"cpu": nbytes} and found.left_plain == ()
    assert found.parameters == model.num_parameters()
    assert nbytes < 0.65 * sum(each.nbytes for each in Auto.from_pretrained(plain, torch_dtype="auto").parameters())
    model.save_pretrained(tmp_path)
    stored = loadstone.plan(tmp_path, device_map=None)
    assert stored.bytes_by_device == {"cpu": nbytes} and stored.peak_private_bytes == 0


def test_experts_that_are_named_are_left_alone(plain: Path, tmp_path: Path) -> None:
    model = Auto.from_pretrained(plain, quantization_config=TorchAoConfig("int8", ["experts"]))
    assert all(type(getattr(each, slot)) is nn.Parameter for each in stacks(model).values() for slot in SLOTS)
    assert model.config.quantization_config["modules_to_not_convert"] == sorted(
        [*stacks(model), *routers(model), "lm_head"]
    )
    assert model.load_report.left_plain == ()  # nobody wanted them quantized
    model.save_pretrained(tmp_path)
    assert torch.equal(logits(Auto.from_pretrained(tmp_path)), logits(model))


OTHERS: dict[str, Any] = {
    "nf4": BitsAndBytesConfig(load_in_4bit=True),
    "bnb-int8": BitsAndBytesConfig(load_in_8bit=True),
    "int4": INT4,
    "groups": GROUPED,
}


@pytest.mark.parametrize("name", OTHERS)
def test_where_the_library_has_no_form_for_stacks_they_stay_plain_and_this_is_said(
    name: str, plain: Path, tmp_path: Path
) -> None:
    model = Auto.from_pretrained(plain, quantization_config=OTHERS[name])
    slots = {f"{path}.{slot}" for path in stacks(model) for slot in SLOTS}
    assert all(type(model.get_parameter(slot)) is nn.Parameter for slot in slots)
    assert set(model.load_report.left_plain) == slots
    assert "not quantized, as the library has no form for stacks" in str(model.load_report)
    forecast = loadstone.plan(plain, device_map=None, quantization_config=OTHERS[name])
    assert set(forecast.left_plain) == slots == set(forecast.to_json()["left_plain"])
    assert "not quantized: 4 stacks of experts" in str(forecast)
    if name != "int4":  # which torchao has no stored form for
        expected = logits(model)
        model.save_pretrained(tmp_path)
        assert torch.equal(logits(Auto.from_pretrained(tmp_path)), expected)


def test_what_is_around_packed_experts_can_be_trained(plain: Path) -> None:
    model = Auto.from_pretrained(plain, quantization_config=TorchAoConfig("int8"))
    model(tiny.IDS, labels=tiny.IDS).loss.backward()
    norm = model.model.layers[0].post_attention_layernorm.weight
    assert norm.grad is not None and norm.grad.abs().sum() > 0


@pytest.mark.parametrize("shape", [(4, 64), (4, 32, 1), (2, 256, 1)], ids=str)
def test_scales_of_another_shape_are_told(shape: tuple[int, ...], folders: dict[str, Path], tmp_path: Path) -> None:
    with_scales(torch.ones(shape), folders["mixtral"], tmp_path)
    for options in NO_OPTIONS, {"dequantize": True}:
        with pytest.raises(CorruptCheckpoint, match=r"experts\._gate_up_proj"):
            Auto.from_pretrained(tmp_path, **options)


def test_scales_of_which_no_expert_can_be_taken_are_told_and_can_be_made_plain(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    with_scales(torch.ones(4, 128, 2), folders["mixtral"], tmp_path)
    with pytest.raises(
        InvalidConfig, match=r"(?s)experts\.gate_up_proj: expected a scale for each row.*dequantize=True"
    ):
        Auto.from_pretrained(tmp_path)
    Auto.from_pretrained(tmp_path, dequantize=True)


def with_scales(scales: torch.Tensor, plain: Path, folder: Path) -> None:
    """A saved model with other scales for some experts."""
    Auto.from_pretrained(plain, quantization_config=TorchAoConfig("float8")).save_pretrained(folder)
    file = folder / "model.safetensors"
    tensors = load_file(file)
    with open(file, "rb") as raw:
        metadata = json.loads(raw.read(int.from_bytes(raw.read(8), "little")))["__metadata__"]
    tensors["model.layers.1.block_sparse_moe.experts._gate_up_proj_scale"] = scales
    save_file(tensors, file, metadata)
