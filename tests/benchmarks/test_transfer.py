"""The promises of the benchmark of moving bytes; its figures are for ``make benchmark-transfer``, not for a test."""

from __future__ import annotations

import importlib
import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
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


@pytest.fixture
def on_a_disk(tmp_path: Path) -> None:
    if importlib.import_module("page_cache").file_system(tmp_path) == "tmpfs":
        pytest.skip("the temporary folder is not on a disk, so that the command would refuse: a test below holds that")


@pytest.mark.long
@pytest.mark.usefixtures("on_a_disk")
def test_quick_run_measures_every_subject_of_its_cases_and_writes_their_rows_and_points(
    tmp_path: Path, run: ModuleType, measure: ModuleType, growth: ModuleType
) -> None:
    """A save and a plot, with the peer; the processes of other cases are tried below."""
    cases, drawn = ("save",), "by-shards"
    committed = {file: file.read_bytes() for file in BENCHMARKS.rglob("*.json")}
    only = [argument for name in (*cases, drawn) for argument in ("--only", name)]
    finished = subprocess.run(
        [sys.executable, BENCHMARKS / "run_transfer.py", "--quick", "--output", tmp_path / "out", *only],
        env=os.environ | {"LOADSTONE_BENCH_DIR": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    page = (tmp_path / "out" / "RESULTS.md").read_text()
    samples = json.loads((tmp_path / "out" / "results" / "transfer.json").read_text())["samples"]
    for row in (*run.ROWS, *run.GOALS):
        assert (f"| {row.title} |" in page) == (row.case in cases), row
    axis = next(axis for axis in growth.axes(quick=True) if axis.case == drawn)
    keys = [axis.key(panel, point) for panel in axis.panels for point in panel.points]
    may_have_stopped = {(key, measure.PEER) for key in keys[1:]}  # on a machine that is busy
    assert {(sample["case"], sample["library"]) for sample in samples} | may_have_stopped == {
        *((name, who) for name in cases for who in measure.CASES[name].subjects if not measure.missing(who)),
        *((key, who) for key in keys for who in (measure.OURS, measure.PEER)),
    }
    clocks = ("load_", "total_", "start_", "save_", "durable_")
    assert all(value > 0 for each in samples for key, value in each["figures"].items() if key.startswith(clocks))
    assert all(f"| {panel.title}: {point.at:,} |" in page for panel in axis.panels for point in panel.points)
    drawing = tmp_path / "out" / "plots" / f"{drawn}.svg"
    assert drawing.is_file() == (f"(plots/{drawn}.svg)" in page) == (not measure.missing("matplotlib"))
    assert committed == {file: file.read_bytes() for file in BENCHMARKS.rglob("*.json")}
    assert [path for path in (tmp_path / "cache").iterdir() if path.name.startswith("saved")] == []


@pytest.mark.long
@pytest.mark.usefixtures("on_a_disk")
@pytest.mark.parametrize(
    ("name", "subject"),
    [
        *((name, "loadstone") for name in ("read", "qwen3-moe", "cold", "save-onto", "traced")),
        *(("float32", subject) for subject in ("safetensors", "new memory", "bare loop")),
        ("cold-load", "dd"),
    ],
)
def test_a_case_gives_every_figure_of_its_rows(
    name: str, subject: str, tmp_path: Path, run: ModuleType, measure: ModuleType
) -> None:
    if name == "traced" and not shutil.which("strace"):
        pytest.skip("no strace here: the command leaves this case out, and says so")
    figures = small(measure, tmp_path).case(name, subject)["figures"]
    yardsticks = {"total_first_s", "total_again_s", "durable_s"}
    wanted = {row.figure for row in (*run.ROWS, *run.GOALS) if row.case == name}
    wanted &= wanted if subject == measure.OURS else yardsticks
    assert wanted
    assert all(figures[figure] > 0 for figure in wanted if figure != "in_kernel_bytes")
    assert [path for path in tmp_path.iterdir() if path.name.startswith("saved")] == []


@pytest.mark.long
def test_a_point_is_measured_with_its_threads_and_dtype(
    tmp_path: Path, growth: ModuleType, measure: ModuleType
) -> None:
    shape = importlib.import_module("shapes_experts").QUICK_MIXTRAL
    panel = growth.Panel("experts", [growth.Point(2, shape, threads=2)], dtype="float32")
    result = small(measure, tmp_path).point(panel, panel.points[0], measure.OURS)
    assert 0 < result["figures"]["load_first_s"] < result["figures"]["total_first_s"]
    assert result["figures"]["peak_resident_first_bytes"] > 2 * shape.nbytes


def small(measure: ModuleType, cache: Path) -> Any:
    """Measured processes on small checkpoints."""
    shapes, experts = importlib.import_module("shapes"), importlib.import_module("shapes_experts")
    llama = shapes.Shape("tiny", 64, 128, 2, 4, 2, 4096)
    return measure.Measure(
        {"llama": llama, "mixtral": experts.QUICK_MIXTRAL, "qwen3-moe": experts.QUICK_QWEN3_MOE}, cache
    )


def test_every_case_has_its_rows_and_goals_and_every_point_of_every_axis_its_line(
    run: ModuleType, growth: ModuleType, measure: ModuleType
) -> None:
    figures = {row.figure: 1e6 for row in (*run.ROWS, *run.GOALS)}
    samples = [run.Sample(name, who, 0, figures) for name, case in measure.CASES.items() for who in case.subjects]
    axes = growth.axes(quick=False)
    page = run.section(FACTS, samples, axes, run.collect_growth(axes, Timed(first_s=1.0)), drawn=True)
    assert all(f"| {row.title} |" in page for row in (*run.ROWS, *run.GOALS))
    for axis in axes:
        assert f"(plots/{axis.case}.svg)" in page
        for panel in axis.panels:
            for point in panel.points:
                line = f"| {panel.title}: {point.at / axis.scale:,.0f} | 1.000 s | 0.500 s | 1.000 s | 0.500 s |"
                assert line in page


def test_only_the_peer_stops_where_its_next_load_would_take_too_long_and_only_where_there_is_more_to_do(
    run: ModuleType, growth: ModuleType, measure: ModuleType
) -> None:
    axes = growth.axes(quick=False)
    grown = run.collect_growth(axes, Timed(first_s=growth.PATIENCE_S))
    points = sum(len(panel.points) for axis in axes for panel in axis.panels)
    first = sum(len(panel.points) if not axis.grows else 1 for axis in axes for panel in axis.panels)
    assert sum(sample.library == measure.OURS for sample in grown) == points
    assert sum(sample.library == measure.PEER for sample in grown) == first


class Timed:
    """In place of measured processes: every load takes as long."""

    def __init__(self, first_s: float) -> None:
        self._figures = {"total_first_s": first_s, "total_again_s": first_s / 2}

    def point(self, panel: object, point: object, library: str) -> dict[str, Any]:
        return {"figures": self._figures, "answer": "1 touched"}


FACTS: dict[str, Any] = {
    "date": "2026-11-29",
    "command": "python benchmarks/run_transfer.py",
    "machine": {"cpu": "x", "cores": 2, "memory_bytes": 1 << 30, "kernel": "y", "load_average_before": "0"},
    "file_system": "ext4",
    "versions": {"torch": "2.9"},
    "checkpoints": [{"name": "tiny", "nbytes": 1 << 20, "tensors": 9, "shards": 1}],
    "repetitions": 1,
}


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
