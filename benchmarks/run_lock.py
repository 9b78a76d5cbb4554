"""What a lock costs: a load under it beside hashing alone: ``python benchmarks/run_lock.py``.

Fresh processes take turns; each has a memory of hashes of its own, so that a first load hashes everything. Every figure
includes touching every byte.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import report
from children import finish, warm_files
from report import Goal, Row, Sample, Series
from shapes import QUICK, TINYLLAMA, make_checkpoint

HERE = Path(__file__).resolve().parent
LOCKED, HASHED, PLAIN = "loadstone, locked", "hashing alone", "loadstone, no lock"
ROWS = (
    Row("load and touch every byte, first in its process", "warm", "first_s"),
    Row("again in the same process", "warm", "again_s"),
)
PREDICTED_ON = "2026-11-24"
GOALS = (Goal("load under a lock, hashes not known", "warm", "first_s", at_most=1.1, against=HASHED, predicted=1.08),)


def probe(subject: str, folder: Path, lock: Path) -> dict[str, float]:
    """The measured process. What a load imports is imported before, in each of the three."""
    import torch

    from loadstone import AutoModelForCausalLM
    from loadstone.sources.hashing import Hashes

    files = sorted(path for path in folder.iterdir() if path.suffix == ".safetensors")

    def load(**options: Any) -> None:
        model = AutoModelForCausalLM.from_pretrained(folder, torch_dtype="auto", **options)
        for parameter in model.parameters():
            parameter.view(torch.uint8).view(-1)[:: os.sysconf("SC_PAGE_SIZE")].sum()

    work = {
        LOCKED: lambda: load(lock=lock),
        PLAIN: load,
        HASHED: lambda: Hashes(files, remember=False).wait(),
    }[subject]
    AutoModelForCausalLM.from_pretrained(warm_up(), torch_dtype="auto")
    found = {}
    for name in ("first_s", "again_s"):
        started = time.perf_counter()
        work()
        found[name] = time.perf_counter() - started
    return found


def warm_up() -> Path:
    """A tiny model of the same family."""
    from loadstone import LlamaConfig, LlamaForCausalLM

    folder = Path(tempfile.mkdtemp())
    sizes = {"vocab_size": 8, "hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1}
    LlamaForCausalLM(LlamaConfig(num_attention_heads=1, **sizes)).save_pretrained(folder)
    return folder


def collect(folder: Path, lock: Path, repetitions: int) -> list[Sample]:
    samples = []
    for repetition in range(repetitions):
        for subject in (LOCKED, HASHED, PLAIN):
            warm_files(folder)
            with tempfile.TemporaryDirectory() as home:
                environment = {**os.environ, "HF_HOME": home, "HF_HUB_OFFLINE": "1"}
                command = [sys.executable, str(Path(__file__)), "--probe", subject, str(folder), str(lock)]
                figures = finish(command, environment, HERE, subject).result
            print(f"{subject} {repetition + 1}: {figures}", file=sys.stderr)
            samples.append(Sample("warm", subject, repetition, figures))
    return samples


def section(facts: dict[str, Any], samples: list[Sample]) -> str:
    series = Series(samples)
    return "\n\n".join(
        [
            "## The lock",
            f"{facts['date']}, `{facts['command']}`; {facts['checkpoint']['name']}, "
            f"{facts['checkpoint']['nbytes']} bytes in {facts['checkpoint']['shards']} shards, page cache warm, "
            f"{facts['repetitions']} fresh processes for each. {json.dumps(facts['machine'])}, "
            f"{json.dumps(facts['versions'])}.",
            "Every first load hashes all bytes with SHA-256 while it maps and touches them; again in the same process "
            "the hashes are remembered. Predicted: the load hides behind the hashing, but for the cores that it takes.",
            report.limits_table(GOALS, series, LOCKED, HASHED, {}, PREDICTED_ON),
            report.medians_table(ROWS, series, (LOCKED, HASHED, PLAIN)),
            report.raw(samples),
        ]
    )


def main() -> None:
    if sys.argv[1:2] == ["--probe"]:
        print(json.dumps(probe(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a model of 100 MB and one repetition")
    parser.add_argument("--repetitions", type=int, default=None, help="processes for each subject (default 5)")
    parser.add_argument("--output", type=Path, help="where RESULTS.md and results/ go")
    options = parser.parse_args()
    repetitions = options.repetitions or (1 if options.quick else 5)
    cache = Path(os.environ.get("LOADSTONE_BENCH_DIR") or Path(tempfile.gettempdir(), "loadstone-bench"))
    output = options.output or (cache / "partial" if options.quick else HERE)
    shape = QUICK if options.quick else TINYLLAMA
    folder = make_checkpoint(shape, cache)

    from loadstone.lockfile.lockfile import lock_sources

    lock = lock_sources([folder], cache / "loadstone.lock")
    lock.write()
    facts: dict[str, Any] = {
        "benchmark": "lock",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "command": " ".join(["python benchmarks/run_lock.py", *sys.argv[1:]]),
        "machine": report.machine(),
        "versions": report.versions("loadstone", "torch"),
        "checkpoint": {"name": shape.name, "nbytes": shape.nbytes, "shards": shape.shards},
        "repetitions": repetitions,
    }
    samples = collect(folder, lock.path, repetitions)
    body = section(facts, samples)
    report.write(output, "lock", body, facts, samples)
    print(body.partition("<details>")[0])


if __name__ == "__main__":
    main()
