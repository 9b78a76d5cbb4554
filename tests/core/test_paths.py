"""``~`` means the home folder wherever a path is given: to read from, and to write to."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from frameworks.torch import tiny
from hub_server import the_hub
from torch import nn
from typer.testing import CliRunner

import loadstone
from loadstone import AutoTokenizer
from loadstone.cli.app import app
from loadstone.core.paths import local_path
from loadstone.errors import ArgumentError, SaveError
from loadstone.lockfile.lockfile import Lock, lock_sources


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with a checkpoint called ``model``, seen from another working directory."""
    for name in ("home", "elsewhere"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "elsewhere")
    tiny.saved(tiny.llama(), tmp_path / "home" / "model")
    return tmp_path / "home"


def command(*arguments: str) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output


def lock_file() -> None:
    lock_sources(["~/model"], "~/new").write()
    assert [source.name for source in Lock.read("~/new").sources.values()] == ["model"]


def offloaded() -> None:
    net = nn.Linear(2, 2).half()
    torch.save(net.state_dict(), local_path("~/net.bin"))
    with torch.device("meta"):
        target = nn.Sequential(nn.Linear(2, 2))
    mapping = {"^": "0."}
    loadstone.load_into(
        target, "~/net.bin", dtype="float32", device_map="disk", offload_folder="~/new", key_mapping=mapping
    )


WRITERS: dict[str, Callable[[], object]] = {
    "model": lambda: tiny.llama().save_pretrained("~/new"),
    "model as .bin": lambda: tiny.llama().save_pretrained(Path("~/new"), safe_serialization=False),
    "config": lambda: tiny.config("bert").save_pretrained("~/new"),
    "convert": lambda: loadstone.convert("~/model", "~/new"),
    "convert, command": lambda: command("convert", "~/model", "~/new"),
    "lock": lock_file,
    "lock, command": lambda: command("lock", "~/model", "--output", "~/new"),
    "offload folder": offloaded,
}


@pytest.mark.parametrize("name", WRITERS)
def test_what_is_written_to_the_home_folder_lies_there_and_nowhere_else(name: str, home: Path) -> None:
    WRITERS[name]()
    assert (home / "new").exists()
    assert list(Path.cwd().iterdir()) == []


def sharded() -> None:
    model = tiny.llama()
    model.save_pretrained("~/sharded", max_shard_size="20kB")
    loadstone.load_sharded_checkpoint(model, "~/sharded")


READERS: dict[str, Callable[[], object]] = {
    "model": lambda: loadstone.AutoModelForCausalLM.from_pretrained("~/model"),
    "config": lambda: loadstone.AutoConfig.from_pretrained("~/model"),
    "open_checkpoint": lambda: loadstone.open_checkpoint("~/model/model.safetensors"),
    "load_into": lambda: loadstone.load_into(tiny.llama(), "~/model"),
    "load_sharded_checkpoint": sharded,
    "inspect, command": lambda: command("inspect", "~/model"),
}


@pytest.mark.parametrize("name", READERS)
def test_what_lies_in_the_home_folder_is_read_from_there(name: str, home: Path) -> None:
    READERS[name]()


def test_a_tokenizer_is_looked_for_in_the_home_folder(home: Path) -> None:
    with pytest.raises(loadstone.errors.TokenizerError, match=str(home / "model")):
        AutoTokenizer.from_pretrained("~/model")


def test_a_home_that_nobody_has_makes_no_folder_of_that_name(home: Path) -> None:
    with pytest.raises(ArgumentError, match=r"no home folder is known for '~no-such-user'.*whole path"):
        tiny.llama().save_pretrained("~no-such-user/model")
    assert list(Path.cwd().iterdir()) == []


def test_a_folder_that_really_is_called_tilde_can_be_meant(home: Path) -> None:
    tiny.config("bert").save_pretrained("./~")
    assert json.loads((Path.cwd() / "~" / "config.json").read_text())["model_type"] == "bert"


@pytest.mark.parametrize("path", [None, 3, b"bytes", ""])
def test_what_is_no_path_is_an_argument_error(path: object) -> None:
    with pytest.raises(ArgumentError, match="expected a path"):
        tiny.llama().save_pretrained(path)


def test_a_config_that_cannot_be_written_is_a_save_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SaveError, match=r"file: config\.json could not be written.*path of a folder"):
        tiny.config("bert").save_pretrained(tmp_path / "file")


def test_a_cache_in_the_home_folder_is_made_and_found_there(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with the_hub(monkeypatch, home / "default") as hub:
        tiny.config("bert").push_to_hub("owner/config", token="hf_x", endpoint=hub.address)
        loadstone.AutoConfig.from_pretrained("owner/config", cache_dir="~/new")
    assert (home / "new" / "models--owner--config").is_dir()
    assert (
        loadstone.AutoConfig.from_pretrained("owner/config", cache_dir="~/new", local_files_only=True).vocab_size == 64
    )
    assert list(Path.cwd().iterdir()) == []
