"""Checkpoints of compressed-tensors run as they are stored, by the package: the same outputs, the same bytes."""

from __future__ import annotations

import copy
import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from frameworks.torch import tiny
from quantization.compressing import CASES, a_model, config_of, packed
from safetensors.torch import load_file, save_file

import loadstone
from loadstone.errors import ArgumentError, FrameworkNotInstalled, InvalidConfig, SaveError
from loadstone.frameworks.torch.quantized.libraries.compressed_tensors import CompressedLinear

Auto: Any = loadstone.AutoModelForCausalLM
SIZES: dict[str, Any] = dict(hidden_size=64, intermediate_size=128)
TOKEN: dict[str, Any] = {"num_bits": 8, "type": "int", "strategy": "token", "dynamic": True, "symmetric": True}
ACTIVATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "W8A8 int8": ("int8 rows", {"input_activations": TOKEN}),
    "W8A8 int8, zeros": ("int8 rows", {"input_activations": TOKEN | {"symmetric": False}}),
    "W8A8 float8": ("float8 rows", {"input_activations": TOKEN | {"type": "float"}}),
    "W8A8 float8 static": (
        "float8",
        {"input_activations": {"num_bits": 8, "type": "float", "strategy": "tensor", "dynamic": False}},
    ),
    "W8A8 int8 static, zeros": (
        "int8",
        {"input_activations": {"num_bits": 8, "type": "int", "strategy": "tensor", "symmetric": False}},
    ),
    "W4A8": ("packed int4", {"input_activations": TOKEN}),
    "float8 blocks, groups": (
        "float8 blocks",
        {"input_activations": {"num_bits": 8, "type": "float", "strategy": "group", "group_size": 16, "dynamic": True}},
    ),
    "W4A4": (
        "NVFP4",
        {
            "input_activations": {
                **{"num_bits": 4, "type": "float", "strategy": "tensor_group", "group_size": 16, "dynamic": "local"},
                "scale_dtype": "torch.float8_e4m3fn",
            }
        },
    ),
    "outputs": (
        "int8 rows",
        {"output_activations": {"num_bits": 8, "type": "int", "strategy": "tensor", "dynamic": False}},
    ),
}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found: Path = tiny.saved(tiny.llama(**SIZES).to(torch.bfloat16), tmp_path_factory.mktemp("plain"))
    return found


def logits(model: Any) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = model(tiny.IDS).logits
    return found


def by_transformers(folder: Path, dtype: torch.dtype) -> torch.Tensor:
    return logits(transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=dtype))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32], ids=str)
@pytest.mark.parametrize("case", CASES)
def test_outputs_are_those_of_the_dequantized_model(case: str, dtype: torch.dtype, plain: Path, tmp_path: Path) -> None:
    a_model(plain, tmp_path, case, torch.bfloat16)
    found = logits(Auto.from_pretrained(tmp_path, torch_dtype=dtype))
    assert found.dtype is dtype
    # The package unpacks float4 and the like to bfloat16, whatever the dtype.
    in_between = torch.bfloat16 if case.startswith(("NVFP4", "MX")) else dtype
    expected = Auto.from_pretrained(tmp_path, dequantize=True, torch_dtype=in_between)
    assert torch.equal(found, logits(expected.to(dtype)))


PACKED_ZEROS = [
    case for case in CASES if "packed" in case and "zeros" in case and "whole" not in case and "un" not in case
]
"""With version 5.23 Transformers cannot load these: it expects zeros that are not packed."""


def test_what_is_not_compared_with_transformers_it_cannot_load(plain: Path, tmp_path: Path) -> None:
    for case in PACKED_ZEROS:
        a_model(plain, tmp_path, case, torch.bfloat16)
        with pytest.raises(RuntimeError, match="ignore_mismatched_sizes"):
            by_transformers(tmp_path, torch.bfloat16)


@pytest.mark.parametrize("case", sorted({*CASES, *ACTIVATIONS} - {*PACKED_ZEROS}))
def test_outputs_are_those_of_transformers(case: str, plain: Path, tmp_path: Path) -> None:
    name, activations = ACTIVATIONS.get(case, (case, {}))
    a_model(plain, tmp_path, name, torch.bfloat16, **activations)
    found = logits(Auto.from_pretrained(tmp_path))
    assert found.dtype is torch.bfloat16
    assert torch.equal(found, by_transformers(tmp_path, torch.bfloat16))


@pytest.mark.parametrize("case", ACTIVATIONS)
def test_activations_that_are_quantized_too_are_rounded_by_the_package(case: str, plain: Path, tmp_path: Path) -> None:
    name, activations = ACTIVATIONS[case]
    a_model(plain, tmp_path, name, torch.bfloat16, **activations)
    found = logits(Auto.from_pretrained(tmp_path))
    without = logits(Auto.from_pretrained(tmp_path, dequantize=True, torch_dtype=torch.bfloat16))
    assert not torch.equal(found, without)


@pytest.mark.parametrize("case", [*CASES, *ACTIVATIONS])
def test_saved_again_every_byte_is_as_it_was(case: str, plain: Path, tmp_path: Path) -> None:
    name, activations = ACTIVATIONS.get(case, (case, {}))
    a_model(plain, tmp_path / "one", name, torch.bfloat16, **activations)
    model = Auto.from_pretrained(tmp_path / "one")
    expected = logits(model)
    model.save_pretrained(tmp_path / "two")
    before, after = (load_file(tmp_path / each / "model.safetensors") for each in ("one", "two"))
    assert before.keys() == after.keys()
    for name, tensor in before.items():
        assert tensor.dtype is after[name].dtype and tensor.shape == after[name].shape, name
        assert tensor.view(-1).view(torch.uint8).equal(after[name].view(-1).view(torch.uint8)), name
    one, two = (json.loads((tmp_path / each / "config.json").read_text()) for each in ("one", "two"))
    assert one["quantization_config"] == two["quantization_config"]
    assert torch.equal(logits(Auto.from_pretrained(tmp_path / "two")), expected)
    if case in ACTIVATIONS:  # of the others, test_outputs_are_those_of_transformers reads the same bytes
        assert torch.equal(by_transformers(tmp_path / "two", torch.bfloat16), expected)


@pytest.fixture(scope="module")
def int4(plain: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("int4")
    a_model(plain, folder, "packed int4, zeros", torch.bfloat16)
    return folder


def test_a_forecast_and_the_footprint_are_the_bytes_of_the_file(int4: Path) -> None:
    model = Auto.from_pretrained(int4)
    stored = load_file(int4 / "model.safetensors")
    nbytes = sum(tensor.nbytes for tensor in stored.values())
    forecast = loadstone.plan(int4, device_map=None)
    assert forecast.bytes_by_device == {"cpu": nbytes} and forecast.peak_private_bytes == 0
    assert model.get_memory_footprint(return_buffers=False) == nbytes
    assert model.num_parameters() == forecast.parameters == Auto.from_pretrained(int4, dequantize=True).num_parameters()
    fill = next(stage for stage in model.load_report.stages if stage.name == "fill")
    assert fill.detail.startswith("100 % mapped")


def test_every_slot_has_a_source_and_every_part_its_place(int4: Path) -> None:
    model, told = Auto.from_pretrained(int4, output_loading_info=True)
    assert not told["missing_keys"] and not told["unexpected_keys"]
    assert set(model.state_dict()) == set(load_file(int4 / "model.safetensors"))
    assert not any(parameter.is_meta for parameter in model.parameters())
    layer = model.model.layers[0].mlp.up_proj
    assert isinstance(layer, torch.nn.Linear) and "compressed-tensors int4 in groups of 16" in repr(layer)


def test_a_device_map_by_size_counts_packed_bytes_and_the_disk_is_refused(int4: Path, tmp_path: Path) -> None:
    needed = loadstone.plan(int4, device_map=None).bytes_by_device["cpu"]
    model = Auto.from_pretrained(int4, device_map="auto", max_memory={"cpu": int(needed * 1.5)})
    assert set(model.hf_device_map.values()) == {"cpu"}
    places = {"model.embed_tokens": "cpu", "model.layers.0": "cpu", "model.layers.1": "disk"}
    places |= {"model.norm": "cpu", "model.rotary_emb": "cpu", "lm_head": "cpu"}
    with pytest.raises(ArgumentError, match="7 quantized weights on the disk"):
        Auto.from_pretrained(int4, device_map=places, offload_folder=tmp_path)


@pytest.mark.parametrize("case", ["packed int4, zeros", "packed int3, zeros", "float8 blocks", "int8 rows", "NVFP4"])
def test_rows_unpacked_some_at_a_time_are_those_unpacked_together(
    case: str, plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_model(plain, tmp_path, case, torch.bfloat16)
    model = Auto.from_pretrained(tmp_path)
    layer = model.model.layers[0].mlp.up_proj
    (_, whole), *none = layer._unpacked(torch.bfloat16)
    monkeypatch.setattr("loadstone.frameworks.torch.quantized.libraries.compressed_tensors._ELEMENTS", 1)
    pieces = list(layer._unpacked(torch.bfloat16))
    assert not none and len(pieces) > 1
    assert torch.equal(torch.cat([piece for _, piece in pieces]), whole)
    assert [start for start, _ in pieces] == [sum(len(p) for _, p in pieces[:n]) for n in range(len(pieces))]


def test_casts_and_copies_leave_the_stored_parts_as_they_are(int4: Path) -> None:
    model = Auto.from_pretrained(int4)
    before = {name: part.clone() for name, part in model.state_dict().items() if "weight_" in name}
    expected = logits(model)
    other = copy.deepcopy(model)
    other.to(torch.float32)
    for name, part in before.items():
        assert part.dtype is other.state_dict()[name].dtype and torch.equal(part, other.state_dict()[name]), name
    assert torch.equal(logits(other), logits(Auto.from_pretrained(int4, torch_dtype=torch.float32)))
    assert torch.equal(logits(other.to(torch.bfloat16)), expected)
    assert all(part.is_meta for part in other.to("meta").state_dict().values())


@pytest.mark.parametrize("case", ["packed int4, zeros", "W8A8 int8"])
def test_gradients_pass_through_packed_layers(case: str, plain: Path, tmp_path: Path) -> None:
    name, activations = ACTIVATIONS.get(case, (case, {}))
    a_model(plain, tmp_path, name, torch.bfloat16, **activations)
    model = Auto.from_pretrained(tmp_path, torch_dtype=torch.float32)
    layer = model.model.layers[0].mlp.up_proj
    x = torch.randn(2, 3, layer.in_features, requires_grad=True)
    found = layer(x)
    assert torch.equal(found.detach(), layer(x.detach()))
    found.square().sum().backward()
    weight = torch.cat([rows for _, rows in layer._unpacked(torch.float32)])
    torch.testing.assert_close(x.grad, 2 * found.detach() @ weight)
    assert not any(part.requires_grad for name, part in layer.named_parameters())


@pytest.mark.parametrize("case", ["packed int4, zeros", "float8 rows", "int8 rows"])
def test_adapters_train_on_it(case: str, plain: Path, tmp_path: Path) -> None:
    peft: Any = importlib.import_module("peft")
    a_model(plain, tmp_path, case, torch.bfloat16)
    model = Auto.from_pretrained(tmp_path, torch_dtype=torch.float32)
    expected = logits(model)
    made = peft.get_peft_model(model, peft.LoraConfig(target_modules=["q_proj", "up_proj"], r=2))
    assert torch.equal(logits(made), expected)
    made(tiny.IDS, labels=tiny.IDS).loss.backward()
    grads = [p.grad for name, p in made.named_parameters() if "lora_B" in name]
    assert len(grads) == 4 and all(grad is not None and grad.abs().sum() > 0 for grad in grads)


def test_a_missing_library_is_named_with_the_command_that_installs_it(
    int4: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    from loadstone.frameworks import registry

    def find(asked: str) -> Any:
        if asked.partition(".")[0] == "compressed_tensors":
            raise ModuleNotFoundError("No module named 'compressed_tensors'", name="compressed_tensors")
        return importlib.import_module(asked)

    monkeypatch.setattr(registry, "importlib", type("Importing", (), {"import_module": staticmethod(find)}))
    said = r"compressed-tensors, which is not installed.*loadstone\[compressed\].*dequantize=True"
    with pytest.raises(FrameworkNotInstalled, match=said):
        Auto.from_pretrained(int4)
    assert Auto.from_pretrained(int4, dequantize=True).dtype is torch.float32
    assert loadstone.plan(int4, device_map=None).parameters


@pytest.mark.parametrize("framework", ["Flax", "TF"])
def test_other_frameworks_refuse_and_offer_plain_weights(framework: str, int4: Path) -> None:
    with pytest.raises(InvalidConfig, match=r"PyTorch only[\s\S]*dequantize=True"):
        getattr(loadstone, f"{framework}AutoModelForCausalLM").from_pretrained(int4)


def test_only_safetensors_can_hold_it(int4: Path, tmp_path: Path) -> None:
    with pytest.raises(SaveError, match="safetensors only"):
        Auto.from_pretrained(int4).save_pretrained(tmp_path, safe_serialization=False)
    assert list(tmp_path.iterdir()) == []


def test_it_is_not_quantized_again_unasked(int4: Path) -> None:
    with pytest.raises(InvalidConfig, match="dequantize=True"):
        Auto.from_pretrained(int4, quantization_config=loadstone.TorchAoConfig("int8"))


Settings = dict[str, Any]
Tensors = dict[str, torch.Tensor]
UP = "model.layers.0.mlp.up_proj"
STATIC: dict[str, Any] = {"num_bits": 8, "type": "int", "strategy": "tensor", "dynamic": False}


def _group(settings: Settings, **changes: Any) -> None:
    settings["config_groups"]["group_0"] |= changes


REFUSED: dict[str, tuple[Callable[[Settings, Tensors], Any], str]] = {
    "quantized keys and values": (
        lambda settings, tensors: settings.update(kv_cache_scheme=STATIC),
        "'kv_cache_scheme': expected none: keys and values are not quantized",
    ),
    "scales of keys": (
        lambda settings, tensors: tensors.update({"model.layers.0.self_attn.k_scale": torch.ones(1)}),
        "k_scale': expected nothing beside weights",
    ),
    "activation order": (
        lambda settings, tensors: tensors.update({f"{UP}.weight_g_idx": 3 - torch.arange(64, dtype=torch.int32) // 16}),
        "no activation order, found model.layers.0.mlp.up_proj.weight_g_idx",
    ),
    "two ways for activations": (
        lambda settings, tensors: settings["config_groups"].update(
            other=settings["config_groups"]["group_0"] | {"input_activations": TOKEN}
        ),
        "two ways for compressed-tensors int4",
    ),
    "activations alone": (
        lambda settings, tensors: settings["config_groups"].update(other={"input_activations": TOKEN}),
        "expected weights in each group, found activations alone",
    ),
    "no scale of inputs": (
        lambda settings, tensors: _group(settings, input_activations=STATIC),
        "up_proj.input_scale: expected one value for all activations, found none",
    ),
    "many scales of inputs": (
        lambda settings, tensors: (
            _group(settings, input_activations=STATIC),
            tensors.update({f"{UP}.input_scale": torch.ones(1 << 10)}),
        ),
        "up_proj.input_scale: expected one value for all activations, found float32, shape \\(1024,\\)",
    ),
    "no object": (lambda settings, tensors: _group(settings, input_activations=[8]), "'input_activations'.*an object"),
    "a strategy of rows": (
        lambda settings, tensors: _group(settings, input_activations=TOKEN | {"strategy": "channel"}),
        "what compressed-tensors can compute with",
    ),
    "bits": (
        lambda settings, tensors: _group(settings, input_activations=TOKEN | {"num_bits": "eight"}),
        "what compressed-tensors can compute with",
    ),
    "bits without end": (
        lambda settings, tensors: _group(settings, output_activations=TOKEN | {"num_bits": 1 << 40}),
        "what compressed-tensors can compute with",
    ),
    "groups that do not fit": (
        lambda settings, tensors: _group(
            settings, input_activations=TOKEN | {"strategy": "group", "group_size": 7, "type": "float"}
        ),
        "what compressed-tensors can compute with",
    ),
    "huge groups": (
        lambda settings, tensors: _group(
            settings, input_activations=TOKEN | {"strategy": "group", "group_size": 1 << 62}
        ),
        "what compressed-tensors can compute with",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_run_is_named_and_plain_weights_are_offered(case: str, int4: Path, tmp_path: Path) -> None:
    change, said = REFUSED[case]
    config = json.loads((int4 / "config.json").read_text())
    tensors = load_file(int4 / "model.safetensors")
    change(config["quantization_config"], tensors)
    (tmp_path / "config.json").write_text(json.dumps(config))
    save_file(tensors, tmp_path / "model.safetensors", {"format": "pt"})
    with pytest.raises(InvalidConfig, match=said) as caught:
        Auto.from_pretrained(tmp_path)
    assert "dequantize=True" in str(caught.value)
    assert Auto.from_pretrained(tmp_path, dequantize=True).dtype is torch.float32


def test_weights_that_were_only_calibrated_do_not_run_packed(plain: Path, tmp_path: Path) -> None:
    a_model(plain, tmp_path, "packed int4", torch.bfloat16)
    for name in ("model.safetensors",):
        (tmp_path / name).write_bytes((plain / name).read_bytes())
    with pytest.raises(InvalidConfig, match=r"no weight is quantized[\s\S]*dequantize=True"):
        Auto.from_pretrained(tmp_path)


def test_weights_of_layers_that_are_not_linear_are_refused(plain: Path, tmp_path: Path) -> None:
    a_model(plain, tmp_path, "int8 rows", torch.bfloat16)
    tensors = load_file(tmp_path / "model.safetensors")
    tensors["model.embed_tokens.weight"] = torch.ones(64, 64, dtype=torch.int8)
    tensors["model.embed_tokens.weight_scale"] = torch.ones(64, 1, dtype=torch.bfloat16)
    save_file(tensors, tmp_path / "model.safetensors", {"format": "pt"})
    with pytest.raises(InvalidConfig, match=r"embed_tokens.weight: expected a linear layer's[\s\S]*dequantize=True"):
        Auto.from_pretrained(tmp_path)


@pytest.mark.parametrize(
    ("class_name", "family", "weights", "said"),
    [
        (
            "GPT2LMHeadModel",
            "gpt2",
            ("c_attn.weight", "c_fc.weight", "c_proj.weight"),
            r"c_fc.weight: .*\(inputs, outputs",
        ),
        (
            "MixtralForCausalLM",
            "mixtral",
            (".w1.weight", ".w2.weight", ".w3.weight"),
            "experts.down_proj: .*stacked experts",
        ),
        ("Phi3ForCausalLM", "phi3", ("qkv_proj.weight",), ""),
    ],
    ids=["inputs first", "experts", "joined"],
)
def test_weights_that_the_model_has_in_another_form_are_refused_by_name(
    class_name: str, family: str, weights: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    sizes = {} if family == "gpt2" else {**SIZES, "pad_token_id": 0}
    whole = tiny.saved(tiny.model(class_name, family, **sizes), tmp_path)
    tensors = load_file(whole / "model.safetensors")
    format, scheme = CASES["int8 rows"]
    for name in [name for name in tensors if name.endswith(weights)]:
        weight = tensors.pop(name)
        parts, _ = packed(weight.T.contiguous() if family == "gpt2" else weight, format, scheme)
        tensors |= {name.removesuffix("weight") + leaf: part.contiguous() for leaf, part in parts.items()}
    save_file(tensors, tmp_path / "model.safetensors", {"format": "pt"})
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"quantization_config": config_of(format, scheme)}))
    dequantized = logits(Auto.from_pretrained(tmp_path, dequantize=True))
    if said:
        for load in (Auto.from_pretrained, loadstone.plan):
            with pytest.raises(InvalidConfig, match=rf"{said}[\s\S]*dequantize=True"):
                load(tmp_path)
    else:  # the model joins them as the file does
        assert torch.equal(logits(Auto.from_pretrained(tmp_path)), dequantized)


def test_scales_of_another_dtype_are_used_as_they_are_stored(plain: Path, tmp_path: Path) -> None:
    a_model(plain, tmp_path, "packed int4, zeros", torch.float32)
    expected = Auto.from_pretrained(tmp_path, dequantize=True, torch_dtype=torch.bfloat16)
    assert torch.equal(logits(Auto.from_pretrained(tmp_path, torch_dtype=torch.bfloat16)), logits(expected))


def test_a_bare_model_runs_packed_and_is_saved_under_its_own_names(int4: Path, tmp_path: Path) -> None:
    bare = loadstone.AutoModel.from_pretrained(int4)
    bare.save_pretrained(tmp_path)
    again: Any = loadstone.AutoModel.from_pretrained(tmp_path, lazy=True)
    with torch.no_grad():
        assert torch.equal(again(tiny.IDS)[0], bare(tiny.IDS)[0])  # type: ignore[operator]
    names = {name.removeprefix("model.") for name in load_file(int4 / "model.safetensors")} - {"lm_head.weight"}
    assert set(load_file(tmp_path / "model.safetensors")) == names


def test_zeros_of_a_symmetric_scheme_count_as_they_do_when_dequantized(plain: Path, tmp_path: Path) -> None:
    a_model(plain, tmp_path, "int8 rows, zeros", torch.bfloat16)
    config = json.loads((tmp_path / "config.json").read_text())
    config["quantization_config"]["config_groups"]["group_0"]["weights"]["symmetric"] = True
    (tmp_path / "config.json").write_text(json.dumps(config))
    plain_model = Auto.from_pretrained(tmp_path, dequantize=True, torch_dtype=torch.bfloat16)
    assert torch.equal(logits(Auto.from_pretrained(tmp_path)), logits(plain_model))


def test_layers_of_one_group_share_one_scheme_and_lose_their_weight(int4: Path) -> None:
    layers = [each for each in Auto.from_pretrained(int4).modules() if isinstance(each, CompressedLinear)]
    assert len(layers) == 14 and len({id(each.quantization_scheme) for each in layers}) == 1
    assert all("weight" not in each._parameters for each in layers)
