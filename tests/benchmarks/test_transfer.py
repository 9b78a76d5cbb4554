"""The promises of the benchmark of moving bytes; its figures are for ``make benchmark-transfer``, not for a test."""

from __future__ import annotations

import importlib
import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
LOADS = ("warm", "read", "float32", "mixtral", "qwen3-moe")
COLD = ("cold", "cold-load")
SAVES = ("save", "save-fresh", "save-back", "save-onto", "traced")
GROWTH = ("by-tensors", "by-shards", "by-bytes", "by-threads")


@pytest.fixture(autouse=True)
def siblings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The modules of ``benchmarks/`` are found as the command finds them."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))


@pytest.fixture
def run() -> ModuleType:
    return importlib.import_module("run_transfer")


@pytest.fixture
def measure() -> ModuleType:
    return importlib.import_module("measure_transfer")


@pytest.fixture
def growth() -> ModuleType:
    return importlib.import_module("growth")


@pytest.mark.long
@pytest.mark.parametrize("cases", [LOADS, COLD, SAVES], ids=["loads", "cold", "saves"])
def test_quick_run_measures_every_subject_and_writes_every_row_of_its_cases(
    cases: Sequence[str], tmp_path: Path, run: ModuleType, measure: ModuleType
) -> None:
    if cases != LOADS and importlib.import_module("page_cache").file_system(tmp_path) == "tmpfs":
        pytest.skip("the temporary folder is not on a disk, so that the command would refuse: a test below holds that")
    committed = {file: file.read_bytes() for file in BENCHMARKS.rglob("*.json")}
    page, samples = quick_run(cases, tmp_path)
    counted = [name for name in cases if name != "traced" or shutil.which("strace")]
    for row in run.ROWS:
        assert (f"| {row.title} |" in page) == (row.case in counted), row
    for goal in run.GOALS:
        assert (f"| {goal.title} |" in page) == (goal.case in counted), goal
    measured = {(sample["case"], sample["library"]) for sample in samples}
    expected = [(name, who) for name in counted for who in measure.CASES[name].subjects if not measure.missing(who)]
    assert measured == set(expected)
    clocks = ("load_", "total_", "start_", "save_", "durable_")
    assert all(value > 0 for each in samples for key, value in each["figures"].items() if key.startswith(clocks))
    assert committed == {file: file.read_bytes() for file in BENCHMARKS.rglob("*.json")}
    assert [path for path in (tmp_path / "cache").iterdir() if path.name.startswith("saved")] == []


@pytest.mark.long
def test_quick_run_measures_every_point_of_every_axis_and_draws_them(
    tmp_path: Path, growth: ModuleType, measure: ModuleType
) -> None:
    page, samples = quick_run(GROWTH, tmp_path)
    measured = {(sample["case"], sample["library"]) for sample in samples}
    for axis in growth.axes(quick=True):
        for panel in axis.panels:
            for point in panel.points:
                assert {(axis.key(panel, point), library) for library in (measure.OURS, measure.PEER)} <= measured
                assert f"| {panel.title}: {point.at / axis.scale:,.0f} |" in page
        drawn = tmp_path / "out" / "plots" / f"{axis.case}.svg"
        assert drawn.is_file() == (f"(plots/{axis.case}.svg)" in page) == (not measure.missing("matplotlib"))


def quick_run(cases: Sequence[str], folder: Path) -> tuple[str, list[dict[str, Any]]]:
    """What a run with ``--quick`` writes: its page and its samples."""
    only = [argument for name in cases for argument in ("--only", name)]
    finished = subprocess.run(
        [sys.executable, BENCHMARKS / "run_transfer.py", "--quick", "--output", folder / "out", *only],
        env=os.environ | {"LOADSTONE_BENCH_DIR": str(folder / "cache")},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    written = json.loads((folder / "out" / "results" / "transfer.json").read_text())
    return (folder / "out" / "RESULTS.md").read_text(), written["samples"]


def test_a_cache_folder_that_is_memory_is_refused_where_the_disk_is_measured(
    tmp_path: Path, run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOADSTONE_BENCH_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(run, "file_system", lambda folder: "tmpfs")
    monkeypatch.setattr(sys, "argv", ["run_transfer.py", "--quick", "--only", "warm", "--only", "save"])
    with pytest.raises(SystemExit, match=r"cache is on tmpfs, not on a disk.*LOADSTONE_BENCH_DIR"):
        run.main()


@pytest.mark.parametrize("name", ["MIXTRAL", "QWEN3_MOE", "QUICK_MIXTRAL", "QUICK_QWEN3_MOE"])
def test_every_expert_that_the_config_counts_has_three_tensors(name: str) -> None:
    import loadstone

    shape = getattr(importlib.import_module("shapes_experts"), name)
    config = loadstone.AutoConfig.for_model(**shape.config())
    assert 2 * sum(math.prod(size) for _, size in shape.tensors()) == shape.nbytes
    experts = [stored for stored, _ in shape.tensors() if ".experts." in stored]
    assert len(experts) == 3 * config.num_hidden_layers * config.num_experts


def test_the_shapes_are_as_large_as_the_figures_to_reach_say() -> None:
    experts = importlib.import_module("shapes_experts")
    assert sum(1 for _ in experts.QWEN3_MOE.tensors()) == 18_867
    assert round(experts.QWEN3_MOE.nbytes / 1e6) == 78
    assert round(experts.MIXTRAL.nbytes / 1e9, 2) == 0.88


@pytest.mark.parametrize("quick", [True, False])
def test_each_axis_goes_as_far_as_its_plot_says(quick: bool, growth: ModuleType) -> None:
    axes = {axis.case: axis for axis in growth.axes(quick)}
    assert tuple(axes) == GROWTH
    for axis in axes.values():
        for panel in axis.panels:
            ends = [point.at for point in panel.points]
            assert ends == sorted(set(ends))
    ends = {case: [axis.panels[0].points[n].at for n in (0, -1)] for case, axis in axes.items()}
    if not quick:
        assert 1e3 <= ends["by-tensors"][0] < 2e3
        assert round(ends["by-tensors"][1], -3) == 1e5
        assert ends["by-shards"] == [1, 1000]
        assert [round(nbytes / 1e6) for nbytes in ends["by-bytes"]] == [10, 3962]
        assert ends["by-threads"] == [1, 4]


@pytest.mark.parametrize("quick", [True, False])
def test_no_shard_of_the_axis_of_shards_is_empty_and_all_hold_the_same_bytes(quick: bool, growth: ModuleType) -> None:
    shapes = importlib.import_module("shapes")
    axis = next(axis for axis in growth.axes(quick) if axis.case == "by-shards")
    for point in axis.panels[0].points:
        parts = shapes._split(point.shape)
        assert len(parts) == point.at
        assert all(parts)
    assert len({point.shape.nbytes for point in axis.panels[0].points}) == 1


def test_what_a_peer_imports_once_does_not_count_as_growing(growth: ModuleType) -> None:
    assert growth.forecast_s(first_s=3.0, again_s=1.0, ratio=10) == pytest.approx(12.0)


def test_bytes_of_interrupted_and_failed_system_calls_are_counted_once(tmp_path: Path) -> None:
    system_calls = importlib.import_module("system_calls")
    log = tmp_path / "log"
    log.write_text(
        "7  pwrite64(5, \"a = 9\"..., 4096, 0) = 4096\n"
        "7  copy_file_range(3, [0], 4, [0], 8192, 0 <unfinished ...>\n"
        "8  write(1, \"ok\\n\", 3) = 3\n"
        "7  <... copy_file_range resumed>) = 8192\n"
        "7  copy_file_range(3, [0], 4, [0], 8192, 0) = -1 EXDEV (Invalid cross-device link)\n"
        "7  +++ exited with 0 +++\n"
    )  # fmt: skip
    assert system_calls.written(log) == {"pwrite64": 4096, "write": 3, "copy_file_range": 8192}


def test_a_file_is_in_the_page_cache_once_written_and_not_once_dropped(tmp_path: Path) -> None:
    page_cache = importlib.import_module("page_cache")
    (tmp_path / "inner").mkdir()
    file = tmp_path / "inner" / "file"
    file.write_bytes(bytes(1 << 20))
    (tmp_path / "empty").touch()
    assert page_cache.cached_bytes(tmp_path) == 1 << 20
    if page_cache.file_system(tmp_path) != "tmpfs":  # which is nothing but page cache
        page_cache.make_cold(tmp_path)
        assert page_cache.cached_bytes(tmp_path) == 0


def test_subjects_that_disagree_stop_the_run(run: ModuleType) -> None:
    run._check("warm", {"loadstone": "1 touched", "safetensors": "1 touched"})
    with pytest.raises(SystemExit, match=r"'warm'.*do not agree"):
        run._check("warm", {"loadstone": "1 touched", "safetensors": "2 touched"})


def test_goals_are_compared_with_the_yardstick_the_peer_or_a_limit() -> None:
    report = importlib.import_module("report")
    seconds = {"loadstone": 2.0, "transformers": 8.0, "dd": 1.9}
    samples = [report.Sample("save", who, 0, {"durable_s": taken, "own_bytes": 5e6}) for who, taken in seconds.items()]
    goals = [
        report.Goal("beside dd", "save", "durable_s", at_least=0.9, against="dd", predicted=1.0),
        report.Goal("beside the peer", "save", "durable_s", at_least=5, predicted=6),
        report.Goal("alone", "save", "own_bytes", below=6e6, predicted=4e6),
    ]
    table = report.limits_table(goals, report.Series(samples), "loadstone", "transformers", {}, "2026-11-25")
    assert "| beside dd | `dd` | ≥ 0.9× | 1.00× | 0.95× | reached |" in table
    assert "| beside the peer | `transformers` | ≥ 5× | 6.00× | 4.00× | **missed** |" in table
    assert "| alone | – | < 6.0 MB | 4.0 MB | 5.0 MB | reached |" in table
