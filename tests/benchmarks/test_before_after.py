"""The comparison of two trees: its figures are for ``make benchmark-change``, not for a test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def test_both_trees_are_measured_and_every_figure_of_a_case_gets_its_row(tmp_path: Path) -> None:
    only = [argument for case in ("import", "steps-minilm") for argument in ("--only", case)]
    finished = subprocess.run(
        [
            sys.executable,
            BENCHMARKS / "run_before_after.py",
            "--before",
            "HEAD",
            "--quick",
            "--repetitions",
            "1",
            *only,
        ],
        env=os.environ | {"LOADSTONE_BENCH_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    page = (tmp_path / "partial" / "RESULTS.md").read_text()
    assert all(row in page for row in ("| `import loadstone` |", "| minilm: forward of 32 tokens |"))
    samples = json.loads((tmp_path / "partial" / "results" / "before-after.json").read_text())["samples"]
    assert sorted((sample["case"], sample["library"]) for sample in samples) == [
        (case, tree) for case in ("import", "steps-minilm") for tree in ("after", "before")
    ]
    assert len([path for path in tmp_path.glob("source-*") if (path / "loadstone" / "__init__.py").is_file()]) == 2
