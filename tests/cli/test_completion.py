"""Completion: what bash, zsh and fish are told, and that telling them imports no framework."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from loadstone.cli import completion

HEAVY = {"flax", "huggingface_hub", "jax", "keras", "numpy", "rich", "tensorflow", "tokenizers", "torch"}


def completed(shell: str, line: str) -> tuple[str, set[str]]:
    """What a shell is answered for a line that is being written, and what the answer imported."""
    code = "import atexit, json, sys; from loadstone.cli import main; "
    code += "atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr)); main()"
    words = line.split(" ")
    asked = {
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "_LOADSTONE_COMPLETE": f"complete_{shell}",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, **asked}
    )
    return done.stdout, {name.partition(".")[0] for name in json.loads(done.stderr)}


@pytest.mark.parametrize(
    ("line", "answers"),
    [
        ("loadstone ver", ["verify"]),
        ("loadstone plan --offl", ["--offload-folder"]),
        ("loadstone plan --dtype b", ["bfloat16"]),
        ("loadstone run --head causal", ["causal-lm"]),
        ("loadstone convert --format s", ["safetensors"]),
        ("loadstone convert --gguf-type q8", ["q8_0"]),
        ("loadstone convert --dtype float", ["float64", "float32", "float16"]),
        ("loadstone plan --quantize nf", ["nf4"]),
        ("loadstone plan --device-map bal", ["balanced", "balanced_low_0"]),
        ("loadstone run --device cu", ["cuda", "cuda:0"]),
    ],
)
def test_bash_is_told_what_fits_without_a_heavy_import(line: str, answers: list[str]) -> None:
    told, imported = completed("bash", line)
    assert told.split() == answers
    assert not imported & HEAVY


def test_zsh_and_fish_are_told_the_same_in_their_own_forms() -> None:
    told, imported = completed("zsh", "loadstone convert --format s")
    assert told.strip() == "_arguments '*: :((\"safetensors\"))'" and not imported & HEAVY
    told, imported = completed("fish", "loadstone convert --format s")
    assert told.strip() == "safetensors" and not imported & HEAVY


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script(shell: str) -> None:
    env = {**os.environ, "_LOADSTONE_COMPLETE": f"source_{shell}"}
    done = subprocess.run([sys.executable, "-m", "loadstone.cli"], capture_output=True, text=True, check=True, env=env)
    assert f"_LOADSTONE_COMPLETE=complete_{shell}" in done.stdout and "loadstone" in done.stdout


def test_bash_itself_completes_by_the_script(tmp_path: Path) -> None:
    bash = shutil.which("bash")
    assert bash is not None
    command = tmp_path / "loadstone"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m loadstone.cli "$@"\n')
    command.chmod(0o755)
    script = """
eval "$(_LOADSTONE_COMPLETE=source_bash loadstone)"
COMP_WORDS=(loadstone plan --dtype bf)
COMP_CWORD=3
_loadstone_completion loadstone
echo "${COMPREPLY[@]}"
"""
    env = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run([bash, "--norc", "-c", script], capture_output=True, text=True, env=env)
    assert (done.stdout, done.stderr) == ("bfloat16\n", "")


def test_values_are_those_that_the_options_take() -> None:
    from loadstone.architectures.tasks import TASKS

    assert completion.heads("") == list(TASKS)
    assert completion.dtypes("")[0] == "auto" and "auto" not in completion.dtypes_to_cast_to("")
    assert completion.beginning("x", ["xy", "yx"]) == ["xy"]
