"""Loadstone beside transformers, on one machine in one run: ``python benchmarks/run.py``.

Every figure comes from fresh processes that take turns, so that what the machine does meanwhile meets both.
A full run writes its section of ``benchmarks/RESULTS.md`` and its raw data into ``benchmarks/results/``; a run with
``--quick`` or ``--only`` writes into the cache folder (``$LOADSTONE_BENCH_DIR``, else ``/tmp/loadstone-bench``).
"""

from __future__ import annotations

import argparse
import datetime
import math
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import report
from children import finish, warm_files, warm_memory
from report import Goal, Row, Sample, Series
from shapes import QUICK, TINYLLAMA, Shape, make_checkpoint

HERE = Path(__file__).resolve().parent
OURS, PEER = "loadstone", "transformers"
CASES = ("import", "start", "load", "read", "forward", "float32", "memory")

IMPORT = """
import sys, time
begin = time.perf_counter()
{statement}
elapsed_s = time.perf_counter() - begin
import json
frameworks = sorted({{"torch", "jax", "tensorflow"}} & set(sys.modules))
print(json.dumps({{"figures": {{"import_s": elapsed_s}}, "frameworks": frameworks}}))
"""

START = """
import torch
from {library} import AutoModelForCausalLM
model = AutoModelForCausalLM.from_pretrained({folder!r}, dtype="auto")
with torch.no_grad():
    logits = model(input_ids=torch.tensor([[1, 15043, 29892, 590, 1024, 338, 1000, 29889]])).logits
import time
done = time.clock_gettime(time.CLOCK_MONOTONIC)
import json
print(json.dumps({{"figures": {{}}, "done": done, "answer": [float(logit) for logit in logits[0, -1, ::64]]}}))
"""

ROWS = (
    Row("`import` of the library, over a bare interpreter", "import", "import_s"),
    Row("`from … import AutoModelForCausalLM` where torch is imported already", "load", "import_after_torch_s"),
    Row("process start → first forward", "start", "start_to_forward_s"),
    Row("load, first in its process", "load", "load_first_s"),
    Row("load, again", "load", "load_again_s"),
    Row("load + touch every page, first", "load", "total_first_s"),
    Row("load + touch every page, again", "load", "total_again_s"),
    Row("load + read every byte, first", "read", "total_first_s"),
    Row("load + read every byte, again", "read", "total_again_s"),
    Row("load + first forward, first", "forward", "total_first_s"),
    Row("load + first forward, again", "forward", "total_again_s"),
    Row("load as float32, first", "float32", "load_first_s"),
    Row("load as float32 + touch every page, first", "float32", "total_first_s"),
    Row("load as float32 + touch every page, again", "float32", "total_again_s"),
    Row("private memory above `import torch`, after load + touch", "memory", "private_added_first_bytes"),
    Row("the same, after the second load", "memory", "private_added_again_bytes"),
    Row("the same after the first, counted as Private_Dirty", "memory", "private_dirty_added_first_bytes"),
    Row("peak private memory of the process", "memory", "peak_private_bytes"),
    Row("peak resident memory (VmHWM, mapped files included)", "memory", "peak_resident_first_bytes"),
    Row("private memory above `import torch`, loaded as float32", "float32", "private_added_first_bytes"),
    Row("peak resident memory, loaded as float32", "float32", "peak_resident_first_bytes"),
)

FILLING = ("float32", "memory")
"""The cases that fill memory of their own with as much as the model is large."""
PREDICTED_ON = "2026-11-23"
GOALS = (
    Goal("first load + touch every page", "load", "total_first_s", at_least=10, predicted=12),
    Goal("process start → first forward", "start", "start_to_forward_s", at_least=2, predicted=2.4),
    Goal("private memory above `import torch`", "memory", "private_added_first_bytes", below=30e6, predicted=15e6),
    Goal("`import loadstone`", "import", "import_s", below=0.050, predicted=0.025),
)


def program(case: str, library: str, folder: Path) -> list[str]:
    """What follows ``python`` on the command line of one measured process."""
    if case == "import":
        return ["-c", IMPORT.format(statement="" if library == "python" else f"import {library}")]
    if case == "start":
        return ["-c", START.format(library=library, folder=str(folder))]
    return ["-P", str(HERE / "probe.py"), library, case, str(folder)]


def measure(case: str, library: str, folder: Path) -> dict[str, Any]:
    """Runs one process to its end and returns what it printed, with the figures that only a parent can take."""
    environment = dict(os.environ)
    environment["PYTHONPATH"] = str(HERE.parent / "src")
    environment["HF_HUB_OFFLINE"] = "1"  # else the peer may ask the network first
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = finish(
        [sys.executable, *program(case, library, folder)],
        environment,
        folder,
        f"{library}, case {case!r}",
        watch=case == "memory",
    )
    figures = done.result["figures"]
    figures["process_s"] = done.end_s - done.begin_s
    if case == "start":
        figures["start_to_forward_s"] = done.result["done"] - done.begin_s
    if case == "memory":
        figures["peak_private_bytes"] = done.peak_private_bytes()
    return done.result


def check(case: str, answers: dict[str, Any]) -> None:
    """Stops the run where the two libraries did not load, or compute, the same: such a race has no winner."""
    ours, peer = answers[OURS], answers[PEER]
    if isinstance(peer, list):
        away = math.sqrt(sum((x - y) ** 2 for x, y in zip(ours, peer, strict=True)))
        size = math.sqrt(sum(y * y for y in peer))
        same = away <= 0.02 * size
    else:
        same = ours == peer
    if not same:
        sys.exit(f"case {case!r}: {OURS} and {PEER} do not agree on the model ({ours} and {peer})")


def warm(folder: Path, cases: tuple[str, ...]) -> None:
    """The page cache and every byte-code file, once before the first timing."""
    warm_files(folder)
    for library in (PEER, OURS):
        measure("import" if cases == ("import",) else "forward", library, folder)


def collect(cases: tuple[str, ...], repetitions: int, shape: Shape, folder: Path) -> list[Sample]:
    """All samples: each repetition goes through all cases, the libraries taking turns at going first."""
    samples = []
    for repetition in range(repetitions):
        for case in cases:
            libraries = [PEER, OURS] if repetition % 2 == 0 else [OURS, PEER]
            if case == "import":
                libraries = ["python", "torch", *libraries]
            answers = {}
            for library in libraries:
                if case in FILLING:
                    warm_memory(3 * shape.nbytes)
                result = measure(case, library, folder)
                answers[library] = result.get("answer")
                if case == "import" and library == OURS and result["frameworks"]:
                    sys.exit(f"import {OURS} imported {result['frameworks']}")
                samples.append(Sample(case, library, repetition, result["figures"]))
            check(case, answers)
            print(f"{repetition + 1}/{repetitions} {case}", file=sys.stderr, flush=True)
    return samples


def section(facts: dict[str, Any], samples: list[Sample]) -> str:
    """The text of this benchmark's part of RESULTS.md."""
    series = Series(samples)
    host, shape = facts["machine"], facts["checkpoint"]
    parts = [
        f"## Loading in PyTorch: {shape['name']}, {shape['nbytes'] / 1e9:.2f} GB, bfloat16, {shape['shards']} shards",
        f"{facts['date']} · {host['cpu']}, {host['cores']} cores, {host['memory_bytes'] / 2**30:.0f} GiB, "
        f"{host['kernel']}, load average before {host['load_average_before']} · "
        + ", ".join(f"{name} {number}" for name, number in facts["versions"].items()),
        f"Reproduce with `{facts['command']}`. Medians of {facts['repetitions']} fresh processes for each library, "
        "which take turns. Page cache warm; the host's memory is warmed before each process that fills much. Both run "
        "the same lines (`benchmarks/probe.py`), and every pair of processes is checked to hold the same weights and "
        "to compute the same logits. A load's clock starts after `import torch` and "
        "`from … import AutoModelForCausalLM`; what the library imports later is part of its first load. *Touch* reads "
        "one byte of each 4 KiB page of every weight, "
        "*read* every byte, *forward* takes eight tokens, *again* is a second load in the same process after the "
        "first model was deleted. Private memory is RssAnon + RssShmem.",
        report.goals_table(GOALS, series, OURS, PEER, PREDICTED_ON),
        report.table(ROWS, series, OURS, PEER),
    ]
    if "import" in facts["cases"]:
        yardstick = report.shown(series.median("torch", "import", "import_s"), "import_s")
        bare = report.shown(series.median("python", "import", "process_s"), "process_s")
        parts.append(f"Yardsticks: `import torch` alone takes {yardstick}; a bare interpreter runs {bare} in all.")
    return "\n\n".join([*parts, report.raw(samples)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a model of 100 MB and two repetitions")
    parser.add_argument("--only", action="append", choices=CASES, metavar="CASE", help=f"one of {', '.join(CASES)}")
    parser.add_argument("--repetitions", type=int, help="processes for each case and library (default 5)")
    parser.add_argument("--output", type=Path, help="where RESULTS.md and results/ go")
    options = parser.parse_args()
    cases = tuple(case for case in CASES if not options.only or case in options.only)
    repetitions = (2 if options.quick else 5) if options.repetitions is None else options.repetitions
    if repetitions < 1:
        parser.error("--repetitions must be at least 1")
    cache = Path(os.environ.get("LOADSTONE_BENCH_DIR") or Path(tempfile.gettempdir(), "loadstone-bench"))
    complete = not options.quick and cases == CASES
    output = options.output or (HERE if complete else cache / "partial")

    shape = QUICK if options.quick else TINYLLAMA
    facts: dict[str, Any] = {
        "benchmark": "load",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "command": " ".join(["python benchmarks/run.py", *sys.argv[1:]]),
        "machine": report.machine(),
        "versions": report.versions(OURS, PEER, "torch", "safetensors"),
        "checkpoint": {"name": shape.name, "nbytes": shape.nbytes, "shards": shape.shards},
        "repetitions": repetitions,
        "cases": cases,
    }
    folder = make_checkpoint(shape, cache)
    warm(folder, cases)
    samples = collect(cases, repetitions, shape, folder)
    body = section(facts, samples)
    report.write(output, "load", body, facts, samples)
    print(body.partition("<details>")[0])
    print(f"Written: {output / 'RESULTS.md'}, {output / 'results' / 'load.json'}")


if __name__ == "__main__":
    main()
