"""Flax models over the processes of ``jax.distributed``: each reads its part, and all load one checkpoint or none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import safetensors.numpy
from frameworks.torch import tiny
from processes import jax_group
from processes.pool import Ranks

import loadstone

SOON_S = 5.0


@pytest.fixture(scope="module")
def pool() -> Iterator[Ranks]:
    with Ranks(2, jax_group.jax_group) as ranks:
        yield ranks


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("flax")
    tiny.saved(tiny.llama(), folder / "model")
    tiny.saved(tiny.llama(), folder / "copy")
    tiny.saved(tiny.llama(rms_norm_eps=1e-3), folder / "other")
    return folder


def test_a_model_over_two_processes_computes_what_one_computes_and_differences_are_refused(
    pool: Ranks, folder: Path
) -> None:
    import numpy as np

    (first, first_read, first_held), (second, second_read, second_held) = pool.run(jax_group.logits, folder / "model")
    alone = loadstone.FlaxAutoModelForCausalLM.from_pretrained(folder / "model")
    assert first == second
    assert np.allclose(np.asarray(first), alone(np.asarray([[1, 5, 6]])).logits, rtol=1e-5, atol=1e-5)
    whole = sum(each.nbytes for each in safetensors.numpy.load_file(folder / "model" / "model.safetensors").values())
    assert sum(first_read.values()) == first_held < 0.6 * whole
    assert sum(second_read.values()) == second_held < 0.6 * whole

    one, other = pool.run(jax_group.from_folders, [folder / "model", folder / "other"])
    assert one.kind == other.kind == "RanksDisagree" and one.text == other.text
    assert "config, rms_norm_eps: expected" in one.text and one.left == other.left == []


@pytest.mark.long
def test_one_checkpoint_in_two_places_is_one(pool: Ranks, folder: Path) -> None:
    for outcome in pool.run(jax_group.from_folders, [folder / "model", folder / "copy"]):
        assert outcome.kind == "" and [each for each in outcome.left if each.startswith("key")] == []


@pytest.mark.long
@pytest.mark.parametrize("rank", [0, 1])
def test_an_error_of_one_process_stops_the_other(pool: Ranks, folder: Path, rank: int) -> None:
    folders = [folder / "model", folder / "model"]
    folders[rank] = folder / "nowhere"
    outcomes = pool.run(jax_group.from_folders, folders)
    failed, other = outcomes[rank], outcomes[1 - rank]
    assert failed.kind == "CheckpointNotFound" and other.kind == "RankFailed" and other.rank == rank
    assert "CheckpointNotFound" in other.text and max(failed.seconds, other.seconds) < SOON_S
    assert failed.left == other.left == []


@pytest.mark.long
def test_other_options_are_refused(pool: Ranks, folder: Path) -> None:
    one, other = pool.run(jax_group.from_folders, [folder / "model"] * 2, [{}, {"torch_dtype": "bfloat16"}])
    assert one.kind == other.kind == "RanksDisagree" and one.text == other.text and "options, torch_dtype" in one.text


@pytest.mark.long
def test_of_a_map_each_process_touches_its_own_part(pool: Ranks, tmp_path: Path) -> None:
    tiny.saved(tiny.llama(hidden_size=512, intermediate_size=4096, vocab_size=8192), tmp_path)
    nbytes = (tmp_path / "model.safetensors").stat().st_size
    for resident, own in pool.run(jax_group.resident, tmp_path):
        assert 0.45 * nbytes < own < 0.56 * nbytes
        assert resident < 0.75 * nbytes  # columns lie between those of the other


@pytest.mark.long
def test_what_several_processes_hold_is_saved_by_one_once_it_is_gathered(
    pool: Ranks, folder: Path, tmp_path: Path
) -> None:
    for outcome in pool.run(jax_group.save, folder / "model", tmp_path / "refused"):
        assert outcome.kind == "StateMismatch" and "process_allgather" in outcome.text
    assert not (tmp_path / "refused").exists()
    pool.run(jax_group.save_gathered, folder / "model", tmp_path / "gathered")
    before = safetensors.numpy.load_file(folder / "model" / "model.safetensors")
    after = safetensors.numpy.load_file(tmp_path / "gathered" / "model.safetensors")
    assert before.keys() == after.keys() and all((before[name] == after[name]).all() for name in before)


@pytest.mark.long
def test_a_killed_process_stops_the_other(folder: Path) -> None:
    with Ranks(2, jax_group.jax_group) as pool:
        pool.run(jax_group.from_folders, [folder / "model"] * 2)
        other = pool.outcomes(jax_group.die_while_filling, folder / "model", 1)[0].value
    assert other.kind == "RankFailed" and other.rank == 1 and "has ended" in other.text and other.seconds < SOON_S


@pytest.mark.long
def test_nobody_outlives_the_process_that_keeps_the_service(folder: Path) -> None:
    """JAX ends the others itself; what matters is that none hangs."""
    with Ranks(2, jax_group.jax_group) as pool:
        pool.run(jax_group.from_folders, [folder / "model"] * 2)
        other = pool.outcomes(jax_group.die_while_filling, folder / "model", 0, seconds=20)[1]
    assert other.is_gone or other.value.kind == "RankFailed"
