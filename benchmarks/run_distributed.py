"""Several processes, each with a part of a model, beside other libraries: ``python benchmarks/run_distributed.py``.

Each part (``--only loads``) is a module of ``benchmarks/distributed/``. Process groups of two ranks over gloo take
turns, each rank a fresh process that computes with one thread, as ``torchrun`` starts them.
"""

from __future__ import annotations

import argparse
import datetime
import importlib
import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, cast

import report
from distributed.part import Part, combined
from report import Sample, Series
from shapes import QUICK, TINYLLAMA, make_checkpoint

HERE = Path(__file__).resolve().parent
PARTS = tuple(sorted(path.stem for path in HERE.glob("distributed/*.py") if path.stem not in ("__init__", "part")))
TIMEOUT_S = 900


def part(name: str) -> Part:
    """The module of that name."""
    return cast(Part, importlib.import_module(f"distributed.{name}"))


def probe(name: str, subject: str, case: str, folder: Path) -> None:
    """The measured process: one rank."""
    import torch
    import torch.distributed as dist

    torch.set_num_threads(1)
    dist.init_process_group("gloo", timeout=datetime.timedelta(seconds=TIMEOUT_S))
    found = part(name).probe(subject, case, folder)
    dist.barrier()
    print(json.dumps(found), flush=True)
    dist.destroy_process_group()


def group(name: str, subject: str, case: str, folder: Path) -> dict[str, float]:
    """What the ranks of a group measure, together. A rank that fails ends this program with its last words."""
    count = part(name).RANKS.get(case, 2)
    part(name).prepare(folder, case)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    shared = {"WORLD_SIZE": count, "LOCAL_WORLD_SIZE": count, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    command = [sys.executable, str(Path(__file__)), "--probe", name, subject, case, str(folder)]
    with tempfile.TemporaryDirectory() as scratch:
        children = []
        for rank in range(count):
            own = {**shared, "RANK": rank, "LOCAL_RANK": rank, "OMP_NUM_THREADS": 1, "HF_HUB_OFFLINE": 1}
            environment = {**os.environ, **{key: str(value) for key, value in own.items()}}
            complaints = open(Path(scratch, str(rank)), "w+")  # noqa: SIM115
            child = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=complaints, text=True, env=environment, cwd=HERE
            )
            children.append((child, complaints))
        try:
            printed = [child.communicate(timeout=TIMEOUT_S)[0] for child, _ in children]
        finally:
            for child, _ in children:
                child.kill()
        for rank, (child, complaints) in enumerate(children):
            complaints.seek(0)
            if child.returncode:
                sys.exit(
                    f"{name}, {case}, {subject}, rank {rank}: exit {child.returncode}\n{complaints.read()[-4000:]}"
                )
            complaints.close()
    return combined([json.loads(text.splitlines()[-1]) for text in printed])


def collect(name: str, folder: Path, repetitions: int) -> list[Sample]:
    """The subjects of each case in turns."""
    samples = []
    for case, subjects in part(name).CASES.items():
        for repetition in range(repetitions):
            for subject in subjects:
                figures = group(name, subject, case, folder)
                print(f"{name}, {case}, {subject} {repetition + 1}: {figures}", file=sys.stderr)
                samples.append(Sample(case, subject, repetition, figures))
    return samples


def section(name: str, facts: dict[str, Any], samples: list[Sample]) -> str:
    """A part's section of the page."""
    its, series, checkpoint = part(name), Series(samples), facts["checkpoint"]
    subjects = list(dict.fromkeys(subject for those in its.CASES.values() for subject in those))
    nbytes = dict.fromkeys(its.CASES, checkpoint["nbytes"])
    return "\n\n".join(
        [
            f"## {its.TITLE}",
            f"{facts['date']}, `{facts['command']}`; {checkpoint['name']}, {checkpoint['nbytes']} bytes "
            f"in {checkpoint['shards']} shards, {facts['repetitions']} groups of fresh processes for each. "
            f"{json.dumps(facts['machine'])}, {json.dumps(facts['versions'])}.",
            its.ABOUT,
            report.limits_table(its.GOALS, series, its.OURS, "", nbytes, its.PREDICTED_ON),
            report.medians_table(its.ROWS, series, subjects),
            report.raw(samples),
        ]
    )


def main() -> None:
    if sys.argv[1:2] == ["--probe"]:
        probe(*sys.argv[2:5], Path(sys.argv[5]))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a model of 100 MB and one repetition")
    parser.add_argument("--only", action="append", choices=PARTS, help="this part alone; may be repeated")
    parser.add_argument("--repetitions", type=int, default=None, help="groups for each subject (default 5)")
    parser.add_argument("--output", type=Path, help="where RESULTS.md and results/ go")
    options = parser.parse_args()
    repetitions = options.repetitions or (1 if options.quick else 5)
    cache = Path(os.environ.get("LOADSTONE_BENCH_DIR") or Path(tempfile.gettempdir(), "loadstone-bench"))
    output = options.output or (cache / "partial" if options.quick else HERE)
    shape = QUICK if options.quick else TINYLLAMA
    folder = make_checkpoint(shape, cache)
    for name in options.only or PARTS:
        facts: dict[str, Any] = {
            "benchmark": f"distributed-{name}",
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "command": " ".join(["python benchmarks/run_distributed.py", *sys.argv[1:]]),
            "machine": report.machine(),
            "versions": report.versions("loadstone", "torch", "transformers", "safetensors"),
            "checkpoint": {"name": shape.name, "nbytes": shape.nbytes, "shards": shape.shards},
            "repetitions": repetitions,
        }
        samples = collect(name, folder, repetitions)
        body = section(name, facts, samples)
        report.write(output, f"distributed-{name}", body, facts, samples)
        print(body.partition("<details>")[0])


if __name__ == "__main__":
    main()
