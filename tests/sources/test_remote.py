"""Checkpoints at a web server and an object store: what is fetched, what is refused, and what stays."""

from __future__ import annotations

import json
import logging
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from quantization.test_gptq import a_model as in_gptq
from sources.range_server import Faults, RangeServer
from typer.testing import CliRunner

from loadstone import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    FlaxAutoModelForCausalLM,
    GenerationConfig,
    LlamaConfig,
    LlamaForCausalLM,
    TFAutoModelForCausalLM,
    convert,
    load_into,
    open_checkpoint,
    pipeline,
    plan,
    transfer_options,
)
from loadstone.cli.app import app
from loadstone.core.remote_path import RemotePath
from loadstone.errors import (
    ArgumentError,
    CheckpointNotFound,
    ConfigNotFound,
    CorruptCheckpoint,
    FrameworkNotInstalled,
    RemoteError,
    TokenizerError,
    UnsafeCheckpoint,
)
from loadstone.remote.folder import HEAD_BYTES

BIG = "model.embed_tokens.weight"
SHARDS = 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``ck``: a model of 11 MB in three shards, with a tokenizer; ``one``: the same in one file."""
    root = tmp_path_factory.mktemp("served")
    torch.manual_seed(0)
    config = LlamaConfig(
        hidden_size=256,
        intermediate_size=512,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
        vocab_size=1024,
    )
    model = LlamaForCausalLM(config)
    model.save_pretrained(root / "ck", max_shard_size="4MB")
    model.save_pretrained(root / "one")
    tokens = {"<unk>": 0, "hello": 1, "world": 2}
    tokenizer = {"version": "1.0", "model": {"type": "WordLevel", "vocab": tokens, "unk_token": "<unk>"}}
    tokenizer |= {"pre_tokenizer": {"type": "Whitespace"}, "added_tokens": []}
    (root / "ck" / "tokenizer.json").write_text(json.dumps(tokenizer))
    return root


@pytest.fixture(scope="module")
def weights(folder: Path) -> Mapping[str, torch.Tensor]:
    return LlamaForCausalLM.from_pretrained(folder / "ck").state_dict()


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[RangeServer]:
    with RangeServer(folder) as server:
        yield server


@pytest.fixture
def server(running: RangeServer) -> RangeServer:
    """Without faults, and with counters at nothing."""
    running.faults = Faults()
    running.versions.clear()
    running.forget()
    return running


def s3(server: RangeServer) -> dict[str, Any]:
    return {"endpoint": server.url, "skip_signature": True}


def assert_same(model: torch.nn.Module, weights: Mapping[str, torch.Tensor]) -> None:
    state = model.state_dict()
    assert state.keys() == weights.keys()
    assert all(torch.equal(state[name], weights[name]) for name in weights)


def test_from_a_web_server(
    server: RangeServer,
    folder: Path,
    weights: Mapping[str, torch.Tensor],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    model = AutoModelForCausalLM.from_pretrained(f"{server.url}/ck")
    assert_same(model, weights)
    small = sum(file.stat().st_size for file in (folder / "ck").glob("*.json"))
    stored = sum(file.stat().st_size for file in (folder / "ck").glob("*.safetensors"))
    assert server.bytes_sent <= stored + SHARDS * HEAD_BYTES + small
    assert not os.listdir(tmp_path)
    assert model.name_or_path == f"{server.url}/ck"
    assert f"{SHARDS} remote files read in ranges of 8 MiB" in str(model.load_report)
    files = model.load_report.to_dict()["files"]
    assert len(files) == SHARDS and all(0 < file["read_bytes"] <= file["nbytes"] for file in files)
    assert files[0]["path"].startswith(server.url)


def test_from_an_object_store(server: RangeServer, weights: Mapping[str, torch.Tensor]) -> None:
    model = AutoModelForCausalLM.from_pretrained("s3://ck", storage_options=s3(server))
    assert_same(model, weights)
    ranges = [headers for _, target, headers in server.requests if "model-0" in target]
    assert all(headers["if-match"] for headers in ranges[SHARDS:])  # all but those that found the files


@pytest.mark.parametrize(
    ("address", "options"),
    [("az://ck", {"endpoint": "", "account_name": "somebodys"}), ("gs://ck", {"base_url": ""})],
)
def test_from_other_object_stores(address: str, options: dict[str, str], server: RangeServer, folder: Path) -> None:
    asked = {name: value or server.url for name, value in options.items()} | {"skip_signature": True}
    checkpoint, here = open_checkpoint(address, storage_options=asked), open_checkpoint(folder / "ck")
    assert np.array_equal(checkpoint.numpy(BIG), here.numpy(BIG))
    assert str(checkpoint.files[0]) == f"{address}/{here.files[0].name}"


def test_one_file_and_a_subfolder(server: RangeServer, weights: Mapping[str, torch.Tensor]) -> None:
    assert_same(AutoModelForCausalLM.from_pretrained(f"{server.url}/one"), weights)
    assert_same(AutoModelForCausalLM.from_pretrained(server.url, subfolder="ck"), weights)
    assert_same(AutoModelForCausalLM.from_pretrained(f"{server.url}/one/model.safetensors"), weights)
    index = f"{server.url}/ck/model.safetensors.index.json"
    assert open_checkpoint(index).keys() == open_checkpoint(f"{server.url}/one").keys()


def test_cast_while_it_is_read(server: RangeServer, weights: Mapping[str, torch.Tensor]) -> None:
    model = AutoModelForCausalLM.from_pretrained(f"{server.url}/ck", torch_dtype="bfloat16")
    assert torch.equal(model.state_dict()[BIG], weights[BIG].bfloat16())


@pytest.mark.parametrize(
    "auto_class", [FlaxAutoModelForCausalLM, pytest.param(TFAutoModelForCausalLM, marks=pytest.mark.long)]
)
def test_in_the_other_frameworks(auto_class: Any, server: RangeServer, folder: Path) -> None:
    tokens = np.arange(8)[None]
    here = auto_class.from_pretrained(folder / "ck")(tokens).logits
    there = auto_class.from_pretrained(f"{server.url}/ck")(tokens).logits
    assert np.array_equal(np.asarray(here), np.asarray(there))


def test_into_a_module_that_is_there(server: RangeServer, folder: Path, weights: Mapping[str, torch.Tensor]) -> None:
    with torch.device("meta"):
        module = LlamaForCausalLM(LlamaConfig.from_pretrained(folder / "ck"))
    load_into(module, f"{server.url}/ck")
    assert_same(module, weights)


@pytest.mark.long
def test_quantized_weights_are_read_in_blocks(server: RangeServer, folder: Path) -> None:
    sizes = {"hidden_size": 128, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2}
    LlamaForCausalLM(LlamaConfig(**sizes, vocab_size=64)).save_pretrained(folder / "small")
    in_gptq(folder / "small", folder / "gptq")
    here = AutoModelForCausalLM.from_pretrained(folder / "gptq", dequantize=True)
    server.forget()
    assert_same(AutoModelForCausalLM.from_pretrained(f"{server.url}/gptq", dequantize=True), here.state_dict())
    stored = sum(file.stat().st_size for file in (folder / "gptq").glob("*.safetensors"))
    assert server.bytes_sent <= 1.02 * stored + 8 * HEAD_BYTES
    assert len(server.requests) < 30  # of 14 matrices in four parts each


def test_in_place_of_the_weights_that_are_there(server: RangeServer, folder: Path) -> None:
    model = LlamaForCausalLM.from_pretrained(folder / "ck")
    with torch.no_grad():
        model.model.embed_tokens.weight.zero_()
    report = model.swap_weights(f"{server.url}/ck")
    assert model.model.embed_tokens.weight.any() and "remote files" in str(report)


def test_one_tensor_costs_its_bytes(server: RangeServer) -> None:
    checkpoint = open_checkpoint("s3://ck", storage_options=s3(server))
    opened = server.bytes_sent
    assert opened <= (SHARDS + 1) * HEAD_BYTES
    values = checkpoint.numpy(BIG)
    assert server.bytes_sent - opened == values.nbytes == checkpoint[BIG].nbytes


def test_a_long_tensor_comes_in_parts(server: RangeServer, folder: Path) -> None:
    checkpoint = open_checkpoint(f"{server.url}/one")
    (file,) = checkpoint.files
    source = RemotePath.of(str(file), file.source).source  # type: ignore[attr-defined]
    buffer = memoryview(bytearray(source.nbytes))
    server.forget()
    source.read_into(0, source.nbytes, buffer)
    assert buffer == (folder / "one" / "model.safetensors").read_bytes()
    assert len(server.requests) > 1


def test_a_header_longer_than_the_first_request(server: RangeServer, folder: Path) -> None:
    names = [f"tensor_with_a_long_name_{'x' * 200}_{number:04}" for number in range(500)]
    entries = {name: {"dtype": "U8", "shape": [1], "data_offsets": [at, at + 1]} for at, name in enumerate(names)}
    header = json.dumps(entries, separators=(",", ":")).encode()
    assert len(header) > HEAD_BYTES
    content = len(header).to_bytes(8, "little") + header + bytes(range(250)) * 2
    (folder / "long.safetensors").write_bytes(content)
    checkpoint = open_checkpoint(f"{server.url}/long.safetensors")
    assert list(checkpoint) == names
    assert server.bytes_sent <= 8 + len(header)
    assert bytes(checkpoint.read(names[251])) == b"\x01"


def test_a_plan_reads_headers_only(server: RangeServer) -> None:
    forecast = plan(f"{server.url}/ck")
    assert server.bytes_sent <= (SHARDS + 4) * HEAD_BYTES
    assert forecast.peak_private_bytes == forecast.read_bytes  # nothing is a view of a file


def test_configs_and_tokenizers(server: RangeServer, folder: Path) -> None:
    here, there = folder / "ck", f"{server.url}/ck"
    assert AutoConfig.from_pretrained(there).to_dict() == AutoConfig.from_pretrained(here).to_dict()
    config, unused = LlamaConfig.from_pretrained("s3://ck", storage_options=s3(server), return_unused_kwargs=True)
    assert config.hidden_size == 256 and not unused
    assert GenerationConfig.from_pretrained(there).to_dict() == GenerationConfig.from_pretrained(here).to_dict()
    assert AutoTokenizer.from_pretrained(there)("hello world")["input_ids"] == [1, 2]
    assert not [target for _, target, _ in server.requests if "safetensors" in target]


def test_the_command_and_a_pipeline(server: RangeServer, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["inspect", f"{server.url}/ck"], ["plan", f"{server.url}/ck"]):
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 0 and f"{server.url}/ck" in done.output, done.output
    written = pipeline("text-generation", f"{server.url}/ck")("hello world", max_new_tokens=2)
    assert written == pipeline("text-generation", folder / "ck")("hello world", max_new_tokens=2)


def test_an_opened_checkpoint_goes_to_another_process(server: RangeServer) -> None:
    checkpoint = open_checkpoint("s3://ck", storage_options=s3(server))
    again = pickle.loads(pickle.dumps(checkpoint))
    assert np.array_equal(again.numpy(BIG), checkpoint.numpy(BIG))
    assert str(again.files[0]).startswith("s3://ck/")


# What is refused


def test_what_is_not_there(server: RangeServer, folder: Path) -> None:
    with pytest.raises(ConfigNotFound, match=r"/nowhere/config.json: no such file"):
        AutoModelForCausalLM.from_pretrained(f"{server.url}/nowhere")
    with pytest.raises(ConfigNotFound, match=r"s3://nowhere/config.json"):
        AutoConfig.from_pretrained("s3://nowhere", storage_options=s3(server))
    with pytest.raises(CheckpointNotFound, match=r"none of model.safetensors, model.safetensors.index.json"):
        open_checkpoint(f"{server.url}/nowhere")
    with pytest.raises(TokenizerError, match=r"one: none of tokenizer.json"):
        AutoTokenizer.from_pretrained(f"{server.url}/one")
    (folder / "pickled").mkdir(exist_ok=True)
    (folder / "pickled" / "pytorch_model.bin").write_bytes(b"x")
    with pytest.raises(CheckpointNotFound, match=r"There is pytorch_model.bin, and of remote files only safetensors"):
        open_checkpoint(f"{server.url}/pickled")


def test_a_missing_shard(server: RangeServer, folder: Path) -> None:
    (folder / "half").mkdir(exist_ok=True)
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
    (folder / "half" / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(CorruptCheckpoint, match=r"half/model-00001-of-00002.safetensors: expected a file, found none"):
        open_checkpoint(f"{server.url}/half")


@pytest.mark.parametrize(
    "shard", ["../ck/model-00001-of-00003.safetensors", "/ck/x.safetensors", "a/../../x.safetensors"]
)
def test_an_index_that_leads_out_of_its_folder(shard: str, server: RangeServer, folder: Path) -> None:
    (folder / "out").mkdir(exist_ok=True)
    (folder / "out" / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": shard}}))
    with pytest.raises(UnsafeCheckpoint, match=r"in the index's own folder"):
        open_checkpoint(f"{server.url}/out")
    assert not [target for _, target, _ in server.requests if "/ck" in target or "x.safetensors" in target]


def test_a_header_that_claims_more_than_the_file(server: RangeServer, folder: Path) -> None:
    (folder / "bomb.safetensors").write_bytes((90_000_000).to_bytes(8, "little") + b'{"a"')
    with pytest.raises(CorruptCheckpoint, match=r"a header of 90000000 bytes"):
        open_checkpoint(f"{server.url}/bomb.safetensors")


@pytest.mark.parametrize(
    "address",
    ["https://user:PASSWORD@host/x", "https://host/x?sig=PASSWORD", "s3://bucket/x#PASSWORD", "ftp://host/PASSWORD"],
)
def test_addresses_that_may_hold_secrets(address: str) -> None:
    for load in (open_checkpoint, AutoConfig.from_pretrained, AutoModelForCausalLM.from_pretrained):
        with pytest.raises(ArgumentError) as raised:
            load(address)
        assert "PASSWORD" not in str(raised.value)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"trust_remote_code": True}, "trust_remote_code=True"),
        ({"device_map": "disk", "offload_folder": "there"}, "on the disk"),
        ({"use_safetensors": False}, "only safetensors"),
        ({"from_flax": True}, "only safetensors"),
        ({"gguf_file": "model.gguf"}, "gguf_file='model.gguf'"),
        ({"local_files_only": True}, "local_files_only=True"),
        ({"revision": "main"}, "revision='main'"),
        ({"transfer": transfer_options(read="map")}, "read is 'map'"),
        ({"subfolder": "../x"}, "subfolder='../x'"),
        ({"storage_options": "key=PASSWORD"}, "storage_options is a str"),
        ({"storage_options": {"endpoint": "PASSWORD"}}, "storage_options"),
        ({"storage_options": {"timeout": 0}}, "'timeout'"),
    ],
)
def test_options_that_do_not_go_with_an_address(options: Any, named: str, server: RangeServer, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError) as raised:
        AutoModelForCausalLM.from_pretrained(f"{server.url}/ck", **options)
    assert named in str(raised.value) and "PASSWORD" not in str(raised.value)


def test_other_formats_and_conversions(server: RangeServer, tmp_path: Path) -> None:
    for name in ("pytorch_model.bin", "model.gguf", "flax_model.msgpack"):
        with pytest.raises(ArgumentError, match="only safetensors are read"):
            open_checkpoint(f"{server.url}/ck/{name}")
    with pytest.raises(ArgumentError, match="download them first"):
        convert(f"{server.url}/ck", tmp_path / "converted")
    model = AutoModelForCausalLM.from_pretrained(f"{server.url}/ck")
    with pytest.raises(ArgumentError, match="found an address"):
        model.save_pretrained("s3://bucket/saved")


def test_options_that_a_store_does_not_know() -> None:
    with pytest.raises(ArgumentError, match="storage_options: bogus") as raised:
        open_checkpoint("s3://bucket/x", storage_options={"bogus": "PASSWORD"})
    assert "PASSWORD" not in str(raised.value)


def test_secrets_are_not_shown(server: RangeServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server.faults = Faults(refuse_after=0)
    secrets = {"access_key_id": "KEYID", "secret_access_key": "PASSWORD", "endpoint": server.url}
    with pytest.raises(RemoteError, match=r"s3://ck/.*the server answered 403 \(AccessDenied\)") as raised:
        open_checkpoint("s3://ck/model-00001-of-00003.safetensors", storage_options=secrets).read(BIG)
    server.faults = Faults()
    model = AutoModelForCausalLM.from_pretrained("s3://ck", storage_options=secrets)
    checkpoint = open_checkpoint("s3://ck", storage_options=secrets)
    said = f"{raised.value}{raised.value.__cause__}{checkpoint!r}{checkpoint.files[0].source!r}"  # type: ignore[attr-defined]
    said += f"{model.load_report}{model.config.to_dict()}{caplog.text}"
    said += f"{model.load_report.to_dict()}{model.load_report.to_html()}"
    assert "PASSWORD" not in said and "KEYID" not in said and "secret-of-the-server" not in said
    assert raised.value.__suppress_context__


def test_a_redirect_carries_no_credentials(server: RangeServer, folder: Path) -> None:
    with RangeServer(folder, Faults(redirects_to=server.url)) as first:
        headers = {"Authorization": "Bearer PASSWORD"}
        checkpoint = open_checkpoint(f"{first.url}/ck", storage_options={"headers": headers})
        checkpoint.read(BIG)
        assert all(headers["authorization"] == "Bearer PASSWORD" for _, _, headers in first.requests)
    assert server.requests and not [headers for _, _, headers in server.requests if "authorization" in headers]


def test_without_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(FrameworkNotInstalled, match=r"pip install 'loadstone\[remote\]'"):
        open_checkpoint("s3://bucket/x")


def test_nobody_else_imports_the_client(folder: Path) -> None:
    script = "import sys, loadstone; loadstone.open_checkpoint(sys.argv[1]); assert 'obstore' not in sys.modules"
    subprocess.run([sys.executable, "-c", script, str(folder / "ck")], check=True)
