"""The promises of ``benchmarks/run_gguf.py``, without the peer: its figures are for the command, not for a test."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("run_gguf")


def test_a_process_is_measured_from_inside_and_outside(run: ModuleType, smollm2: Path) -> None:
    figures = run.measure(run.OURS, "memory", smollm2.parent)["figures"]
    assert 0 < figures["load_first_s"] <= figures["total_first_s"]
    assert figures["private_added_first_bytes"] >= run.MODEL_BYTES
    assert run.MODEL_BYTES <= figures["peak_private_added_bytes"] < 1.05 * run.MODEL_BYTES + 64e6


def test_the_section_has_every_row_and_calls_a_missed_goal_missed(run: ModuleType) -> None:
    samples = [
        run.Sample(case, library, 0, {row.figure: 4 * MB if library == run.PEER else MB for row in run.ROWS})
        for case in run.CASES
        for library in (run.OURS, run.PEER)
    ]
    facts = {
        "date": "2026-11-25",
        "command": "python benchmarks/run_gguf.py",
        "machine": {"cpu": "x", "cores": 2, "memory_bytes": 1 << 30, "kernel": "y", "load_average_before": "0"},
        "versions": {"gguf": "0.19.0"},
        "repetitions": 1,
    }
    runs = {
        name: {"resident_added_bytes": 99e6, "token_s": 0.05, "token_processor_s": (number + 1) / 100, "prompt_s": 0.5}
        for number, name in enumerate(run.RUNS)
    }
    body = run.section(facts, samples, runs)
    assert "| packed, float32 | 99 MB | 50 ms | 10 ms | 0.25 × | 0.50 s |" in body
    assert "in at most 2 × the processor time of the bfloat16 model: 0.50 ×, **reached**" in body
    runs["packed, bfloat16"]["token_processor_s"] = 0.081
    assert "2.02 ×, **missed**" in run.runs_table(runs)
    assert all(f"| {row.title} |" in body for row in (*run.ROWS, *run.GOALS))
    assert "| ≥ 5× | 10.0× | 4.0× | **missed** |" in body
    assert "| 300.0 MB | 1.0 MB | reached |" in body


MB = 1e6
