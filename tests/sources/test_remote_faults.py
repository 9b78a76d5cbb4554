"""A server that fails while a model is loaded from it: the same model in the end, or an error and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import leaks
import pytest
import torch
from sources.range_server import Faults, RangeServer

from loadstone import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM
from loadstone.errors import CorruptCheckpoint, LoadstoneError, RemoteError
from loadstone.transfer import weight_files

BIG = "model.embed_tokens.weight"
MIB = 1 << 20
QUICK = {"timeout": 1.2}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of 21 MB in three shards."""
    folder = tmp_path_factory.mktemp("served")
    torch.manual_seed(0)
    sizes = {"hidden_size": 256, "intermediate_size": 1024, "num_hidden_layers": 4, "num_attention_heads": 4}
    LlamaForCausalLM(LlamaConfig(**sizes, vocab_size=1024)).save_pretrained(folder, max_shard_size="8MB")
    return folder


@pytest.fixture(scope="module")
def weights(folder: Path) -> dict[str, torch.Tensor]:
    return dict(LlamaForCausalLM.from_pretrained(folder).state_dict())


@pytest.fixture(scope="module")
def stored(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[RangeServer]:
    with RangeServer(folder) as server:
        AutoModelForCausalLM.from_pretrained(server.url)  # what the client starts once, and keeps, is there
        yield server


@pytest.fixture
def server(running: RangeServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[RangeServer]:
    """More and shorter ranges than usual, so that shares of them fail; and nothing may stay behind."""
    monkeypatch.setattr(weight_files, "REMOTE_EXTENT_BYTES", MIB)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    running.faults = Faults()
    running.versions.clear()
    running.forget()
    yield running
    assert not os.listdir(tmp_path)


def load(server: RangeServer, **options: Any) -> LlamaForCausalLM:
    """The model; whatever comes of it, no thread and no file of its own stays."""
    before = threading.active_count() - len(server.threads)
    try:
        return AutoModelForCausalLM.from_pretrained(server.url, storage_options=QUICK | options)
    finally:
        assert threading.active_count() - len(server.threads) <= before


def assert_same(model: torch.nn.Module, weights: dict[str, torch.Tensor]) -> None:
    assert all(torch.equal(value, weights[name]) for name, value in model.state_dict().items())


@pytest.mark.parametrize(
    "faults",
    [
        {"errors": 0.2},
        {"cuts": 0.2},
        {"errors": 0.1, "cuts": 0.1},
        {"cuts": 0.2, "has_etags": False},
        {"cuts": 0.2, "has_weak_etags": True},
    ],
    ids=str,
)
def test_a_fifth_of_the_answers_fails(
    faults: dict[str, Any], server: RangeServer, weights: dict[str, torch.Tensor], stored: int
) -> None:
    server.faults = Faults(**faults)
    assert_same(load(server, timeout=30.0), weights)
    assert server.failed >= 3
    assert server.bytes_sent <= 1.3 * stored


def test_a_slow_server(server: RangeServer, weights: dict[str, torch.Tensor]) -> None:
    server.faults = Faults(bytes_per_second=4 * MIB)
    assert_same(load(server), weights)


def test_no_byte_comes_any_more(server: RangeServer) -> None:
    server.faults = Faults(stall_after=12)
    start = time.monotonic()
    with pytest.raises(RemoteError, match=r"no byte came for too long.*storage_options=\{'timeout': seconds\}"):
        load(server)
    assert time.monotonic() - start < 3 * QUICK["timeout"]


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (403, "AccessDenied", r"the server answered 403 \(AccessDenied\).*credentials"),
        (400, "ExpiredToken", r"the server answered 400 \(ExpiredToken\).*not expired"),
        (401, "Unauthorized", r"the server answered 401"),
        (500, "InternalError", r"the server answered 500 \(InternalError\), again and again"),
        pytest.param(503, "SlowDown", r"the server answered 503 \(SlowDown\)", marks=pytest.mark.long),
    ],
)
@pytest.mark.parametrize("after", [0, 15])
def test_the_server_refuses(after: int, status: int, code: str, said: str, server: RangeServer) -> None:
    server.faults = Faults(refuse_after=after, refuse_with=status, refuse_code=code)
    start = time.monotonic()
    with pytest.raises(RemoteError, match=f"{server.url}/.*: {said}") as raised:
        load(server)
    assert time.monotonic() - start < 3 * QUICK["timeout"]
    assert "secret-of-the-server" not in str(raised.value)


def test_an_object_that_is_replaced_while_it_is_read(server: RangeServer) -> None:
    server.replace_after = (18, "/model-00002-of-00003.safetensors")
    with pytest.raises(
        CorruptCheckpoint, match=r"model-00002-of-00003.safetensors: expected the object that was there"
    ):
        load(server)


@pytest.mark.parametrize("faults", [{"has_etags": False}, {"has_weak_etags": True}], ids=str)
def test_an_object_that_is_replaced_where_no_etag_can_be_demanded(faults: dict[str, Any], server: RangeServer) -> None:
    server.faults = Faults(**faults)
    server.replace_after = (18, "/model-00002-of-00003.safetensors")
    with pytest.raises(
        CorruptCheckpoint, match=r"model-00002-of-00003.safetensors: expected the object that was there"
    ):
        load(server)


def test_an_object_that_is_removed_while_it_is_read(server: RangeServer, folder: Path) -> None:
    file = folder / "model-00003-of-00003.safetensors"
    content = file.read_bytes()
    server.remove_after = (18, file)
    try:
        with pytest.raises(CorruptCheckpoint, match=rf"{file.name}: expected the object that was there .* found none"):
            load(server)
    finally:
        file.write_bytes(content)


def test_a_server_that_knows_no_ranges(server: RangeServer) -> None:
    server.faults = Faults(ignores_ranges=True)
    with pytest.raises(RemoteError, match="does not answer ranges of a file"):
        load(server)


def test_a_server_that_is_gone(folder: Path) -> None:
    with RangeServer(folder) as server:
        address = server.url
    start = time.monotonic()
    with pytest.raises(RemoteError, match="could not be reached"):
        AutoModelForCausalLM.from_pretrained(address, storage_options=QUICK)
    assert time.monotonic() - start < 3 * QUICK["timeout"]


FORKING = """
import os, sys, loadstone
checkpoint = loadstone.open_checkpoint(sys.argv[1])
if os.fork():
    os.wait()
else:
    try:
        checkpoint.read(sys.argv[2])
    except loadstone.errors.RemoteError as error:
        print(error)
"""


def test_a_forked_process_is_told_so(server: RangeServer) -> None:
    command = [sys.executable, "-c", FORKING, server.url, BIG]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert "Start workers with the method 'spawn'" in done.stdout


def test_nothing_stays_behind(server: RangeServer) -> None:
    server.faults = Faults(refuse_after=20)
    with leaks.nothing_new_stays(in_cycles=True, patience_s=3.0), pytest.raises(LoadstoneError):
        load(server)
