"""A path to one file means the same to all that take a path: entry point × kind of path."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from checkpoint.test_gguf_open import write
from frameworks.torch import tiny

import loadstone
from loadstone.cli.inspect import inspect_checkpoint
from loadstone.errors import CheckpointNotFound, ConfigNotFound
from loadstone.lockfile.lockfile import lock_sources
from loadstone.sources.request import FileChoice

WHOLE = ("model.safetensors", "pytorch_model.bin", "renamed.safetensors")
INDEX = "model.safetensors.index.json"
SHARD = "model-00001-of-00002.safetensors"


@pytest.fixture(scope="module")
def model() -> Any:
    return tiny.llama(tie_word_embeddings=False)


@pytest.fixture(scope="module")
def folder(model: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same model in one file and in shards, in PyTorch's format and under another name; and in a GGUF file."""
    home = tmp_path_factory.mktemp("files")
    tiny.saved(model, home / "bin", safe_serialization=False)
    sharded = tiny.saved(model, home / "all", max_shard_size=60_000)
    tiny.saved(model, home / "one")
    shutil.copy(home / "bin" / "pytorch_model.bin", sharded)
    shutil.copy(home / "one" / "model.safetensors", sharded)
    shutil.copy(home / "one" / "model.safetensors", sharded / "renamed.safetensors")
    assert len(list(sharded.glob("model-*-of-00002.safetensors"))) == 2
    write(sharded / "model.gguf")
    return sharded


def converted(path: Path, to: Path) -> Any:
    loadstone.convert(path, to)
    return loadstone.open_checkpoint(to)


def filled(path: Path) -> Any:
    whole = path if path.suffix == ".gguf" else path.parent
    module = loadstone.AutoModelForCausalLM.from_config(loadstone.AutoConfig.from_pretrained(whole))
    return loadstone.load_into(module, path)


MODELS: dict[str, Callable[[Path, Path], Any]] = {
    "auto": lambda path, to: loadstone.AutoModelForCausalLM.from_pretrained(path),
    "a family's class": lambda path, to: loadstone.LlamaForCausalLM.from_pretrained(path),
    "flax": lambda path, to: loadstone.FlaxAutoModelForCausalLM.from_pretrained(path),
    "tensorflow": lambda path, to: loadstone.TFAutoModelForCausalLM.from_pretrained(path),
}
"""What loads weights into a model."""
CONFIGS: dict[str, Callable[[Path, Path], Any]] = {
    "config": lambda path, to: loadstone.AutoConfig.from_pretrained(path),
    "a family's config": lambda path, to: loadstone.LlamaConfig.from_pretrained(path),
    "plan": lambda path, to: loadstone.plan(path),
}
"""What needs the config, too."""
TENSORS: dict[str, Callable[[Path, Path], Any]] = {
    "convert": converted,
    "diff": lambda path, to: loadstone.diff(path, path),
    "inspect": lambda path, to: inspect_checkpoint(path),
    "load_into": lambda path, to: filled(path),
}
"""What reads weights, whatever model they are of."""
LOCK: dict[str, Callable[[Path, Path], Any]] = {"lock": lambda path, to: lock_sources([path], to / "l")}


@pytest.mark.parametrize("name", [*WHOLE, INDEX])
@pytest.mark.parametrize("entry", MODELS)
def test_a_weight_file_and_an_index_load_with_the_config_beside_them(
    entry: str, name: str, model: Any, folder: Path, tmp_path: Path
) -> None:
    loaded = MODELS[entry](folder / name, tmp_path)
    assert loaded.load_report.initialized == {} and loaded.load_report.unused == ()
    assert loaded.config.name_or_path == str(folder / name)
    if entry in ("auto", "a family's class"):
        tiny.assert_same(dict(loaded.state_dict()), dict(model.state_dict()))


@pytest.mark.parametrize("name", [*WHOLE, INDEX, "model.gguf"])
@pytest.mark.parametrize("entry", [*CONFIGS, *TENSORS, *LOCK])
def test_a_file_is_taken_by_all_that_take_a_folder(entry: str, name: str, folder: Path, tmp_path: Path) -> None:
    answer = {**CONFIGS, **TENSORS, **LOCK}[entry](folder / name, tmp_path)
    if entry in ("config", "a family's config"):
        assert answer.model_type == "llama"
    elif entry == "plan":
        assert answer.model_class == "LlamaForCausalLM" and answer.initialized == {} and answer.unused == ()
    elif entry == "diff":
        assert answer.is_empty and answer.compared > 0
    elif entry == "lock":
        (source,) = answer.sources.values()
        shards = {SHARD, SHARD.replace("00001-of", "00002-of")} if name == INDEX else set()
        beside = set() if name.endswith(".gguf") else {"config.json", "generation_config.json"}
        assert set(source.files) == {name, *shards, *beside}
    elif entry == "convert":
        assert len(answer) == len(loadstone.open_checkpoint(folder / name))
    elif entry == "inspect":
        assert answer.model_type == "llama" and len(answer.tensors) == len(loadstone.open_checkpoint(folder / name))
    else:
        assert answer.initialized == {} and len(answer.sources) > 0


def test_a_locked_file_is_compared_with_its_config(folder: Path, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(folder, tmp_path / "model"))
    lock_sources([copied / "model.safetensors"], tmp_path / "l").write()
    load = loadstone.AutoModelForCausalLM.from_pretrained
    assert load(copied / "model.safetensors", lock=tmp_path / "l").config.model_type == "llama"
    (copied / "config.json").write_text((copied / "config.json").read_text() + " ")
    for entry in (load, loadstone.AutoConfig.from_pretrained, loadstone.plan):
        with pytest.raises(loadstone.errors.LockMismatch, match=r"config\.json"):
            entry(copied / "model.safetensors", lock=tmp_path / "l")


@pytest.mark.parametrize("entry", [*MODELS, *CONFIGS, *LOCK])
def test_one_of_several_shards_is_no_model_and_the_index_is_named(entry: str, folder: Path, tmp_path: Path) -> None:
    with pytest.raises((ConfigNotFound, CheckpointNotFound), match="is one of the 2 shards that model"):
        {**MODELS, **CONFIGS, **LOCK}[entry](folder / SHARD, tmp_path)


def test_a_config_of_the_callers_does_not_make_a_model_of_a_shard(model: Any, folder: Path) -> None:
    with pytest.raises(CheckpointNotFound, match="is one of the 2 shards"):
        loadstone.AutoModelForCausalLM.from_pretrained(folder / SHARD, config=model.config)


@pytest.mark.parametrize("entry", TENSORS)
def test_what_reads_tensors_reads_those_of_one_shard(entry: str, folder: Path, tmp_path: Path) -> None:
    if entry == "load_into":
        with pytest.raises(loadstone.errors.MissingTensors):
            TENSORS[entry](folder / SHARD, tmp_path)
    else:
        answer = TENSORS[entry](folder / SHARD, tmp_path)
        count = {"convert": len, "diff": lambda each: each.compared, "inspect": lambda each: len(each.tensors)}
        assert count[entry](answer) == len(loadstone.open_checkpoint(folder / SHARD))


@pytest.mark.parametrize("name", ["pytorch_model.bin", INDEX])
@pytest.mark.parametrize("entry", [*MODELS, *CONFIGS])
def test_without_a_config_beside_it_the_error_says_that_it_is_missing(
    entry: str, name: str, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / name).symlink_to(folder / name)
    with pytest.raises(ConfigNotFound, match=r"no config\.json beside it[\s\S]* give config="):
        {**MODELS, **CONFIGS}[entry](tmp_path / name, tmp_path)


def test_a_config_of_the_callers_stands_for_the_one_beside(model: Any, folder: Path, tmp_path: Path) -> None:
    file = Path(shutil.copy(folder / "model.safetensors", tmp_path / "mine.safetensors"))
    for config in (model.config, folder, str(folder)):
        loaded = loadstone.AutoModelForCausalLM.from_pretrained(file, config=config)
        assert torch.equal(loaded.lm_head.weight, model.lm_head.weight)
    assert loadstone.plan(file, config=folder).model_class == "LlamaForCausalLM"


@pytest.mark.parametrize("entry", [*MODELS, *CONFIGS, *TENSORS, *LOCK])
def test_a_file_that_is_not_there_is_called_a_file(entry: str, folder: Path, tmp_path: Path) -> None:
    with pytest.raises((ConfigNotFound, CheckpointNotFound), match="no such file"):
        {**MODELS, **CONFIGS, **TENSORS, **LOCK}[entry](folder / "nowhere.safetensors", tmp_path)


@pytest.mark.parametrize("option", [{"subfolder": "sub"}, {"variant": "fp16"}, {"gguf_file": "x.gguf"}], ids=str)
def test_what_says_where_in_a_folder_to_look_is_refused(option: dict[str, str], folder: Path, tmp_path: Path) -> None:
    file = folder / "model.safetensors"
    refused = pytest.raises(loadstone.errors.ArgumentError, match=r"is not a folder|is a file")
    for entry in (loadstone.AutoModelForCausalLM.from_pretrained, loadstone.plan):
        with refused:
            entry(file, **option)
    with refused:
        inspect_checkpoint(file, FileChoice(**option))
