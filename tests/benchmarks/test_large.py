"""The promises of the benchmark of models larger than memory; its figures are for ``make benchmark-large``."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def run_large(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The command's module, found as the command finds it."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("run_large")


@pytest.fixture
def tiny(tmp_path: Path, run_large: ModuleType) -> Any:
    """The checkpoints of a small shape."""
    shapes = importlib.import_module("shapes")
    shape = shapes.Shape("tiny", 64, 128, 2, 4, 2, 32000)
    return run_large.prepare(shape, tmp_path, ["cast"], 0)


@pytest.mark.long
def test_quick_run_measures_its_cases_and_writes_their_goals(tmp_path: Path, run_large: ModuleType) -> None:
    """The quickest case; the processes of the others are tried below."""
    cases = ("plan",)
    only = [argument for name in cases for argument in ("--only", name)]
    finished = subprocess.run(
        [sys.executable, BENCHMARKS / "run_large.py", "--quick", "--output", tmp_path / "out", *only],
        env=os.environ | {"LOADSTONE_BENCH_DIR": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    page = (tmp_path / "out" / "RESULTS.md").read_text()
    for goal in (*run_large.GOALS, *run_large.PLAN_GOALS):
        assert (f"| {goal.title} |" in page) == (goal.case in cases), goal
    for row in run_large.ROWS:
        assert (f"| {row.title} |" in page) == (row.case in cases), row
    samples = json.loads((tmp_path / "out" / "results" / "large.json").read_text())["samples"]
    measured = {(sample["case"], sample["library"]) for sample in samples}
    assert measured == {(name, subject) for name in cases for subject in run_large.CASES[name].subjects}
    assert all(value > 0 for sample in samples for value in sample["figures"].values())


@pytest.mark.long
def test_both_libraries_generate_and_give_every_figure_of_their_rows(run_large: ModuleType, tiny: Any) -> None:
    samples = run_large.collect(["gen"], 1, tiny)
    assert [sample.library for sample in samples] == [run_large.OURS, run_large.PEER]
    assert all(sample.figures["generate_s"] > 0 for sample in samples)


@pytest.mark.long
@pytest.mark.parametrize(("case", "other"), [("warm", "in memory"), ("cast", "from bfloat16")])
def test_our_two_ways_give_every_figure_of_their_rows_and_one_answer(
    case: str, other: str, run_large: ModuleType, tiny: Any
) -> None:
    ours, beside = (run_large.measure(case, subject, tiny) for subject in (run_large.OURS, other))
    for result in (ours, beside):
        assert all(result["figures"][row.figure] > 0 for row in run_large.ROWS if row.case == case)
    assert ours["answer"] == beside["answer"]


def test_every_goal_and_row_of_the_measured_cases_is_in_the_section(run_large: ModuleType) -> None:
    figures = {row.figure: 1e6 for row in (*run_large.ROWS, *run_large.GOALS, *run_large.PLAN_GOALS)}
    samples = [
        run_large.Sample(name, subject, 0, figures)
        for name, case in run_large.CASES.items()
        for subject in case.subjects
    ]
    facts = {
        "date": "2026-11-29",
        "command": "python benchmarks/run_large.py",
        "machine": {"cpu": "x", "cores": 2, "memory_bytes": 1 << 30, "kernel": "y", "load_average_before": "0"},
        "checkpoint": {"name": "tiny", "nbytes": 1 << 20},
        "versions": {"torch": "2.9"},
        "repetitions": 1,
        "limit_bytes": 1 << 30,
        "cases": list(run_large.CASES),
    }
    page = run_large.section(facts, samples)
    every = (*run_large.GOALS, *run_large.PLAN_GOALS, *run_large.ROWS)
    assert all(f"| {each.title} |" in page for each in every)


def test_all_layers_are_on_the_disk_or_their_second_half(run_large: ModuleType) -> None:
    shapes = importlib.import_module("shapes")
    whole = run_large.device_map(shapes.TINYLLAMA, run_large.CASES["warm"])
    half = run_large.device_map(shapes.TINYLLAMA, run_large.CASES["gen"])
    assert [list(each.values()).count("disk") for each in (whole, half)] == [22, 11]
    assert whole["lm_head"] == half["model.embed_tokens"] == half["model.layers.10"] == "cpu"
