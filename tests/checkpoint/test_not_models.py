"""Paths that lead to no model's folder: the error says what lies there and what to give."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
from frameworks.torch import tiny
from hub_server import Hub, resolve_config, resolve_files
from huggingface_hub import constants

import loadstone
from loadstone.errors import CheckpointNotFound, ConfigNotFound, InvalidConfig, LoadstoneError

PEFT = {"base_model_name_or_path": "owner/base", "peft_type": "LORA", "task_type": "SEQ_CLS"}
ADAPTERS = {"config": {"r": 8}, "model_class": "BertAdapterModel", "model_name": "owner/bert", "model_type": "bert"}


def adapter(folder: Path, config: Any = PEFT) -> Path:
    folder.mkdir(exist_ok=True)
    if config is not None:
        (folder / "adapter_config.json").write_text(config if isinstance(config, str) else json.dumps(config))
    (folder / "adapter_model.safetensors").write_bytes((2).to_bytes(8, "little") + b"{}")
    return folder


ENTRIES: dict[str, Callable[[Path], Any]] = {
    "auto": loadstone.AutoModelForCausalLM.from_pretrained,
    "flax": loadstone.FlaxAutoModel.from_pretrained,
    "tensorflow": loadstone.TFAutoModel.from_pretrained,
    "a family's class": loadstone.LlamaForCausalLM.from_pretrained,
    "config": loadstone.AutoConfig.from_pretrained,
    "a family's config": loadstone.LlamaConfig.from_pretrained,
    "plan": loadstone.plan,
    "convert": lambda path: loadstone.convert(path, path / "out"),
    "load_into": lambda path: loadstone.load_into(tiny.llama(), path),
    "open_checkpoint": loadstone.open_checkpoint,
}


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry not in ("auto", "a family's class")])
def test_an_adapters_folder_says_of_what_it_is_and_how_to_load_both(entry: str, tmp_path: Path) -> None:
    folder = adapter(tmp_path / "it")
    with pytest.raises((ConfigNotFound, CheckpointNotFound)) as caught:
        ENTRIES[entry](folder)
    said = str(caught.value)
    assert f"{folder} holds an adapter of 'owner/base', and not a model" in said
    assert "model = loadstone.AutoModelForSequenceClassification.from_pretrained('owner/base')" in said
    assert f"model = peft.PeftModel.from_pretrained(model, '{folder}')" in said


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (ADAPTERS, r"an adapter of 'owner/bert', made with the package adapters"),
        (
            {"fine_tune_type": "lora", "model": "owner/mlx"},
            r"of 'owner/mlx', made with mlx-lm.*mlx_lm\.fuse",
        ),
        ({"peft_type": "LORA"}, r"an adapter, whose adapter_config\.json names no base model"),
        ("{", r"an adapter, whose adapter_config\.json names no base model"),
        (None, r"the weights of an adapter, adapter_model\.safetensors.* its adapter_config\.json, .* is not there"),
    ],
    ids=["adapters", "mlx", "no base", "no JSON", "no config"],
)
def test_other_adapters_are_named_too(config: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigNotFound, match=said):
        loadstone.AutoModel.from_pretrained(adapter(tmp_path / "it", config))


def test_the_file_of_an_adapter_is_the_adapter(tmp_path: Path) -> None:
    file = adapter(tmp_path / "it") / "adapter_model.safetensors"
    with pytest.raises(ConfigNotFound, match=r"holds an adapter of 'owner/base'"):
        loadstone.AutoModel.from_pretrained(file)


def test_an_adapter_beside_a_model_is_not_applied_in_silence(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = adapter(tiny.saved(tiny.llama(), tmp_path / "it"))
    loadstone.AutoModelForCausalLM.from_pretrained(folder)
    assert f"{folder} has a PEFT adapter beside the model, which was not applied: model.load_adapter(" in caplog.text


def test_a_model_with_an_adapter_beside_it_is_no_adapter_where_another_variant_is_asked_for(tmp_path: Path) -> None:
    folder = adapter(tiny.saved(tiny.llama(), tmp_path / "it"))
    for options in ({"variant": "fp16"}, {"use_safetensors": False}):
        with pytest.raises(CheckpointNotFound, match=r"no weights there"):
            loadstone.AutoModelForCausalLM.from_pretrained(folder, **options)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    hub = Hub()
    hub.add("me/lora", {"adapter_config.json": json.dumps(PEFT).encode(), "adapter_model.safetensors": b""}, "1" * 40)
    yield hub
    hub.stop()


@pytest.mark.parametrize(("resolve", "error"), [(resolve_files, CheckpointNotFound), (resolve_config, ConfigNotFound)])
def test_an_adapters_repository_is_named_by_its_id(
    resolve: Any, error: type[LoadstoneError], hub: Hub, tmp_path: Path
) -> None:
    with pytest.raises(error, match=r"me/lora holds an adapter of 'owner/base'[\s\S]*\(model, 'me/lora'\)"):
        resolve("me/lora", endpoint=hub.address, cache_dir=tmp_path)


@pytest.mark.parametrize(
    ("name", "has_config", "said"),
    [
        ("model.ckpt", False, "Give the folder that holds the model."),
        ("model.tar.gz", True, "unpack it, and give the folder"),
        ("model.zip", False, "unpack it, and give the folder"),
        ("config.json", True, "Give its folder: {folder}"),
    ],
)
def test_the_path_of_a_file_that_holds_no_weights_says_what_to_give(
    name: str, has_config: bool, said: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text("{}")
    if has_config:
        (tmp_path / "config.json").write_text("{}")
    for entry in ("auto", "a family's class", "config", "plan"):
        with pytest.raises(ConfigNotFound) as caught:
            ENTRIES[entry](tmp_path / name)
        assert f"{tmp_path / name} is a file, and a model is loaded from a folder." in str(caught.value)
        assert said.format(folder=tmp_path) in str(caught.value)


def test_a_file_that_is_not_there_is_called_a_file(tmp_path: Path) -> None:
    with pytest.raises(CheckpointNotFound, match="no such file"):
        loadstone.AutoModel.from_pretrained(tmp_path / "model.safetensors")


def test_a_folder_too_high_up_names_the_one_that_is_meant(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "config.json").write_text("{}")
    with pytest.raises(ConfigNotFound, match=r"no config\.json there\. There is one in subfolder='inner'"):
        loadstone.AutoModel.from_pretrained(tmp_path)


def test_a_repository_in_the_hubs_cache_names_its_snapshot(tmp_path: Path) -> None:
    snapshot = tmp_path / "models--owner--model" / "snapshots" / ("a" * 40)
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}")
    with pytest.raises(ConfigNotFound) as caught:
        loadstone.AutoModel.from_pretrained(tmp_path / "models--owner--model")
    assert f"There is one in {snapshot}." in str(caught.value)


KINDS: dict[str, tuple[str, str, str]] = {
    "adapter": (
        "llama",
        "adapter",
        r"an adapter \(LoRA\) for a model of architecture 'llama'[\s\S]*llama-export-lora",
    ),
    "adapter that does not say so": ("llama", "", r"an adapter \(LoRA\) for a model of architecture 'llama'"),
    "mmproj": ("clip", "mmproj", r"the projector of a vision or audio model"),
    "mmproj of before types": ("clip", "", r"the projector of a vision or audio model"),
    "imatrix": ("", "imatrix", r"an importance matrix"),
    "control vector": ("controlvector", "", r"a control vector"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_gguf_file_that_is_no_model_says_what_it_is(kind: str, tmp_path: Path) -> None:
    architecture, type_, said = KINDS[kind]
    writer = gguf.GGUFWriter(tmp_path / "x.gguf", architecture)
    if type_:
        writer.add_string("general.type", type_)
    writer.add_tensor("blk.0.attn_q.weight.lora_a", np.zeros((4, 8), np.float32))
    finish(writer)
    for entry in ("auto", "config", "plan", "convert"):
        with pytest.raises(InvalidConfig, match=rf"x\.gguf: expected the file of a model, found {said}"):
            ENTRIES[entry](tmp_path / "x.gguf")


def test_a_gguf_file_without_tensors_is_a_vocabulary(tmp_path: Path) -> None:
    writer = gguf.GGUFWriter(tmp_path / "x.gguf", "qwen2")
    writer.add_token_list(["a", "b"])
    finish(writer)
    with pytest.raises(
        InvalidConfig, match=r"x\.gguf: expected the file of a model, found a vocabulary, and no tensor"
    ):
        loadstone.AutoModelForCausalLM.from_pretrained(tmp_path / "x.gguf")


def finish(writer: Any) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
