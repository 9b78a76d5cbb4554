"""Of a sharded repository only those shards are fetched that hold something the model takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from hub_server import Hub, the_hub
from huggingface_hub import constants

import loadstone
from loadstone.errors import UnusedTensors

SIZES = {
    "vocab_size": 64,
    "hidden_size": 16,
    "intermediate_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "tie_word_embeddings": False,
}
IDS = torch.tensor([[3, 4, 5]])
ID = "owner/sharded"


@pytest.fixture
def whole(tmp_path: Path) -> loadstone.PreTrainedModel:
    model = loadstone.LlamaForCausalLM(loadstone.LlamaConfig(**SIZES)).eval()
    model.save_pretrained(tmp_path / "whole", max_shard_size="4.2kB")
    return model


@pytest.fixture
def hub(whole: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "home"))
    with the_hub(monkeypatch, tmp_path / "cache") as hub:
        hub.add(ID, {path.name: path.read_bytes() for path in (tmp_path / "whole").iterdir()})
        yield hub


def shards(hub: Hub) -> set[str]:
    return {name for name in hub.fetched() if name.endswith(".safetensors")}


def everything(hub: Hub) -> set[str]:
    (files,) = hub.repositories[ID].commits.values()
    return {name for name in files if name.endswith(".safetensors")}


@pytest.mark.parametrize("bare", [loadstone.AutoModel, loadstone.LlamaModel, loadstone.FlaxAutoModel])
def test_the_bare_model_leaves_the_heads_shard_where_it_is(
    hub: Hub, whole: loadstone.PreTrainedModel, bare: type
) -> None:
    model = bare.from_pretrained(ID)  # type: ignore[attr-defined]
    assert len(everything(hub) - shards(hub)) == 1
    assert "lm_head.weight" in model.load_report.unused
    if bare is not loadstone.FlaxAutoModel:
        assert torch.equal(model(IDS).last_hidden_state, whole.model(IDS).last_hidden_state)
    before = len(hub.log)
    bare.from_pretrained(ID, local_files_only=True)  # type: ignore[attr-defined]
    assert len(hub.log) == before
    again = loadstone.AutoModelForCausalLM.from_pretrained(ID)
    assert torch.equal(again(IDS).logits, whole(IDS).logits)


def test_strict_and_the_class_with_the_head_take_all(hub: Hub, whole: loadstone.PreTrainedModel) -> None:
    with pytest.raises(UnusedTensors):
        loadstone.AutoModel.from_pretrained(ID, strict=True)
    assert shards(hub) == everything(hub)
