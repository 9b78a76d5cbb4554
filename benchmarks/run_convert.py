"""What ``loadstone.convert`` costs beside the disk alone: ``python benchmarks/run_convert.py``.

2.2 GB of bfloat16 become float16 (as many bytes) and float32 (twice as many), from a cold page cache and a warm one, in
fresh processes that take turns with ``dd``: one reads the source, one writes as many bytes as the result has, and then
both do at once. What is written is on the disk when the clock stops.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import report
from children import finish, warm_files
from page_cache import make_cold
from report import Goal, Row, Sample, Series
from shapes import QUICK, TINYLLAMA, Shape, make_checkpoint
from yardsticks import dd_both, dd_read, dd_write

HERE = Path(__file__).resolve().parent
OURS, READ, WRITE, BOTH = "loadstone", "dd, read", "dd, write", "dd, both at once"
SLOWER = "the slower of dd's read and write"


class Case(NamedTuple):
    """A conversion, and how many bytes the result has for each of the source."""

    options: dict[str, Any]
    growth: int
    is_cold: bool


CASES = {
    "float16, cold": Case({"dtype": "float16"}, 1, True),
    "float32, cold": Case({"dtype": "float32"}, 2, True),
    "float16, warm": Case({"dtype": "float16"}, 1, False),
    "float32, warm": Case({"dtype": "float32"}, 2, False),
    "same dtype, new shards, warm": Case({"max_shard_size": "1GB"}, 1, False),
}
ROWS = tuple(
    Row(title, case, figure)
    for case in CASES
    for title, figure in ((case, "elapsed_s"), (f"{case}: processor time", "processor_s"))
)
MEMORY = Row("most memory beyond what importing took, float32", "float32, warm", "added_bytes")
PREDICTED_ON = "2026-11-25"
GOALS = (
    Goal("bfloat16 → float16, cold", "float16, cold", "elapsed_s", at_least=0.8, against=SLOWER, predicted=0.8),
    Goal("bfloat16 → float32, cold", "float32, cold", "elapsed_s", at_least=0.8, against=SLOWER, predicted=0.85),
    Goal("bfloat16 → float16, cold", "float16, cold", "elapsed_s", at_least=0.8, against=BOTH, predicted=0.85),
    Goal("bfloat16 → float32, cold", "float32, cold", "elapsed_s", at_least=0.8, against=BOTH, predicted=0.85),
)
PROBE = """
import json, resource, sys, time
import numpy
from huggingface_hub import split_state_dict_into_shards_factory
import loadstone
loadstone.convert
before = resource.getrusage(resource.RUSAGE_SELF)
begin = time.perf_counter()
made = loadstone.convert(sys.argv[1], sys.argv[2], **json.loads(sys.argv[3]))
elapsed_s = time.perf_counter() - begin
after = resource.getrusage(resource.RUSAGE_SELF)
processor_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
figures = {
    "elapsed_s": elapsed_s,
    "processor_s": processor_s,
    "added_bytes": (after.ru_maxrss - before.ru_maxrss) * 1024,
}
print(json.dumps({"figures": figures, "nbytes": made.nbytes}))
"""


def ours(case: Case, folder: Path, target: Path) -> dict[str, float]:
    """A conversion in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent / "src"), "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-c", PROBE, str(folder), str(target), json.dumps(case.options)]
    try:
        figures: dict[str, float] = finish(command, environment, HERE, OURS).result["figures"]
    finally:
        shutil.rmtree(target, ignore_errors=True)
    return figures


def collect(shape: Shape, folder: Path, cache: Path, repetitions: int) -> list[Sample]:
    """All samples. Whatever reads a cold source finds it cold, and the disk at rest."""
    samples = []
    target = cache / "converted"
    for repetition in range(repetitions):
        for name, case in CASES.items():
            turns = [OURS, READ, WRITE, BOTH]
            turns = turns if repetition % 2 else turns[::-1]
            found: dict[str, dict[str, float]] = {}
            for subject in turns:
                os.sync()
                warm_files(folder)
                if case.is_cold:
                    make_cold(folder)
                if subject == OURS:
                    found[subject] = ours(case, folder, target)
                elif subject == READ:
                    found[subject] = {"elapsed_s": dd_read(folder)}
                elif subject == WRITE:
                    found[subject] = {"elapsed_s": dd_write(cache / "written", shape.nbytes * case.growth)}
                else:
                    found[subject] = {"elapsed_s": dd_both(folder, cache / "written", shape.nbytes * case.growth)}
            found[SLOWER] = max((found[READ], found[WRITE]), key=lambda figures: figures["elapsed_s"])
            samples += [Sample(name, subject, repetition, figures) for subject, figures in found.items()]
            print(f"{repetition + 1}/{repetitions} {name}: {found}", file=sys.stderr, flush=True)
    return samples


def section(facts: dict[str, Any], samples: list[Sample]) -> str:
    series = Series(samples)
    shape, host = facts["checkpoint"], facts["machine"]
    return "\n\n".join(
        [
            f"## Converting: {shape['name']}, {shape['nbytes'] / 1e9:.2f} GB, bfloat16, {shape['shards']} shards",
            f"{facts['date']} · {host['cpu']}, {host['cores']} cores, {host['memory_bytes'] / 2**30:.0f} GiB, "
            f"{host['kernel']}, load average before {host['load_average_before']} · {json.dumps(facts['versions'])}",
            f"Reproduce with `{facts['command']}`. Medians of {facts['repetitions']} fresh processes, in turn with `dd "
            "bs=8M` on the same disk. The clock starts after `import numpy, loadstone`, and stops when all is on the "
            "disk. *Slower*: for each repetition, the longer of reading the source and writing as many bytes as the "
            "result has. *Both at once*: what a disk that shares its bandwidth between the two can do at most.",
            report.limits_table(GOALS, series, OURS, SLOWER, {}, PREDICTED_ON),
            report.medians_table((*ROWS, MEMORY), series, (OURS, SLOWER, BOTH, READ, WRITE)),
            report.raw(samples),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a model of 100 MB and one repetition")
    parser.add_argument("--repetitions", type=int, help="processes for each case (default 5)")
    parser.add_argument("--output", type=Path, help="where RESULTS.md and results/ go")
    options = parser.parse_args()
    repetitions = (1 if options.quick else 5) if options.repetitions is None else options.repetitions
    if repetitions < 1:
        parser.error("--repetitions must be at least 1")
    cache = Path(os.environ.get("LOADSTONE_BENCH_DIR") or Path(tempfile.gettempdir(), "loadstone-bench"))
    shape = QUICK if options.quick else TINYLLAMA
    facts: dict[str, Any] = {
        "benchmark": "convert",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "command": " ".join(["python benchmarks/run_convert.py", *sys.argv[1:]]),
        "machine": report.machine(),
        "versions": report.versions("loadstone", "numpy"),
        "checkpoint": {"name": shape.name, "nbytes": shape.nbytes, "shards": shape.shards},
        "repetitions": repetitions,
        "cases": {name: case.options for name, case in CASES.items()},
    }
    folder = make_checkpoint(shape, cache)
    ours(next(iter(CASES.values())), folder, cache / "converted")  # every byte-code file, before the first clock
    samples = collect(shape, folder, cache, repetitions)
    output = options.output or (cache / "partial" if options.quick else HERE)
    body = section(facts, samples)
    report.write(output, "convert", body, facts, samples)
    print(body.partition("<details>")[0])
    print(f"Written: {output / 'RESULTS.md'}, {output / 'results' / 'convert.json'}")


if __name__ == "__main__":
    main()
