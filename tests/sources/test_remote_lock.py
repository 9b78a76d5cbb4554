"""Remote checkpoints under a lock: files are hashed as they are read, and read once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.distributed as dist
from sources.range_server import Faults, RangeServer

from loadstone import AutoModelForCausalLM, AutoTokenizer, FlaxAutoModelForCausalLM, LlamaConfig, LlamaForCausalLM
from loadstone.errors import ArgumentError, LockMismatch, RemoteError
from loadstone.lockfile.lockfile import Lock, lock_sources, verify
from loadstone.remote.address import parse
from loadstone.remote.file import RemoteFile
from loadstone.remote.folder import HEAD_BYTES, RemoteFolder
from loadstone.remote.hashed import HashedFile
from loadstone.transfer.block_cache import BlockCache


@pytest.fixture
def served(tmp_path: Path) -> Iterator[RangeServer]:
    """``ck``: a model of 33 MB in three shards: several blocks, of tensors that begin in the middle of one."""
    torch.manual_seed(0)
    sizes = {"hidden_size": 384, "intermediate_size": 1031, "num_hidden_layers": 4, "num_attention_heads": 4}
    LlamaForCausalLM(LlamaConfig(**sizes, vocab_size=1009)).save_pretrained(tmp_path / "ck", max_shard_size="13MB")
    with RangeServer(tmp_path) as server:
        yield server


@pytest.fixture
def locked(served: RangeServer, tmp_path: Path) -> Path:
    lock_sources([f"{served.url}/ck"], tmp_path / "loadstone.lock").write()
    served.forget()
    return tmp_path / "loadstone.lock"


def flip(file: Path, at: int) -> None:
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)


def stored(folder: Path) -> tuple[int, int]:
    """The bytes of all files, and how many there are."""
    sizes = [file.stat().st_size for file in folder.iterdir()]
    return sum(sizes), len(sizes)


@pytest.mark.parametrize("dtype", ["auto", "bfloat16"])
def test_it_is_the_load_without_a_lock_and_fetches_no_byte_twice(
    dtype: str, served: RangeServer, locked: Path, tmp_path: Path
) -> None:
    here = AutoModelForCausalLM.from_pretrained(tmp_path / "ck", torch_dtype=dtype).state_dict()
    there = AutoModelForCausalLM.from_pretrained(f"{served.url}/ck", torch_dtype=dtype, lock=locked).state_dict()
    assert here.keys() == there.keys() and all(torch.equal(here[name], there[name]) for name in here)
    nbytes, files = stored(tmp_path / "ck")
    assert served.bytes_sent <= 1.02 * nbytes + files * HEAD_BYTES


def test_in_flax(served: RangeServer, locked: Path, tmp_path: Path) -> None:
    tokens = np.arange(8)[None]
    there = FlaxAutoModelForCausalLM.from_pretrained(f"{served.url}/ck", lock=locked)
    here = FlaxAutoModelForCausalLM.from_pretrained(tmp_path / "ck")
    assert np.array_equal(np.asarray(here(tokens).logits), np.asarray(there(tokens).logits))
    last = sorted((tmp_path / "ck").glob("*.safetensors"))[-1]
    flip(last, -1)
    with pytest.raises(LockMismatch, match=last.name):
        FlaxAutoModelForCausalLM.from_pretrained(f"{served.url}/ck", lock=locked)


def test_one_byte_of_any_file_is_a_mismatch(served: RangeServer, locked: Path, tmp_path: Path) -> None:
    for file in sorted((tmp_path / "ck").iterdir()):
        whole = file.read_bytes()
        middle = len(whole) // 2
        # A blank at the end of a JSON file changes nothing that is read.
        file.write_bytes(whole + b" ") if file.suffix == ".json" else flip(file, middle)
        with pytest.raises(LockMismatch, match=file.name):
            AutoModelForCausalLM.from_pretrained(f"{served.url}/ck", lock=locked)
        with pytest.raises(LockMismatch, match=file.name):
            verify(Lock.read(locked))
        file.write_bytes(whole)
    assert verify(Lock.read(locked)) == stored(tmp_path / "ck")[1]


def test_what_a_load_does_not_need_is_read_for_its_hash(served: RangeServer, locked: Path, tmp_path: Path) -> None:
    fewer = {"num_hidden_layers": 1, "strict": False}
    AutoModelForCausalLM.from_pretrained(f"{served.url}/ck", lock=locked, **fewer)
    flip(sorted((tmp_path / "ck").glob("*.safetensors"))[-1], -1)
    with pytest.raises(LockMismatch):
        AutoModelForCausalLM.from_pretrained(f"{served.url}/ck", lock=locked, **fewer)


def test_a_lock_made_here_is_that_made_there(served: RangeServer, locked: Path, tmp_path: Path) -> None:
    here = lock_sources([tmp_path / "ck"], tmp_path / "here.lock").sources["ck"]
    assert here.files == Lock.read(locked).sources[f"{served.url}/ck"].files


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"device_map": "auto"}, "device_map="),
        ({"quantization_config": {}}, "quantization_config="),
        ({"device_map": {"model": "cpu", "lm_head": "disk"}}, "device_map="),
    ],
)
def test_what_would_read_in_part_is_refused(options: Any, named: str, served: RangeServer, locked: Path) -> None:
    with pytest.raises(ArgumentError, match=rf"lock=.* with {named}"):
        AutoModelForCausalLM.from_pretrained(f"{served.url}/ck", lock=locked, **options)
    assert not served.requests


def test_a_mesh_is_refused(served: RangeServer, locked: Path) -> None:
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    try:
        with pytest.raises(ArgumentError, match=r"lock=.* with tp_plan="):
            AutoModelForCausalLM.from_pretrained(f"{served.url}/ck", lock=locked, tp_plan="auto")
    finally:
        dist.destroy_process_group()
    assert not served.requests


def test_a_server_that_fails_half_way_is_the_error(served: RangeServer, locked: Path) -> None:
    served.faults = Faults(refuse_after=18)
    with pytest.raises(RemoteError, match="answered 403"):
        AutoModelForCausalLM.from_pretrained(f"{served.url}/ck", lock=locked)
    assert served.bytes_sent > 4 << 20  # some of the weights had come


def test_a_swap_is_refused(served: RangeServer, locked: Path, tmp_path: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "ck")
    with pytest.raises(ArgumentError, match=r"lock=.* the weights of a model in use"):
        model.swap_weights(f"{served.url}/ck", lock=locked)


def test_a_folder_that_the_lock_does_not_list(served: RangeServer, locked: Path) -> None:
    with pytest.raises(LockMismatch, match="an entry for"):
        AutoTokenizer.from_pretrained(f"{served.url}/other", lock=locked)


def test_blocks_in_any_order_and_again(served: RangeServer, tmp_path: Path) -> None:
    """What is fetched a second time is held to what was hashed, even by a server that says it were the same."""
    content = np.random.default_rng(0).bytes(11_000_003)
    (tmp_path / "x.bin").write_bytes(content)
    path = RemoteFolder(parse(served.url)).find("x.bin")
    assert path is not None and isinstance(path.source, RemoteFile)
    file = HashedFile(path.source, BlockCache(1))
    head = bytearray(100)
    file.read_into(0, 100, memoryview(head))
    file.forget_head()
    for start, nbytes in [(9_000_000, 2_000_000), (50, 5_000_000), (10_999_999, 4), (100, 0)]:
        buffer = bytearray(nbytes)
        file.read_into(start, nbytes, memoryview(buffer))
        assert buffer == content[start : start + nbytes]
    assert head == content[:100] and file.digest() == hashlib.sha256(content).hexdigest()
