"""Quantizing while loading, beside what it is made of: ``python benchmarks/run_quantize.py``.

Fresh processes take turns: a load in bfloat16 with every byte touched; torchao's arithmetic alone, on weights that are
in memory; and a load that quantizes. Its time is held against the two together, its peak of private memory against what
the quantized weights take and one block in bfloat16. ``transformers`` does the same beside it.
"""

from __future__ import annotations

import argparse
import datetime
import importlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import report
from children import finish, warm_files, warm_memory
from report import Goal, Row, Sample, Series
from shapes import QUICK, TINYLLAMA, Shape, make_checkpoint

HERE = Path(__file__).resolve().parent
LOAD, ALONE, OURS, PEER = "bfloat16, every byte touched", "arithmetic alone", "loadstone", "transformers"
SUM, ALLOWED = "the two together", "quantized weights and one block"
KINDS = ("int8", "float8")
ROWS = tuple(
    row
    for kind in KINDS
    for row in (
        Row(f"{kind}: seconds", kind, "load_s"),
        Row(f"{kind}: peak of private memory", kind, "peak_private_bytes"),
        Row(f"{kind}: private memory after", kind, "private_bytes"),
        Row(f"{kind}: what the quantized weights take", kind, "quantized_bytes"),
    )
)
PREDICTED_ON = "2026-11-25"
GOALS = (
    Goal("int8: time", "int8", "load_s", at_most=2, against=SUM, predicted=1.0),
    Goal("int8: peak of private memory", "int8", "peak_private_bytes", at_most=1, against=ALLOWED, predicted=0.9),
    Goal("float8: time", "float8", "load_s", at_most=2, against=SUM, predicted=1.0),
    Goal("float8: peak of private memory", "float8", "peak_private_bytes", at_most=1, against=ALLOWED, predicted=0.9),
)


def config_of(kind: str, library: Any) -> Any:
    """torchao's config, without its advice to the compiler, which changes global settings."""
    name = {"int8": "Int8WeightOnlyConfig", "float8": "Float8WeightOnlyConfig"}[kind]
    return getattr(library, name)(set_inductor_config=False)


def probe(subject: str, kind: str, folder: Path) -> dict[str, float]:
    """The measured process. What a load imports is imported before."""
    import torch

    ao = importlib.import_module("torchao.quantization")
    auto = importlib.import_module("transformers" if subject == PEER else "loadstone").AutoModelForCausalLM
    options: dict[str, Any] = {"dtype": torch.bfloat16}
    if subject in (OURS, PEER):
        configs = importlib.import_module("transformers" if subject == PEER else "loadstone")
        options["quantization_config"] = configs.TorchAoConfig(config_of(kind, ao))
    auto.from_pretrained(warm_up(), **options)
    before = private_bytes()
    started = time.perf_counter()
    model = auto.from_pretrained(folder, **options)
    if subject in (LOAD, ALONE):
        for parameter in model.parameters():
            parameter.detach().view(-1).view(torch.int64).sum()
    linear = [each for each in model.model.modules() if isinstance(each, torch.nn.Linear)]
    if subject == ALONE:
        started = time.perf_counter()
        for module in linear:
            holder = torch.nn.Linear(1, 1, bias=False, device="meta")
            holder.weight = torch.nn.Parameter(module.weight.detach(), requires_grad=False)
            ao.quantize_(holder, config_of(kind, ao))
            del holder
    elapsed_s = time.perf_counter() - started
    found = {"load_s": elapsed_s, "private_bytes": private_bytes() - before, "before_bytes": before}
    if subject in (OURS, PEER):
        parts = [(each.weight, each.weight.__tensor_flatten__()[0]) for each in linear]
        found["quantized_bytes"] = sum(getattr(weight, name).nbytes for weight, names in parts for name in names)
    return found


def private_bytes() -> int:
    from probe import memory_bytes

    return memory_bytes()["private"]


def warm_up() -> Path:
    """A tiny model of the same family."""
    from loadstone import LlamaConfig, LlamaForCausalLM

    folder = Path(tempfile.mkdtemp())
    sizes = {"vocab_size": 8, "hidden_size": 64, "intermediate_size": 64, "num_hidden_layers": 1}
    LlamaForCausalLM(LlamaConfig(num_attention_heads=1, **sizes)).save_pretrained(folder)
    return folder


def collect(folder: Path, shape: Shape, repetitions: int, kinds: tuple[str, ...]) -> list[Sample]:
    samples = []
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(HERE.parent / "src")}
    for repetition in range(repetitions):
        for kind in kinds:
            seen: dict[str, dict[str, float]] = {}
            for subject in (LOAD, ALONE, OURS, PEER)[:: -1 if repetition % 2 else 1]:
                warm_files(folder)
                warm_memory(shape.nbytes)
                command = [sys.executable, str(Path(__file__)), "--probe", subject, kind, str(folder)]
                done = finish(command, environment, HERE, f"{subject}, {kind}", watch=True)
                figures = dict(done.result)
                figures["peak_private_bytes"] = done.peak_private_bytes() - figures.pop("before_bytes")
                seen[subject] = figures
                print(f"{kind} {repetition + 1} {subject}: {figures}", file=sys.stderr, flush=True)
                samples.append(Sample(kind, subject, repetition, figures))
            both = {"load_s": seen[LOAD]["load_s"] + seen[ALONE]["load_s"]}
            room = 1.15 * seen[OURS]["quantized_bytes"] + block_bytes(folder)
            samples.append(Sample(kind, SUM, repetition, both))
            samples.append(Sample(kind, ALLOWED, repetition, {"peak_private_bytes": room}))
    return samples


def block_bytes(folder: Path) -> int:
    """Of one layer, as it is stored."""
    from loadstone import open_checkpoint

    return sum(each.nbytes for name, each in open_checkpoint(folder).items() if name.startswith("model.layers.0."))


def section(facts: dict[str, Any], samples: list[Sample]) -> str:
    series = Series(samples)
    return "\n\n".join(
        [
            "## Quantizing while loading",
            f"{facts['date']}, `{facts['command']}`; {facts['checkpoint']['name']}, "
            f"{facts['checkpoint']['nbytes']} bytes in {facts['checkpoint']['shards']} shards, page cache warm, "
            f"{facts['repetitions']} fresh processes for each. {json.dumps(facts['machine'])}, "
            f"{json.dumps(facts['versions'])}.",
            "int8 and float8 weights by torchao, embeddings and head in bfloat16. Peaks are looked at from outside "
            "every 2 ms, above what the process has after it loaded a tiny model. *Quantized weights and one block* is "
            "1.15 × what the quantized weights take, and one layer in bfloat16: embeddings and head are views of the "
            "files, and take no private memory.",
            report.limits_table(GOALS, series, OURS, PEER, {}, PREDICTED_ON),
            report.medians_table(ROWS, series, (LOAD, ALONE, OURS, PEER)),
            report.raw(samples),
        ]
    )


def main() -> None:
    if sys.argv[1:2] == ["--probe"]:
        print(json.dumps(probe(sys.argv[2], sys.argv[3], Path(sys.argv[4]))))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a model of 100 MB and one repetition")
    parser.add_argument("--repetitions", type=int, default=None, help="processes for each subject (default 3)")
    parser.add_argument("--only", choices=KINDS, help="one kind alone")
    parser.add_argument("--output", type=Path, help="where RESULTS.md and results/ go")
    options = parser.parse_args()
    repetitions = options.repetitions or (1 if options.quick else 3)
    cache = Path(os.environ.get("LOADSTONE_BENCH_DIR") or Path(tempfile.gettempdir(), "loadstone-bench"))
    output = options.output or (cache / "partial" if options.quick else HERE)
    shape = QUICK if options.quick else TINYLLAMA
    folder = make_checkpoint(shape, cache)
    facts: dict[str, Any] = {
        "benchmark": "quantize",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "command": " ".join(["python benchmarks/run_quantize.py", *sys.argv[1:]]),
        "machine": report.machine(),
        "versions": report.versions("loadstone", "torch", "torchao", "transformers"),
        "checkpoint": {"name": shape.name, "nbytes": shape.nbytes, "shards": shape.shards},
        "repetitions": repetitions,
    }
    samples = collect(folder, shape, repetitions, (options.only,) if options.only else KINDS)
    body = section(facts, samples)
    report.write(output, "quantize", body, facts, samples)
    print(body.partition("<details>")[0])


if __name__ == "__main__":
    main()
