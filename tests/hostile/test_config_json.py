"""``config.json`` as a stranger writes it: refused before a skeleton is built, whatever it says."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from timing import takes_about

import loadstone
from loadstone import AutoConfig, AutoModel, AutoModelForCausalLM
from loadstone.errors import ConfigNotFound, InvalidConfig, LoadstoneError, NameCollision

LLAMA = {
    "model_type": "llama",
    "vocab_size": 11,
    "hidden_size": 8,
    "intermediate_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("llama")
    config = loadstone.LlamaConfig(**{key: value for key, value in LLAMA.items() if key != "model_type"})
    loadstone.LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture
def folder(saved: Path, tmp_path: Path) -> Path:
    (tmp_path / "model.safetensors").symlink_to(saved / "model.safetensors")
    return tmp_path


@pytest.fixture(autouse=True)
def in_time_and_memory() -> Iterator[None]:
    """Each case ends at once, and leaves no giant behind."""
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with takes_about(0.2):
        yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 << 10


SIZES = ("vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "head_dim")
NONSENSE = [-1, 0, 10**9, 2**31 - 1, 2**63, 10**400, 1.5, True, "8", None, [], {}, [8], float("nan"), float("inf")]


@pytest.mark.parametrize("value", NONSENSE, ids=lambda value: repr(value)[:12])
@pytest.mark.parametrize("key", SIZES)
def test_a_size_that_makes_no_sense_is_refused(folder: Path, key: str, value: Any) -> None:
    (folder / "config.json").write_text(json.dumps(LLAMA | {key: value}))
    if key == "head_dim" and value is None:
        return  # it then follows from the others
    with pytest.raises(LoadstoneError):
        AutoModelForCausalLM.from_pretrained(folder)


def test_a_billion_layers_and_ten_thousand_are_compared_with_what_is_stored(folder: Path) -> None:
    for layers in (10**9, 10_000, 13):
        (folder / "config.json").write_text(json.dumps(LLAMA | {"num_hidden_layers": layers}))
        with pytest.raises(LoadstoneError) as caught:
            AutoModelForCausalLM.from_pretrained(folder)
        assert "num_hidden_layers" in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe{\x00}\x00",
        b"{" * 200_000,
        b"[" * 200_000 + b"]" * 200_000,
        b'{"model_type": "llama"',
        b"null",
        b"[]",
        b'"llama"',
        b"\x00" * 100,
        b'{"model_type": NaN}',
        b'{"model_type": ["llama"]}',
        b'{"model_type": {"a": 1}}',
        b'{"model_type": "' + b"x" * 100_000 + b'"}',
        b'{"model_type": "../../llama"}',
        b'{"model_type": "os.path"}',
        b'{"model_type": "__init__"}',
        '{"model_type": "llama\u0000"}'.encode(),
        b'{"model_type": "llama", "id2label": {"x": "y"}}',
        b'{"model_type": "llama", "rope_scaling": "yes"}',
        b'{"model_type": "llama", "torch_dtype": "float7"}',
        b'{"model_type": "llama", "auto_map": "modeling.Model"}',
        b'{"model_type": "llama", "self": 1, "cls": 2, "values": 3, "num_labels": 99999999999}',
    ],
    ids=lambda content: content[:30].decode("latin-1"),
)
def test_what_is_no_config_is_one_error(folder: Path, content: bytes) -> None:
    (folder / "config.json").write_bytes(content)
    for load in (AutoConfig.from_pretrained, AutoModel.from_pretrained):
        with pytest.raises(LoadstoneError):
            load(folder)


def test_a_config_that_is_no_regular_file_is_not_opened(folder: Path) -> None:
    path = folder / "config.json"
    os.mkfifo(path)
    for _ in range(2):
        with pytest.raises(ConfigNotFound):
            AutoModel.from_pretrained(folder)
        os.unlink(path)
        path.symlink_to("/dev/zero")
    path.unlink()
    path.symlink_to("config.json")
    with pytest.raises(LoadstoneError):
        AutoModel.from_pretrained(folder)
    path.unlink()
    path.mkdir()
    with pytest.raises(ConfigNotFound):
        AutoModel.from_pretrained(folder)
    path.rmdir()
    with open(path, "wb") as file:
        file.truncate(10 << 30)
    with pytest.raises(InvalidConfig, match="at most"):
        AutoModel.from_pretrained(folder)


@pytest.mark.parametrize("key", ["to_dict", "fields", "from_dict", "__class__", "_fields", "__dict__", "_extra", "get"])
@pytest.mark.parametrize("value", [5, {"a": 1}, None, "x"])
def test_a_key_that_is_a_methods_name_changes_no_method(folder: Path, key: str, value: Any) -> None:
    (folder / "config.json").write_text(json.dumps(LLAMA | {key: value}))
    try:
        config = AutoConfig.from_pretrained(folder)
    except LoadstoneError:
        return
    assert config.to_dict()["hidden_size"] == 8 and type(config) is loadstone.LlamaConfig
    assert config.fields()["hidden_size"] and config.get("hidden_size") == 8


def test_names_that_collide_after_renaming_are_named(tmp_path: Path) -> None:
    sizes = {"vocab_size": 11, "hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1}
    model = loadstone.BertModel(loadstone.BertConfig(num_attention_heads=2, **sizes))
    model.save_pretrained(tmp_path)
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    state["embeddings.LayerNorm.gamma"] = torch.ones(8)
    save_file(state, tmp_path / "model.safetensors")
    with pytest.raises(NameCollision, match="gamma"):
        AutoModel.from_pretrained(tmp_path)


def test_a_long_label_table_is_counted_and_a_longer_one_refused(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps(LLAMA | {"num_labels": 10**7}))
    with pytest.raises(InvalidConfig, match="num_labels"):
        AutoConfig.from_pretrained(folder)
