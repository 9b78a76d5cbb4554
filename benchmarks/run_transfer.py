"""Moving bytes, beside the peers and what the disk gives: ``python benchmarks/run_transfer.py``.

Loads from a warm and a cold page cache, experts, many small tensors, saves; then how cost grows, as plots. A full run
writes its section of ``benchmarks/RESULTS.md``, ``benchmarks/plots/`` and its raw data into ``benchmarks/results/``; a
run with ``--quick`` or ``--only`` writes into the cache folder (``$LOADSTONE_BENCH_DIR``, else
``/tmp/loadstone-bench``), which has to be on the disk that is meant.
"""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import growth
import plots
import report
from measure_transfer import (
    BARE,
    CASES,
    DD,
    MEMORY,
    NEW,
    OURS,
    PEER,
    SUBJECTS,
    WITHOUT_MODEL,
    YARDSTICKS,
    Measure,
    missing,
)
from page_cache import file_system
from peers import cache_folder
from report import Goal, Row, Sample, Series
from shapes import QUICK, TINYLLAMA, Stored, make_checkpoint
from shapes_experts import MIXTRAL, QUICK_MIXTRAL, QUICK_QWEN3_MOE, QWEN3_MOE

HERE = Path(__file__).resolve().parent
GROWTH = ("by-tensors", "by-shards", "by-bytes", "by-threads")

PREDICTED_ON = "2026-11-25"
GOALS = (
    Goal("bfloat16, warm, first", "warm", "total_first_s", at_least=15, predicted=25),
    Goal("bfloat16, warm, again", "warm", "total_again_s", at_least=2, predicted=2.2),
    Goal("bfloat16 → float32, first", "float32", "total_first_s", at_least=8, predicted=6.5),
    Goal("bfloat16 → float32, again", "float32", "total_again_s", at_least=3, predicted=3.2),
    Goal("Mixtral shape, first", "mixtral", "total_first_s", at_least=8, predicted=14),
    Goal("Mixtral shape, again", "mixtral", "total_again_s", at_least=4, predicted=5),
    Goal("Qwen3-MoE shape, first", "qwen3-moe", "total_first_s", at_least=10, predicted=14),
    Goal("Qwen3-MoE shape, again", "qwen3-moe", "total_again_s", at_least=8, predicted=13),
    Goal("Qwen3-MoE shape, private", "qwen3-moe", "private_added_first_bytes", below=100e6, predicted=95e6),
    Goal("cold, process start → all bytes touched", "cold", "start_to_touched_s", at_least=2, predicted=2.3),
    Goal("cold, the load alone", "cold-load", "total_first_s", at_least=0.9, against=DD, predicted=1.2),
    Goal("save, on the disk", "save", "durable_s", at_least=0.9, against=DD, predicted=1.1),
    Goal("save, on the disk; the peer with sync", "save", "durable_s", at_least=3, predicted=2.1),
    Goal("save; the peer without sync", "save", "save_s", at_least=3, predicted=1.5),
    Goal("save, fresh memory; the peer with sync", "save-fresh", "durable_s", at_least=3, predicted=5),
    Goal("save, fresh memory; the peer without sync", "save-fresh", "save_s", at_least=3, predicted=4.5),
    Goal("save back, resharded: bytes from user space", "traced", "from_user_bytes", below=1e6, predicted=60e3),
)  # fmt: skip
ROWS = (
    Row("bfloat16, warm: load, first in its process", "warm", "load_first_s"),
    Row("bfloat16, warm: load + touch, first", "warm", "total_first_s"),
    Row("bfloat16, warm: import of the library + load + touch, first", "warm", "import_and_total_first_s"),
    Row("bfloat16, warm: load, again", "warm", "load_again_s"),
    Row("bfloat16, warm: load + touch, again", "warm", "total_again_s"),
    Row("bfloat16, warm: load + read every byte, first", "read", "total_first_s"),
    Row("bfloat16, warm: load + read every byte, again", "read", "total_again_s"),
    Row("bfloat16 → float32: load + touch, first", "float32", "total_first_s"),
    Row("bfloat16 → float32: load + touch, again", "float32", "total_again_s"),
    Row("bfloat16 → float32: peak resident memory", "float32", "peak_resident_first_bytes"),
    Row("Mixtral shape: load + touch, first", "mixtral", "total_first_s"),
    Row("Mixtral shape: load + touch, again", "mixtral", "total_again_s"),
    Row("Mixtral shape: peak resident memory", "mixtral", "peak_resident_first_bytes"),
    Row("Qwen3-MoE shape: load + touch, first", "qwen3-moe", "total_first_s"),
    Row("Qwen3-MoE shape: load + touch, again", "qwen3-moe", "total_again_s"),
    Row("Qwen3-MoE shape: private memory beyond torch's", "qwen3-moe", "private_added_first_bytes"),
    Row("cold: process start → all bytes touched", "cold", "start_to_touched_s"),
    Row("cold: of it, load + touch", "cold", "total_first_s"),
    Row("cold: load + touch alone, torch imported before", "cold-load", "total_first_s"),
    Row("save: call to return", "save", "save_s"),
    Row("save: on the disk", "save", "durable_s"),
    Row("save, fresh memory: call to return", "save-fresh", "save_s"),
    Row("save, fresh memory: on the disk", "save-fresh", "durable_s"),
    Row("save back, resharded: call to return", "save-back", "save_s"),
    Row("save back, resharded: on the disk", "save-back", "durable_s"),
    Row("save back, resharded: processor time in user space", "save-back", "user_cpu_s"),
    Row("save back onto itself, resharded: call to return", "save-onto", "save_s"),
    Row("save back onto itself, resharded: on the disk", "save-onto", "durable_s"),
    Row("save back, resharded: bytes that system calls took from user space", "traced", "from_user_bytes"),
    Row("save back, resharded: bytes that system calls copied in the kernel", "traced", "in_kernel_bytes"),
)


def collect(cases: Sequence[str], repetitions: int, measure: Measure) -> list[Sample]:
    """All samples: each repetition goes through all cases, the subjects taking turns at going first."""
    samples = []
    for repetition in range(repetitions):
        for name in cases:
            if CASES[name].once and repetition:
                continue
            left_out = WITHOUT_MODEL if repetition else ()
            subjects = [each for each in CASES[name].subjects if not missing(each) and each not in left_out]
            first = repetition % len(subjects)
            answers = {}
            for subject in [*subjects[first:], *subjects[:first]]:
                result = measure.case(name, subject)
                if result is None:
                    continue
                samples.append(Sample(name, subject, repetition, result["figures"]))
                if "answer" in result:
                    answers[subject] = result["answer"]
            _check(name, answers)
            print(f"{repetition + 1}/{repetitions} {name}", file=sys.stderr, flush=True)
    return samples


def collect_growth(axes: Sequence[growth.Axis], measure: Measure) -> list[Sample]:
    """A process for each point and library, in order; the peer stops before a load that would take far too long."""
    samples = []
    for axis in axes:
        for panel in axis.panels:
            libraries = [OURS, PEER]
            for number, point in enumerate(panel.points):
                key, answers = axis.key(panel, point), {}
                for library in libraries if number % 2 == 0 else libraries[::-1]:
                    result = measure.point(panel, point, library)
                    samples.append(Sample(key, library, 0, result["figures"]))
                    answers[library] = result["answer"]
                _check(key, answers)
                print(key, file=sys.stderr, flush=True)
                following = panel.points[number + 1 : number + 2]
                if PEER in libraries and following and axis.grows:
                    first_s, again_s = (Series(samples).median(PEER, key, f"total_{turn}_s") for turn in growth.TURNS)
                    if growth.forecast_s(first_s, again_s, following[0].at / point.at) > growth.PATIENCE_S:
                        libraries.remove(PEER)
    return samples


def _check(case: str, answers: dict[str, Any]) -> None:
    """Stops the run where two subjects did not load, or write, the same bytes: such a race has no winner."""
    if len(set(answers.values())) > 1:
        sys.exit(f"case {case!r}: the subjects do not agree on the weights ({answers})")


def section(
    facts: dict[str, Any], samples: list[Sample], axes: Sequence[growth.Axis], grown: list[Sample], drawn: bool
) -> str:
    """The text of this benchmark's part of RESULTS.md."""
    series, host = Series(samples), facts["machine"]
    checkpoints = "; ".join(
        f"{each['name']}, {each['nbytes'] / 1e9:.3f} GB, {each['tensors']:,} tensors in {each['shards']} shards"
        for each in facts["checkpoints"]
    )
    parts = [
        "## Moving bytes: as fast as the hardware",
        f"{facts['date']} · {host['cpu']}, {host['cores']} cores, {host['memory_bytes'] / 2**30:.0f} GiB, "
        f"{host['kernel']}, {facts['file_system']}, load average before {host['load_average_before']} · "
        + ", ".join(f"{name} {number}" for name, number in facts["versions"].items()),
        f"Checkpoints, all of bfloat16: {checkpoints}.",
        f"Reproduce with `{facts['command']}`. Medians of {facts['repetitions']} fresh processes for each subject, "
        "which take turns; all run the same lines (`benchmarks/probe_transfer.py`) and must hold, or write, the same "
        "bytes. *Touch* reads one byte of each 4 KiB page of every weight. *First* is the first load in a fresh "
        "process, after PyTorch and the library were imported; *again* the second. *Warm*: the page cache holds the "
        "files. *Cold*: it holds none of them (`posix_fadvise`, and `mincore` says so); Python and the libraries are "
        "still cached. The host's memory is warmed right before each load or save that fills much (for the cold cases, "
        "before the process starts), but for *fresh memory*: there a save finds the host behind its free memory or "
        "not, as on a machine that has just started. `safetensors` (`load_file`), `fastsafetensors` and "
        "`runai-model-streamer` (both on the CPU, tensors cloned before closing) load tensors into a dictionary and "
        "make no model; they cast with `Tensor.to`, and are measured once. "
        f"`{DD}` is `dd bs=8M`, reading every file or writing as many zeros with `oflag=direct`; `{MEMORY}` writes as "
        "many random bytes, which it has in memory, with two threads past the page cache, and ends with `fsync`; "
        f"`{NEW}` is what the kernel takes to fill as much new memory with zeros as the model takes as float32, in "
        "huge pages, with two threads: no load into memory of its own can be faster. "
        f"`{BARE}` makes no model and parses nothing: two threads touch each page of the mapped files, or read 2 MiB "
        "at a time and cast it into new memory in huge pages.",
        "What is saved has been changed in memory, so that no file holds it; *on the disk* is after `os.sync` for "
        "transformers, which does not sync, and the return of `save_pretrained` for Loadstone, which does. *Save back* "
        "saves what was loaded, unchanged, in shards of other sizes. `strace` counts what its system calls wrote: the "
        "kernel's own count (`wchar` in `/proc/self/io`) holds what `copy_file_range` copied too, so it cannot tell.",
    ]
    if samples:
        parts += [
            report.limits_table(GOALS, series, OURS, PEER, {}, PREDICTED_ON),
            report.medians_table(ROWS, series, [subject for subject in SUBJECTS if not missing(subject)]),
            _rates(series, facts["checkpoints"][0]["nbytes"]),
            _bounds(series),
            NOTES,
        ]
    grown_series = Series(grown)
    for axis in axes:
        image = f"![{axis.title}](plots/{axis.case}.svg)" if drawn else ""
        parts += [f"### {axis.title}", image, growth.table(axis, grown_series, (OURS, PEER))]
    if axes:
        parts.append(
            "Load + touch, one process for each point and library; the peer stops where a load would take more than "
            f"{growth.PATIENCE_S:g} s. It has no option for threads: `torch.set_num_threads` is set for both."
        )
    return "\n\n".join([*filter(None, parts), report.raw(samples) if samples else ""])


NOTES = (
    "How to read the figures that are missed. *float32*: to fill new memory with zeros, read the files and cast "
    "takes the `bare loop`, which makes no model, as long as Loadstone; half of that is the zeros (`new memory`), "
    "which the kernel writes before anyone else may. *Saves into memory that is warm*: transformers returns when the "
    "bytes are in the page cache, and on the disk both end near what the disk takes (`from memory`), so that three "
    "times the peer is more than this disk gives. With memory that the host has to fetch first, as the goal was set, "
    "the page cache is what costs, and a save past it does not need it (*fresh memory*)."
)
BOUNDS = (
    ("bfloat16, warm, first", "warm", "total_first_s", BARE),
    ("bfloat16, warm, again", "warm", "total_again_s", BARE),
    ("bfloat16 → float32, first", "float32", "total_first_s", BARE),
    ("bfloat16 → float32, again", "float32", "total_again_s", BARE),
    ("Mixtral shape, again", "mixtral", "total_again_s", BARE),
    ("bfloat16 → float32, first", "float32", "total_first_s", NEW),
    ("bfloat16 → float32, again", "float32", "total_again_s", NEW),
    ("cold, the load alone", "cold-load", "total_first_s", DD),
    ("save, on the disk", "save", "durable_s", DD),
    ("save, on the disk", "save", "durable_s", MEMORY),
)
"""What cannot be faster than something that was measured beside it."""


def _bounds(series: Series) -> str:
    """How near the bounds Loadstone comes, and how much faster than the peer something at the bound would be."""
    lines = [
        "What bounds it:",
        "| figure | bound | takes | loadstone | share of the bound reached | the peer over the bound |\n"
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for title, case, figure, bound in BOUNDS:
        if all((subject, case, figure) in series for subject in (OURS, PEER, bound)):
            ours, peer, least = (series.median(subject, case, figure) for subject in (OURS, PEER, bound))
            shown = (report.shown(value, figure) for value in (least, ours))
            lines[-1] += f"\n| {title} | `{bound}` | {' | '.join(shown)} | {least / ours:.0%} | {peer / least:.1f}× |"
    return "\n\n".join(lines) if lines[-1].count("\n") > 1 else ""


def _rates(series: Series, nbytes: int) -> str:
    """What the cold loads and the saves come to, in GB/s."""
    words = []
    for title, case, figure in (("cold load", "cold-load", "total_first_s"), ("save", "save", "durable_s")):
        rates = [
            f"`{subject}` {nbytes / 1e9 / series.median(subject, case, figure):.2f}"
            for subject in SUBJECTS
            if (subject, case, figure) in series
        ]
        if rates:
            words.append(f"{title} {', '.join(rates)}")
    return f"In GB/s: {'; '.join(words)}." if words else ""


def main() -> None:
    names = (*CASES, *GROWTH)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="models of up to 100 MB and one repetition")
    parser.add_argument("--only", action="append", choices=names, metavar="CASE", help=f"one of {', '.join(names)}")
    parser.add_argument(
        "--repetitions", type=int, help="processes for each case and subject (default 5; one for each point of a plot)"
    )
    parser.add_argument("--output", type=Path, help="where RESULTS.md, plots/ and results/ go")
    options = parser.parse_args()
    chosen = [name for name in names if not options.only or name in options.only]
    repetitions = (1 if options.quick else 5) if options.repetitions is None else options.repetitions
    if repetitions < 1:
        parser.error("--repetitions must be at least 1")
    cache = cache_folder()
    partial = options.quick or len(chosen) < len(names)
    output = options.output or (cache / "partial" if partial else HERE)
    lacking = [subject for subject in (*SUBJECTS, "matplotlib") if missing(subject)]
    if lacking:
        print(f"not installed: {', '.join(lacking)} (pip install -e '.[benchmark]')", file=sys.stderr)
        if not partial:
            sys.exit(2)
    drawn = "matplotlib" not in lacking

    shapes: dict[str, Stored] = {
        "llama": QUICK if options.quick else TINYLLAMA,
        "mixtral": QUICK_MIXTRAL if options.quick else MIXTRAL,
        "qwen3-moe": QUICK_QWEN3_MOE if options.quick else QWEN3_MOE,
    }
    cases = [name for name in chosen if name in CASES]
    axes = [axis for axis in growth.axes(options.quick) if axis.case in chosen]
    facts: dict[str, Any] = {
        "benchmark": "transfer",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "command": " ".join(["python benchmarks/run_transfer.py", *sys.argv[1:]]),
        "machine": report.machine(),
        "versions": report.versions("torch", *(subject for subject in SUBJECTS if subject not in YARDSTICKS)),
        "checkpoints": [
            {
                "name": shape.name,
                "nbytes": shape.nbytes,
                "tensors": sum(1 for _ in shape.tensors()),
                "shards": shape.shards,
            }
            for shape in shapes.values()
        ],
        "repetitions": repetitions,
        "cases": chosen,
    }
    cache.mkdir(parents=True, exist_ok=True)
    facts["file_system"] = file_system(cache)
    if facts["file_system"] == "tmpfs" and any(CASES[name].disk for name in cases):
        sys.exit(f"{cache} is on tmpfs, not on a disk to measure: set LOADSTONE_BENCH_DIR to a folder on one")
    used = {CASES[name].shape for name in cases}
    for shape in [
        *(shapes[name] for name in used),
        *(p.shape for a in axes for panel in a.panels for p in panel.points),
    ]:
        make_checkpoint(shape, cache)
    measure = Measure(shapes, cache)
    measure.compile_everything()
    samples = collect(cases, repetitions, measure)
    if samples and axes:  # should the rest be cut off
        report.write(output, "transfer", section(facts, samples, [], [], drawn), facts, samples)
    grown = collect_growth(axes, measure)
    if drawn:
        for axis in axes:
            plots.draw(axis, Series(grown), (OURS, PEER), output / "plots" / f"{axis.case}.svg")
    body = section(facts, samples, axes, grown, drawn)
    report.write(output, "transfer", body, facts, [*samples, *grown])
    print(body.partition("<details>")[0])
    print(f"Written: {output / 'RESULTS.md'}, {output / 'results' / 'transfer.json'}")


if __name__ == "__main__":
    main()
