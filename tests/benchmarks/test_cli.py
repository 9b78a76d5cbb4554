"""The promises of ``benchmarks/run_cli.py``: its figures are for the command, not for a test."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("run_cli")


@pytest.mark.long
def test_the_first_token_comes_before_the_end(run: ModuleType, smollm2: Path) -> None:
    figures = run.measure("packed", smollm2)
    assert 0.2 < figures["first_token_s"] < 60
    assert figures["processor_s"] > 0.2


def test_the_help_and_the_import_are_timed(run: ModuleType, tmp_path: Path) -> None:
    assert 0 < run.measure("import", tmp_path)["elapsed_s"] < run.measure("help", tmp_path)["elapsed_s"]


def test_the_section_has_every_row_and_calls_a_missed_goal_missed(run: ModuleType) -> None:
    figures = {case: {row.figure: 1.0 for row in run.ROWS if row.case == case} for case in run.CASES}
    samples = [run.Sample(case, run.OURS, 0, of_case) for case, of_case in figures.items()]
    facts = {
        "date": "2026-11-30",
        "command": "c",
        "machine": {},
        "versions": {},
        "repetitions": 1,
    }
    body = run.section(facts, samples)
    assert all(f"| {row.title} |" in body for row in run.ROWS)
    assert body.count("| **missed** |") == 2
    assert body.count("| reached |") == 2
