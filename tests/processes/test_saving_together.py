"""Saved by all ranks that hold a model: the files of one process, byte for byte, or an error on every rank."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import torch
from frameworks.torch import tiny
from processes import saves
from processes.pool import Ranks, ranks

import loadstone
from loadstone.errors import ArgumentError, RankFailed, RanksDisagree, SaveError, StateMismatch

UNEVEN: dict[str, Any] = {"vocab_size": 101}
TIED: dict[str, Any] = {"vocab_size": 101, "tie_word_embeddings": True}


@pytest.mark.parametrize(
    ("how", "family", "changes", "options"),
    [
        ("fsdp", "llama", UNEVEN, {}),
        ("fsdp", "llama", TIED, {"max_shard_size": "30KB"}),
        ("tp", "llama", UNEVEN, {"variant": "fp16"}),
        ("columns", "llama", {}, {"max_shard_size": "30KB"}),
        ("fsdp", "mixtral", {}, {"max_shard_size": "100KB"}),
        ("columns", "mixtral", {}, {}),
        ("fsdp", "bert", {}, {}),
    ],
)
def test_two_ranks_write_the_files_that_one_process_writes(
    how: str, family: str, changes: dict[str, Any], options: dict[str, Any], tmp_path: Path
) -> None:
    assert ranks(2).run(saves.as_one_process, tmp_path, how, family, changes, options) == [[], []]
    assert ("max_shard_size" in options) == any("index" in name for name in os.listdir(tmp_path / "many"))


@pytest.mark.long
@pytest.mark.parametrize(
    ("how", "family", "changes"),
    [
        ("both", "llama", UNEVEN),
        ("both", "mixtral", {}),
        ("columns of half", "llama", {}),
        ("fsdp", "bert", {}),
        ("columns", "mixtral", {}),
    ],
)
def test_four_ranks_write_the_files_that_one_process_writes(
    how: str, family: str, changes: dict[str, Any], tmp_path: Path
) -> None:
    assert ranks(4).run(saves.as_one_process, tmp_path, how, family, changes, {}) == [[]] * 4


@pytest.mark.long
def test_a_mesh_of_some_ranks_saves_without_the_others(tmp_path: Path) -> None:
    expected = tiny.saved(tiny.llama(), tmp_path / "one")
    ranks(4).run(saves.save_on_a_part, [1, 3], tmp_path / "many")
    assert saves.differing(expected, tmp_path / "many") == []
    ranks(4).run(saves.save_on_a_part, [[0, 1], [2, 3]], tmp_path / "all")
    assert saves.differing(expected, tmp_path / "all") == []


def test_large_columns_are_exchanged_in_several_rounds(tmp_path: Path) -> None:
    changes = {"hidden_size": 1024, "intermediate_size": 9000, "num_hidden_layers": 1, "vocab_size": 1000}
    assert ranks(2).run(saves.as_one_process, tmp_path, "columns", "llama", changes, {}) == [[], []]


def test_what_ranks_saved_is_loaded_by_one_process_by_ranks_and_by_transformers(tmp_path: Path) -> None:
    expected = tiny.llama(**UNEVEN)
    ranks(2).run(saves.save_model, tmp_path, "tp", "llama", UNEVEN)
    again = loadstone.LlamaForCausalLM.from_pretrained(tmp_path, torch_dtype="auto")
    tiny.assert_same(tiny.numbers(again), tiny.numbers(expected))
    from transformers import LlamaForCausalLM

    theirs = LlamaForCausalLM.from_pretrained(tmp_path, dtype="auto")
    tiny.assert_same(dict(theirs.state_dict()), tiny.numbers(expected))
    for found in ranks(2).run(saves.loaded, tmp_path):
        tiny.assert_same(found, tiny.numbers(expected))


def test_a_model_is_saved_onto_the_files_that_its_shards_are_views_of(tmp_path: Path) -> None:
    tiny.saved(tiny.llama(hidden_size=512), tmp_path / "many")
    assert ranks(2).run(saves.load_and_save_again, tmp_path) == [[], []]


CLASSES = {"gpt2": "GPT2LMHeadModel", "phi3": "Phi3ForCausalLM", "mixtral": "MixtralForCausalLM"}


@pytest.mark.parametrize("family", ["llama", *CLASSES])
def test_a_model_that_its_blueprint_spread_is_saved(family: str, tmp_path: Path) -> None:
    """Fused projections, transposed weights, experts, and a tie that stays one."""
    tied = {"tie_word_embeddings": family in ("llama", "gpt2")}
    model = tiny.model(CLASSES.get(family, "LlamaForCausalLM"), family, **tied)
    tiny.saved(model, tmp_path / "again")
    tiny.saved(type(model).from_pretrained(tmp_path / "again", torch_dtype="auto"), tmp_path / "one")
    assert ranks(2).run(saves.load_spread_and_save, tmp_path, {"tp_size": 2}) == [[], []]


@pytest.mark.long
def test_a_model_that_is_spread_along_both_axes_of_a_mesh_is_saved(tmp_path: Path) -> None:
    tiny.saved(tiny.model("MixtralForCausalLM", "mixtral"), tmp_path / "one")
    assert ranks(4).run(saves.load_spread_and_save, tmp_path, {"tp_size": 2, "fsdp_size": 2}) == [[]] * 4


def test_a_tie_that_parallelize_module_parts_is_saved_as_two(tmp_path: Path) -> None:
    ranks(2).run(saves.save_model, tmp_path, "tp", "llama", TIED)
    again = loadstone.LlamaForCausalLM.from_pretrained(tmp_path)
    assert not again.config.tie_word_embeddings
    assert torch.equal(again.lm_head.weight, again.model.embed_tokens.weight)


def test_a_tie_whose_values_differ_on_one_rank_only_is_parted_on_all(tmp_path: Path) -> None:
    ranks(2).run(saves.save_parted_on, 1, tmp_path)
    again = loadstone.LlamaForCausalLM.from_pretrained(tmp_path)
    assert not again.config.tie_word_embeddings
    differs = (again.lm_head.weight != again.model.embed_tokens.weight).any(1)
    assert not differs[:51].any() and differs[51:].all()


@pytest.mark.parametrize("way", [saves.save_gathered, saves.save_given])
def test_a_state_dict_is_whole_on_one_rank_or_dtensors_on_all(way: Any, tmp_path: Path) -> None:
    ranks(2).run(way, tmp_path / "many")
    assert saves.differing(tiny.saved(tiny.llama(), tmp_path / "one"), tmp_path / "many") == []


# What goes wrong --------------------------------------------------------------------------------------


def old(folder: Path) -> Path:
    """An older checkpoint, which has to stay; nothing else may be beside it in the end."""
    return tiny.saved(tiny.llama(seed=7), folder / "parent" / "checkpoint")


def assert_untouched(folder: Path) -> None:
    again = loadstone.LlamaForCausalLM.from_pretrained(folder)
    tiny.assert_same(tiny.numbers(again), tiny.numbers(tiny.llama(seed=7)))
    assert os.listdir(folder.parent) == ["checkpoint"]


@pytest.mark.parametrize(
    ("fault", "rank", "error"),
    [
        ("a full disk", 0, SaveError),
        ("a full disk", 1, SaveError),
        ("no room for the files", 0, SaveError),
        ("the files cannot be put in place", 0, SaveError),
        ("a parameter without a slot", 1, StateMismatch),
    ],
)
@pytest.mark.parametrize("how", ["fsdp", "columns"])
def test_an_error_on_one_rank_stops_all_and_nothing_is_replaced(
    how: str, fault: str, rank: int, error: type[Exception], tmp_path: Path
) -> None:
    folder = old(tmp_path)
    outcomes = ranks(2).outcomes(saves.save_where, fault, rank, folder, how)
    assert type(outcomes[rank].error) is error
    other = outcomes[1 - rank].error
    assert isinstance(other, RankFailed) and f"rank {rank}" in str(other) and error.__name__ in str(other)
    assert max(each.seconds for each in outcomes) < 10
    assert_untouched(folder)
    ranks(2).run(saves.save_with, folder, {})  # and the ranks can go on


@pytest.mark.parametrize(
    ("fault", "rank", "how"),
    [
        ("killed while it writes", 1, "fsdp"),
        ("killed while it sends", 1, "columns"),
        ("killed before the files are put in place", 0, "fsdp"),
        pytest.param("killed while it writes", 0, "columns", marks=pytest.mark.long),
        pytest.param("killed while it sends", 0, "columns", marks=pytest.mark.long),
        pytest.param("killed while it writes", 1, "columns", marks=pytest.mark.long),
    ],
)
def test_a_rank_that_is_killed_stops_the_others_and_nothing_is_replaced(
    fault: str, rank: int, how: str, tmp_path: Path
) -> None:
    folder = old(tmp_path)
    with Ranks(2) as pool:
        outcomes = pool.outcomes(saves.save_where, fault, rank, folder, how)
    assert outcomes[rank].is_gone
    error = outcomes[1 - rank].error
    assert isinstance(error, RankFailed) and f"rank {rank}" in str(error)
    assert outcomes[1 - rank].seconds < 10
    assert_untouched(folder)


def test_a_rank_that_does_not_come_is_named_and_not_waited_for(tmp_path: Path) -> None:
    alone, late = ranks(2).outcomes(saves.save_late, 1, 5.0, tmp_path / "new")
    assert isinstance(alone.error, RankFailed) and "Rank 1 has not called it" in str(alone.error)
    assert alone.seconds < 5
    assert isinstance(late.error, RankFailed)
    assert not (tmp_path / "new").exists()


def test_ranks_that_name_other_folders_do_not_save(tmp_path: Path) -> None:
    outcomes = ranks(2).outcomes(saves.save_to_own_folder, tmp_path)
    assert [type(each.error) for each in outcomes] == [RanksDisagree, RanksDisagree]
    assert os.listdir(tmp_path) == []


def test_parts_of_other_sizes_than_their_placements_say_are_named(tmp_path: Path) -> None:
    for outcome in ranks(2).outcomes(saves.save_parts_that_are_placed_nowhere, tmp_path / "new"):
        assert isinstance(outcome.error, StateMismatch | RankFailed)
        assert "a part of shape (32, 32) on this rank" in str(outcome.error)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"safe_serialization": False}, SaveError, "safetensors only, not as pytorch"),
        ({"format": "msgpack"}, SaveError, "safetensors only, not as msgpack"),
        ({"push_to_hub": True}, ArgumentError, "upload_folder"),
        ({"max_shard_size": "much"}, ArgumentError, "max_shard_size"),
    ],
)
def test_what_is_for_one_process_is_refused_on_all(
    options: dict[str, Any], error: type[Exception], text: str, tmp_path: Path
) -> None:
    for outcome in ranks(2).outcomes(saves.save_with, tmp_path / "new", options):
        assert isinstance(outcome.error, error) and text in str(outcome.error)
    assert not (tmp_path / "new").exists()
