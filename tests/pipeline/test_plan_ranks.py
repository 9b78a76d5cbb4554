"""``plan(…, mesh=…)``: what each rank would hold and read, and meshes over which a model cannot be split."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.conftest import loadstone as command
from frameworks.torch import tiny
from processes import dtensor_loads
from processes.pool import ranks

import loadstone
from loadstone.errors import ArgumentError, InvalidMesh


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four heads, of which two are of keys; 48 wide inside."""
    made = tmp_path_factory.mktemp("ranks")
    tiny.llama(tie_word_embeddings=False).save_pretrained(made)
    return made


WHOLE = 4 * 5 * 32  # the norms, in float32
HALF_COLUMNS = 2 * 4 * (32 * 32 + 32 * 48) // 2  # of o_proj and down_proj in two layers


def test_rows_split_over_fsdp_are_views_and_the_ranks_read_each_byte_once(folder: Path) -> None:
    alone = loadstone.plan(folder, device_map="cpu")
    forecast = loadstone.plan(folder, mesh={"fsdp": 2})
    assert [(each.rank, each.place) for each in forecast.ranks] == [(0, {"fsdp": 0}), (1, {"fsdp": 1})]
    weights = alone.bytes_by_device["cpu"]
    assert sum(each.nbytes for each in forecast.ranks) == sum(each.read_bytes for each in forecast.ranks) == weights
    assert [each.private_bytes for each in forecast.ranks] == [0, 0]
    assert forecast.read_bytes == forecast.ranks[0].read_bytes and forecast.parameters == alone.parameters
    assert list(forecast.bytes_by_device.values()) == [forecast.ranks[0].nbytes]


def test_columns_split_over_tp_are_copied_and_what_is_not_split_is_on_each(folder: Path) -> None:
    weights = loadstone.plan(folder, device_map="cpu").bytes_by_device["cpu"]
    forecast = loadstone.plan(folder, mesh={"tp": 2})
    assert sum(each.nbytes for each in forecast.ranks) == weights + WHOLE
    assert [each.private_bytes for each in forecast.ranks] == [HALF_COLUMNS] * 2
    both = loadstone.plan(folder, mesh={"tp": 2, "fsdp": 2}).ranks
    assert [each.place for each in both] == [{"fsdp": f, "tp": t} for f in range(2) for t in range(2)]
    assert sum(each.nbytes for each in both) == weights + WHOLE


def test_a_cast_makes_all_of_it_the_rank_s_own(folder: Path) -> None:
    (one, _) = loadstone.plan(folder, mesh={"fsdp": 2}, dtype="bfloat16").ranks
    assert one.private_bytes == one.nbytes == one.read_bytes // 2


def test_a_mesh_that_does_not_fit_is_refused_with_all_its_slots(folder: Path) -> None:
    with pytest.raises(InvalidMesh) as refused:
        loadstone.plan(folder, mesh={"tp": 3})
    said = str(refused.value)
    assert all(f"model.layers.{layer}.self_attn.{part}_proj.weight" in said for layer in range(2) for part in "qkvo")


@pytest.mark.parametrize("dtype", ["auto", "bfloat16"])
@pytest.mark.parametrize("axis", ["tp", "fsdp"])
def test_a_load_does_what_was_foreseen_on_each_rank(folder: Path, axis: str, dtype: str) -> None:
    foreseen = loadstone.plan(folder, mesh={axis: 2}, dtype=dtype).ranks
    how = {"torch_dtype": dtype}
    done = ranks(2).run(dtensor_loads.bytes_of_a_load, folder, {f"{axis}_size": 2}, how)
    assert done == [(each.nbytes, each.read_bytes, each.private_bytes) for each in foreseen]


@pytest.mark.parametrize(
    ("mesh", "said"),
    [
        ({"dp": 2}, "expected the sizes of its axes"),
        ({"tp": 0}, "expected the sizes of its axes"),
        ({"tp": True}, "expected the sizes of its axes"),
        (2, "expected the sizes of its axes"),
        ({"tp": 2, "fsdp": 10**12}, "at most 1024 ranks"),
    ],
)
def test_what_is_no_mesh_is_refused(folder: Path, mesh: object, said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        loadstone.plan(folder, mesh=mesh)  # type: ignore[arg-type]


def test_a_mesh_and_a_map_exclude_each_other(folder: Path) -> None:
    with pytest.raises(ArgumentError, match="each rank has one device"):
        loadstone.plan(folder, mesh={"tp": 2}, device_map="cpu")


def test_the_command_shows_ranks_that_are_alike_as_one_line(folder: Path) -> None:
    shown = command("plan", folder, "--tp", "2", "--fsdp", "2")
    assert shown.returncode == 0 and "0-3" in shown.stdout and "of its own on a CPU" in shown.stdout
    ranks = json.loads(command("plan", folder, "--tp", "2", "--json").stdout)["ranks"]
    assert ranks == json.loads(json.dumps(loadstone.plan(folder, mesh={"tp": 2}).to_json()))["ranks"]
    refused = command("plan", folder, "--tp", "3")
    assert refused.returncode and "Traceback" not in refused.stderr and "q_proj" in refused.stderr
