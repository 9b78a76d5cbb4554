"""A real object store: SeaweedFS on loopback, with credentials that it checks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import obstore
import pytest
import torch
from obstore.store import S3Store
from sources.s3_server import KEY, SECRET, s3_server

from loadstone import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM, open_checkpoint
from loadstone.errors import ConfigNotFound, CorruptCheckpoint, RemoteError

pytestmark = pytest.mark.long  # it takes three seconds to start
FILE = "model-00002-of-00003.safetensors"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    torch.manual_seed(0)
    sizes = {"hidden_size": 256, "intermediate_size": 1024, "num_hidden_layers": 4, "num_attention_heads": 4}
    LlamaForCausalLM(LlamaConfig(**sizes, vocab_size=1024)).save_pretrained(folder, max_shard_size="8MB")
    return folder


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with s3_server(tmp_path_factory.mktemp("store")) as options:
        yield options


@pytest.fixture
def store(options: dict[str, Any], folder: Path) -> S3Store:
    """With the model in it."""
    store = S3Store("models", **options, client_options={"allow_http": True})
    for file in folder.iterdir():
        obstore.put(store, f"llama/{file.name}", file)
    return store


def test_a_model(store: S3Store, options: dict[str, Any], folder: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained("s3://models/llama", storage_options=options)
    weights = LlamaForCausalLM.from_pretrained(folder).state_dict()
    assert all(torch.equal(value, weights[name]) for name, value in model.state_dict().items())


def test_credentials_of_the_environment(
    store: S3Store, options: dict[str, Any], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_ENDPOINT_URL", options["endpoint"])
    monkeypatch.setenv("AWS_REGION", options["region"])
    checkpoint, here = open_checkpoint("s3://models/llama"), open_checkpoint(folder)
    assert checkpoint.keys() == here.keys()
    name = next(iter(here))
    assert np.array_equal(checkpoint.numpy(name), here.numpy(name))


def test_wrong_credentials(store: S3Store, options: dict[str, Any]) -> None:
    wrong = options | {"secret_access_key": "WRONG"}
    with pytest.raises(RemoteError, match=r"s3://models/llama/.*answered 403 \(SignatureDoesNotMatch\)") as raised:
        AutoModelForCausalLM.from_pretrained("s3://models/llama", storage_options=wrong)
    assert "WRONG" not in str(raised.value) and KEY not in str(raised.value)


def test_what_is_not_there(store: S3Store, options: dict[str, Any]) -> None:
    for address in ("s3://models/nowhere", "s3://nobodys"):
        with pytest.raises(ConfigNotFound, match=rf"{address}/config.json"):
            AutoModelForCausalLM.from_pretrained(address, storage_options=options)


def test_an_object_that_is_replaced(store: S3Store, options: dict[str, Any], folder: Path) -> None:
    checkpoint = open_checkpoint("s3://models/llama", storage_options=options)
    content = bytearray((folder / FILE).read_bytes())
    content[-1] ^= 1
    obstore.put(store, f"llama/{FILE}", bytes(content))
    (name, *_) = (tensor.name for tensor in checkpoint.values() if tensor.file.name == FILE)
    with pytest.raises(CorruptCheckpoint, match=rf"s3://models/llama/{FILE}: expected the object that was there"):
        checkpoint.numpy(name)
