"""A model spread over eight devices: each gets its part and no more, and together they say what one says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from frameworks.flax import tiny

from loadstone.core.tensors import DType, StoredTensor
from loadstone.frameworks.flax.shards import read_part
from loadstone.materialize.arrays import ArraySource
from loadstone.planning.recipes import Piece

SCRIPT = Path(__file__).with_name("on_eight_devices.py")
SPREAD = ("tensor_parallel", "two_axes", "explicit_axes", "experts", "rules")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a process with eight devices found."""
    folder = tmp_path_factory.mktemp("sharding")
    heads = dict(num_attention_heads=8, num_key_value_heads=8, num_hidden_layers=1)
    tiny.saved(tiny.llama(**heads), folder / "llama")
    experts = tiny.model("FlaxMixtralForCausalLM", "mixtral", num_local_experts=8, **heads)
    tiny.saved(experts, folder / "experts")
    tiny.saved(tiny.bert(num_hidden_layers=1), folder / "bert")
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count=8"
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(folder)],
        env=os.environ | {"XLA_FLAGS": flags},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


@pytest.mark.parametrize("case", SPREAD)
def test_all_devices_together_say_what_one_says(case: str, found: dict[str, Any]) -> None:
    assert found[case]["difference"] < 1e-4


def test_all_devices_together_generate_what_one_generates(found: dict[str, Any]) -> None:
    assert found["same_text"]


@pytest.mark.parametrize("case", SPREAD)
def test_each_device_reads_the_bytes_that_it_holds_and_no_more(case: str, found: dict[str, Any]) -> None:
    assert len(found[case]["read"]) == 8
    assert found[case]["read"] == found[case]["held"]


def test_an_eighth_of_what_is_split_and_all_of_the_norms_is_read_for_each_device(found: dict[str, Any]) -> None:
    whole = 4 * 3 * 32  # three norms of width 32
    expected = (found["tensor_parallel"]["total"] - whole) // 8 + whole
    assert set(found["tensor_parallel"]["read"].values()) == {expected}


@pytest.mark.parametrize("case", SPREAD)
def test_a_spread_model_saves_what_one_on_one_device_saves(case: str, found: dict[str, Any]) -> None:
    assert found[case]["saved_alike"]


def test_the_default_is_tensor_parallel_over_the_axis_named_model(found: dict[str, Any]) -> None:
    specs = found["two_axes"]["specs"]
    assert specs["model.layers.0.self_attn.q_proj.weight"] == "('model', None)"
    assert specs["model.layers.0.mlp.down_proj.weight"] == "(None, 'model')"
    assert specs["model.norm.weight"] == "()"
    assert found["two_axes"]["device"] == "mesh data=2, model=4"


def test_experts_lie_on_the_devices_one_by_one(found: dict[str, Any]) -> None:
    specs = found["experts"]["specs"]
    assert specs["model.layers.0.block_sparse_moe.experts.gate_up_proj"] == "('model', None, None)"


def test_the_first_rule_that_matches_a_slot_counts(found: dict[str, Any]) -> None:
    specs = found["rules"]["specs"]
    assert specs["model.layers.0.mlp.down_proj.weight"] == "('y', 'x')"
    assert specs["model.norm.weight"] == "()" and specs["lm_head.weight"] == "('x',)"


def test_a_rule_that_does_not_fit_names_the_slot_and_the_mesh(found: dict[str, Any]) -> None:
    assert "lm_head.weight of shape (64, 32)" in found["uneven_rule"] and "{'model': 8}" in found["uneven_rule"]
    assert "model.norm.weight" in found["unknown_axis"] and "pipe" in found["unknown_axis"]


def test_gradients_are_those_of_one_device(found: dict[str, Any]) -> None:
    assert found["gradients"] < 1e-4


def test_new_parts_lie_on_every_device(found: dict[str, Any]) -> None:
    assert found["new_parts"] == "True" and found["new_part_devices"] == 8


def test_a_cast_reads_the_stored_bytes_of_each_part(found: dict[str, Any]) -> None:
    dtype, read = found["half"]
    assert dtype == "bfloat16" and read == found["tensor_parallel"]["read"]


def test_a_vocabulary_that_the_mesh_does_not_divide_says_what_to_give(found: dict[str, Any]) -> None:
    assert "pad_to_multiple_of" in found["resize"]


def test_a_part_of_a_slot_is_put_together_from_the_pieces_that_it_touches() -> None:
    arrays = {f"t{index}": np.arange(12, dtype=np.float32).reshape(3, 4) + 100 * index for index in range(4)}
    source = ArraySource({}, arrays)

    def stored(name: str) -> StoredTensor:
        return StoredTensor(name, DType.FLOAT32, (3, 4), Path("x"), 0, 48)

    pieces = [
        Piece(stored(f"t{2 * expert + half}"), into=(expert, slice(3 * half, 3 * half + 3)))
        for expert in range(2)
        for half in range(2)
    ]
    whole = np.stack([np.concatenate((arrays["t0"], arrays["t1"])), np.concatenate((arrays["t2"], arrays["t3"]))])
    for box in (((0, 2), (0, 6), (0, 4)), ((1, 2), (2, 5), (1, 3)), ((0, 1), (4, 6), (0, 4))):
        index = tuple(slice(*each) for each in box)
        part = read_part(pieces, whole.shape, index, source, np.dtype(np.float32))
        expected = whole[index]
        assert np.array_equal(part.array, expected) and part.nbytes == expected.nbytes
    rows = [Piece(stored("t1"), rows=slice(1, 3))]
    part = read_part(rows, (2, 4), (slice(1, 2), slice(0, 2)), source, np.dtype(np.float32))
    assert np.array_equal(part.array, arrays["t1"][2:3, :2]) and not part.copied
