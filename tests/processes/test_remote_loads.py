"""Ranks that load one model from an address: each reads what it holds."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from processes import remote_loads
from processes.pool import ranks
from sources.range_server import RangeServer

from loadstone import LlamaConfig, LlamaForCausalLM
from loadstone.errors import RanksDisagree

HEADERS = 64 << 10


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    torch.manual_seed(0)
    sizes = {"hidden_size": 256, "intermediate_size": 1024, "num_hidden_layers": 2, "num_attention_heads": 4}
    LlamaForCausalLM(LlamaConfig(**sizes, vocab_size=1024)).save_pretrained(folder, max_shard_size="4MB")
    return folder


def test_rows_cost_each_rank_its_own(folder: Path) -> None:
    whole = LlamaForCausalLM.from_pretrained(folder).state_dict()
    stored = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    shards = len(list(folder.glob("*.safetensors")))
    with RangeServer(folder) as server:
        parts = ranks(2).run(remote_loads.local_parts, server.url, "fsdp")
        sent = server.bytes_sent
    for name, value in whole.items():
        assert torch.equal(torch.cat([part[name] for part in parts])[: len(value)], value), name
    assert sent <= 1.02 * stored + 2 * (shards + 3) * HEADERS


def test_ranks_that_found_different_objects_do_not_load(folder: Path) -> None:
    shard = sorted(folder.glob("*.safetensors"))[1].name
    with RangeServer(folder) as first, RangeServer(folder) as second:
        second.versions[f"/{shard}"] = 1  # replaced after the first rank looked
        outcomes = ranks(2).outcomes(remote_loads.local_parts_of_own, [first.url, second.url])
        assert first.bytes_sent + second.bytes_sent < 20 * HEADERS
    assert all(isinstance(outcome.error, RanksDisagree) for outcome in outcomes)
    assert shard in str(outcomes[0].error)


def test_columns_cost_both_ranks_one_time_the_file(folder: Path) -> None:
    whole = LlamaForCausalLM.from_pretrained(folder).state_dict()
    stored = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    shards = len(list(folder.glob("*.safetensors")))
    with RangeServer(folder) as server:
        parts = ranks(2).run(remote_loads.local_parts, server.url, "tp")
        sent = server.bytes_sent
    name = "model.layers.1.mlp.down_proj.weight"
    assert torch.equal(torch.cat([part[name] for part in parts], 1), whole[name])
    assert sent <= 1.02 * stored + 2 * (shards + 3) * HEADERS
