"""A model over several ranks is one checkpoint's, or nobody's: what differs or fails on one rank stops all."""

from __future__ import annotations

from pathlib import Path

import pytest
from processes import agreed_loads as loads
from processes.pool import Ranks, ranks

SOON_S = 5.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("agreed")
    loads.prepared(folder)
    return folder


def test_one_checkpoint_in_two_places_is_one(folder: Path) -> None:
    for outcome, read in ranks(2).run(loads.into, [folder / "a", folder / "b"]):
        assert outcome.kind == "" and outcome.left == [] and read == ["model.safetensors"]


@pytest.mark.parametrize("rank", [0, 1])
def test_another_checkpoint_on_one_rank_is_refused_before_a_weight_is_read(folder: Path, rank: int) -> None:
    folders = [folder / "a", folder / "a"]
    folders[rank] = folder / "other_shape"
    (first, first_read), (second, second_read) = ranks(2).run(loads.into, folders)
    assert first.kind == second.kind == "RanksDisagree" and first.text == second.text
    assert "file sizes, model.safetensors: expected" in first.text
    assert "stored tensors, layers.0.weight: expected" in first.text and "float64[6, 6]" in first.text
    assert first_read == second_read == [] and first.left == second.left == []


def test_other_values_in_files_alike_are_refused(folder: Path) -> None:
    """As the steps of one training run differ."""
    (first, first_read), (second, second_read) = ranks(2).run(loads.into, [folder / "a", folder / "other_values"])
    assert first.kind == second.kind == "RanksDisagree" and first.text == second.text
    assert "samples of values, layers.1.weight: expected SHA-256" in first.text and first_read == second_read == []


def test_other_options_on_one_rank_are_refused(folder: Path) -> None:
    keywords = [{}, {"strict": False}]
    (first, first_read), (second, second_read) = ranks(2).run(loads.into, [folder / "a"] * 2, keywords)
    assert first.kind == second.kind == "RanksDisagree" and first.text == second.text
    assert "options, strict: expected true as on rank 0, found false on rank 1" in first.text
    assert first_read == second_read == []


@pytest.mark.parametrize(
    ("name", "kind"), [("nowhere", "CheckpointNotFound"), ("cut", "CorruptCheckpoint")], ids=["missing", "short"]
)
@pytest.mark.parametrize("rank", [0, 1])
def test_a_file_that_one_rank_cannot_use_stops_all(folder: Path, rank: int, name: str, kind: str) -> None:
    folders = [folder / "a", folder / "a"]
    folders[rank] = folder / name
    outcomes = ranks(2).run(loads.into, folders)
    failed, other = outcomes[rank][0], outcomes[1 - rank][0]
    assert failed.kind == kind and other.kind == "RankFailed" and other.rank == rank
    assert kind in other.text and str(folder / name) in other.text
    assert max(failed.seconds, other.seconds) < SOON_S and failed.left == other.left == []
    assert outcomes[1 - rank][1] == []


def test_an_error_while_one_rank_fills_stops_all(folder: Path) -> None:
    failed, other = ranks(2).run(loads.failing, folder / "a", 0, False)
    assert failed.kind == "OSError" and "were told, and stop too" in failed.text
    assert other.kind == "RankFailed" and other.rank == 0 and "Input/output error: 'model.safetensors'" in other.text
    assert max(failed.seconds, other.seconds) < SOON_S and failed.left == other.left == []


@pytest.mark.parametrize("rank", [1, pytest.param(0, marks=pytest.mark.long)])
def test_a_rank_that_is_killed_while_it_fills_stops_all(folder: Path, rank: int) -> None:
    with Ranks(2) as pool:
        outcomes = pool.outcomes(loads.failing, folder / "a", rank, True)
    other = outcomes[1 - rank].value
    assert outcomes[rank].is_gone and other.kind == "RankFailed" and other.rank == rank and "has ended" in other.text
    assert other.seconds < SOON_S and other.left == []


def test_from_pretrained_agrees_too(folder: Path) -> None:
    for outcome in ranks(2).run(loads.whole, [folder / "model"] * 2, [{}, {}]):
        assert outcome.kind == ""
    first, second = ranks(2).run(loads.whole, [folder / "model", folder / "other_config"], [{}, {}])
    assert first.kind == second.kind == "RanksDisagree" and first.text == second.text
    assert "config, rms_norm_eps: expected" in first.text
    first, second = ranks(2).run(loads.whole, [folder / "model"] * 2, [{}, {"torch_dtype": "bfloat16"}])
    assert first.kind == second.kind == "RanksDisagree" and "options, torch_dtype" in first.text
    failed, other = ranks(2).run(loads.whole, [folder / "nowhere", folder / "model"], [{}, {}])
    assert failed.kind == "CheckpointNotFound" and other.kind == "RankFailed" and "CheckpointNotFound" in other.text


@pytest.mark.parametrize("rank", [0, 1])
def test_a_plain_load_waits_for_nobody(folder: Path, rank: int) -> None:
    assert ranks(2).run(loads.plain, folder / "model", rank) == [True, True]


def test_the_order_of_threads_does_not_matter(folder: Path) -> None:
    first, second = ranks(2).run(loads.in_shuffled_threads, folder / "a", 1)
    assert first == second == ranks(2).run(loads.in_shuffled_threads, folder / "a", 7)[0]
