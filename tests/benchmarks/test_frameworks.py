"""The Flax and TensorFlow benchmark's own promises; its figures are for ``make benchmark-frameworks``."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def modules(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The modules of ``benchmarks/``, found as the command finds them."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    names = ("report", "children", "probe_frameworks", "run_frameworks", "peers")
    return SimpleNamespace(**{name: importlib.import_module(name) for name in names})


@pytest.mark.parametrize("framework", ["flax", pytest.param("tensorflow", marks=pytest.mark.long)])
def test_quick_run_measures_every_subject_and_writes_their_columns_and_goals(
    framework: str, tmp_path: Path, modules: SimpleNamespace
) -> None:
    options = ["--quick", "--without-peer", "--framework", framework, "--checkpoint", "large", "--repetitions", "1"]
    finished = subprocess.run(
        [sys.executable, BENCHMARKS / "run_frameworks.py", *options, "--output", tmp_path / "out"],
        env=os.environ | {"LOADSTONE_BENCH_DIR": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    page = (tmp_path / "out" / "RESULTS.md").read_text()
    subjects = modules.run_frameworks.SUBJECTS[framework, "large"]
    columns = [modules.run_frameworks.OURS, *(each for each in subjects if each != modules.run_frameworks.OURS)]
    assert f"| median (min–max) | {' | '.join(columns)} |" in page
    for goal in modules.run_frameworks.GOALS[framework]:
        compared = f"`{goal.against}`" if goal.against else "the model's bytes"
        assert (f"| {goal.title} | {compared} |" in page) == (goal.case == "large"), goal
    samples = json.loads((tmp_path / "out" / "results" / f"{framework}.json").read_text())["samples"]
    assert sorted(sample["library"] for sample in samples) == sorted(subjects)
    for sample in samples:
        figures = sample["figures"]
        assert figures["peak_added_bytes"] <= figures["peak_private_bytes"]
        assert (
            0 < figures["load_first_s"] < figures["total_first_s"] < figures["start_to_read_s"] < figures["process_s"]
        )


@pytest.mark.parametrize(
    ("goal", "line"),
    [
        (dict(at_least=10, predicted=17), "| `transformers` | ≥ 10× | 17.00× | 10.00× | reached |"),
        (dict(at_least=11, predicted=17), "| `transformers` | ≥ 11× | 17.00× | 10.00× | **missed** |"),
        (dict(at_most=1.5, against="memcpy"), "| `memcpy` | ≤ 1.5× | – | 0.50× | reached |"),
        (dict(at_most=0.4, against="memcpy"), "| `memcpy` | ≤ 0.4× | – | 0.50× | **missed** |"),
        (dict(at_most=1.05), "| the model's bytes | ≤ 1.05× | – | 1.25× | **missed** |"),
    ],
)
def test_a_ratio_is_of_medians_and_says_whether_it_was_reached(
    goal: dict[str, object], line: str, modules: SimpleNamespace
) -> None:
    report = modules.report
    taken = {"loadstone": (2, 1, 9), "transformers": (90, 20, 1), "memcpy": (4, 5, 3)}
    samples = [
        report.Sample("small", library, turn, {"load_first_s": value})
        for library, values in taken.items()
        for turn, value in enumerate(values)
    ]
    goals = [report.Goal("a load", "small", "load_first_s", **goal)]
    table = report.limits_table(
        goals, report.Series(samples), "loadstone", "transformers", {"small": 1.6}, "2026-11-23"
    )
    assert table.splitlines()[2:] == [f"| a load {line}"]


def test_a_goal_whose_other_side_was_not_measured_has_no_line(modules: SimpleNamespace) -> None:
    report = modules.report
    series = report.Series([report.Sample("small", "loadstone", 0, {"load_first_s": 1.0})])
    goals = [report.Goal("a load", "small", "load_first_s", at_least=10)]
    assert len(report.limits_table(goals, series, "loadstone", "transformers", {}, "2026-11-23").splitlines()) == 2


def test_a_table_of_medians_leaves_a_dash_for_what_a_subject_lacks_and_no_empty_row(modules: SimpleNamespace) -> None:
    report = modules.report
    samples = [
        report.Sample("large", "loadstone", turn, {"load_first_s": value}) for turn, value in enumerate((3, 1, 2))
    ]
    samples.append(report.Sample("large", "memcpy", 0, {"warm_s": 0.5}))
    rows = [report.Row(name, "large", name) for name in ("load_first_s", "warm_s", "forward_first_s")]
    assert report.medians_table(rows, report.Series(samples), ["loadstone", "memcpy"]).splitlines()[2:] == [
        "| load_first_s | 2.000 s (1.000 s–3.000 s) | – |",
        "| warm_s | – | 0.500 s (0.500 s–0.500 s) |",
    ]


def test_stages_of_a_load_are_told_apart_by_their_turn(modules: SimpleNamespace) -> None:
    report = modules.report
    figures = {"stage_fill_first_s": 0.02, "stage_plan_first_s": 0.001, "stage_fill_again_s": 0.01}
    series = report.Series([report.Sample("small", "loadstone", 0, figures)])
    assert report.stages(series, "loadstone", "small") == ("fill 20.0 ms, plan 1.0 ms", "fill 10.0 ms")
    assert report.stages(series, "memcpy", "small") is None


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"bits": 8}, "do not hold the same weights"),
        ({"bits": 7, "hidden": [0.5, 0.25]}, "do not agree on the model's output"),
        ({"bits": 7, "hidden": [0.5, float("nan")]}, "do not agree on the model's output"),
    ],
)
def test_subjects_that_disagree_stop_the_run(other: dict[str, object], message: str, modules: SimpleNamespace) -> None:
    ours = {"bits": 7, "hidden": [0.5, 0.5]}
    with pytest.raises(SystemExit, match=message):
        modules.run_frameworks.check("MiniLM", {"loadstone": ours, "transformers": other})
    modules.run_frameworks.check("MiniLM", {"loadstone": ours, "transformers": ours, "memcpy": {"bits": 7}})


def test_read_sees_every_byte_and_the_fingerprint_does_not_see_a_transposition(modules: SimpleNamespace) -> None:
    read, fingerprint = modules.probe_frameworks.read, modules.probe_frameworks.fingerprint
    array = np.arange(15, dtype=np.float32).reshape(3, 5)
    for place in range(array.nbytes):
        changed = array.copy()
        changed.reshape(-1).view(np.uint8)[place] ^= 1
        assert read([changed]) != read([array]), place
    assert fingerprint([array.T.copy()]) == fingerprint([array])
    assert fingerprint([array, array]) == 2 * fingerprint([array])


def test_a_peak_counts_only_what_was_seen_until_its_moment(modules: SimpleNamespace) -> None:
    done = modules.children.Finished({}, 0.0, 9.0, [(1.0, 5), (2.0, 7), (3.0, 9), (4.0, 2)])
    assert done.peak_private_bytes() == 9
    assert done.peak_private_bytes(until_s=2.0) == 7
    assert modules.children.Finished({}, 0.0, 9.0).peak_private_bytes() == 0


def test_what_the_framework_takes_to_start_is_taken_off_in_its_own_repetition(modules: SimpleNamespace) -> None:
    sample = modules.report.Sample
    samples = [sample("small", "loadstone", turn, {"peak_added_bytes": 100.0 + turn}) for turn in range(2)]
    samples.append(sample("small", "start", 1, {"peak_added_bytes": 4.0, "private_added_first_bytes": 3.0}))
    modules.run_frameworks.note_beyond_start(samples, 1)
    assert [each.figures.get("peak_beyond_start_bytes") for each in samples] == [None, 98.0, 0.0]


def test_a_watched_process_that_fails_stops_the_run_with_its_last_words(
    tmp_path: Path, modules: SimpleNamespace
) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('its last words')"]
    with pytest.raises(SystemExit, match=r"(?s)a load: exit status 1.*its last words"):
        modules.children.finish(command, os.environ, tmp_path, "a load", watch=True)


def test_every_goal_compares_with_a_subject_that_is_measured(modules: SimpleNamespace) -> None:
    run = modules.run_frameworks
    for framework, goals in run.GOALS.items():
        for goal in goals:
            assert (goal.at_least is None) != (goal.at_most is None)
            other = run.PEER if goal.at_least is not None else goal.against
            assert not other or other in run.SUBJECTS[framework, goal.case], goal
            assert goal.figure in {row.figure for row in run.ROWS[goal.case]}
