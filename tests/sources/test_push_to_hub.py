"""``push_to_hub``: what is pushed can be loaded from there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from hub_server import Hub, the_hub
from remote_code.repositories import BERT_SIZES

import loadstone
from loadstone.errors import HubError, UnknownArgument

IDS = torch.tensor([[3, 4, 5]])


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    with the_hub(monkeypatch, tmp_path / "cache") as hub:
        yield hub


@pytest.mark.parametrize("prefix", ["", "Flax", "TF"])
def test_a_pushed_model_is_the_one_that_is_loaded(hub: Hub, prefix: str) -> None:
    config = loadstone.BertConfig(**BERT_SIZES)
    model = getattr(loadstone, f"{prefix}BertModel")(config)
    done = model.push_to_hub("owner/pushed", token="hf_x", endpoint=hub.address, max_shard_size="30kB")
    assert done.oid in hub.repositories["owner/pushed"].commits
    assert "model.safetensors.index.json" in hub.repositories["owner/pushed"].commits[done.oid]
    again = getattr(loadstone, f"{prefix}AutoModel").from_pretrained("owner/pushed")
    assert type(again) is type(model) and again.config.hidden_size == 32
    if not prefix:
        assert torch.equal(again(IDS).last_hidden_state, model.eval()(IDS).last_hidden_state)


def test_a_config_alone_can_be_pushed(hub: Hub) -> None:
    config = loadstone.BertConfig(**BERT_SIZES)
    config.push_to_hub("owner/config", token="hf_x", endpoint=hub.address, commit_message="first")
    assert loadstone.AutoConfig.from_pretrained("owner/config") == config


@pytest.mark.parametrize(("status", "said"), [(401, "token"), (403, "token"), (429, "too many"), (500, "reached")])
def test_a_refused_push_says_what_to_do(hub: Hub, status: int, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda seconds: None)
    hub.fail = (status, {})
    with pytest.raises(HubError, match=said):
        loadstone.BertConfig(**BERT_SIZES).push_to_hub("owner/config", token="hf_x", endpoint=hub.address)


@pytest.mark.parametrize("prefix", ["", "Flax", "TF"])
def test_a_save_with_push_to_hub_uploads_what_it_wrote_and_nothing_else(
    hub: Hub, prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", hub.address)
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "secrets.txt").write_text("not for everyone")
    model = getattr(loadstone, f"{prefix}BertModel")(loadstone.BertConfig(**BERT_SIZES))
    where = {"repo_id": "owner/pushed", "token": "hf_x", "endpoint": hub.address, "commit_message": "first"}
    model.save_pretrained(folder, push_to_hub=True, **where)
    (commit,) = hub.repositories["owner/pushed"].commits.values()
    assert sorted(commit) == ["config.json", "model.safetensors"]
    assert commit["model.safetensors"] == (folder / "model.safetensors").read_bytes()


def test_without_a_name_the_repository_has_that_of_the_folder(hub: Hub, tmp_path: Path) -> None:
    config = loadstone.BertConfig(**BERT_SIZES)
    config.save_pretrained(tmp_path / "mine", push_to_hub=True, use_auth_token="hf_x", endpoint=hub.address)
    (name,) = hub.repositories
    assert name.rpartition("/")[2] == "mine"
    defaults = loadstone.GenerationConfig(max_new_tokens=3)
    defaults.save_pretrained(
        tmp_path / "mine", push_to_hub=True, repo_id="owner/text", token="hf_x", endpoint=hub.address
    )
    (commit,) = hub.repositories["owner/text"].commits.values()
    assert sorted(commit) == ["generation_config.json"]


def test_a_process_that_is_not_the_main_one_pushes_nothing(hub: Hub, tmp_path: Path) -> None:
    model = loadstone.BertModel(loadstone.BertConfig(**BERT_SIZES))
    model.save_pretrained(tmp_path / "mine", is_main_process=False, push_to_hub=True, endpoint=hub.address)
    assert model.push_to_hub("owner/mine", is_main_process=False, endpoint=hub.address) is None
    assert not hub.repositories and not (tmp_path / "mine").exists()


def test_a_push_takes_what_a_save_takes_and_names_what_nothing_takes(hub: Hub) -> None:
    config = loadstone.BertConfig(**BERT_SIZES)
    with pytest.raises(UnknownArgument, match=r"comit_message.*Did you mean 'commit_message'"):
        config.push_to_hub("owner/config", comit_message="first", endpoint=hub.address)
    config.push_to_hub("owner/config", use_temp_dir=True, safe_serialization=True, token="hf_x", endpoint=hub.address)
    assert list(hub.repositories) == ["owner/config"]
