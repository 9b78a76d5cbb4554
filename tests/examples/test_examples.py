"""The examples run as they are, as a user runs them, and show what they promise."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SCRIPTS = sorted(EXAMPLES.glob("*.py"))
MAX_LINES = 60


def run(name: str, *arguments: object, said: str = "") -> str:
    """What an example prints; its errors are the test's."""
    environment = {name: value for name, value in os.environ.items() if name not in {"RANK", "WORLD_SIZE"}}
    command = [sys.executable, str(EXAMPLES / f"{name}.py"), *map(str, arguments)]
    done = subprocess.run(command, input=said, capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+\.\d+", text)]


def test_embed_finds_the_two_sentences_that_mean_the_same(minilm: Path) -> None:
    first, *rows = run("embed", minilm).splitlines()
    assert first == "3 vectors of 384 values"
    table = [numbers(row) for row in rows]
    assert [table[index][index] for index in range(3)] == [1, 1, 1]
    assert table[0][1] > 0.5 > table[0][2]


def test_offload_writes_the_same_text_from_less_memory() -> None:
    shown = run("offload")
    assert "of 16.00 MB" in shown and re.search(r"^[1-9]\d* modules in memory, [1-9]\d* on the disk$", shown, re.M)
    assert shown.endswith("same text as from memory: True\n")


@pytest.mark.long
def test_classify_trains_a_head_that_tells_good_from_bad() -> None:
    new, loss, good, bad = run("classify").splitlines()
    assert new == "new: classifier.weight classifier.bias"
    assert numbers(loss)[0] < 0.5
    assert good.startswith("positive") and bad.startswith("negative")


@pytest.mark.long
def test_chat_answers_with_what_was_said_before() -> None:
    shown = run("chat", said="What is the capital of France?\nAnd of Italy?\n")
    assert "Paris" in shown and "Rome" in shown


@pytest.mark.long
def test_stream_prints_the_text_that_generate_returns(smollm2: Path) -> None:
    import loadstone

    prompt = "Roses are red, violets are"
    shown = run("stream", smollm2, prompt)
    write = loadstone.pipeline("text-generation", smollm2, torch_dtype="float32")
    (answer,) = write(prompt, max_new_tokens=20)
    assert shown == answer["generated_text"] + "\n"


@pytest.mark.long
def test_finetune_lora_teaches_a_fact_that_the_saved_adapter_knows() -> None:
    before, learning, *steps, after = run("finetune_lora").splitlines()
    losses = [numbers(step)[0] for step in steps]
    assert losses[-1] < losses[0] / 10
    assert "Ada" not in before and after.endswith("The lighthouse of Loadstone is kept by Ada.")
    assert "460,800 of" in learning


@pytest.mark.long
def test_shard_gives_each_of_two_processes_a_half() -> None:
    shown = run("shard")
    assert re.findall(r"^rank (\d) of 2", shown, re.M) == ["0", "1"]
    assert shown.count("q_proj: (32, 64) of (64, 64)") == 2
    assert shown.endswith("same text as from one process: True\n")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_an_example_is_short_tells_how_to_run_it_is_in_the_index_and_has_a_test(script: Path) -> None:
    text = script.read_text("utf-8")
    assert len(text.splitlines()) < MAX_LINES
    assert f"python examples/{script.name}" in (ast.get_docstring(ast.parse(text)) or "").splitlines()[0]
    assert f"| [{script.name}]({script.name}) |" in (EXAMPLES / "README.md").read_text("utf-8")
    assert any(name.startswith(f"test_{script.stem}_") for name in globals())
