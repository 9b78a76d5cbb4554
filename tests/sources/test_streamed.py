"""``stream=True``: weights of a repository on the Hub, read by ranges, at one commit."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from hub_server import Hub, Storage, Trouble, the_hub
from huggingface_hub import constants

from loadstone import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM, plan
from loadstone.errors import ArgumentError, CheckpointNotFound, CorruptCheckpoint, HubError, LockMismatch, RemoteError
from loadstone.lockfile.lockfile import lock_sources

ID, COMMIT = "owner/model", "1" * 40
SECOND = "model-00002-of-00004.safetensors"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    torch.manual_seed(0)
    sizes = {"hidden_size": 128, "intermediate_size": 256, "num_hidden_layers": 2, "num_attention_heads": 2}
    LlamaForCausalLM(LlamaConfig(**sizes, vocab_size=512)).save_pretrained(folder, max_shard_size="600KB")
    return folder


@pytest.fixture
def hub(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with the_hub(monkeypatch, tmp_path / "cache") as hub:
        hub.add(ID, {file.name: file.read_bytes() for file in folder.iterdir()}, COMMIT)
        yield hub


def files_under(folder: Path) -> set[str]:
    return {name for _, _, names in os.walk(folder) for name in names}


def test_weights_are_read_at_one_commit_and_stay_there(hub: Hub, folder: Path, tmp_path: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(ID, stream=True)
    weights = LlamaForCausalLM.from_pretrained(folder).state_dict()
    assert all(torch.equal(value, weights[name]) for name, value in model.state_dict().items())
    assert not [name for name in files_under(tmp_path / "cache") if "safetensors" in name]
    asked = [line for line in hub.log if ".safetensors" in line]
    assert asked and all(f"/{ID}/resolve/{COMMIT}/" in line for line in asked)
    assert model.config._commit_hash == COMMIT
    assert "remote files read in ranges" in str(model.load_report)


def test_under_a_lock(hub: Hub, folder: Path, tmp_path: Path) -> None:
    lock = tmp_path / "loadstone.lock"
    lock_sources([ID], lock, stream=True).write()
    AutoModelForCausalLM.from_pretrained(ID, stream=True, lock=lock)
    said = json.loads(lock.read_text())
    assert said["sources"][ID]["commit"]
    said["sources"][ID]["files"][SECOND]["sha256"] = "0" * 64
    lock.write_text(json.dumps(said))
    with pytest.raises(LockMismatch, match=SECOND):
        AutoModelForCausalLM.from_pretrained(ID, stream=True, lock=lock)


def test_a_plan_streams_headers(hub: Hub) -> None:
    assert plan(ID, stream=True).model_class == "LlamaForCausalLM"
    assert hub.ranges and all(asked == "bytes=0-65535" for asked in hub.ranges)


def test_the_token_goes_to_the_hub_and_not_to_where_it_sends_us(hub: Hub, folder: Path) -> None:
    weights = {file.name: file.read_bytes() for file in folder.glob("*.safetensors")}
    storage = Storage(weights)
    hub.elsewhere = dict.fromkeys(weights, storage.address)
    try:
        AutoModelForCausalLM.from_pretrained(ID, stream=True, token="hf_secret")
    finally:
        storage.stop()
    assert set(hub.tokens) == {"Bearer hf_secret"}
    assert storage.tokens and set(storage.tokens) == {None}


def test_no_token_where_none_is_wanted(hub: Hub) -> None:
    AutoModelForCausalLM.from_pretrained(ID, stream=True, token=False)
    assert set(hub.tokens) == {None}


def test_a_file_that_is_refused(hub: Hub) -> None:
    hub.troubles = {SECOND: Trouble(times=99, status=403)}
    with pytest.raises(RemoteError, match=rf"resolve/{COMMIT}/{SECOND}: .* 403") as raised:
        AutoModelForCausalLM.from_pretrained(ID, stream=True, token="hf_secret")
    assert "hf_secret" not in str(raised.value)


def test_offline(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(CheckpointNotFound, match="stream=True reads the weights of 'owner/model' from the Hub"):
        AutoModelForCausalLM.from_pretrained(ID, stream=True)


def test_what_does_not_go_with_it(hub: Hub) -> None:
    with pytest.raises(ArgumentError, match=r"lock='x' .* with sharding="):
        AutoModelForCausalLM.from_pretrained(ID, stream=True, lock="x", sharding="x")
    with pytest.raises(HubError):
        AutoModelForCausalLM.from_pretrained("owner/other", stream=True)
    hub.add("owner/pickled", {"config.json": b"{}", "pytorch_model.bin": b"x"})
    with pytest.raises(CheckpointNotFound, match="of remote files only safetensors are read"):
        plan("owner/pickled", stream=True, config=LlamaConfig(), head="causal-lm")


def test_a_file_that_is_cut_short_at_the_hub(hub: Hub, folder: Path) -> None:
    files = {file.name: file.read_bytes() for file in folder.iterdir()}
    hub.add("owner/short", files | {SECOND: files[SECOND][:-1]})
    with pytest.raises(CorruptCheckpoint, match=SECOND):
        AutoModelForCausalLM.from_pretrained("owner/short", stream=True)
