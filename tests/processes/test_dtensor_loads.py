"""``load_into`` of modules that PyTorch has distributed: each rank gets its part, bit for bit, and reads no more."""

from __future__ import annotations

from pathlib import Path

import pytest
import safetensors.torch
import torch
from frameworks.torch import tiny
from processes import dtensor_loads
from processes.pool import ranks

ROWS = {"table.weight": ["0"], "layers.0.weight": ["0"], "layers.0.bias": ["0"], "narrow.weight": ["0"]}
COLUMNS = {"layers.1.weight": ["1"], "narrow.weight": ["1"], "table.weight": ["1"]}
WHOLE = {"scale": ["R"], "layers.2.weight": ["R"], "norm.weight": ["R"]}


@pytest.mark.parametrize("first", ["meta", "cpu"])
@pytest.mark.parametrize("placements", [ROWS, COLUMNS, WHOLE | ROWS], ids=["rows", "columns", "whole"])
def test_every_placement_is_filled_as_pytorch_would_cut_the_whole(
    tmp_path: Path, placements: dict[str, list[str]], first: str
) -> None:
    state = dtensor_loads.saved(tmp_path)
    del state["out.weight"]  # the table once more
    for number, done in enumerate(ranks(2).run(dtensor_loads.shards, tmp_path, (2,), placements, first)):
        axes = {name: int(axis) for name, (axis,) in placements.items() if axis != "R"}
        parts = {name: state[name].chunk(2, axis)[number : number + 1] for name, axis in axes.items()}
        own = sum(part.nbytes for name in state for part in parts.get(name, [state[name]]))
        assert done.rank == f"rank {number} of 2 (a 2)"
        assert done.read == done.viewed + done.copied == own
        if first == "meta":  # rows stay the file's pages, and columns do not, but for those of a single row
            assert done.copied == sum(
                parts[name][0].nbytes for name in COLUMNS.keys() & parts if axes[name] and len(state[name]) > 1
            )


@pytest.mark.parametrize("read", ["buffered", "direct", "map"])
@pytest.mark.parametrize("first", ["meta", "cpu"])
def test_however_files_are_read(tmp_path: Path, first: str, read: str) -> None:
    dtensor_loads.saved(tmp_path, torch.bfloat16 if first == "meta" else torch.float32)
    for done in ranks(2).run(dtensor_loads.shards, tmp_path, (2,), ROWS | COLUMNS, first, read):
        assert (done.viewed > 0) is (read == "map" and first == "meta")


def test_two_axes_cut_one_after_another(tmp_path: Path) -> None:
    dtensor_loads.saved(tmp_path)
    both = {
        "table.weight": ["0", "0"],
        "layers.0.weight": ["1", "0"],
        "layers.1.weight": ["R", "1"],
        "scale": ["R", "R"],
    }
    for sizes in ((2, 2), (1, 4), (4, 1)):
        ranks(4).run(dtensor_loads.shards, tmp_path, sizes, both)
    safetensors.torch.save_file(dtensor_loads.Pair().state_dict(), tmp_path / "model.safetensors")
    ranks(4).run(dtensor_loads.two_axes, tmp_path)


@pytest.mark.parametrize("first", ["meta", "empty", "used"])
def test_a_module_of_fully_shard_is_filled_and_trains_as_in_one_process(tmp_path: Path, first: str) -> None:
    dtensor_loads.saved(tmp_path)
    one, other = ranks(2).run(dtensor_loads.sharded_by_fsdp, tmp_path, first)
    assert one == other


@pytest.mark.parametrize("first", ["meta", "empty"])
def test_values_are_cast_into_shards(tmp_path: Path, first: str) -> None:
    dtensor_loads.saved(tmp_path)
    ranks(2).run(dtensor_loads.sharded_by_fsdp, tmp_path, first, "bfloat16")


def test_what_is_wrong_is_said_on_all_ranks_of_the_whole_tensors(tmp_path: Path) -> None:
    state = dtensor_loads.saved(tmp_path)
    (tmp_path / "untied").mkdir()
    safetensors.torch.save_file(
        {k: v.clone() + (k == "out.weight") for k, v in state.items()}, tmp_path / "untied/model.safetensors"
    )
    (tmp_path / "missing").mkdir()
    safetensors.torch.save_file({"table.weight": torch.zeros(11, 6)}, tmp_path / "missing/model.safetensors")
    for what, expected in (
        ("shape", "ShapeMismatch: .*shape (8, 6), found (6, 6)"),
        ("missing", "MissingTensors: .*layers.0.weight: expected a stored tensor of shape (6, 6)"),
        ("untied", "ArgumentError: out.weight and table.weight are one parameter"),
        ("device_map", "ArgumentError: The module's DTensors say where it goes"),
    ):
        for said in ranks(2).run(dtensor_loads.fails, tmp_path, what):
            error, _, text = expected.partition(": ")
            assert said.startswith(error) and text.removeprefix(".*") in said, said


def test_a_new_head_is_the_same_on_all_ranks(tmp_path: Path) -> None:
    tiny.model("LlamaModel", "llama").save_pretrained(tmp_path)
    one, other = ranks(2).run(dtensor_loads.new_head, tmp_path)
    assert one == other and len(set(one)) == len(one) > 0
