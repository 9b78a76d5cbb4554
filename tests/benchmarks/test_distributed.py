"""The benchmark of several processes: each of its parts gives what the frame asks for, and figures come together."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("run_distributed")


def test_every_part_has_rows_and_goals_of_its_cases(run: ModuleType) -> None:
    assert "loads" in run.PARTS
    for name in run.PARTS:
        part = run.part(name)
        assert part.TITLE and part.ABOUT and part.PREDICTED_ON and callable(part.prepare) and callable(part.probe)
        assert {row.case for row in part.ROWS} <= set(part.CASES) >= set(part.RANKS)
        for goal in part.GOALS:
            assert goal.case in part.CASES and (not goal.against or goal.against in part.CASES[goal.case])
        assert all(subjects[0] == part.OURS for subjects in part.CASES.values())


def test_figures_of_ranks_are_the_largest_or_the_sum(run: ModuleType) -> None:
    figures = [{"seconds_s": 1.0, "sum_disk_bytes": 2.0}, {"seconds_s": 3.0, "sum_disk_bytes": 4.0}]
    assert run.combined(figures) == {"seconds_s": 3.0, "sum_disk_bytes": 6.0}


@pytest.mark.long
def test_a_quick_run_writes_every_row(tmp_path: Path, run: ModuleType) -> None:
    finished = subprocess.run(
        [sys.executable, BENCHMARKS / "run_distributed.py", "--quick", "--only", "loads", "--output", tmp_path / "out"],
        env=os.environ | {"LOADSTONE_BENCH_DIR": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    page = (tmp_path / "out" / "RESULTS.md").read_text()
    assert all(f"| {row.title} |" in page for row in run.part("loads").ROWS)
    samples = json.loads((tmp_path / "out" / "results" / "distributed-loads.json").read_text())["samples"]
    held = {sample["figures"]["held_bytes"] for sample in samples if sample["case"] == "fsdp warm"}
    assert len(held) == 1  # all libraries hold as much
