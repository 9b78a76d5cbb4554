"""``loadstone convert`` and ``loadstone diff``."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from checkpoint.test_gguf_open import write
from cli.conftest import loadstone, loadstone_process
from conversion.test_gguf import put_tokenizer
from frameworks.torch import tiny
from safetensors.torch import load_file, save_file

import loadstone as package


@pytest.fixture
def folder(checkpoint: Callable[[str], Path]) -> Path:
    return checkpoint("LlamaForCausalLM")


def test_convert_then_diff(folder: Path, tmp_path: Path) -> None:
    bfloat16 = ("--dtype", "bfloat16", "--max-shard-size", "5kB", "--verify")
    done = loadstone_process("convert", folder, tmp_path / "a", *bfloat16)
    assert done.returncode == 0, done.stderr
    assert "verified" in done.stdout and "safetensors" in done.stdout and not done.stderr
    assert (tmp_path / "a" / "tokenizer.json").exists() and (tmp_path / "a" / "model.safetensors.index.json").exists()
    same = loadstone_process("diff", folder, tmp_path / "a", "--ignore-dtype", "--relative-tolerance", "0.004")
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
    assert "overflow in a" in done.stderr and "not copied: 1_Pooling/" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "keras"), "safetensors"),
        (("--format", "gguf"), ".gguf"),
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
    child = subprocess.Popen(
        [*command, str(tmp_path / "out" / "a"), "--dtype", "float16"],
        stderr=subprocess.DEVNULL,
        # Whoever runs the tests in the background may have Ctrl-C ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    until_s = time.monotonic() + 30
    while not os.listdir(tmp_path / "out") and time.monotonic() < until_s:
        time.sleep(0.01)
    assert os.listdir(tmp_path / "out") and child.poll() is None
    child.send_signal(signal.SIGINT)
    assert child.wait(30) == 130
    assert os.listdir(tmp_path / "out") == []


# Quantizing


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.saved(tiny.llama(hidden_size=64, intermediate_size=128).bfloat16(), tmp_path_factory.mktemp("wide"))


def test_convert_quantizes_and_the_model_runs_so(wide: Path, tmp_path: Path) -> None:
    done = loadstone(
        *("convert", wide, tmp_path / "a", "--quantize", "nf4", "--module-to-not-convert", "o_proj", "--verify")
    )
    assert done.returncode == 0, done.stderr
    assert "12 weights quantized" in done.stdout and "verified" in done.stdout
    model = package.AutoModelForCausalLM.from_pretrained(tmp_path / "a")
    layer = model.model.layers[0]
    assert type(layer.mlp.up_proj).__name__ == "Linear4bit" and type(layer.self_attn.o_proj).__name__ != "Linear4bit"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--quantize", "int3"), "nf4, fp4, llm-int8, int8, int4, float8"),
        (("--module-to-not-convert", "lm_head"), "goes with --quantize"),
        (("--quantize", "int8", "--format", "pytorch"), "'safetensors' only"),
    ],
)
def test_what_cannot_be_quantized_is_one_line(
    arguments: tuple[str, ...], said: str, wide: Path, tmp_path: Path
) -> None:
    done = loadstone("convert", wide, tmp_path / "a", *arguments)
    assert done.returncode == 1 and said in done.stderr and "Traceback" not in done.stderr
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(("name", "device"), [("int4", "0"), ("llm-int8", "cpu")])
def test_plan_knows_what_quantize_would_take(name: str, device: str, wide: Path) -> None:
    where = ("--device-map", device, "--max-memory", f"{device}=1GB")
    done = loadstone("plan", wide, *where, "--dtype", "auto", "--quantize", name, "--json")
    assert done.returncode == 0, done.stderr
    plain = package.plan(wide, device_map="cpu", dtype="auto").bytes_by_device["cpu"]
    assert json.loads(done.stdout)["bytes_by_device"][device] < (plain if "4" in name else 0.8 * plain)


# GGUF files among others, and two sides


@pytest.fixture(scope="module")
def ggufs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ggufs") / "inner"
    folder.mkdir()
    write(folder / "one.gguf")
    write(folder / "two.gguf", lambda values, tensors: tensors.update({"output_norm.weight": np.ones(32, np.float32)}))
    return folder.parent


def test_inspect_plan_and_convert_take_the_gguf_file_that_is_named(ggufs: Path, tmp_path: Path) -> None:
    named = ("--subfolder", "inner", "--gguf-file", "one.gguf")
    done = loadstone("inspect", ggufs, *named, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["model_type"] == "llama" and found["path"].endswith("inner/one.gguf")
    assert found == json.loads(loadstone("inspect", ggufs / "inner" / "one.gguf", "--json").stdout)
    done = loadstone("plan", ggufs, *named, "--device-map", "cpu", "--dtype", "bfloat16", "--json")
    assert done.returncode == 0, done.stderr
    plain = json.loads(done.stdout)["bytes_by_device"]["cpu"]
    done = loadstone("plan", ggufs, *named, "--device-map", "cpu", "--dtype", "bfloat16", "--keep-packed", "--json")
    assert json.loads(done.stdout)["bytes_by_device"]["cpu"] < 0.7 * plain
    done = loadstone("convert", ggufs, tmp_path / "a", *named, "--dtype", "float32")
    assert done.returncode == 0, done.stderr
    done = loadstone("diff", ggufs / "inner" / "one.gguf", tmp_path / "a", "--ignore-dtype")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


@pytest.mark.parametrize("command", ["inspect", "plan", "convert"])
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "gguf_file='one.gguf'"),
        (("--gguf-file", "three.gguf"), "one.gguf, two.gguf"),
        (("--gguf-file", "../one.gguf"), "expected a file's name"),
        (("--gguf-file", "one.gguf", "--variant", "fp16"), "drop variant"),
    ],
)
def test_a_gguf_file_that_cannot_be_meant_is_told(
    command: str, arguments: tuple[str, ...], said: str, ggufs: Path, tmp_path: Path
) -> None:
    more = (tmp_path / "a",) if command == "convert" else ()
    done = loadstone(command, ggufs / "inner", *more, *arguments)
    assert done.returncode == 1 and said in done.stderr and "Traceback" not in done.stderr
    assert os.listdir(tmp_path) == []


def test_diff_takes_one_option_for_both_or_one_for_each(ggufs: Path, tmp_path: Path) -> None:
    def difference(*arguments: object) -> tuple[int, str]:
        done = loadstone("diff", *arguments)
        return done.returncode, done.stdout + done.stderr

    inner = ggufs / "inner"
    assert difference(ggufs, ggufs, "--subfolder", "inner", "--gguf-file", "one.gguf")[0] == 0
    code, said = difference(inner, inner, "--gguf-file", "one.gguf", "--gguf-file", "two.gguf")
    assert code == 1 and "model.norm.weight" in said
    code, said = difference(
        ggufs,
        inner / "one.gguf",
        *("--subfolder", "inner", "--subfolder", ""),
        *("--gguf-file", "one.gguf", "--gguf-file", ""),
    )
    assert code == 0, said
    code, said = difference(inner, inner, *3 * ("--gguf-file", "one.gguf"))
    assert code == 2 and "twice for A and for B" in said
    for name, value in (("model.safetensors", 1.0), ("model.fp16.safetensors", 2.0)):
        save_file({"a": torch.full((2,), value)}, tmp_path / name)
    assert difference(tmp_path, tmp_path, "--variant", "fp16")[0] == 0
    assert difference(tmp_path, tmp_path, "--variant", "", "--variant", "fp16")[0] == 1


def test_one_gguf_file(folder: Path, tmp_path: Path) -> None:
    folder, path = Path(shutil.copytree(folder, tmp_path / "model")), tmp_path / "x.gguf"
    done = loadstone("convert", folder, path, "--format", "gguf", "--gguf-type", "q8_0", "--verify")
    assert done.returncode == 1 and "tokenizer" in done.stderr and not path.exists()
    put_tokenizer(folder, 14)
    done = loadstone("convert", folder, path, "--format", "gguf", "--gguf-type", "q8_0", "--verify")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{path}: ") and "gguf, 1 file," in done.stdout and "verified" in done.stdout
    done = loadstone("convert", folder, path, "--format", "gguf", "--overwrite", "--json")
    made = json.loads(done.stdout)
    assert made["files"] == ["x.gguf"] and made["fallbacks"] == []
    assert loadstone("diff", folder, path, "--ignore-dtype").returncode == 0
