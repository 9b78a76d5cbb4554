"""The promises of the benchmark of conversions; its figures are for ``benchmarks/run_convert.py``, not for a test."""

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
def test_quick_run_measures_every_case_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    run_convert = importlib.import_module("run_convert")
    if importlib.import_module("page_cache").file_system(tmp_path) == "tmpfs":
        pytest.skip("the temporary folder is not on a disk, so that nothing is cold there")
    finished = subprocess.run(
        [sys.executable, BENCHMARKS / "run_convert.py", "--quick", "--output", tmp_path / "out"],
        env=os.environ | {"LOADSTONE_BENCH_DIR": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    page = (tmp_path / "out" / "RESULTS.md").read_text()
    assert all(f"| {each.title} |" in page for each in (*run_convert.GOALS, *run_convert.ROWS, run_convert.MEMORY))
    samples = json.loads((tmp_path / "out" / "results" / "convert.json").read_text())["samples"]
    subjects = {run_convert.OURS, run_convert.READ, run_convert.WRITE, run_convert.BOTH, run_convert.SLOWER}
    assert {(each["case"], each["library"]) for each in samples} == {
        (c, s) for c in run_convert.CASES for s in subjects
    }
    assert len(os.listdir(tmp_path / "cache")) == 1  # the checkpoint
