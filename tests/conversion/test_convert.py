"""Checkpoints written anew: between formats, dtypes, shards; packed ones plain. All of it or nothing."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from frameworks.torch import tiny
from pipeline.test_quantized_checkpoint import FP8, to_blocks
from quantization.stored import Tensors, quantized
from quantization.test_gptq import a_model
from safetensors.torch import load_file, save_file

import loadstone
from loadstone.core.slices import ByteRange
from loadstone.errors import (
    ArgumentError,
    CheckpointNotFound,
    CorruptCheckpoint,
    InvalidConfig,
    SaveError,
    UnsupportedDType,
)
from loadstone.transfer import block_writer as write_files
from loadstone.transfer import new_file

FORMATS = ("safetensors", "pytorch", "msgpack")


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tiny.saved(tiny.llama(), tmp_path_factory.mktemp("llama"))
    (folder / "tokenizer.json").write_text("{}")
    (folder / ".hidden").write_text("")
    return folder


@pytest.fixture(scope="module")
def fp8(llama: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Tensors]:
    folder = tmp_path_factory.mktemp("fp8")
    return folder, quantized(llama, folder, FP8, to_blocks)


def numbers(folder: Path) -> Tensors:
    """As the format's own library reads them, under the Hub's names."""
    if (folder / "flax_model.msgpack").exists():
        checkpoint = loadstone.open_checkpoint(folder)
        return {name: torch.from_numpy(checkpoint.numpy(name).astype(np.float32)) for name in checkpoint}
    if (folder / "pytorch_model.bin").exists():
        loaded: Tensors = torch.load(folder / "pytorch_model.bin", weights_only=True)
        return loaded
    return {name: each for path in folder.glob("*.safetensors") for name, each in load_file(path).items()}


def assert_same(found: Tensors, expected: Tensors, dtype: torch.dtype | None = None) -> None:
    assert found.keys() == expected.keys()
    for name, tensor in expected.items():
        torch.testing.assert_close(found[name], tensor.to(dtype or tensor.dtype), rtol=0, atol=0, msg=name)


# Formats, dtypes, shards


@pytest.mark.parametrize("first", FORMATS)
@pytest.mark.parametrize("then", FORMATS)
def test_every_format_becomes_every_other_and_nothing_changes(
    first: str, then: str, llama: Path, tmp_path: Path
) -> None:
    loadstone.convert(llama, tmp_path / "a", format=first, verify=True)
    made = loadstone.convert(tmp_path / "a", tmp_path / "b", format=then, verify=True)
    assert made.is_verified and made.format == then and not made.rounded and not made.overflowed
    assert_same(numbers(tmp_path / "b"), numbers(llama))


def test_safetensors_that_come_back_are_the_file_that_saving_wrote(llama: Path, tmp_path: Path) -> None:
    loadstone.convert(llama, tmp_path / "a", format="pytorch")
    loadstone.convert(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b" / "model.safetensors").read_bytes() == (llama / "model.safetensors").read_bytes()


def test_a_msgpack_file_is_the_one_that_the_flax_model_saves(llama: Path, tmp_path: Path) -> None:
    import flax.serialization
    import flax.traverse_util

    loadstone.FlaxAutoModelForCausalLM.from_pretrained(llama).save_pretrained(tmp_path / "saved", format="msgpack")
    loadstone.convert(llama, tmp_path / "made", format="msgpack")
    found, expected = (
        flax.traverse_util.flatten_dict(
            flax.serialization.msgpack_restore((folder / "flax_model.msgpack").read_bytes())
        )
        for folder in (tmp_path / "made", tmp_path / "saved")
    )
    assert found.keys() == expected.keys()
    assert all(np.array_equal(found[name], array) for name, array in expected.items())


def test_a_model_loads_from_every_format(llama: Path, tmp_path: Path) -> None:
    expected = loadstone.AutoModelForCausalLM.from_pretrained(llama)(tiny.IDS).logits
    for format in FORMATS:
        loadstone.convert(llama, tmp_path / format, format=format)
        model = loadstone.AutoModelForCausalLM.from_pretrained(tmp_path / format)
        torch.testing.assert_close(model(tiny.IDS).logits, expected, rtol=0, atol=0)


@pytest.mark.parametrize("format", ["safetensors", "pytorch"])
@pytest.mark.parametrize(
    "dtype", [torch.bfloat16, torch.float16, torch.float64, torch.float8_e4m3fn, torch.float8_e5m2]
)
def test_numbers_are_rounded_as_pytorch_rounds_them(
    format: str, dtype: torch.dtype, llama: Path, tmp_path: Path
) -> None:
    made = loadstone.convert(llama, tmp_path / "a", format=format, dtype=dtype, verify=True)
    assert_same(
        {name: each.float() for name, each in numbers(tmp_path / "a").items()},
        {name: each.to(dtype).float() for name, each in numbers(llama).items()},
    )
    assert {each.dtype for each in numbers(tmp_path / "a").values()} == {dtype}
    assert len(made.rounded) == made.tensors == len(numbers(llama))
    assert json.loads((tmp_path / "a" / "config.json").read_text())["torch_dtype"] == str(dtype).removeprefix("torch.")


def test_whole_numbers_keep_their_dtype(tmp_path: Path) -> None:
    save_file({"a": torch.arange(3), "b": torch.tensor([True]), "c": torch.ones(2)}, tmp_path / "model.safetensors")
    made = loadstone.convert(tmp_path / "model.safetensors", tmp_path / "new", dtype="bfloat16")
    assert {name: each.dtype for name, each in numbers(tmp_path / "new").items()} == {
        **{"a": torch.int64, "b": torch.bool, "c": torch.bfloat16},
    }
    assert made.rounded == ("c",) and [path.name for path in made.files] == ["model.safetensors"]


def test_numbers_beyond_the_new_dtype_are_told(tmp_path: Path) -> None:
    save_file({"far": torch.tensor([1e5]), "near": torch.tensor([6e4])}, tmp_path / "model.safetensors")
    assert loadstone.convert(tmp_path / "model.safetensors", tmp_path / "a", dtype="float16").overflowed == ("far",)
    assert loadstone.convert(tmp_path / "model.safetensors", tmp_path / "b", dtype="bfloat16").overflowed == ()


@pytest.mark.parametrize("format", FORMATS)
def test_shards_have_the_size_asked_for_and_an_index(format: str, llama: Path, tmp_path: Path) -> None:
    made = loadstone.convert(llama, tmp_path / "a", format=format, max_shard_size="20kB", verify=True)
    weights = [path for path in made.files if "-of-" in path.name]
    assert len(weights) > 2 and any(path.name.endswith(".index.json") for path in made.files)
    assert_same({n: torch.from_numpy(a) for n, a in arrays(tmp_path / "a").items()}, numbers(llama))


def arrays(folder: Path) -> dict[str, np.ndarray[Any, Any]]:
    checkpoint = loadstone.open_checkpoint(folder)
    return {name: checkpoint.numpy(name) for name in checkpoint}


def test_keras_files_are_read_too(llama: Path, tmp_path: Path) -> None:
    pytest.importorskip("tensorflow")
    loadstone.TFAutoModelForCausalLM.from_pretrained(llama).save_pretrained(
        tmp_path / "keras", safe_serialization=False
    )
    files = os.listdir(tmp_path / "keras")
    assert not any(name.endswith(".safetensors") for name in files), files
    loadstone.convert(tmp_path / "keras", tmp_path / "a", verify=True)
    assert_same(numbers(tmp_path / "a"), numbers(llama))


def test_unchanged_bytes_are_copied_by_the_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_file({str(index): torch.rand(600_000) for index in range(4)}, tmp_path / "model.safetensors")
    gathered: list[int] = []
    real = write_files._gather

    def gather(file: Any, wanted: ByteRange, memory: memoryview) -> int:
        gathered.append(real(file, wanted, memory))
        return gathered[-1]

    monkeypatch.setattr(write_files, "_gather", gather)
    loadstone.convert(tmp_path / "model.safetensors", tmp_path / "a", max_shard_size="5MB", verify=True)
    assert sum(gathered) < 100_000


# Packed


def test_packed_weights_become_plain_in_their_own_dtype_or_another(fp8: tuple[Path, Tensors], tmp_path: Path) -> None:
    folder, expected = fp8
    made = loadstone.convert(folder, tmp_path / "a", dequantize=True, verify=True)
    natural = {name: t.bfloat16() if name in made.unpacked else t for name, t in expected.items()}
    assert_same(numbers(tmp_path / "a"), natural)
    loadstone.convert(folder, tmp_path / "b", dequantize=True, dtype="float32", verify=True)
    assert_same(numbers(tmp_path / "b"), expected, torch.float32)
    assert len(made.unpacked) == 14
    config = json.loads((tmp_path / "b" / "config.json").read_text())
    assert "quantization_config" not in config and config["torch_dtype"] == "float32"


def test_packed_weights_become_flax_files(fp8: tuple[Path, Tensors], tmp_path: Path) -> None:
    loadstone.convert(fp8[0], tmp_path / "a", dequantize=True, dtype="float32", format="msgpack", verify=True)
    assert_same({n: torch.from_numpy(a) for n, a in arrays(tmp_path / "a").items()}, fp8[1], torch.float32)


def test_packed_weights_stay_packed_where_nobody_asks(fp8: tuple[Path, Tensors], tmp_path: Path) -> None:
    loadstone.convert(fp8[0], tmp_path / "a", max_shard_size="20kB", verify=True)
    assert_same(
        {n: t.float() for n, t in numbers(tmp_path / "a").items()}, {n: t.float() for n, t in numbers(fp8[0]).items()}
    )
    model = loadstone.AutoModelForCausalLM.from_pretrained(tmp_path / "a", dequantize=True)
    assert_same({name: each.detach() for name, each in model.state_dict().items()}, fp8[1], torch.float32)


def test_packed_weights_in_another_dtype_take_dequantize(fp8: tuple[Path, Tensors], tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig, match=r"fp8[\s\S]*--dequantize"):
        loadstone.convert(fp8[0], tmp_path / "a", dtype="bfloat16")
    assert not (tmp_path / "a").exists()


@pytest.fixture(scope="module")
def biased(llama: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """GPTQ, with the biases of zeros that its writers add to every layer."""
    folder = tmp_path_factory.mktemp("gptq")
    a_model(llama, folder, biases=True)
    return folder


def test_biases_of_zeros_that_the_model_lacks_are_left_out_as_saving_leaves_them_out(
    biased: Path, tmp_path: Path
) -> None:
    made = loadstone.convert(biased, tmp_path / "a", dequantize=True, dtype="float32", verify=True)
    loadstone.AutoModelForCausalLM.from_pretrained(biased, dequantize=True).save_pretrained(tmp_path / "saved")
    files = [folder / "model.safetensors" for folder in (tmp_path / "a", tmp_path / "saved")]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert len(made.dropped) == 14 and all(name.endswith("proj.bias") for name in made.dropped)
    found = loadstone.diff(biased, tmp_path / "a", ignore_dtype=True)
    assert found.is_empty and loadstone.diff(tmp_path / "a", biased, ignore_dtype=True).is_empty
    assert "model.layers.0.mlp.up_proj.bias" in loadstone.diff(biased, tmp_path / "a", stored=True).only_in_first


def test_biases_of_zeros_stay_where_the_model_has_them_or_nobody_knows_the_model(
    biased: Path, llama: Path, tmp_path: Path
) -> None:
    made = tiny.saved(tiny.model("Qwen2ForCausalLM", "qwen2"), tmp_path / "qwen2")
    tensors = load_file(made / "model.safetensors")
    zeros = {name: torch.zeros_like(each) if name.endswith("bias") else each for name, each in tensors.items()}
    save_file(zeros, made / "model.safetensors")
    a_model(made, tmp_path / "packed", biases=True)
    done = loadstone.convert(tmp_path / "packed", tmp_path / "a", dequantize=True, dtype="float32")
    assert numbers(tmp_path / "a").keys() == tensors.keys()
    assert set(done.dropped) == {
        f"model.layers.{i}.{name}.bias"
        for i in range(2)
        for name in ("self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj")
    }
    config = json.loads((biased / "config.json").read_text())
    for number, change in enumerate(({"model_type": "unheard-of"}, {"architectures": ["Other"]})):
        (biased / "config.json").write_text(json.dumps(config | change))
        done = loadstone.convert(biased, tmp_path / f"b{number}", dequantize=True)
        assert not done.dropped and "model.layers.0.mlp.up_proj.bias" in numbers(tmp_path / f"b{number}")
    (biased / "config.json").write_text(json.dumps(config))


def test_biases_of_zeros_stay_with_weights_that_stay_packed(biased: Path, tmp_path: Path) -> None:
    assert loadstone.convert(biased, tmp_path / "a").dropped == ()
    assert numbers(tmp_path / "a").keys() == numbers(biased).keys()


# What lies beside


def test_config_and_tokenizer_come_along_and_nothing_else(llama: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    loadstone.convert(llama, source)
    for name in ("pytorch_model.bin", "model.gguf", "tf_model.h5.index.json", "training_args.bin", ".git"):
        (source / name).write_text("")
    (source / "modeling_own.py").write_text("x = 1")
    (source / "1_Pooling").mkdir()
    os.mkfifo(source / "pipe")
    made = loadstone.convert(source, tmp_path / "a")
    expected = {"config.json", "generation_config.json", "model.safetensors", "modeling_own.py", "tokenizer.json"}
    assert set(os.listdir(tmp_path / "a")) == expected
    assert made.left_out == ("1_Pooling/", "pipe")
    assert (tmp_path / "a" / "config.json").read_bytes() == (source / "config.json").read_bytes()


def test_the_config_says_the_new_dtype_under_the_keys_that_it_has(llama: Path, tmp_path: Path) -> None:
    loadstone.convert(llama, tmp_path / "a")
    config = json.loads((llama / "config.json").read_text())
    config.pop("torch_dtype")
    config |= {"dtype": "float32", "text_config": {"dtype": "float32", "x": 1}, "vision_config": 3}
    (tmp_path / "a" / "config.json").write_text(json.dumps(config))
    loadstone.convert(tmp_path / "a", tmp_path / "b", dtype="float16")
    found = json.loads((tmp_path / "b" / "config.json").read_text())
    assert found == config | {"dtype": "float16", "text_config": {"dtype": "float16", "x": 1}}


def test_one_file_brings_the_config_beside_it(llama: Path, tmp_path: Path) -> None:
    loadstone.convert(llama / "model.safetensors", tmp_path / "a")
    assert (tmp_path / "a" / "tokenizer.json").exists()


def test_a_hub_id_brings_tokenizer_and_refers_to_its_code(
    llama: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    repo = tmp_path / "cache" / "models--some--llama"
    (repo / "refs").mkdir(parents=True)
    (repo / "refs" / "main").write_text(commit)
    snapshot = repo / "snapshots" / commit
    loadstone.convert(llama, snapshot)
    (snapshot / "own.py").write_text("")
    config = json.loads((llama / "config.json").read_text())
    mapped = {"AutoConfig": "own.Config", "AutoTokenizer": ["own.Slow", None], "AutoModel": "else/where--own.Model"}
    (snapshot / "config.json").write_text(json.dumps(config | {"auto_map": mapped}))
    loadstone.convert("some/llama", tmp_path / "a", cache_dir=tmp_path / "cache", local_files_only=True)
    assert set(os.listdir(tmp_path / "a")) == set(os.listdir(llama)) - {".hidden"}
    assert json.loads((tmp_path / "a" / "config.json").read_text())["auto_map"] == {
        "AutoConfig": "some/llama--own.Config",
        "AutoTokenizer": ["some/llama--own.Slow", None],
        "AutoModel": "else/where--own.Model",
    }


# Refused, before anything is read


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"format": "keras"}, "'safetensors', 'pytorch', 'msgpack', 'gguf'"),
        ({"dtype": "int8"}, "quantization_config"),
        ({"dtype": "nonsense"}, "bfloat16"),
        ({"dtype": 3}, "expected one of"),
        ({"max_shard_size": "5 apples"}, "5 apples"),
        ({"max_shard_size": 0}, "max_shard_size"),
    ],
)
def test_arguments_that_make_no_sense(options: dict[str, Any], said: str, llama: Path, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=said):
        loadstone.convert(llama, tmp_path / "a", **options)
    assert os.listdir(tmp_path) == []


def test_a_folder_is_never_converted_in_place(llama: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in llama.iterdir()}
    (tmp_path / "link").symlink_to(llama)
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "model.safetensors").symlink_to(llama / "model.safetensors")
    for source, target in (
        (llama, llama),
        (llama / "model.safetensors", llama),
        (llama, tmp_path / "link"),
        (tmp_path / "link", llama),
        (tmp_path / "files", llama),
        (llama, llama / "x" / ".."),
    ):
        with pytest.raises(ArgumentError, match="in place"):
            loadstone.convert(source, target, overwrite=True)
    assert {path.name: path.read_bytes() for path in llama.iterdir()} == before


def test_a_folder_with_something_in_it_takes_overwrite(llama: Path, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_text("old")
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ArgumentError, match="--overwrite"):
        loadstone.convert(llama, tmp_path)
    assert (tmp_path / "model.safetensors").read_text() == "old"
    loadstone.convert(llama, tmp_path, overwrite=True)
    assert_same(numbers(tmp_path), numbers(llama))
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_file_is_no_target(llama: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for target in (tmp_path / "file", tmp_path / "new.safetensors"):
        with pytest.raises(ArgumentError, match="expected a folder"):
            loadstone.convert(llama, target)


def test_no_such_source(tmp_path: Path) -> None:
    with pytest.raises(CheckpointNotFound):
        loadstone.convert(tmp_path / "nothing", tmp_path / "a")


@pytest.mark.parametrize("config", [None, {"model_type": "unheard-of"}, {"model_type": ["llama"]}], ids=str)
def test_flax_files_take_a_config_of_a_known_family(config: Any, llama: Path, tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "model.safetensors").write_bytes((llama / "model.safetensors").read_bytes())
    if config is not None:
        (tmp_path / "source" / "config.json").write_text(json.dumps(config))
    with pytest.raises(InvalidConfig, match="family that Loadstone knows"):
        loadstone.convert(tmp_path / "source", tmp_path / "a", format="msgpack")


@pytest.mark.parametrize(
    "change",
    [{"num_hidden_layers": 10**9}, {"architectures": 3}, {"num_attention_heads": 0}, {"hidden_size": "x"}],
    ids=str,
)
def test_a_hostile_config_is_named_and_nothing_is_written(change: dict[str, Any], llama: Path, tmp_path: Path) -> None:
    loadstone.convert(llama, tmp_path / "source")
    config = json.loads((llama / "config.json").read_text()) | change
    (tmp_path / "source" / "config.json").write_text(json.dumps(config))
    with pytest.raises(InvalidConfig, match=next(iter(change))):
        loadstone.convert(tmp_path / "source", tmp_path / "a", format="msgpack")
    assert not (tmp_path / "a").exists()


def test_flax_files_have_no_place_for_strange_names(llama: Path, tmp_path: Path) -> None:
    loadstone.convert(llama, tmp_path / "source")
    tensors = load_file(llama / "model.safetensors")
    save_file(
        tensors | {"extra.weight": torch.ones(2, 3), "a/b": torch.ones(1), "x.scale": torch.ones(1)},
        tmp_path / "source" / "model.safetensors",
    )
    with pytest.raises(InvalidConfig) as caught:
        loadstone.convert(tmp_path / "source", tmp_path / "a", format="msgpack")
    assert all(repr(name) in str(caught.value) for name in ("extra.weight", "a/b", "x.scale"))


def test_elements_of_less_than_a_byte_go_where_they_can(tmp_path: Path) -> None:
    from hostile.builders import entry, safetensors_bytes

    (tmp_path / "s.safetensors").write_bytes(safetensors_bytes({"a": entry("F4", [4], 0, 2)}, b"\x12\x34"))
    loadstone.convert(tmp_path / "s.safetensors", tmp_path / "a", verify=True)
    assert loadstone.open_checkpoint(tmp_path / "a").read("a") == b"\x12\x34"
    with pytest.raises(ArgumentError, match="no such elements"):
        loadstone.convert(tmp_path / "s.safetensors", tmp_path / "b", format="pytorch")
    with pytest.raises(UnsupportedDType, match="float4"):
        loadstone.convert(tmp_path / "s.safetensors", tmp_path / "b", dtype="float32")
    assert not (tmp_path / "b").exists()


# All or nothing


def assert_nothing_left(parent: Path, *names: str) -> None:
    assert sorted(os.listdir(parent)) == sorted(names)


@pytest.mark.parametrize("format", FORMATS)
def test_a_full_disk_leaves_nothing(format: str, llama: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int, nbytes: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(new_file, "reserve", refuse)
    with pytest.raises(SaveError, match="No space left"):
        loadstone.convert(llama, tmp_path / "a" / "b", format=format, dtype="bfloat16")
    assert_nothing_left(tmp_path)


@pytest.mark.parametrize("format", FORMATS)
def test_an_interrupt_leaves_nothing(format: str, llama: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*args: Any) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(new_file.NewFile, "write", interrupt)
    with pytest.raises(KeyboardInterrupt):
        loadstone.convert(llama, tmp_path / "a", format=format, dtype="bfloat16")
    assert_nothing_left(tmp_path)


def test_a_source_that_is_written_to_meanwhile_leaves_nothing(
    llama: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loadstone.convert(llama, tmp_path / "source")
    weights = tmp_path / "source" / "model.safetensors"
    real: Callable[..., Any] = new_file.NewFile.create

    def create(self: Any) -> None:
        real(self)
        with open(weights, "r+b") as file:
            file.seek(-4, os.SEEK_END)
            file.write(b"new!")
        os.utime(weights, ns=(1, 1))

    monkeypatch.setattr(new_file.NewFile, "create", create)
    with pytest.raises(CorruptCheckpoint, match=r"model\.safetensors"):
        loadstone.convert(tmp_path / "source", tmp_path / "a", dtype="bfloat16")
    assert_nothing_left(tmp_path, "source")


@pytest.mark.parametrize("format", FORMATS)
def test_what_verify_finds_different_never_takes_its_place(
    format: str, llama: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that turns one bit over."""
    real = new_file.NewFile.write

    def write(self: Any, view: memoryview, at: int) -> bool:
        spoilt = bytearray(view)
        spoilt[len(spoilt) // 2] ^= 1
        return real(self, memoryview(spoilt), at)

    monkeypatch.setattr(new_file.NewFile, "write", write)
    with pytest.raises(SaveError, match=r"not what was read[\s\S]*tensor '"):
        loadstone.convert(llama, tmp_path / "a", format=format, dtype="bfloat16", verify=True)
    assert_nothing_left(tmp_path)


def test_a_truncated_source_is_named_and_nothing_is_written(llama: Path, tmp_path: Path) -> None:
    (tmp_path / "s.safetensors").write_bytes((llama / "model.safetensors").read_bytes()[:-10])
    with pytest.raises(CorruptCheckpoint, match=r"s\.safetensors"):
        loadstone.convert(tmp_path / "s.safetensors", tmp_path / "a")
    assert_nothing_left(tmp_path, "s.safetensors")


# Memory, and what is imported

_MEASURED = """
import json, resource, sys
import numpy, loadstone
from loadstone.conversion import convert, diff
from loadstone.sources import resolve
from huggingface_hub import split_state_dict_into_shards_factory
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
source, target, options = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
loadstone.convert(source, target, verify=True, **options)
loadstone.diff(source, target, ignore_dtype=True)
added = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
loaded = sorted({"torch", "jax", "tensorflow", "ml_dtypes", "safetensors"} & set(sys.modules))
print(json.dumps([added, loaded]))
"""


@pytest.fixture(scope="module")
def large_tensor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One tensor of 128 MB, and a smaller one."""
    path = tmp_path_factory.mktemp("large") / "model.safetensors"
    torch.manual_seed(0)
    some = torch.rand(3_000_000).bfloat16()
    save_file({"a": torch.cat([some + each for each in range(21)]).view(63, 1_000_000), "b": some}, path)
    return path


@pytest.mark.parametrize("options", [{"dtype": "float32"}, {}, {"format": "pytorch", "dtype": "float16"}], ids=str)
def test_memory_is_bounded_and_no_framework_is_imported(
    options: dict[str, str], large_tensor: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", _MEASURED, str(large_tensor), str(tmp_path / "a")]
    done = subprocess.run([*command, json.dumps(options)], capture_output=True, text=True, check=True)
    added, loaded = json.loads(done.stdout)
    assert loaded == []
    assert added < 64 << 20
