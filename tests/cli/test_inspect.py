"""``loadstone inspect``."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli.conftest import loadstone, loadstone_process
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from safetensors.numpy import save_file
from timing import takes_about

from loadstone.cli.console import count_shown, printable
from loadstone.cli.inspect import _tree, fold, inspect_checkpoint
from loadstone.core.tensors import DType, StoredTensor


def stored(name: str, shape: tuple[int, ...] = (2, 3), dtype: DType = DType.BFLOAT16) -> StoredTensor:
    nbytes = int(np.prod(shape)) * dtype.bits // 8
    return StoredTensor(name, dtype, shape, Path("model.safetensors"), 0, nbytes)


def write_sharded(folder: Path, shards: list[dict[str, np.ndarray[Any, Any]]], config: dict[str, Any] | None) -> Path:
    """A checkpoint of several safetensors files with their index."""
    weight_map = {}
    for index, tensors in enumerate(shards, start=1):
        file = f"model-{index:05}-of-{len(shards):05}.safetensors"
        save_file(tensors, folder / file)
        weight_map |= dict.fromkeys(tensors, file)
    total = sum(tensor.nbytes for tensors in shards for tensor in tensors.values())
    index_file = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index_file))
    if config is not None:
        (folder / "config.json").write_text(json.dumps(config))
    return folder


@pytest.fixture
def sharded(tmp_path: Path) -> Path:
    halves = [
        {f"model.layers.{layer}.mlp.up_proj.weight": np.zeros((6, 4), np.float16) for layer in range(8)},
        {"model.embed_tokens.weight": np.zeros((10, 4), np.float32), "lm_head.weight": np.zeros((10, 4), np.float32)},
    ]
    return write_sharded(tmp_path, halves, {"model_type": "llama", "architectures": ["LlamaForCausalLM"]})


def test_layers_fold_into_one_line_with_their_range_and_count() -> None:
    tensors = [stored(f"model.layers.{layer}.self_attn.q_proj.weight") for layer in range(22)]
    assert fold(tensors) == [
        ("model.layers.[0-21].self_attn.q_proj.weight", DType.BFLOAT16, (2, 3), 22, 22 * 12),
    ]


def test_a_gap_and_another_shape_stay_visible() -> None:
    tensors = [stored(f"h.{layer}.w") for layer in (0, 1, 2, 5)] + [
        stored("h.3.w", (9,)),
        stored("h.4.w", dtype=DType.INT8),
    ]
    assert [(each.name, each.tensors) for each in fold(tensors)] == [("h.[0-2,5].w", 4), ("h.3.w", 1), ("h.4.w", 1)]


def test_a_number_too_long_to_count_with_is_a_name_like_any_other() -> None:
    assert [each.name for each in fold([stored("9" * 5000), stored("9" * 4999)])] == ["9" * 5000, "9" * 4999]


def test_experts_fold_over_both_numbers() -> None:
    tensors = [stored(f"layers.{layer}.experts.{expert}.w1") for layer in range(3) for expert in range(8)]
    assert [(each.name, each.tensors) for each in fold(tensors)] == [("layers.[0-2].experts.[0-7].w1", 24)]


names = st.lists(st.lists(st.sampled_from(["a", "b", "0", "1", "7", "08"]), min_size=1, max_size=4), unique_by=tuple)


@given(names)
def test_folding_loses_no_tensor_and_no_byte(names: list[list[str]]) -> None:
    tensors = [stored(".".join(parts)) for parts in names]
    folded = fold(tensors)
    assert sum(each.tensors for each in folded) == len(tensors)
    assert sum(each.nbytes for each in folded) == sum(each.nbytes for each in tensors)
    assert len({each.name for each in folded}) == len(folded)


def test_a_hundred_thousand_tensors_fold_in_well_under_a_second() -> None:
    tensors = [stored(f"model.layers.{index % 100}.experts.{index // 100}.w1.weight") for index in range(100_000)]
    with takes_about(0.3):
        assert len(fold(tensors)) == 1


def test_a_piped_inspection_is_plain_lines_without_escape_codes(sharded: Path) -> None:
    done = loadstone_process("inspect", sharded)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert not re.search("[─│└├┃]", done.stdout)
    lines = [re.split(r"\s{2,}", line) for line in done.stdout.splitlines()]
    assert ["family", "llama"] in lines
    assert ["architectures", "LlamaForCausalLM"] in lines
    assert ["tensors", "10"] in lines
    assert ["size", "704 B (704 bytes)"] in lines
    assert ["model.layers.[0-7].mlp.up_proj.weight", "float16", "[6, 4]", "×8"] in lines
    assert ["model-00002-of-00002.safetensors", "2", "320 B"] in [[cell.strip() for cell in line] for line in lines]


def test_json_lists_every_tensor_with_its_place(sharded: Path) -> None:
    done = loadstone("inspect", sharded, "--json")
    found = json.loads(done.stdout)
    assert (found["model_type"], found["supported"], found["parameters"], found["nbytes"]) == ("llama", True, 272, 704)
    assert found["dtypes"]["float32"] == {"tensors": 2, "parameters": 80, "nbytes": 320}
    assert found["files"]["model-00001-of-00002.safetensors"] == {"tensors": 8, "nbytes": 384}
    assert len(found["tensors"]) == 10
    embedding = next(each for each in found["tensors"] if each["name"] == "model.embed_tokens.weight")
    assert (embedding["dtype"], embedding["shape"], embedding["nbytes"]) == ("float32", [10, 4], 160)


def test_inspect_imports_no_framework(sharded: Path) -> None:
    import subprocess
    import sys

    code = (
        "import sys; from loadstone.cli import main; sys.argv[1:] = ['inspect', sys.argv[1]]\n"
        "try: main()\nexcept SystemExit as end: assert not end.code, end.code\n"
        "print('FOUND', {'torch', 'numpy', 'transformers'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(sharded)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "FOUND set()"


def test_an_unknown_family_is_inspected_and_said_to_be_unknown(tmp_path: Path) -> None:
    write_sharded(tmp_path, [{"w": np.zeros(3, np.float32)}], {"model_type": "zebra"})
    done = loadstone("inspect", tmp_path)
    assert "zebra (no family here)" in done.stdout
    assert json.loads(loadstone("inspect", tmp_path, "--json").stdout)["supported"] is False


def test_weights_without_a_config_are_inspected(tmp_path: Path) -> None:
    save_file({"w": np.zeros((2, 2), np.int8)}, tmp_path / "weights.safetensors")
    found = inspect_checkpoint(tmp_path / "weights.safetensors")
    assert (found.model_type, found.architectures, found.supported, found.nbytes) == (None, [], False, 4)


def test_a_pytorch_file_is_inspected_too(tmp_path: Path) -> None:
    import torch

    torch.save({"w": torch.zeros(2, 3, dtype=torch.bfloat16)}, tmp_path / "pytorch_model.bin")
    assert fold(inspect_checkpoint(tmp_path).tensors) == [("w", DType.BFLOAT16, (2, 3), 1, 12)]


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "no such folder"), (b"\x10\x00\x00\x00\x00\x00\x00\x00{broken json}!!!", "model.safetensors")],
)
def test_a_bad_path_or_file_is_one_message_and_exit_code_1(tmp_path: Path, content: bytes | None, said: str) -> None:
    folder = tmp_path / "model"
    if content is not None:
        folder.mkdir()
        (folder / "model.safetensors").write_bytes(content)
    done = loadstone("inspect", folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_tensor_name_cannot_steer_the_terminal(tmp_path: Path) -> None:
    save_file({"a\x1b]0;owned\x07b\nc": np.zeros(1, np.float32)}, tmp_path / "model.safetensors")
    done = loadstone("inspect", tmp_path)
    assert "\x1b" not in done.stdout
    assert "a\\x1b]0;owned\\x07b" in done.stdout


def tree(tensors: list[StoredTensor]) -> str:
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(_tree(fold(tensors)))
    return console.export_text()


def test_the_tree_in_a_terminal_shows_brackets_as_they_are_and_joins_lonely_levels() -> None:
    layers = [stored(f"model.layers.{layer}.mlp.{part}.weight") for layer in range(3) for part in ("up", "down")]
    assert tree([stored("model.norm.weight"), *layers]).splitlines() == [
        "tensors",
        "└── model",
        "    ├── norm.weight  bfloat16 [2, 3]",
        "    └── layers.[0-2].mlp",
        "        ├── up.weight  bfloat16 [2, 3] ×3",
        "        └── down.weight  bfloat16 [2, 3] ×3",
    ]


@given(names)
def test_the_tree_has_a_leaf_for_each_folded_line(names: list[list[str]]) -> None:
    tensors = [stored(".".join(parts)) for parts in names]
    assert tree(tensors).count("bfloat16 [2, 3]") == len(fold(tensors))


def test_counts_are_told_as_model_names_spell_them() -> None:
    assert [count_shown(count) for count in (7, 22_713_216, 1_100_048_384)] == ["7", "22.7M", "1.1B"]


@given(st.text())
def test_printable_text_holds_no_control_character_but_tab_and_newline(text: str) -> None:
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", printable(text))


def a_quantized_one(folder: Path, **settings: Any) -> Path:
    """One layer in the layout of AWQ."""
    from quantization.element_by_element import Example
    from safetensors.torch import save_file as save

    stored = {f"model.layers.0.mlp.up_proj.{name}": part for name, part in Example(16, 32, 4, 16).awq_gemm().items()}
    save(stored, folder / "model.safetensors")
    settings = {"quant_method": "awq", "group_size": 16} | settings
    (folder / "config.json").write_text(json.dumps({"model_type": "llama", "quantization_config": settings}))
    return folder


def test_quantized_weights_are_shown_as_the_model_has_them(tmp_path: Path) -> None:
    folder = a_quantized_one(tmp_path)
    found = json.loads(loadstone("inspect", folder, "--json").stdout)
    nbytes = 32 * 2 * 4 + 2 * 2 * 4 + 2 * 16 * 2  # codes, zeros, scales
    kind = "AWQ 4-bit in groups of 16"
    assert found["quantized"] == "awq (loads with dequantize=True)"
    assert (found["parameters"], found["nbytes"]) == (16 * 32, nbytes)
    assert found["dtypes"] == {kind: {"tensors": 1, "parameters": 16 * 32, "nbytes": nbytes}}
    assert found["files"] == {"model.safetensors": {"tensors": 1, "nbytes": nbytes}}
    (tensor,) = found["tensors"]
    assert (tensor["name"], tensor["packing"]) == ("model.layers.0.mlp.up_proj.weight", kind)
    lines = [re.split(r"\s{2,}", line) for line in loadstone("inspect", folder).stdout.splitlines()]
    assert ["model.layers.0.mlp.up_proj.weight", kind, "[16, 32]", "×1"] in lines
    assert ["quantized", "awq (loads with dequantize=True)"] in lines


def test_weights_quantized_in_a_way_that_is_not_read_are_shown_as_they_are_stored(tmp_path: Path) -> None:
    found = inspect_checkpoint(a_quantized_one(tmp_path, version="gemv_fast"))
    assert len(found.tensors) == 3 and found.quantized.startswith("awq (not read: config key")
    assert "'gemv_fast'" in found.quantized
    unknown = inspect_checkpoint(a_quantized_one(tmp_path, quant_method=["\x1b["]))
    assert unknown.quantized.startswith("by no method that is known (not read") and len(unknown.tensors) == 3


def test_plan_takes_a_quantized_checkpoint_with_dequantize(tmp_path: Path) -> None:
    from frameworks.torch import tiny
    from quantization.test_awq import a_model

    a_model(tiny.saved(tiny.llama(), tmp_path / "plain"), tmp_path / "packed")
    refused = loadstone("plan", tmp_path / "packed")
    assert refused.returncode == 1 and "dequantize=True" in refused.stderr
    planned = loadstone("plan", tmp_path / "packed", "--dequantize", "--json")
    assert planned.returncode == 0 and json.loads(planned.stdout)["unused"] == []


def test_of_the_hub_only_headers_are_read_and_offline_the_cache(
    checkpoint: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hub_server import resolve_files, the_hub
    from huggingface_hub import constants

    folder = checkpoint("LlamaForCausalLM")
    expected = inspect_checkpoint(folder).to_json() | {"path": "o/m"}
    with the_hub(monkeypatch, tmp_path / "cache") as hub:
        commit = hub.add("o/m", {file.name: file.read_bytes() for file in folder.iterdir()})
        hub.add("o/m", {"config.json": b"{}"})
        found = loadstone("inspect", "o/m", "--revision", commit, "--json")
        assert found.returncode == 0, found.stderr
        assert json.loads(found.stdout) == expected
        assert not list((tmp_path / "cache").rglob("*.safetensors")) and hub.ranges
        refused = loadstone("inspect", "o/nobody", "--json")
        assert refused.returncode == 1 and json.loads(refused.stdout)["error"]["type"] == "HubError"
        resolve_files("o/m", revision=commit)  # as a load does
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
        assert json.loads(loadstone("inspect", "o/m", "--revision", commit, "--json").stdout) == expected
