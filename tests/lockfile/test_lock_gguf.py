"""The lock file and GGUF files, each of which is config and weights in one."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from checkpoint.test_gguf_open import write
from hub_server import Hub, the_hub

import loadstone
from loadstone.errors import ArgumentError, CheckpointNotFound, ConfigNotFound, CorruptCheckpoint, LockMismatch
from loadstone.lockfile.lockfile import Lock, lock_sources, verify

Auto: Any = loadstone.AutoModelForCausalLM
FILE = "model.Q8_0.gguf"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gguf")
    write(folder / FILE)
    return folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    """The file, another one, and configs that a load of it does not look at, or does."""
    found = tmp_path / "model"
    found.mkdir()
    shutil.copyfile(original / FILE, found / FILE)
    shutil.copyfile(original / FILE, found / "other.gguf")
    (found / "config.json").write_text('{"model_type": "bert"}')
    (found / "generation_config.json").write_text('{"max_new_tokens": 3}')
    return found


@pytest.fixture
def locked(folder: Path, tmp_path: Path) -> Path:
    lock_sources([folder], tmp_path / "loadstone.lock", gguf_file=FILE).write()
    return tmp_path / "loadstone.lock"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    with the_hub(monkeypatch, tmp_path / "cache") as found:
        yield found


def spoil(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-2] ^= 1
    path.write_bytes(content)


def state(model: Any) -> dict[str, torch.Tensor]:
    found: dict[str, torch.Tensor] = model.state_dict()
    return found


def test_the_lock_lists_what_a_load_of_the_file_uses_and_the_load_is_the_same(folder: Path, locked: Path) -> None:
    assert set(Lock.read(locked).sources["model"].files) == {FILE, "generation_config.json"}
    for more in ({}, {"dequantize": False}, {"torch_dtype": "auto"}):
        plain = Auto.from_pretrained(folder, gguf_file=FILE, **more)
        under_lock = Auto.from_pretrained(folder, gguf_file=FILE, lock=locked, **more)
        assert state(plain).keys() == state(under_lock).keys()
        assert all(torch.equal(tensor, state(under_lock)[name]) for name, tensor in state(plain).items())
        assert under_lock.generation_config.max_new_tokens == 3
    assert loadstone.AutoConfig.from_pretrained(folder, gguf_file=FILE, lock=locked).model_type == "llama"
    assert verify(Lock.read(locked)) == 2


@pytest.mark.parametrize("name", [FILE, "generation_config.json"])
def test_a_changed_byte_is_refused_by_name_before_anything_of_the_file_is_believed(
    name: str, folder: Path, locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(folder / name)
    monkeypatch.setattr("loadstone.checkpoint.gguf.open.open_gguf", lambda path: pytest.fail("it was read"))
    for load in (Auto, loadstone.AutoConfig, loadstone.LlamaForCausalLM):
        with pytest.raises(LockMismatch, match=rf"{name}[\s\S]*SHA-256"):
            load.from_pretrained(folder, gguf_file=FILE, lock=locked)
    with pytest.raises(LockMismatch, match=name):
        verify(Lock.read(locked))


def test_a_file_beside_it_that_is_not_locked_is_refused(folder: Path, locked: Path) -> None:
    with pytest.raises(LockMismatch, match=r"other\.gguf[\s\S]*does not"):
        Auto.from_pretrained(folder, gguf_file="other.gguf", lock=locked)
    with pytest.raises(LockMismatch, match=r"config\.json"):
        Auto.from_pretrained(folder, lock=locked)


def test_a_path_to_the_file_is_locked_and_loaded_alone(folder: Path, tmp_path: Path) -> None:
    lock_sources([folder / FILE], tmp_path / "one.lock").write()
    lock = Lock.read(tmp_path / "one.lock")
    assert {name: set(source.files) for name, source in lock.sources.items()} == {f"model/{FILE}": {FILE}}
    assert verify(lock) == 1
    assert Auto.from_pretrained(folder / FILE, lock=tmp_path / "one.lock").config.model_type == "llama"
    assert loadstone.AutoConfig.from_pretrained(folder / FILE, lock=tmp_path / "one.lock").model_type == "llama"
    spoil(folder / FILE)
    with pytest.raises(LockMismatch, match=FILE):
        Auto.from_pretrained(folder / FILE, lock=tmp_path / "one.lock")
    with pytest.raises(LockMismatch, match=FILE):
        verify(lock)


@pytest.mark.parametrize("prefix", ["FlaxAutoModelForCausalLM", "TFAutoModelForCausalLM"])
def test_other_frameworks_load_under_the_lock_too(prefix: str, folder: Path, locked: Path) -> None:
    pytest.importorskip("tensorflow" if prefix.startswith("TF") else "flax")
    load = getattr(loadstone, prefix).from_pretrained
    assert load(folder, gguf_file=FILE, lock=locked).config.model_type == "llama"
    spoil(folder / FILE)
    with pytest.raises(LockMismatch, match=FILE):
        load(folder, gguf_file=FILE, lock=locked)


def test_a_repository_is_pinned_to_its_commit(hub: Hub, original: Path, tmp_path: Path) -> None:
    content = (original / FILE).read_bytes()
    first = hub.add("owner/gguf", {FILE: content, "README.md": b"not used"})
    lock_sources(["owner/gguf"], tmp_path / "l", gguf_file=FILE).write()
    hub.add("owner/gguf", {FILE: content + b"0" * 32, "README.md": b"not used"})
    source = Lock.read(tmp_path / "l").sources["owner/gguf"]
    assert set(source.files) == {FILE} and source.commit == first
    model = Auto.from_pretrained("owner/gguf", gguf_file=FILE, lock=tmp_path / "l")
    assert model.config.model_type == "llama" and verify(Lock.read(tmp_path / "l")) == 1


def test_what_cannot_be_locked_is_told(folder: Path, tmp_path: Path) -> None:
    (folder / "broken.gguf").write_bytes(b"GGUF" + b"\xff" * 40)
    lock = tmp_path / "l"
    with pytest.raises(CorruptCheckpoint, match="broken"):
        lock_sources([folder], lock, gguf_file="broken.gguf")
    with pytest.raises(CheckpointNotFound, match=r"no file 'x\.gguf'"):
        lock_sources([folder], lock, gguf_file="x.gguf")
    with pytest.raises(ArgumentError, match="drop variant"):
        lock_sources([folder], lock, gguf_file=FILE, variant="fp16")
    with pytest.raises(ArgumentError, match="expected a file's name"):
        lock_sources([folder], lock, gguf_file="../x.gguf")
    (folder / "config.json").unlink()
    with pytest.raises((ConfigNotFound, CheckpointNotFound), match="gguf_file="):
        lock_sources([folder], lock)
    assert not lock.exists()


def test_the_command_locks_the_file_that_is_named(folder: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "loadstone.cli"]
    more = [str(folder), "--gguf-file", FILE, "--output", str(tmp_path / "l")]
    done = subprocess.run([*command, "lock", *more], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert FILE in json.loads((tmp_path / "l").read_text())["sources"]["model"]["files"]
    done = subprocess.run([*command, "verify", str(tmp_path / "l")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
