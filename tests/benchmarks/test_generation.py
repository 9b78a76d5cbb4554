"""The promises of the benchmark of writing; its figures are for ``make benchmark-generation``, not for a test."""

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
def test_quick_run_has_a_row_for_every_run_that_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    run = importlib.import_module("run_generation")
    names = ("loadstone, eager", "loadstone, static cache", "transformers, eager", "llama.cpp")
    only = [argument for name in names for argument in ("--only", name)]
    finished = subprocess.run(
        [sys.executable, BENCHMARKS / "run_generation.py", "--quick", "--output", tmp_path / "out", *only],
        env=os.environ | {"LOADSTONE_BENCH_DIR": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    page = (tmp_path / "out" / "RESULTS.md").read_text()
    asked = {(dtype, name) for dtype, runs in run.CASES.items() for name in runs}
    assert len(asked) == 12
    for dtype, name in asked:
        assert (f"| {dtype} | {name} |" in page) == (name in names)
    samples = json.loads((tmp_path / "out" / "results" / "generation.json").read_text())["samples"]
    assert len(samples) == sum(name in names for _, name in asked)
