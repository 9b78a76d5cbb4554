"""The promises of the benchmark of the bridge; its figures are for ``make benchmark-bridge``, not for a test."""

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
def test_quick_run_measures_both_libraries_and_writes_every_row_of_its_cases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    run = importlib.import_module("run_bridge")
    cases = ("load", "names")
    only = [argument for case in cases for argument in ("--only", case)]
    finished = subprocess.run(
        [sys.executable, BENCHMARKS / "run_bridge.py", "--quick", "--output", tmp_path / "out", *only],
        env=os.environ | {"LOADSTONE_BENCH_DIR": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    page = (tmp_path / "out" / "RESULTS.md").read_text()
    for row in (*run.ROWS, *run.GOALS):
        assert (f"| {row.title} |" in page) == (row.case in cases)
    samples = json.loads((tmp_path / "out" / "results" / "bridge.json").read_text())["samples"]
    assert sorted((each["case"], each["library"]) for each in samples) == sorted(
        (case, library) for case in cases for library in (run.OURS, run.PEER)
    )
