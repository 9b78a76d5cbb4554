"""Ranks of one node that read files which are not mapped: each byte once, a share of it by each."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from processes import node_reads
from processes.pool import Ranks, ranks

import loadstone


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A llama of 22 MB in bfloat16, in two shards."""
    made = tmp_path_factory.mktemp("node")
    config = loadstone.LlamaConfig(
        vocab_size=4096,
        hidden_size=512,
        intermediate_size=1408,
        num_hidden_layers=2,
        num_attention_heads=8,
        num_key_value_heads=4,
    )
    model = loadstone.AutoModelForCausalLM.from_config(config, torch_dtype="bfloat16")
    model.save_pretrained(made, max_shard_size="12MB")
    return made


def weights(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.glob("*.safetensors"))


@pytest.mark.parametrize("read", ["buffered", "direct"])
@pytest.mark.parametrize("sizes", [{"tp": 2}, {"fsdp": 2}], ids=str)
def test_two_ranks_read_half_each_and_no_order_of_threads_matters(
    folder: Path, sizes: dict[str, int], read: str
) -> None:
    for done in ranks(2).run(node_reads.load, folder, sizes, read, 1):
        assert max(done["counted"], done["read"]) <= weights(folder) / 2 * 1.02 and done["viewed"] == 0


@pytest.mark.long
@pytest.mark.parametrize("sizes", [{"tp": 4}, {"fsdp": 2, "tp": 2}], ids=str)
def test_four_ranks_read_a_quarter_each(folder: Path, sizes: dict[str, int]) -> None:
    for done in ranks(4).run(node_reads.load, folder, sizes, "direct", 2):
        assert max(done["counted"], done["read"]) <= weights(folder) / 4 * 1.02
    for done in ranks(4).run(node_reads.load, folder, sizes, "buffered", -1, 2):  # as two nodes of two ranks
        assert done["counted"] <= weights(folder) / 2 * 1.02


def test_memory_that_is_there_is_written_in_place(folder: Path) -> None:
    ranks(2).run(node_reads.in_place, folder, "buffered")


def test_an_error_of_one_rank_is_told_to_the_other_at_once(folder: Path) -> None:
    said = ranks(2).run(node_reads.failing, folder, 1)
    assert said[1].startswith("CorruptCheckpoint") and "an error of the disk" in said[0] and "rank 1" in said[0].lower()
    assert ranks(2).run(node_reads.failing, folder, 7) == ["", ""]  # and they go on


@pytest.mark.long
def test_a_rank_that_is_killed_while_they_read_ends_the_load_of_the_other(folder: Path, tmp_path: Path) -> None:
    with Ranks(2) as pool:
        pool.start(node_reads.slow, folder, tmp_path / "begun")
        while not (tmp_path / "begun").exists():
            time.sleep(0.05)
        pool.kill(1)
        killed = time.monotonic()
        said = pool.finish(seconds=60)
        assert time.monotonic() - killed < 10
    assert said[0].value.startswith("RankFailed") and "rank 1" in said[0].value.lower() and said[1].is_gone
