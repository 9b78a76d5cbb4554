"""This tree beside an earlier commit of it: ``python benchmarks/run_before_after.py --before REVISION``.

What a change costs: fresh processes of both trees take turns, on the checkpoints and with the lines of the other
benchmarks. Writes its section of ``benchmarks/RESULTS.md`` and its raw data into ``benchmarks/results/``; a run with
``--quick`` or ``--only`` writes into the cache folder (``$LOADSTONE_BENCH_DIR``, else ``/tmp/loadstone-bench``).
"""

from __future__ import annotations

import argparse
import compileall
import datetime
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import report
import run_large
from children import finish, warm_files, warm_memory
from page_cache import make_cold
from probe_steps import SHAPES
from report import Row, Sample, Series
from run import IMPORT
from shapes import QUICK, TINYLLAMA, Stored, make_checkpoint
from shapes_experts import MIXTRAL, QUICK_MIXTRAL, QUICK_QWEN3_MOE, QWEN3_MOE

HERE = Path(__file__).resolve().parent
BEFORE, AFTER = "before", "after"
_ALLOWED = 1.02
_LIMIT_BYTES = 1_200_000_000


@dataclass(frozen=True)
class Case:
    """What follows ``python`` on the command line; with a shape, its checkpoint's folder comes last."""

    arguments: tuple[str, ...]
    shape: Stored | None = None
    fills_memory: bool = False
    """Whether it fills memory of its own with as much as the model is large."""
    cold: bool = False
    """Whether nothing of the checkpoint is in the page cache before."""
    large: str = ""
    """The case of ``run_large.py`` that it is."""
    is_shared: bool = False
    """Whether both trees take turns in one process, which is given their folders."""


def cases(quick: bool) -> dict[str, Case]:
    """Every case by name."""
    llama, mixtral, many = (QUICK, QUICK_MIXTRAL, QUICK_QWEN3_MOE) if quick else (TINYLLAMA, MIXTRAL, QWEN3_MOE)
    probe = ("-P", str(HERE / "probe.py"), "loadstone")
    return {
        "import": Case(("-c", IMPORT.format(statement="import loadstone"))),
        "load": Case((*probe, "load"), llama),
        "read": Case((*probe, "read"), llama),
        "forward": Case((*probe, "forward"), llama),
        "float32": Case((*probe, "float32"), llama, fills_memory=True),
        "cold": Case((*probe, "load"), llama, cold=True),
        "mixtral": Case((*probe, "load"), mixtral),
        "qwen3-moe": Case((*probe, "load"), many),
        **{f"large-{name}": Case((), large=name) for name in LARGE},
        **{f"steps-{shape}": Case(("-P", str(HERE / "probe_steps.py"), shape), is_shared=True) for shape in SHAPES},
    }


LARGE = ("warm", "capped", "cast", "gen", "plan")
LOADS = {
    "load": "bfloat16: load + touch every page",
    "read": "bfloat16: load + read every byte",
    "forward": "bfloat16: load + first forward",
    "float32": "bfloat16 → float32: load + touch",
    "mixtral": "Mixtral shape: load + touch",
    "qwen3-moe": "Qwen3-MoE shape, 18,867 tensors: load + touch",
}
ROWS = (
    Row("`import loadstone`", "import", "import_s"),
    Row("the Auto class, imported after PyTorch", "load", "import_after_torch_s"),
    *(Row(f"{title}, {turn}", case, f"total_{turn}_s") for case, title in LOADS.items() for turn in ("first", "again")),
    *(Row(f"{title}: private memory", case, "private_added_first_bytes") for case, title in LOADS.items()),
    Row("cold: load + touch every page, first", "cold", "total_first_s"),
    *(
        replace(
            row, case=f"large-{row.case}", title=f"{'' if row.case == 'plan' else 'layers on the disk, '}{row.title}"
        )
        for row in run_large.ROWS
        if row.case in LARGE
    ),
    *(
        Row(f"{shape}: {title}", f"steps-{shape}", figure)
        for shape in SHAPES
        for title, figure in (
            ("forward of 32 tokens", "forward_s"),
            ("decoding step", "decode_s"),
            ("a token of `generate`", "generate_s"),
        )
    ),
)


def checkout(revision: str, cache: Path) -> Path:
    """The sources of a commit, in a folder of their own, compiled as an install would."""
    commit = _git("rev-parse", "--short=12", f"{revision}^{{commit}}").decode().strip()
    folder = cache / f"source-{commit}"
    if not folder.is_dir():
        with tempfile.TemporaryDirectory(dir=cache) as draft:
            with tarfile.open(fileobj=BytesIO(_git("archive", commit, "src"))) as archive:
                archive.extractall(draft, filter="data")
            Path(draft, "src").rename(folder)
    return folder


def copied(cache: Path) -> Path:
    """The sources of this tree, beside the others: where files lie changes what a process takes."""
    folder = cache / "source-after"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(HERE.parent / "src", folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(HERE.parent), *arguments], check=True, stdout=subprocess.PIPE).stdout


def collect(
    chosen: dict[str, Case], repetitions: int, trees: dict[str, Path], cache: Path, made: run_large.Checkpoints
) -> list[Sample]:
    """All samples: each repetition goes through all cases, the trees taking turns at going first."""
    folders = {case.shape: make_checkpoint(case.shape, cache) for case in chosen.values() if case.shape}
    for folder in folders.values():
        warm_files(folder)
    samples = []
    for repetition in range(repetitions):
        for name, case in chosen.items():
            answers = []
            shared = _both(case, trees, name) if case.is_shared else {}
            for tree in (BEFORE, AFTER) if repetition % 2 == 0 else (AFTER, BEFORE):
                if case.large:
                    if not run_large.CASES[case.large].capped and case.large != "plan":
                        warm_files(made.folders["float32" if run_large.CASES[case.large].cast else "bfloat16"])
                    result = run_large.measure(case.large, run_large.OURS, made, source=trees[tree])
                elif case.is_shared:
                    result = shared[str(trees[tree])]
                else:
                    result = _probe(case, folders.get(case.shape), trees[tree], f"{tree}, {name}")
                samples.append(Sample(name, tree, repetition, result["figures"]))
                answers.append(result.get("answer"))
            if answers[0] != answers[1]:
                sys.exit(f"case {name!r}: the two trees do not load, or compute, the same: {answers}")
            print(f"{repetition + 1}/{repetitions} {name}", file=sys.stderr, flush=True)
    return samples


def _probe(case: Case, folder: Path | None, tree: Path, what: str) -> Any:
    """What a process of one tree prints."""
    if case.shape and case.fills_memory:
        warm_memory(3 * case.shape.nbytes)
    if folder is not None and case.cold:
        make_cold(folder)
    elif folder is not None:
        warm_files(folder)
    environment = {**os.environ, "PYTHONPATH": str(tree), "HF_HUB_OFFLINE": "1"}
    arguments = [*case.arguments, *filter(None, [folder and str(folder)])]
    return finish([sys.executable, *arguments], environment, HERE, what).result


def _both(case: Case, trees: dict[str, Path], name: str) -> Any:
    """Folder → what a process of both trees prints of it."""
    arguments = [*case.arguments, *map(str, trees.values())]
    return finish([sys.executable, *arguments], {**os.environ, "HF_HUB_OFFLINE": "1"}, HERE, name).result


def table(rows: Sequence[Row], series: Series) -> str:
    """Medians of both trees, with the smallest and largest value of each, and the change of the median."""
    lines = ["| median (min–max) | before | after | change |", "| --- | ---: | ---: | ---: |"]
    for row in rows:
        if (AFTER, row.case, row.figure) not in series:
            continue
        medians = [series.median(tree, row.case, row.figure) for tree in (BEFORE, AFTER)]
        cells = [row.title]
        for tree, median in zip((BEFORE, AFTER), medians, strict=True):
            values = series.values(tree, row.case, row.figure)
            low, high = report.shown(min(values), row.figure), report.shown(max(values), row.figure)
            cells.append(f"{report.shown(median, row.figure)} ({low}–{high})")
        change = medians[1] / medians[0] if medians[0] > 0 else 1.0
        cells.append(f"{100 * (change - 1):+.1f} %" if change <= _ALLOWED else f"**{100 * (change - 1):+.1f} %**")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def section(facts: dict[str, Any], samples: list[Sample]) -> str:
    host = facts["machine"]
    return "\n\n".join(
        [
            f"## Before and after: {facts['before']} and {facts['after']}",
            f"{facts['date']} · {host['cpu']}, {host['cores']} cores, {host['memory_bytes'] / 2**30:.0f} GiB, "
            f"{host['kernel']}, load average before {host['load_average_before']} · "
            + ", ".join(f"{name} {number}" for name, number in facts["versions"].items()),
            f"Reproduce with `{facts['command']}`. {facts['repetitions']} fresh processes for each tree, which take "
            "turns; both give the same numbers, which is checked. *First* and *again* are the first and the second "
            "load of a process; the page cache is warm where nothing else is said, and *capped* is a memory control "
            "group of 1.2 GB. Steps are of models with narrow weights and the layers of the "
            "real ones, in float32; there both trees take turns in one process, on the same weights "
            "(`benchmarks/probe_steps.py`).",
            table(ROWS, Series(samples)),
            report.raw(samples),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", required=True, metavar="REVISION", help="the commit to compare this tree with")
    parser.add_argument("--quick", action="store_true", help="models of 100 MB and less, two repetitions")
    parser.add_argument(
        "--only", action="append", metavar="CASE", help="import, load, …, large-warm, …, steps-tinyllama"
    )
    parser.add_argument("--repetitions", type=int, help="processes for each case and tree (default 7)")
    parser.add_argument("--output", type=Path, help="where RESULTS.md and results/ go")
    options = parser.parse_args()
    repetitions = options.repetitions or (2 if options.quick else 7)
    cache = Path(os.environ.get("LOADSTONE_BENCH_DIR") or Path(tempfile.gettempdir(), "loadstone-bench"))
    cache.mkdir(parents=True, exist_ok=True)
    known = cases(options.quick)
    unknown = sorted(set(options.only or ()) - known.keys())
    if unknown:
        parser.error(f"--only {unknown[0]}: expected one of {', '.join(known)}")
    chosen = {name: case for name, case in known.items() if not options.only or name in options.only}
    output = options.output or (HERE if chosen == known and not options.quick else cache / "partial")

    trees = {BEFORE: checkout(options.before, cache), AFTER: copied(cache)}
    for tree in trees.values():
        compileall.compile_dir(str(tree), quiet=1)
    facts: dict[str, Any] = {
        "benchmark": "before-after",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "command": " ".join(["python benchmarks/run_before_after.py", *sys.argv[1:]]),
        "before": trees[BEFORE].name.removeprefix("source-"),
        "after": _git("describe", "--always", "--dirty", "--abbrev=12").decode().strip(),
        "machine": report.machine(),
        "versions": report.versions("torch"),
        "repetitions": repetitions,
    }
    large = [case.large for case in chosen.values() if case.large]
    made = run_large.prepare(QUICK if options.quick else TINYLLAMA, cache, large, _LIMIT_BYTES)
    samples = collect(chosen, repetitions, trees, cache, made)
    body = section(facts, samples)
    report.write(output, "before-after", body, facts, samples)
    print(body.partition("<details>")[0])
    print(f"Written: {output / 'RESULTS.md'}, {output / 'results' / 'before-after.json'}")


if __name__ == "__main__":
    main()
