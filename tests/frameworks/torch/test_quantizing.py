"""Quantizing while loading: the numbers that the library gives, packed sizes that are known before, saved as it is."""

from __future__ import annotations

import importlib
import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from frameworks.torch import tiny
from safetensors import safe_open
from torch import nn

import loadstone
from loadstone import TorchAoConfig
from loadstone.errors import (
    ArgumentError,
    CorruptCheckpoint,
    FrameworkNotInstalled,
    InvalidConfig,
    LoadstoneError,
    SaveError,
)

Auto: Any = loadstone.AutoModelForCausalLM
SIZES: dict[str, Any] = dict(hidden_size=64, intermediate_size=128)

CONFIGS = tiny.QUANTIZING
LINEAR = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found: Path = tiny.saved(tiny.llama(**SIZES).to(torch.bfloat16), tmp_path_factory.mktemp("plain"))
    return found


def logits(model: Any) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = model(tiny.IDS).logits
    return found


def quantized_by_library(folder: Path, name: str, dtype: torch.dtype = torch.bfloat16) -> Any:
    """The model loaded whole, and then quantized by the library's own means."""
    model = Auto.from_pretrained(folder, torch_dtype=dtype)
    if name in ("int8", "float8", "int4"):
        ao = importlib.import_module("torchao.quantization")
        int4 = importlib.import_module("torchao.prototype.quantization.int4")
        config = {
            "int8": lambda: ao.Int8WeightOnlyConfig(set_inductor_config=False),
            "float8": lambda: ao.Float8WeightOnlyConfig(set_inductor_config=False),
            "int4": lambda: int4.PrototypeInt4WeightOnlyConfig(group_size=32, set_inductor_config=False),
        }[name]()
        ao.quantize_(model.model, config)
        return model
    layers: Any = importlib.import_module("bitsandbytes.nn")
    for path, old in list(model.model.named_modules()):
        if isinstance(old, nn.Linear):
            parent, _, leaf = path.rpartition(".")
            setattr(model.model.get_submodule(parent), leaf, by_bitsandbytes(layers, old, name, dtype).eval())
    return model


def by_bitsandbytes(layers: Any, old: nn.Linear, name: str, dtype: torch.dtype) -> Any:
    sizes = (old.in_features, old.out_features)
    if name == "bnb-int8":
        layer = layers.Linear8bitLt(*sizes, bias=False, has_fp16_weights=False, threshold=6.0)
        layer.weight = layers.Int8Params(old.weight.detach().clone(), requires_grad=False).to("cpu")
        return layer
    kind, double = ("fp4" if name == "fp4" else "nf4"), name == "nf4-double"
    layer = layers.Linear4bit(*sizes, bias=False, compute_dtype=dtype, compress_statistics=double, quant_type=kind)
    layer.support_avx512bf16_for_cpu = False  # as ours: the library's repacking rounds the scales
    layer.weight = layers.Params4bit(
        old.weight.detach().clone(), requires_grad=False, compress_statistics=double, quant_type=kind, module=layer
    ).to("cpu")
    return layer


@pytest.mark.parametrize("name", CONFIGS)
def test_outputs_equal_those_of_the_model_that_the_library_quantized_whole(name: str, plain: Path) -> None:
    model = Auto.from_pretrained(plain, quantization_config=CONFIGS[name])
    assert model.dtype is torch.bfloat16
    assert torch.equal(logits(model), logits(quantized_by_library(plain, name)))


@pytest.mark.parametrize("name", ["int8", "nf4"])
def test_weights_are_rounded_to_the_dtype_asked_for_before_they_are_quantized(name: str, tmp_path: Path) -> None:
    folder = tiny.saved(tiny.llama(**SIZES), tmp_path)
    model = Auto.from_pretrained(folder, quantization_config=CONFIGS[name], torch_dtype=torch.bfloat16)
    assert torch.equal(logits(model), logits(quantized_by_library(folder, name)))


def test_int4_of_torchao_runs_on_the_cpu_and_says_that_it_cannot_be_saved(plain: Path, tmp_path: Path) -> None:
    kind = {"_type": "PrototypeInt4WeightOnlyConfig", "_data": {"group_size": 32}}
    model = Auto.from_pretrained(plain, quantization_config=TorchAoConfig(kind))
    assert torch.equal(logits(model), logits(quantized_by_library(plain, "int4")))
    with pytest.raises(SaveError, match="Int4OpaqueTensor"):
        model.save_pretrained(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_rows_quantized_some_at_a_time_are_those_quantized_together(
    monkeypatch: pytest.MonkeyPatch, plain: Path
) -> None:
    from loadstone.frameworks.torch.quantized.libraries import torchao as torchao_weights

    monkeypatch.setattr(torchao_weights, "_ELEMENTS", 7 * 64)
    for name in ("int8", "float8"):
        model = Auto.from_pretrained(plain, quantization_config=CONFIGS[name])
        assert torch.equal(logits(model), logits(quantized_by_library(plain, name)))


@pytest.mark.parametrize("name", CONFIGS)
def test_embeddings_heads_and_modules_named_are_left_alone(name: str, plain: Path) -> None:
    asked = CONFIGS[name].to_dict()
    key = "modules_to_not_convert" if asked["quant_method"] == "torchao" else "llm_int8_skip_modules"
    model = Auto.from_pretrained(plain, quantization_config=asked | {key: ["o_proj", "model.layers.1.mlp"]})
    for path, module in model.named_modules():
        if isinstance(module, nn.Linear):
            is_plain = type(module.weight) is nn.Parameter
            assert is_plain == (path.endswith(("o_proj", "lm_head")) or path.startswith("model.layers.1.mlp")), path
    assert type(model.model.embed_tokens.weight) is nn.Parameter
    left = model.config.quantization_config[key]
    assert "lm_head" in left and "model.layers.0.self_attn.o_proj" in left and "model.layers.1.mlp.up_proj" in left


@pytest.mark.parametrize("name", CONFIGS)
def test_saved_packed_it_loads_again_to_the_same_outputs(name: str, plain: Path, tmp_path: Path) -> None:
    model = Auto.from_pretrained(plain, quantization_config=CONFIGS[name])
    expected = logits(model)
    model.save_pretrained(tmp_path / "one", max_shard_size=30_000)
    again = Auto.from_pretrained(tmp_path / "one")
    assert torch.equal(logits(again), expected)
    again.save_pretrained(tmp_path / "two")  # after a forward pass, from views of the first files
    assert torch.equal(logits(Auto.from_pretrained(tmp_path / "two")), expected)
    assert torch.equal(logits(again), expected)
    told = json.loads((tmp_path / "two" / "config.json").read_text())
    assert told["quantization_config"]["quant_method"] == CONFIGS[name].to_dict()["quant_method"]
    assert told["torch_dtype"] == "bfloat16"


@pytest.mark.parametrize("name", CONFIGS)
def test_transformers_loads_what_was_saved(name: str, plain: Path, tmp_path: Path) -> None:
    model = Auto.from_pretrained(plain, quantization_config=CONFIGS[name])
    model.save_pretrained(tmp_path)
    peer: Any = transformers.AutoModelForCausalLM.from_pretrained(tmp_path, dtype="auto")
    for path in ("model.layers.0.mlp.up_proj", "model.layers.1.self_attn.k_proj", "lm_head"):
        mine, theirs = model.get_submodule(path), peer.get_submodule(path)
        assert type(mine.weight) is type(theirs.weight), path
    for module in peer.modules():
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False
    assert torch.equal(logits(peer), logits(model))


@pytest.mark.parametrize("name", CONFIGS)
def test_what_transformers_saved_runs_as_it_is_stored(name: str, plain: Path, tmp_path: Path) -> None:
    given = CONFIGS[name].to_dict()
    if given.pop("quant_method") == "torchao":
        ao = importlib.import_module("torchao.quantization")
        kind = ao.Int8WeightOnlyConfig if name == "int8" else ao.Float8WeightOnlyConfig
        config: Any = transformers.TorchAoConfig(kind(set_inductor_config=False))
    else:
        bits_config: Any = transformers.BitsAndBytesConfig
        config = bits_config(**given | {"bnb_4bit_compute_dtype": "bfloat16"})
    peer: Any = transformers.AutoModelForCausalLM.from_pretrained(
        plain, dtype=torch.bfloat16, quantization_config=config
    )
    peer.save_pretrained(tmp_path)
    found = Auto.from_pretrained(tmp_path)
    for module in peer.modules():
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False
    assert torch.equal(logits(found), logits(peer))
    assert torch.equal(logits(Auto.from_pretrained(plain, quantization_config=config)), logits(peer))


@pytest.mark.parametrize("name", CONFIGS)
def test_a_forecast_knows_the_packed_sizes_before_and_after(name: str, plain: Path, tmp_path: Path) -> None:
    config = CONFIGS[name]
    model = Auto.from_pretrained(plain, quantization_config=config)
    found = loadstone.plan(plain, device_map=None, quantization_config=config)
    buffers = sum(buffer.nbytes for buffer in model.buffers())
    assert found.bytes_by_device == {"cpu": model.get_memory_footprint() - buffers}
    assert found.parameters == sum(p.numel() for p in Auto.from_pretrained(plain).parameters())
    model.save_pretrained(tmp_path)
    stored = loadstone.plan(tmp_path, device_map=None)
    with safe_open(tmp_path / "model.safetensors", "pt") as file:
        stored_names = list(file.keys())
        names = [each for each in stored_names if "quant_state" not in each and not each.endswith("weight_format")]
        assert stored.bytes_by_device == {"cpu": sum(file.get_tensor(each).nbytes for each in names)}
    assert stored.peak_private_bytes == 0


def test_packed_weights_of_a_saved_model_are_views_of_its_files(plain: Path, tmp_path: Path) -> None:
    Auto.from_pretrained(plain, quantization_config=CONFIGS["int8"]).save_pretrained(tmp_path)
    report = Auto.from_pretrained(tmp_path).load_report
    fill = next(stage for stage in report.stages if stage.name == "fill")
    assert fill.detail.startswith("100 % mapped")


def test_a_config_may_be_a_dict_ours_or_any_with_to_dict(plain: Path) -> None:
    ao = importlib.import_module("torchao.quantization")
    same = [
        TorchAoConfig("int8"),
        TorchAoConfig(ao.Int8WeightOnlyConfig()),
        transformers.TorchAoConfig(ao.Int8WeightOnlyConfig()),
        {"quant_method": "torchao", "quant_type": "int8_weight_only"},
        TorchAoConfig("Int8WeightOnlyConfig").to_dict(),
    ]
    expected = logits(quantized_by_library(plain, "int8"))
    for config in same:
        assert torch.equal(logits(Auto.from_pretrained(plain, quantization_config=config)), expected)
    peer = transformers.BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype="bfloat16"
    )
    expected = logits(quantized_by_library(plain, "nf4"))
    for bits in (peer, peer.to_dict(), {"load_in_4bit": True}):
        assert torch.equal(logits(Auto.from_pretrained(plain, quantization_config=bits)), expected)


NONSENSE: dict[str, tuple[Any, str]] = {
    "no config": (7, "expected loadstone.TorchAoConfig"),
    "method": ({"quant_method": "gptq"}, "'gptq'.*'bitsandbytes' and 'torchao'"),
    "type": ({"quant_method": "torchao", "quant_type": "int3"}, "'int3', expected one of int8"),
    "no type": ({"quant_method": "torchao"}, "quant_type is None"),
    "not a type": ({"quant_method": "torchao", "quant_type": {"_type": "quantize_", "_data": {}}}, "'quantize_'"),
    "group": (
        {"quant_method": "torchao", "quant_type": {"_type": "Int4WeightOnlyConfig", "_data": {"group_size": -1}}},
        "group_size -1",
    ),
    "argument": (
        {"quant_method": "torchao", "quant_type": {"_type": "Int8WeightOnlyConfig", "_data": {"bits": 3}}},
        "torchao does not take",
    ),
    "nested": (
        {
            "quant_method": "torchao",
            "quant_type": {"_type": "Int8WeightOnlyConfig", "_data": {"granularity": {"_type": "system", "_data": {}}}},
        },
        "granularity",
    ),
    "key": ({"load_in_4bit": True, "bits": 4}, "has bits, which is unknown"),
    "both": ({"load_in_4bit": True, "load_in_8bit": True}, "load_in_4bit=True or load_in_8bit=True"),
    "neither": ({"quant_method": "bitsandbytes"}, "load_in_4bit=True or load_in_8bit=True"),
    "4-bit type": ({"load_in_4bit": True, "bnb_4bit_quant_type": "nf5"}, "'nf5', expected 'nf4' or 'fp4'"),
    "compute": ({"load_in_4bit": True, "bnb_4bit_compute_dtype": "int8"}, "bnb_4bit_compute_dtype='int8'"),
    "names": ({"load_in_4bit": True, "llm_int8_skip_modules": "lm_head"}, "expected a list of names"),
    "name": ({"load_in_4bit": True, "llm_int8_skip_modules": [3]}, "the name of a module"),
    "pattern": ({"load_in_4bit": True, "llm_int8_skip_modules": ["("]}, "no module's name"),
    "embeddings": (
        {"quant_method": "torchao", "quant_type": "int8", "include_input_output_embeddings": True},
        "embeddings and heads are left alone",
    ),
    "nothing left": ({"load_in_4bit": True, "llm_int8_skip_modules": ["model"]}, "no linear layer"),
}


@pytest.mark.parametrize("case", NONSENSE)
def test_a_config_that_makes_no_sense_is_refused_and_says_what_is_known(case: str, plain: Path) -> None:
    config, said = NONSENSE[case]
    with pytest.raises(ArgumentError, match=said):
        Auto.from_pretrained(plain, quantization_config=config)


def test_int4_for_accelerators_is_refused_on_the_cpu_and_names_what_runs_there(plain: Path) -> None:
    with pytest.raises(ArgumentError, match=r"needs an accelerator.*PrototypeInt4WeightOnlyConfig.*load_in_4bit"):
        Auto.from_pretrained(plain, quantization_config=TorchAoConfig("int4"))


def test_a_dtype_that_bitsandbytes_does_not_know_is_refused(plain: Path) -> None:
    with pytest.raises(ArgumentError, match="float64"):
        Auto.from_pretrained(plain, quantization_config=CONFIGS["nf4"], torch_dtype=torch.float64)


@pytest.mark.parametrize(("package", "name"), [("torchao", "int8"), ("bitsandbytes", "nf4")])
def test_a_missing_library_is_named_with_the_command_that_installs_it(
    package: str, name: str, plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Auto.from_pretrained(plain, quantization_config=CONFIGS[name]).save_pretrained(tmp_path)

    from loadstone.frameworks import registry

    def find(asked: str) -> Any:
        if asked.partition(".")[0] == package:
            raise ModuleNotFoundError(f"No module named {package!r}", name=package)
        return importlib.import_module(asked)

    monkeypatch.setattr(registry, "importlib", type("Importing", (), {"import_module": staticmethod(find)}))
    with pytest.raises(FrameworkNotInstalled, match=rf"{package}, which is not installed.*loadstone\[quantized\]"):
        Auto.from_pretrained(plain, quantization_config=CONFIGS[name])
    with pytest.raises(FrameworkNotInstalled, match=rf"{package}.*dequantize=True"):
        Auto.from_pretrained(tmp_path)
    assert Auto.from_pretrained(tmp_path, dequantize=True).dtype is torch.float32


@pytest.mark.parametrize("framework", ["Flax", "TF"])
def test_other_frameworks_refuse_and_offer_plain_weights(framework: str, plain: Path, tmp_path: Path) -> None:
    auto = getattr(loadstone, f"{framework}AutoModelForCausalLM")
    with pytest.raises(ArgumentError, match="quantization_config= is for PyTorch models"):
        auto.from_pretrained(plain, quantization_config=CONFIGS["int8"])
    Auto.from_pretrained(plain, quantization_config=CONFIGS["int8"]).save_pretrained(tmp_path)
    with pytest.raises(InvalidConfig, match=r"PyTorch only[\s\S]*dequantize=True"):
        auto.from_pretrained(tmp_path)


def test_what_is_quantized_already_is_not_quantized_again_unasked(plain: Path, tmp_path: Path) -> None:
    Auto.from_pretrained(plain, quantization_config=CONFIGS["int8"]).save_pretrained(tmp_path)
    with pytest.raises(InvalidConfig, match="dequantize=True"):
        Auto.from_pretrained(tmp_path, quantization_config=CONFIGS["nf4"])
    again = Auto.from_pretrained(tmp_path, quantization_config=CONFIGS["int8"], dequantize=True)
    torch.testing.assert_close(
        logits(again), logits(Auto.from_pretrained(plain, torch_dtype="auto")), atol=0.05, rtol=0
    )


def test_quantized_weights_on_the_disk_are_refused_before_anything_is_read(plain: Path, tmp_path: Path) -> None:
    places = {"model.embed_tokens": "cpu", "model.layers.0": "cpu", "model.layers.1": "disk"}
    places |= {"model.norm": "cpu", "model.rotary_emb": "cpu", "lm_head": "cpu"}
    with pytest.raises(ArgumentError, match="7 quantized weights on the disk"):
        Auto.from_pretrained(plain, quantization_config=CONFIGS["int8"], device_map=places, offload_folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_device_map_by_size_counts_packed_bytes(plain: Path) -> None:
    config = CONFIGS["nf4"]
    needed = loadstone.plan(plain, device_map=None, quantization_config=config).bytes_by_device["cpu"]
    whole = loadstone.plan(plain, device_map=None, dtype="auto").bytes_by_device["cpu"]
    assert needed < whole / 2
    room = {"cpu": int(needed * 1.5)}
    model = Auto.from_pretrained(plain, quantization_config=config, device_map="auto", max_memory=room)
    assert set(model.hf_device_map.values()) == {"cpu"}


def test_only_safetensors_can_hold_it(plain: Path, tmp_path: Path) -> None:
    model = Auto.from_pretrained(plain, quantization_config=CONFIGS["int8"])
    with pytest.raises(SaveError, match="safetensors only"):
        model.save_pretrained(tmp_path, safe_serialization=False)
    assert list(tmp_path.iterdir()) == []


def test_numbers_from_a_state_dict_and_split_or_joined_projections_are_quantized_too(tmp_path: Path) -> None:
    made = tiny.model("Phi3ForCausalLM", "phi3", pad_token_id=0, **SIZES).to(torch.bfloat16)
    folder = tiny.saved(made, tmp_path)
    state = {name: tensor.clone() for name, tensor in made.state_dict().items()}
    one = Auto.from_pretrained(folder, quantization_config=CONFIGS["int8"])
    other = Auto.from_pretrained(None, config=made.config, state_dict=state, quantization_config=CONFIGS["int8"])
    assert torch.equal(logits(one), logits(other))
    whole = Auto.from_pretrained(folder, torch_dtype=torch.bfloat16)
    ao = importlib.import_module("torchao.quantization")
    ao.quantize_(whole.model, ao.Int8WeightOnlyConfig(set_inductor_config=False))
    assert torch.equal(logits(one), logits(whole))


def test_threads_that_quantize_at_once_leave_no_global_switch_changed(plain: Path) -> None:
    inductor = importlib.import_module("torch._inductor.config")
    before = dict(inductor.get_config_copy()) if hasattr(inductor, "get_config_copy") else inductor.shallow_copy_dict()
    precision, default = torch.get_float32_matmul_precision(), torch.get_default_dtype()
    expected = {name: logits(quantized_by_library(plain, name)) for name in CONFIGS}
    found: dict[str, torch.Tensor] = {}

    def load(name: str) -> None:
        found[name] = logits(Auto.from_pretrained(plain, quantization_config=CONFIGS[name]))

    threads = [threading.Thread(target=load, args=(name,)) for name in CONFIGS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {name: torch.equal(found[name], expected[name]) for name in CONFIGS} == dict.fromkeys(CONFIGS, True)
    after = dict(inductor.get_config_copy()) if hasattr(inductor, "get_config_copy") else inductor.shallow_copy_dict()
    assert after == before
    assert (torch.get_float32_matmul_precision(), torch.get_default_dtype()) == (precision, default)


def changed(folder: Path, to: Path, name: str, note: Mapping[str, Any]) -> Path:
    """A copy of a one-file checkpoint whose metadata say something else of one tensor."""
    from safetensors.torch import load_file, save_file

    with safe_open(folder / "model.safetensors", "pt") as file:
        metadata = dict(file.metadata())
    to.mkdir()
    save_file(load_file(folder / "model.safetensors"), to / "model.safetensors", metadata | {name: json.dumps(note)})
    (to / "config.json").write_text((folder / "config.json").read_text())
    return to


@pytest.mark.parametrize(
    "note",
    [
        {"_type": "Int8Tensor", "_data": {"block_size": [1, 64]}},
        {"_type": "Int8Tensor", "_data": {"block_size": [0, 64], "dtype": {"_type": "torch.dtype", "_data": "load"}}},
        {"_type": "os.system", "_data": {}},
        {
            "_type": "Int8Tensor",
            "_data": {
                "block_size": [1, 64],
                "dtype": {"_type": "torch.dtype", "_data": "bfloat16"},
                "act_quant_kwargs": {"_type": "system", "_data": {}},
            },
            "_tensor_data_names": ["qdata", "scale", "zero_point"],
        },
    ],
    ids=["no dtype", "dtype", "type", "nested type"],
)
def test_metadata_that_make_no_sense_are_our_errors(note: Mapping[str, Any], plain: Path, tmp_path: Path) -> None:
    Auto.from_pretrained(plain, quantization_config=CONFIGS["int8"]).save_pretrained(tmp_path / "good")
    folder = changed(tmp_path / "good", tmp_path / "bad", "model.layers.0.self_attn.q_proj.weight", note)
    with pytest.raises((CorruptCheckpoint, LoadstoneError), match="q_proj"):
        Auto.from_pretrained(folder)
