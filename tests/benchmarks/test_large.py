"""The promises of the benchmark of models larger than memory; its figures are for ``make benchmark-large``."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.long
def test_quick_run_measures_its_cases_and_writes_their_goals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cases that need no control group, which not every machine lets one make."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    run_large = importlib.import_module("run_large")
    cases = [name for name, case in run_large.CASES.items() if not case.capped]
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


def test_all_layers_are_on_the_disk_or_their_second_half(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    run_large, shapes = importlib.import_module("run_large"), importlib.import_module("shapes")
    whole = run_large.device_map(shapes.TINYLLAMA, run_large.CASES["warm"])
    half = run_large.device_map(shapes.TINYLLAMA, run_large.CASES["gen"])
    assert [list(each.values()).count("disk") for each in (whole, half)] == [22, 11]
    assert whole["lm_head"] == half["model.embed_tokens"] == half["model.layers.10"] == "cpu"
