"""``loadstone convert`` and ``loadstone diff``."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from cli.conftest import loadstone
from safetensors.torch import load_file, save_file


@pytest.fixture
def folder(checkpoint: Callable[[str], Path]) -> Path:
    return checkpoint("LlamaForCausalLM")


def test_convert_then_diff(folder: Path, tmp_path: Path) -> None:
    done = loadstone("convert", folder, tmp_path / "a", "--dtype", "bfloat16", "--max-shard-size", "5kB", "--verify")
    assert done.returncode == 0, done.stderr
    assert "verified" in done.stdout and "safetensors" in done.stdout and not done.stderr
    assert (tmp_path / "a" / "tokenizer.json").exists() and (tmp_path / "a" / "model.safetensors.index.json").exists()
    same = loadstone("diff", folder, tmp_path / "a", "--ignore-dtype", "--relative-tolerance", "0.004")
    assert (same.returncode, same.stderr) == (0, ""), same.stdout
    assert "all the same" in same.stdout
    other = loadstone("diff", folder, tmp_path / "a")
    assert other.returncode == 1
    assert "float32 and bfloat16" in other.stdout and "model.embed_tokens.weight" in other.stdout


def test_json(folder: Path, tmp_path: Path) -> None:
    done = loadstone("convert", folder, tmp_path / "a", "--format", "pytorch", "--json")
    made = json.loads(done.stdout)
    assert made["format"] == "pytorch" and "pytorch_model.bin" in made["files"]
    tensors = load_file(folder / "model.safetensors")
    tensors["model.norm.weight"][0] += 1
    save_file({**tensors, "more": torch.ones(1)}, tmp_path / "b.safetensors")
    done = loadstone("diff", tmp_path / "a", tmp_path / "b.safetensors", "--json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert found["only_in_second"] == ["more"]
    assert [(each["name"], each["differing"]) for each in found["tensors"]] == [("model.norm.weight", 1)]


def test_what_is_lost_or_left_is_told_on_standard_error(folder: Path, tmp_path: Path) -> None:
    save_file({"a": torch.tensor([1e30])}, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "1_Pooling").mkdir()
    done = loadstone("convert", tmp_path, tmp_path / "new" / "a", "--dtype", "float16")
    assert done.returncode == 0
    assert "lost in a" in done.stderr and "not copied: 1_Pooling/" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "gguf"), "safetensors"),
        (("--dtype", "int4"), "quantization_config"),
        (("--max-shard-size", "many"), "many"),
        (("--revision", "main", "--subfolder", ".."), "subfolder"),
    ],
)
def test_what_is_wrong_is_one_line_without_a_traceback(
    arguments: tuple[str, ...], said: str, folder: Path, tmp_path: Path
) -> None:
    done = loadstone("convert", folder, tmp_path / "a", *arguments)
    assert done.returncode == 1 and not done.stdout
    assert said in done.stderr and "Traceback" not in done.stderr
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("arguments", [(), ("--bits", "--tolerance", "1"), ("--tolerance", "-1")])
def test_diff_ends_with_status_2_where_it_cannot_tell(arguments: tuple[str, ...], folder: Path, tmp_path: Path) -> None:
    done = loadstone("diff", folder, folder if arguments else tmp_path / "nothing", *arguments)
    assert done.returncode == 2 and not done.stdout
    assert "error: " in done.stderr and "Traceback" not in done.stderr


def test_a_name_from_a_file_does_not_steer_the_terminal(tmp_path: Path) -> None:
    save_file({"\x1b[31mred": torch.ones(1)}, tmp_path / "a.safetensors")
    save_file({"blue": torch.ones(1)}, tmp_path / "b.safetensors")
    done = loadstone("diff", tmp_path / "a.safetensors", tmp_path / "b.safetensors")
    assert done.returncode == 1 and "\x1b" not in done.stdout and "red" in done.stdout


def test_ctrl_c_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    save_file({str(index): torch.rand(8_000_000) for index in range(12)}, tmp_path / "a.safetensors")
    (tmp_path / "out").mkdir()
    command = [sys.executable, "-m", "loadstone.cli", "convert", str(tmp_path / "a.safetensors")]
    child = subprocess.Popen([*command, str(tmp_path / "out" / "a"), "--dtype", "float16"], stderr=subprocess.DEVNULL)
    until_s = time.monotonic() + 30
    while not os.listdir(tmp_path / "out") and time.monotonic() < until_s:
        time.sleep(0.01)
    assert os.listdir(tmp_path / "out") and child.poll() is None
    child.send_signal(signal.SIGINT)
    assert child.wait(30) == 130
    assert os.listdir(tmp_path / "out") == []
