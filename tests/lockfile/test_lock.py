"""The lock file: which bytes a load may use."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from hub_server import Hub, the_hub
from huggingface_hub import constants
from remote_code.repositories import BERT_SIZES, minimal, write

import loadstone
from loadstone import AutoModel
from loadstone.errors import ArgumentError, ConfigNotFound, CorruptCheckpoint, InvalidConfig, LockMismatch
from loadstone.lockfile.lockfile import Lock, lock_sources, verify
from loadstone.sources.hashing import Hashes

ID = "owner/one"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    model = loadstone.BertModel(loadstone.BertConfig(**BERT_SIZES))
    model.save_pretrained(tmp_path / "model", max_shard_size="30kB")
    return tmp_path / "model"


@pytest.fixture
def locked(folder: Path, tmp_path: Path) -> Path:
    lock_sources([folder], tmp_path / "loadstone.lock").write()
    return tmp_path / "loadstone.lock"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    with the_hub(monkeypatch, tmp_path / "cache") as hub:
        yield hub


def published(files: dict[str, str | bytes]) -> dict[str, bytes]:
    return {name: content.encode() if isinstance(content, str) else content for name, content in files.items()}


def test_a_lock_lists_every_file_that_a_load_uses_and_no_other(folder: Path, locked: Path) -> None:
    (folder / "README.md").write_text("not used")
    files = json.loads(locked.read_text())["sources"]["model"]["files"]
    assert sorted(files) == sorted(path.name for path in folder.iterdir() if path.name != "README.md")
    for name, said in files.items():
        content = (folder / name).read_bytes()
        assert said == {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def test_the_text_is_sorted_ends_in_a_newline_and_is_the_same_again(folder: Path, locked: Path) -> None:
    text = locked.read_text()
    lock_sources([folder], locked).write()
    assert locked.read_text() == text and text.endswith("}\n")
    assert Lock.read(locked).text() == text


def test_a_locked_load_is_the_load_without_a_lock(folder: Path, locked: Path) -> None:
    ids = torch.tensor([[3, 4, 5]])
    plain, under_lock = AutoModel.from_pretrained(folder), AutoModel.from_pretrained(folder, lock=locked)
    assert torch.equal(plain(ids).last_hidden_state, under_lock(ids).last_hidden_state)
    assert verify(Lock.read(locked)) == len(list(folder.iterdir()))


def test_a_changed_byte_anywhere_is_refused_with_the_file_and_both_hashes(folder: Path, locked: Path) -> None:
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        changed = content[:-2] + bytes([content[-2] ^ 1]) + content[-1:]
        path.write_bytes(changed)
        with pytest.raises(LockMismatch) as caught:
            AutoModel.from_pretrained(folder, lock=locked)
        for said in (path.name, hashlib.sha256(content).hexdigest(), hashlib.sha256(changed).hexdigest()):
            assert said in str(caught.value)
        with pytest.raises(LockMismatch, match=path.name.replace(".", r"\.")):
            verify(Lock.read(locked))
        path.write_bytes(content)
    AutoModel.from_pretrained(folder, lock=locked)


def test_all_differing_files_are_listed_and_so_are_new_and_missing_ones(folder: Path, locked: Path) -> None:
    shards = sorted(folder.glob("*.safetensors"))
    for shard in shards[:2]:
        content = bytearray(shard.read_bytes())
        content[-1] ^= 1
        shard.write_bytes(content)
    with pytest.raises(LockMismatch) as caught:
        AutoModel.from_pretrained(folder, lock=locked)
    assert len(caught.value.faults) == 2
    shards[2].unlink()
    with pytest.raises(LockMismatch) as caught:
        verify(Lock.read(locked))
    assert len(caught.value.faults) == 3 and "expected a file, found none" in str(caught.value)
    (folder / "generation_config.json").write_text("{}")
    with pytest.raises(LockMismatch, match=r"generation_config\.json: expected a file that .* lists"):
        AutoModel.from_pretrained(folder, lock=locked)


def test_what_the_lock_does_not_list_and_what_is_no_lock(folder: Path, locked: Path, tmp_path: Path) -> None:
    other = folder.rename(tmp_path / "other")
    with pytest.raises(LockMismatch, match="loadstone lock"):
        AutoModel.from_pretrained(other, lock=locked)
    with pytest.raises(ConfigNotFound):
        AutoModel.from_pretrained(other, lock=tmp_path / "absent.lock")
    with pytest.raises(ArgumentError, match="lock= is for files"):
        AutoModel.from_pretrained(None, config=loadstone.BertConfig(**BERT_SIZES), state_dict={}, lock=locked)
    good = json.loads(locked.read_text())
    for broken in (
        [],
        {"version": 2},
        {"version": 1, "sources": []},
        {"version": 1, "sources": {"a": []}},
        {"version": 1, "sources": {"a": {"files": {"x": {"bytes": 1}}}}},
        {"version": 1, "sources": {"a": {"files": {"../x": good["sources"]["model"]["files"]["config.json"]}}}},
        {"version": 1, "sources": {"a": {"commit": 7, "files": {}}}},
    ):
        locked.write_text(json.dumps(broken))
        with pytest.raises(InvalidConfig):
            Lock.read(locked)
    locked.write_bytes(b"\xff{")
    with pytest.raises(InvalidConfig):
        Lock.read(locked)


def test_code_is_locked_and_refused_before_any_of_it_runs(tmp_path: Path) -> None:
    folder = write(tmp_path / "model", minimal("from .more import x") | {"more.py": "x = 1"})
    lock = lock_sources([folder], tmp_path / "loadstone.lock")
    lock.write()
    assert {"modeling_one.py", "more.py"} <= lock.sources["model"].files.keys()
    AutoModel.from_pretrained(folder, trust_remote_code=True, lock=lock.path)
    (folder / "more.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nx = 1")
    with pytest.raises(LockMismatch, match=r"more\.py"):
        AutoModel.from_pretrained(folder, trust_remote_code=True, lock=lock.path)
    assert not (tmp_path / "ran").exists()


def test_a_config_alone_can_be_read_under_a_lock(folder: Path, locked: Path) -> None:
    assert loadstone.AutoConfig.from_pretrained(folder, lock=locked) == loadstone.AutoConfig.from_pretrained(folder)
    (folder / "config.json").write_text((folder / "config.json").read_text() + " ")
    with pytest.raises(LockMismatch, match=r"config\.json"):
        loadstone.AutoConfig.from_pretrained(folder, lock=locked)


def test_a_lock_pins_repositories_code_of_others_included_and_then_works_offline(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    references = {"AutoConfig": "coder/code--modeling_one.OneConfig", "AutoModel": "coder/code--modeling_one.One"}
    files = minimal(auto_map=references)
    code = {"modeling_one.py": files.pop("modeling_one.py")}
    weights_commit = hub.add(ID, published(files))
    code_commit = hub.add("coder/code", published(code))
    lock = lock_sources([ID], tmp_path / "loadstone.lock")
    lock.write()
    assert {name: each.commit for name, each in lock.sources.items()} == {ID: weights_commit, "coder/code": code_commit}
    hub.add(ID, published(minimal(auto_map=references, changed=True)))
    hub.add("coder/code", {"modeling_one.py": b"raise SystemExit"})
    how: dict[str, Any] = {"trust_remote_code": ["coder/code"], "lock": lock.path}
    assert AutoModel.from_pretrained(ID, **how)().item() == 7.0
    with pytest.raises(ArgumentError, match="pins"):
        AutoModel.from_pretrained(ID, revision="main", **how)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)

    def forbidden(*args: object, **options: object) -> None:
        raise AssertionError("a socket was opened")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, forbidden)
    assert AutoModel.from_pretrained(ID, **how)().item() == 7.0
    assert verify(Lock.read(lock.path)) == 3


def test_the_commands_lock_verify_and_code(folder: Path, tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "loadstone.cli", *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, cwd=tmp_path, env={**os.environ, "COLUMNS": "160"}
        )

    custom = write(tmp_path / "custom", minimal("import subprocess\nsubprocess.run"))
    done = run("lock", "model", "custom")
    assert done.returncode == 0 and "model" in done.stdout, done.stderr
    assert run("verify").stdout.startswith("loadstone.lock: all ")
    (custom / "modeling_one.py").write_text("")
    done = run("verify")
    assert done.returncode != 0 and "modeling_one.py" in done.stderr and "Traceback" not in done.stderr
    write(custom, minimal("import subprocess\nsubprocess.run"))
    shown = run("code", "custom")
    assert "modeling_one.OneConfig" in shown.stdout and "subprocess.run" in shown.stdout, shown.stderr
    found = json.loads(run("code", "custom", "--json").stdout)
    (file,) = found["code"][0]["files"]
    assert file["sha256"] == hashlib.sha256((custom / "modeling_one.py").read_bytes()).hexdigest()
    assert "has no code of its own" in run("code", "model").stdout


# Hashing


def old(path: Path, content: bytes) -> Path:
    """A file whose times say that it was not written just now."""
    path.write_bytes(content)
    return path


def test_hashes_are_those_of_hashlib_for_any_size(tmp_path: Path) -> None:
    paths = [old(tmp_path / str(size), os.urandom(size)) for size in (0, 1, 2**20 - 1, 2**20, 2**20 + 1, 3_000_000)]
    found = Hashes(paths).wait()
    assert found == {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def test_an_unchanged_file_is_not_read_again_and_a_changed_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = old(tmp_path / "file", b"one")
    monkeypatch.setattr("loadstone.sources.hashing._RACY_NS", 0)
    first = Hashes([path]).wait()[path]
    monkeypatch.setattr(Hashes, "_digest", lambda *args: "read again")
    assert Hashes([path]).wait()[path] == first
    assert Hashes([path], remember=False).wait()[path] == "read again"
    path.write_bytes(b"two")
    assert Hashes([path]).wait()[path] == "read again"


def test_a_file_that_was_changed_just_now_is_not_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = old(tmp_path / "file", b"one")
    Hashes([path]).wait()
    monkeypatch.setattr(Hashes, "_digest", lambda *args: "read again")
    assert Hashes([path]).wait()[path] == "read again"


def test_what_cannot_be_hashed_is_named_and_hashing_can_be_stopped(tmp_path: Path) -> None:
    with pytest.raises(CorruptCheckpoint, match="absent"):
        Hashes([tmp_path / "absent"]).wait()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CorruptCheckpoint, match="named pipe"):
        Hashes([tmp_path / "pipe"]).wait()
    large = tmp_path / "large"
    with open(large, "wb") as file:
        file.truncate(64 << 30)
    hashes = Hashes([large])
    started = time.perf_counter()
    hashes.cancel()
    assert time.perf_counter() - started < 10  # all of it would take minutes
