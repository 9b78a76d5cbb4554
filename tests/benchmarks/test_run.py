"""The benchmark's own promises, on a small model: its figures are for ``make benchmark``, not for a test."""

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
def report(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return _sibling(monkeypatch, "report")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return _sibling(monkeypatch, "run")


@pytest.fixture
def shapes(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return _sibling(monkeypatch, "shapes")


def _sibling(monkeypatch: pytest.MonkeyPatch, name: str) -> ModuleType:
    """A module of ``benchmarks/``, found as the command finds it."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module(name)


def test_quick_run_measures_both_libraries_and_writes_every_row_of_its_cases(tmp_path: Path, run: ModuleType) -> None:
    """The quickest case; the processes of the others are tried below."""
    cases = ("import",)
    committed = {file: file.read_bytes() for file in BENCHMARKS.rglob("*.json")}
    only = [argument for case in cases for argument in ("--only", case)]
    finished = subprocess.run(
        [sys.executable, BENCHMARKS / "run.py", "--quick", "--repetitions", "1", "--output", tmp_path / "out", *only],
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
    samples = json.loads((tmp_path / "out" / "results" / "load.json").read_text())["samples"]
    measured = [(sample["case"], sample["library"]) for sample in samples]
    expected = [(case, library) for case in cases for library in (run.OURS, run.PEER)]
    assert sorted(measured) == sorted([*expected, ("import", "python"), ("import", "torch")])
    assert all(value > 0 for sample in samples for key, value in sample["figures"].items() if key.endswith("_s"))
    assert committed == {file: file.read_bytes() for file in BENCHMARKS.rglob("*.json")}


@pytest.mark.long
@pytest.mark.parametrize("case", ["load", "read", "forward", "float32", "memory"])
def test_a_case_gives_every_figure_of_its_rows(case: str, tmp_path: Path, run: ModuleType, shapes: ModuleType) -> None:
    shape = shapes.Shape("tiny", 64, 128, 2, 4, 2, 32000)
    result = run.measure(case, run.OURS, shapes.make_checkpoint(shape, tmp_path))
    figures = result["figures"]
    assert {row.figure for row in (*run.ROWS, *run.GOALS) if row.case == case} <= figures.keys()
    assert all(value > 0 for key, value in figures.items() if key.endswith("_s"))
    assert len(result["answer"]) == 500 if case in ("start", "forward") else result["answer"] != 0


def test_checkpoint_is_the_same_bytes_each_time_and_holds_every_tensor(tmp_path: Path, shapes: ModuleType) -> None:
    from safetensors import safe_open

    shape = shapes.Shape("tiny", 16, 32, 3, 4, 2, 64)
    folder = shapes.make_checkpoint(shape, tmp_path / "a")
    other = shapes.make_checkpoint(shape, tmp_path / "b")
    files = sorted(folder.glob("*.safetensors"))
    assert len(files) == 5
    assert [file.read_bytes() for file in files] == [(other / file.name).read_bytes() for file in files]
    index = json.loads((folder / "model.safetensors.index.json").read_text())
    assert index["metadata"]["total_size"] == shape.nbytes
    found = {}
    for file in files:
        with safe_open(file, "pt") as opened:
            names = opened.keys()
            for name in names:
                found[name] = tuple(opened.get_slice(name).get_shape())
                assert index["weight_map"][name] == file.name
    assert found == dict(shape.tensors())
    assert [path.name for path in (tmp_path / "a").iterdir()] == [folder.name]


def test_a_section_is_replaced_in_place_and_the_others_stay(report: ModuleType) -> None:
    page = report.replace_section(report.replace_section(report.HEADER, "load", "old"), "save", "kept")
    assert page.startswith(report.HEADER)
    changed = report.replace_section(page, "load", "new")
    assert changed == page.replace("old", "new")
    assert changed.index("new") < changed.index("kept")


@pytest.mark.parametrize("page", ["<!-- begin:load -->", "<!-- end:load -->", "<!-- end:load --><!-- begin:load -->"])
def test_half_a_pair_of_markers_is_refused(page: str, report: ModuleType) -> None:
    with pytest.raises(ValueError, match="'load'"):
        report.replace_section(page, "load", "new")


@pytest.mark.parametrize(("ours_s", "verdict"), [(0.1, "| 10.0× | reached |"), (0.2, "| 5.0× | **missed** |")])
def test_a_goal_that_was_missed_is_called_missed(ours_s: float, verdict: str, report: ModuleType) -> None:
    samples = [report.Sample("load", "loadstone", turn, {"first_s": ours_s}) for turn in range(3)]
    samples += [
        report.Sample("load", "transformers", turn, {"first_s": taken}) for turn, taken in enumerate((9, 1, 0.5))
    ]
    goal = report.Goal("first load", "load", "first_s", at_least=10, predicted=12)
    written = report.goals_table([goal], report.Series(samples), "loadstone", "transformers", "2026-11-23")
    assert f"| first load | ≥ 10× | 12.0× {verdict}" in written


@pytest.mark.parametrize("answers", [(7, 8), ([1.0, 2.0], [1.0, 2.1]), ([float("nan")], [1.0])])
def test_libraries_that_disagree_stop_the_run(answers: tuple[object, object], run: ModuleType) -> None:
    with pytest.raises(SystemExit, match="do not agree"):
        run.check("forward", {run.OURS: answers[0], run.PEER: answers[1]})
    run.check("forward", {run.OURS: answers[1], run.PEER: answers[1]})


def test_a_measured_process_that_fails_stops_the_run_with_its_last_words(tmp_path: Path, run: ModuleType) -> None:
    with pytest.raises(SystemExit, match=r"(?s)transformers, case 'forward': exit status 1.*config\.json"):
        run.measure("forward", "transformers", tmp_path)
