"""``push_to_hub``: what is pushed can be loaded from there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from hub_server import Hub, the_hub
from remote_code.repositories import BERT_SIZES

import loadstone
from loadstone.errors import HubError

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
