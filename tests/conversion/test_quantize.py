"""``convert`` quantizes: the files that a model quantized while it is loaded would save, without that model."""

from __future__ import annotations

import errno
import gc
import importlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from frameworks.torch import tiny
from peaks import WATCHING
from pipeline.test_quantized_checkpoint import FP8, to_blocks
from quantization.stored import Tensors, quantized
from safetensors.torch import load_file, save_file

import loadstone
from loadstone import BitsAndBytesConfig, TorchAoConfig
from loadstone.conversion import quantize as quantizing
from loadstone.errors import (
    ArgumentError,
    CorruptCheckpoint,
    FrameworkNotInstalled,
    InvalidConfig,
    LoadstoneError,
    MissingTensors,
    SaveError,
    ShapeMismatch,
    UnsupportedDType,
)

Auto: Any = loadstone.AutoModelForCausalLM
SIZES: dict[str, Any] = dict(hidden_size=64, intermediate_size=128)
CONFIGS = tiny.QUANTIZING


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
    """What the model that is quantized while it is loaded saves."""
    Auto.from_pretrained(source, quantization_config=config, **options).save_pretrained(folder)
    return folder


def assert_same_file(one: Path, other: Path) -> None:
    assert (one / "model.safetensors").read_bytes() == (other / "model.safetensors").read_bytes()


def config_of(folder: Path) -> Any:
    return json.loads((folder / "config.json").read_text())


def with_config(source: Path, folder: Path, **changes: Any) -> Path:
    """The same weights beside a config in which some keys are others, or are gone."""
    folder.mkdir()
    (folder / "model.safetensors").symlink_to(source / "model.safetensors")
    kept = {name: value for name, value in (config_of(source) | changes).items() if value is not None}
    (folder / "config.json").write_text(json.dumps(kept))
    return folder


# The same as saving the model


@pytest.mark.parametrize("name", CONFIGS)
def test_the_file_is_byte_for_byte_the_one_that_the_quantized_model_saves(
    name: str, plain: Path, tmp_path: Path
) -> None:
    made = loadstone.convert(plain, tmp_path / "made", quantization_config=CONFIGS[name], verify=True)
    expected = saved(plain, tmp_path / "saved", CONFIGS[name])
    assert_same_file(tmp_path / "made", expected)
    told, other = config_of(tmp_path / "made"), config_of(expected)
    assert told["quantization_config"] == other["quantization_config"]
    assert told["torch_dtype"] == other["torch_dtype"] == "bfloat16"
    assert len(made.quantized) == 14 and made.is_verified and not made.rounded and not made.unpacked
    assert (tmp_path / "made" / "tokenizer.json").exists()


@pytest.mark.parametrize("name", CONFIGS)
def test_it_loads_to_the_same_outputs_here_and_in_transformers_from_shards_too(
    name: str, plain: Path, tmp_path: Path
) -> None:
    import transformers

    loadstone.convert(plain, tmp_path, quantization_config=CONFIGS[name], max_shard_size="30kB")
    assert len(list(tmp_path.glob("model-*.safetensors"))) > 2
    expected = logits(Auto.from_pretrained(plain, quantization_config=CONFIGS[name]))
    assert torch.equal(logits(Auto.from_pretrained(tmp_path)), expected)
    peer: Any = transformers.AutoModelForCausalLM.from_pretrained(tmp_path, dtype="auto")
    for module in peer.modules():
        if hasattr(module, "support_avx512bf16_for_cpu"):  # else the library repacks NF4, and rounds the scales
            module.support_avx512bf16_for_cpu = False
    assert torch.equal(logits(peer), expected)


@pytest.mark.parametrize("name", ["int8", "nf4"])
def test_everything_is_rounded_to_the_dtype_asked_for_first(name: str, tmp_path: Path) -> None:
    source = tiny.saved(tiny.llama(**SIZES), tmp_path / "source")
    made = loadstone.convert(source, tmp_path / "made", quantization_config=CONFIGS[name], dtype="float16", verify=True)
    assert_same_file(tmp_path / "made", saved(source, tmp_path / "saved", CONFIGS[name], torch_dtype=torch.float16))
    assert config_of(tmp_path / "made")["torch_dtype"] == "float16"
    assert "model.norm.weight" in made.rounded and not set(made.rounded) & set(made.quantized)


def test_the_dtype_is_the_configs_where_none_is_asked_for(tmp_path: Path) -> None:
    source = tiny.saved(tiny.llama(**SIZES), tmp_path / "wide")
    source = with_config(source, tmp_path / "source", torch_dtype="bfloat16")
    loadstone.convert(source, tmp_path / "made", quantization_config=CONFIGS["int8"])
    assert_same_file(tmp_path / "made", saved(source, tmp_path / "saved", CONFIGS["int8"]))
    assert load_file(tmp_path / "made" / "model.safetensors")["model.norm.weight"].dtype is torch.bfloat16


@pytest.mark.parametrize("name", ["int8", "nf4"])
def test_modules_named_are_left_alone_and_the_config_lists_them(name: str, plain: Path, tmp_path: Path) -> None:
    key = "modules_to_not_convert" if name == "int8" else "llm_int8_skip_modules"
    asked = CONFIGS[name].to_dict() | {key: ["o_proj", "model.layers.1.mlp"]}
    made = loadstone.convert(plain, tmp_path / "made", quantization_config=asked)
    assert_same_file(tmp_path / "made", saved(plain, tmp_path / "saved", asked))
    assert len(made.quantized) == 14 - 2 - 3
    assert {"lm_head", "model.layers.1.mlp.up_proj"} <= set(config_of(tmp_path / "made")["quantization_config"][key])


# What is not one stored tensor for each slot


def test_fused_and_split_projections_are_quantized_as_the_model_has_them(tmp_path: Path) -> None:
    """Phi-3's stored apart, Llama's stored fused: neither is what the model has."""
    made = tiny.model("Phi3ForCausalLM", "phi3", pad_token_id=0, **SIZES).to(torch.bfloat16)
    fused = tiny.saved(made, tmp_path / "fused")
    tensors = load_file(fused / "model.safetensors")
    apart: Tensors = {}
    for name, tensor in tensors.items():
        if "gate_up_proj" in name:
            apart |= {
                name.replace("gate_up_proj", part): half.clone()
                for part, half in zip(("gate_proj", "up_proj"), tensor.chunk(2), strict=True)
            }
        else:
            apart[name] = tensor
    source = with_config(fused, tmp_path / "source")
    (source / "model.safetensors").unlink()
    save_file(apart, source / "model.safetensors")
    made_apart = loadstone.convert(source, tmp_path / "made", quantization_config=CONFIGS["int8"], verify=True)
    assert_same_file(tmp_path / "made", saved(fused, tmp_path / "saved", CONFIGS["int8"]))
    assert "model.layers.0.mlp.gate_up_proj.weight" in made_apart.quantized


def test_names_without_the_models_prefix_get_it_as_saving_gives_it(tmp_path: Path) -> None:
    whole = tiny.saved(tiny.bert(), tmp_path / "whole")
    source = with_config(whole, tmp_path / "source")
    tensors = load_file(whole / "model.safetensors")
    (source / "model.safetensors").unlink()
    save_file({name.removeprefix("bert."): each for name, each in tensors.items()}, source / "model.safetensors")
    loadstone.convert(source, tmp_path / "made", quantization_config=CONFIGS["int8"])
    loadstone.AutoModelForMaskedLM.from_pretrained(whole, quantization_config=CONFIGS["int8"]).save_pretrained(
        tmp_path / "saved"
    )
    assert_same_file(tmp_path / "made", tmp_path / "saved")


def test_what_the_model_has_no_place_for_is_kept_and_what_no_model_needs_is_not(plain: Path, tmp_path: Path) -> None:
    source = with_config(plain, tmp_path / "source")
    tensors = load_file(plain / "model.safetensors")
    more = {"extra.head.weight": torch.ones(3), "model.layers.0.self_attn.rotary_emb.inv_freq": torch.ones(8)}
    (source / "model.safetensors").unlink()
    save_file(tensors | more, source / "model.safetensors")
    loadstone.convert(source, tmp_path / "made", quantization_config=CONFIGS["int8"], verify=True)
    found = load_file(tmp_path / "made" / "model.safetensors")
    assert torch.equal(found["extra.head.weight"], more["extra.head.weight"])
    assert not [name for name in found if "inv_freq" in name]
    model = Auto.from_pretrained(plain, quantization_config=CONFIGS["int8"])
    assert torch.equal(logits(Auto.from_pretrained(tmp_path / "made")), logits(model))


@pytest.mark.parametrize("name", ["int8", "nf4"])
def test_a_gguf_file_is_unpacked_and_quantized(name: str, tmp_path: Path) -> None:
    from checkpoint.test_gguf_open import write

    write(tmp_path / "model.gguf")
    loadstone.convert(tmp_path / "model.gguf", tmp_path / "made", quantization_config=CONFIGS[name], verify=True)
    assert_same_file(tmp_path / "made", saved(tmp_path / "model.gguf", tmp_path / "saved", CONFIGS[name]))


@pytest.fixture(scope="module")
def fp8(plain: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fp8")
    quantized(plain, folder, FP8, to_blocks)
    return folder


def test_what_is_packed_already_is_quantized_anew_only_if_it_is_made_plain_first(fp8: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig, match=r"fp8[\s\S]*quantized again[\s\S]*--dequantize"):
        loadstone.convert(fp8, tmp_path / "made", quantization_config=CONFIGS["nf4"])
    assert os.listdir(tmp_path) == []
    loadstone.convert(fp8, tmp_path / "made", quantization_config=CONFIGS["nf4"], dequantize=True, verify=True)
    assert_same_file(tmp_path / "made", saved(fp8, tmp_path / "saved", CONFIGS["nf4"], dequantize=True))


# Refused, before anything is written


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"format": "pytorch"}, ArgumentError, "'safetensors' only"),
        ({"format": "msgpack"}, ArgumentError, "'safetensors' only"),
        ({"dtype": "float8_e4m3fn"}, ArgumentError, "compute dtype.*--quantize float8"),
        ({"quantization_config": "int8"}, ArgumentError, "TorchAoConfig"),
        ({"quantization_config": {"quant_method": "gptq"}}, ArgumentError, "'gptq'"),
        ({"quantization_config": BitsAndBytesConfig()}, ArgumentError, "load_in_4bit"),
        ({"quantization_config": TorchAoConfig("int8", ["("])}, ArgumentError, "no module's name"),
        ({"quantization_config": TorchAoConfig("int8", ["layers", ".*layers"])}, ArgumentError, "no linear layer"),
        ({"quantization_config": BitsAndBytesConfig(load_in_4bit=True), "dtype": "float64"}, ArgumentError, "float64"),
        (
            {
                "quantization_config": TorchAoConfig(
                    {"_type": "PrototypeInt4WeightOnlyConfig", "_data": {"group_size": 32}}
                )
            },
            SaveError,
            "no stored form",
        ),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(
    options: dict[str, Any], error: type[Exception], said: str, plain: Path, tmp_path: Path
) -> None:
    with pytest.raises(error, match=said):
        loadstone.convert(plain, tmp_path / "made", **({"quantization_config": CONFIGS["int8"]} | options))
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(torch.accelerator.is_available(), reason="there is an accelerator")
def test_int4_without_an_accelerator_is_refused(plain: Path, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="needs an accelerator"):
        loadstone.convert(plain, tmp_path / "made", quantization_config=TorchAoConfig("int4"))
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"model_type": "unheard-of"}, InvalidConfig, "family that Loadstone knows"),
        ({"model_type": ["llama"]}, InvalidConfig, "family that Loadstone knows"),
        ({"architectures": None}, InvalidConfig, "LlamaForCausalLM"),
        ({"architectures": ["Other"]}, InvalidConfig, "LlamaForCausalLM"),
        ({"architectures": 3}, InvalidConfig, "architectures"),
        ({"num_hidden_layers": 10**9}, InvalidConfig, "num_hidden_layers"),
        ({"num_hidden_layers": 3}, MissingTensors, "layers.2"),
        ({"intermediate_size": 96}, ShapeMismatch, "mlp"),
        ({"num_attention_heads": 0}, InvalidConfig, "num_attention_heads"),
        ({"torch_dtype": "int7"}, LoadstoneError, "int7"),
        ({"tie_word_embeddings": "x"}, InvalidConfig, "tie_word_embeddings"),
    ],
    ids=str,
)
def test_a_hostile_config_is_named_and_nothing_is_written(
    changes: dict[str, Any], error: type[Exception], said: str, plain: Path, tmp_path: Path
) -> None:
    source = with_config(plain, tmp_path / "source", **changes)
    with pytest.raises(error, match=said):
        loadstone.convert(source, tmp_path / "made", quantization_config=CONFIGS["int8"])
    assert os.listdir(tmp_path) == ["source"]


def test_without_a_config_nothing_tells_what_is_linear(plain: Path, tmp_path: Path) -> None:
    (tmp_path / "s.safetensors").write_bytes((plain / "model.safetensors").read_bytes())
    with pytest.raises(InvalidConfig, match="family that Loadstone knows"):
        loadstone.convert(tmp_path / "s.safetensors", tmp_path / "made", quantization_config=CONFIGS["int8"])


def test_whole_numbers_in_place_of_a_weight_are_refused(plain: Path, tmp_path: Path) -> None:
    source = with_config(plain, tmp_path / "source")
    tensors = load_file(plain / "model.safetensors")
    tensors["model.layers.0.mlp.up_proj.weight"] = tensors["model.layers.0.mlp.up_proj.weight"].to(torch.int8)
    (source / "model.safetensors").unlink()
    save_file(tensors, source / "model.safetensors")
    with pytest.raises(UnsupportedDType, match=r"up_proj[\s\S]*int8"):
        loadstone.convert(source, tmp_path / "made", quantization_config=CONFIGS["int8"])
    assert os.listdir(tmp_path) == ["source"]


@pytest.mark.parametrize(("package", "name"), [("torchao", "int8"), ("bitsandbytes", "nf4"), ("torch", "int8")])
def test_a_missing_library_is_named_with_the_command_that_installs_it(
    package: str, name: str, plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    from loadstone.frameworks import registry

    def find(asked: str) -> Any:
        if asked.partition(".")[0] == package:
            raise ModuleNotFoundError(f"No module named {package!r}", name=package)
        return importlib.import_module(asked)

    monkeypatch.setattr(registry, "importlib", type("Importing", (), {"import_module": staticmethod(find)}))
    extra = "torch" if package == "torch" else "quantized"
    with pytest.raises(FrameworkNotInstalled, match=rf"{package}, which is not installed.*loadstone\[{extra}\]"):
        loadstone.convert(plain, tmp_path / "made", quantization_config=CONFIGS[name])
    assert os.listdir(tmp_path) == []


# All of it, or nothing


def test_no_room_for_the_scratch_file_leaves_nothing(
    plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(quantizing.tempfile, "TemporaryFile", lambda **_: Full())
    with pytest.raises(SaveError, match=r"No space left.*room"):
        loadstone.convert(plain, tmp_path / "made", quantization_config=CONFIGS["int8"])
    assert os.listdir(tmp_path) == []


def test_an_interrupt_while_weights_are_quantized_leaves_nothing(
    plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from loadstone.frameworks.torch.quantized.libraries import torchao as torchao_weights

    calls = []

    def interrupt(*args: Any) -> Any:
        calls.append(args)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return real(*args)

    real = torchao_weights.TorchAo.quantize
    monkeypatch.setattr(torchao_weights.TorchAo, "quantize", interrupt)
    files = os.listdir("/proc/self/fd") if sys.platform == "linux" else []
    with pytest.raises(KeyboardInterrupt):
        loadstone.convert(plain, tmp_path / "made", quantization_config=CONFIGS["int8"])
    assert os.listdir(tmp_path) == []
    gc.collect()
    assert len(files) == 0 or len(os.listdir("/proc/self/fd")) <= len(files)


def test_a_source_that_is_written_to_while_weights_are_quantized_leaves_nothing(
    plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from loadstone.frameworks.torch.quantized.libraries import torchao as torchao_weights

    source = with_config(plain, tmp_path / "source")
    (source / "model.safetensors").unlink()
    (source / "model.safetensors").write_bytes((plain / "model.safetensors").read_bytes())

    def quantize(*args: Any) -> Any:
        os.utime(source / "model.safetensors", ns=(1, 1))
        return real(*args)

    real = torchao_weights.TorchAo.quantize
    monkeypatch.setattr(torchao_weights.TorchAo, "quantize", quantize)
    with pytest.raises(CorruptCheckpoint, match=r"model\.safetensors"):
        loadstone.convert(source, tmp_path / "made", quantization_config=CONFIGS["int8"])
    assert os.listdir(tmp_path) == ["source"]


@pytest.mark.parametrize("name", ["int8", "nf4"])
def test_verifying_quantizes_again_and_finds_a_bit_that_a_disk_turned_over(
    name: str, plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the scratch file, so that what is written is what was to be written, and still wrong."""
    real = quantizing._Scratch.add
    spoilt = []

    def add(self: Any, tensor: Any) -> Any:
        found = real(self, tensor)
        if not spoilt and tensor.nbytes > 1000:
            spoilt.append(tensor.name)
            byte = bytes(memoryview(found.read(500, 501)))[0]
            self._file.seek(500)
            self._file.write(bytes([byte ^ 1]))
        return found

    monkeypatch.setattr(quantizing._Scratch, "add", add)
    with pytest.raises(SaveError, match=r"not what was read[\s\S]*tensor '"):
        loadstone.convert(plain, tmp_path / "made", quantization_config=CONFIGS[name], verify=True)
    assert spoilt and os.listdir(tmp_path) == []


# Memory


_MEASURED = """
import json, sys
import torch, loadstone
from loadstone.frameworks.torch.quantized.libraries import torchao as torchao_weights
torchao_weights._ELEMENTS = 1 << 18  # what the library needs for some rows is no part of the promise that is held here

def convert(source, target):
    loadstone.convert(source, target, quantization_config=loadstone.TorchAoConfig("int8"))

convert(sys.argv[1], sys.argv[2])  # everything imported

with Peak() as peak:
    convert(sys.argv[3], sys.argv[4])
print(json.dumps(peak.added))
"""


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_holds_one_weight_and_not_the_model(plain: Path, tmp_path: Path) -> None:
    large = tiny.llama(hidden_size=1024, intermediate_size=4096, num_hidden_layers=10).to(torch.bfloat16)
    elements = 10 * sum(p.numel() for p in large.model.layers[0].parameters())
    weight = large.model.layers[0].mlp.up_proj.weight.nbytes
    source = tiny.saved(large, tmp_path / "source")
    del large
    command = [sys.executable, "-c", WATCHING + _MEASURED, str(plain), str(tmp_path / "small")]
    done = subprocess.run([*command, source, tmp_path / "made"], capture_output=True, text=True, check=True)
    # The weight, its parts in the stretch of memory that they are given places in, blocks that are written, the heap.
    allowed = 2 * weight + (32 << 20) + (48 << 20) + (32 << 20)
    assert json.loads(done.stdout.splitlines()[-1]) < allowed < elements  # what int8 takes if all of it is there


def test_layers_of_bitsandbytes_hold_no_scales_when_their_parts_are_written(plain: Path, tmp_path: Path) -> None:
    seen: list[Any] = []
    real = quantizing.QuantizedOutput.tensors

    def tensors(self: Any) -> Any:
        found = real(self)
        seen.extend(each for each in self._quantizer._model.modules() if hasattr(each, "quant_state"))
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quantizing.QuantizedOutput, "tensors", tensors)
        loadstone.convert(plain, tmp_path / "made", quantization_config=CONFIGS["nf4"])
    assert len(seen) == 14 and not [each for each in seen if each.quant_state is not None]
