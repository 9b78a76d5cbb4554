"""A model that two ranks hold together gets other weights on both, or on neither."""

from __future__ import annotations

from pathlib import Path

import pytest
from frameworks.torch import tiny
from processes import swaps
from processes.pool import ranks

from loadstone import AutoModelForCausalLM

TP, FSDP = {"tp_size": 2}, {"fsdp_size": 2}
WAYS = pytest.mark.parametrize(
    ("asked", "in_place"), [(TP, False), (TP, True), (FSDP, True)], ids=["tp beside", "tp in place", "fsdp in place"]
)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    sizes = {"tie_word_embeddings": False, "num_attention_heads": 4, "num_key_value_heads": 2}
    one, other = (tiny.saved(tiny.llama(seed, **sizes), tmp_path / str(seed)) for seed in (1, 2))
    return one, other


@WAYS
def test_a_model_over_ranks_is_the_other_checkpoints(
    asked: dict[str, int], in_place: bool, folders: tuple[Path, Path]
) -> None:
    for number, (rank, version) in enumerate(ranks(2).run(swaps.there_and_back, folders, asked, in_place)):
        assert rank.startswith(f"rank {number} of 2") and version == 3


@WAYS
def test_an_error_of_one_rank_is_all_ranks_and_the_next_swap_heals_all(
    asked: dict[str, int], in_place: bool, folders: tuple[Path, Path]
) -> None:
    one, other = ranks(2).run(swaps.one_fails, folders, asked, in_place)
    assert one == ["RankFailed", "RankFailed", "WeightsIncomplete"][: 3 if in_place else 1]
    assert other == ["CheckpointNotFound", "WeightsIncomplete", "WeightsIncomplete"][: 3 if in_place else 1]


def test_ranks_that_swap_other_things_are_told_before_a_weight_is_read(folders: tuple[Path, Path]) -> None:
    larger = folders[0].with_name("larger")
    model = AutoModelForCausalLM.from_pretrained(folders[1], torch_dtype="float64")
    model.save_pretrained(larger)
    for swapped, other_way, names in (
        ((folders[0], larger), False, "file sizes, model.safetensors"),
        (folders, True, "swap_weights in place"),
    ):
        errors = ranks(2).run(swaps.of_others, swapped, TP, other_way)
        assert all(error.startswith("RanksDisagree") and names in error for error in errors), errors
