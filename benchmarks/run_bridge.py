"""Models whose class is transformers' own, loaded by both: ``python benchmarks/run_bridge.py``.

A Phi of 2 GB in bfloat16, of which Loadstone has no family. Fresh processes take turns; in each, PyTorch, transformers
and its Phi are imported before any clock starts, so that what differs is the load alone. Besides: DeepSeek-V3 at its
full size without weights, and the naming of 18,432 expert tensors. Writes its section of ``benchmarks/RESULTS.md`` and
its raw data into ``benchmarks/results/``; a run with ``--quick`` or ``--only`` writes into the cache folder
(``$LOADSTONE_BENCH_DIR``, else ``/tmp/loadstone-bench``).
"""

from __future__ import annotations

import argparse
import datetime
import gc
import importlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import report
from children import finish, warm_files, warm_memory
from probe import Answer, memory_bytes, read, touch
from report import Goal, Row, Sample, Series
from shapes import make_checkpoint
from shapes_bridged import PHI, QUICK_PHI

HERE = Path(__file__).resolve().parent
OURS, PEER = "loadstone", "transformers"
Measured = tuple[dict[str, float], object]
"""Figures, and what shows that both libraries gave the same."""
CASES = ("load", "read", "memory", "skeleton", "names")
ROWS = (
    Row("load, first in its process", "load", "load_first_s"),
    Row("load + touch every page, first", "load", "total_first_s"),
    Row("load, again", "load", "load_again_s"),
    Row("load + touch every page, again", "load", "total_again_s"),
    Row("load + read every byte, first", "read", "total_first_s"),
    Row("load + read every byte, again", "read", "total_again_s"),
    Row("private memory that the load adds, at its peak", "memory", "peak_added_bytes"),
    Row("private memory that the load adds, once it is done", "memory", "private_added_first_bytes"),
    Row("DeepSeek-V3 of 671 billion parameters, without weights", "skeleton", "skeleton_s"),
    Row("the same: private memory that it adds, at its peak", "skeleton", "peak_added_bytes"),
    Row("transformers' table of names and conversions, first in its process", "names", "table_s"),
    Row("18,432 stored names → names of slots", "names", "names_s"),
)
PREDICTED_ON = "2026-11-30"
GOALS = (
    Goal("first load + touch every page", "load", "total_first_s", at_least=5, predicted=10),
    Goal("private memory that the load adds, at its peak", "memory", "peak_added_bytes", below=PHI.nbytes),
    Goal("DeepSeek-V3 without weights: memory", "skeleton", "peak_added_bytes", below=64 * 2**20, predicted=40e6),
    Goal("18,432 stored names → names of slots", "names", "names_s", below=0.050, predicted=0.030),
)


def probe(library: str, case: str, folder: str) -> None:
    """The measured process: prints its figures as one line of JSON."""
    import torch

    importlib.import_module("transformers.utils.logging").disable_progress_bar()
    importlib.import_module("transformers.models.phi.modeling_phi")
    importlib.import_module("transformers").AutoModelForCausalLM  # noqa: B018  for both, so that both have it
    auto = importlib.import_module(library).AutoModelForCausalLM
    torch.zeros(1).sum()
    gc.collect()
    before = memory_bytes()["private"]
    figures, answer = MEASURED[case](library, auto, folder)
    print(json.dumps({"figures": {**figures, "private_before_bytes": before}, "answer": answer}))


def load(library: str, auto: Any, folder: str, use: Callable[[Any], Answer] = touch) -> Measured:
    """The checkpoint twice, and what is done with it."""
    figures, answers = {}, []
    options = {"bridge": True} if library == OURS else {}
    before = memory_bytes()["private"]
    for turn in ("first", "again"):
        begin = time.perf_counter()
        model = auto.from_pretrained(folder, dtype="auto", **options)
        loaded = time.perf_counter()
        answers.append((use(model), type(model).__module__))
        used = time.perf_counter()
        figures |= {f"load_{turn}_s": loaded - begin, f"total_{turn}_s": used - begin}
        figures[f"private_added_{turn}_bytes"] = memory_bytes()["private"] - before
        del model
        gc.collect()
    return figures, answers


def skeleton(library: str, auto: Any, folder: str) -> Measured:
    """DeepSeek-V3 at its full size: a model that has everything but its weights."""
    import torch

    models = importlib.import_module("transformers.models.deepseek_v3")
    cls, config = models.DeepseekV3ForCausalLM, models.DeepseekV3Config()
    begin = time.perf_counter()
    if library == OURS:
        bridged = importlib.import_module("loadstone.configs.bridged").bridged(config.to_dict(), {}, config)
        build = importlib.import_module("loadstone.frameworks.torch.bridge.build")
        model = build.bridged_skeleton(cls, bridged, (), torch.bfloat16)
    else:
        with torch.device("meta"):
            model = cls._from_config(config, dtype=torch.bfloat16)
    elapsed_s = time.perf_counter() - begin
    assert all(weight.is_meta for weight in model.parameters())
    return {"skeleton_s": elapsed_s}, sum(weight.numel() for weight in model.parameters())


def names(library: str, auto: Any, folder: str) -> Measured:
    """What a Qwen3-MoE of 48 layers and 128 experts is stored as, under the names that its class gives."""
    import torch

    models = importlib.import_module("transformers.models.qwen3_moe")
    with torch.device("meta"):
        model = models.Qwen3MoeForCausalLM(models.Qwen3MoeConfig(num_hidden_layers=48, num_experts=128))
    parts = [f"{expert}.{part}_proj.weight" for expert in range(128) for part in ("gate", "up", "down")]
    stored = [f"model.layers.{layer}.mlp.experts.{part}" for layer in range(48) for part in parts]
    if library == OURS:
        table = importlib.import_module("loadstone.frameworks.torch.bridge.names").NameTable
        begin = time.perf_counter()
        made = table(model)
        known = time.perf_counter()
        found = [made.renamed(name)[0] for name in stored]
    else:
        loading = importlib.import_module("transformers.core_model_loading")
        mapping = importlib.import_module("transformers.conversion_mapping").get_model_conversion_mapping
        saved = model.state_dict()
        begin = time.perf_counter()
        every = mapping(model)
        renamings = [each for each in every if isinstance(each, loading.WeightRenaming)]
        converters = [each for each in every if isinstance(each, loading.WeightConverter)]
        known = time.perf_counter()
        prefix = model.base_model_prefix
        found = [loading.rename_source_key(name, renamings, converters, prefix, saved)[0] for name in stored]
    end = time.perf_counter()
    assert len(stored) == 18_432
    return {"table_s": known - begin, "names_s": end - known}, sorted(set(found))


MEASURED: dict[str, Callable[[str, Any, str], Measured]] = {
    "load": load,
    "read": partial(load, use=read),
    "memory": load,
    "skeleton": skeleton,
    "names": names,
}


def measure(library: str, case: str, folder: Path) -> dict[str, Any]:
    """Runs one process to its end; what only its parent can see of its memory is added to its figures."""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent / "src"), "HF_HUB_OFFLINE": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    watch = case in ("memory", "skeleton")
    command = [sys.executable, str(HERE / "run_bridge.py"), "--probe", library, case, str(folder)]
    done = finish(command, environment, folder, f"{library}, {case}", watch=watch)
    if watch:
        figures = done.result["figures"]
        figures["peak_added_bytes"] = max(0, done.peak_private_bytes() - figures["private_before_bytes"])
    return done.result


def collect(cases: tuple[str, ...], repetitions: int, folder: Path, nbytes: int) -> list[Sample]:
    """All samples, the libraries taking turns at going first."""
    samples = []
    for repetition in range(-1, repetitions):  # the first pair only warms
        for case in cases:
            answers = {}
            for library in (PEER, OURS) if repetition % 2 == 0 else (OURS, PEER):
                if case in ("load", "read", "memory"):
                    warm_memory(nbytes)
                result = measure(library, case, folder)
                answers[library] = result["answer"]
                if repetition >= 0:
                    samples.append(Sample(case, library, repetition, result["figures"]))
            if answers[OURS] != answers[PEER]:
                sys.exit(f"{case}: {OURS} and {PEER} do not give the same ({answers})")
            print(f"{repetition + 1}/{repetitions} {case}", file=sys.stderr, flush=True)
    return samples


def section(facts: dict[str, Any], samples: list[Sample]) -> str:
    """The text of this benchmark's part of RESULTS.md."""
    series, host, shape = Series(samples), facts["machine"], facts["checkpoint"]
    return "\n\n".join(
        [
            f"## Loading into transformers' own classes: {shape['name']}, {shape['nbytes'] / 1e9:.2f} GB, bfloat16",
            f"{facts['date']} · {host['cpu']}, {host['cores']} cores, {host['memory_bytes'] / 2**30:.0f} GiB, "
            f"{host['kernel']}, load average before {host['load_average_before']} · "
            + ", ".join(f"{name} {number}" for name, number in facts["versions"].items()),
            f"Reproduce with `{facts['command']}`. Medians of {facts['repetitions']} fresh processes for each library, "
            "which take turns; page cache warm. Both give the same class with the same bytes, which is checked. A "
            "clock starts where PyTorch, transformers, its Phi and the Auto class are imported; *touch* reads one byte "
            "of each 4 KiB page of every weight, *read* every byte, *again* is a second load in the same process. "
            "Memory is RssAnon + RssShmem, watched from outside. Without weights, Loadstone "
            "is beside transformers' own way under PyTorch's meta device.",
            report.goals_table(goals(shape["nbytes"]), series, OURS, PEER, PREDICTED_ON),
            report.table(ROWS, series, OURS, PEER),
            report.raw(samples),
        ]
    )


def goals(nbytes: int) -> list[Goal]:
    """``GOALS``, with one copy of the checkpoint that was measured as the most that a load may add."""
    return [replace(goal, below=nbytes) if goal.below == PHI.nbytes else goal for goal in GOALS]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a checkpoint of 60 MB and one repetition")
    parser.add_argument("--only", action="append", choices=CASES, metavar="CASE", help=f"one of {', '.join(CASES)}")
    parser.add_argument("--repetitions", type=int, help="processes for each case and library (default 5)")
    parser.add_argument("--output", type=Path, help="where RESULTS.md and results/ go")
    parser.add_argument("--probe", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.probe:
        probe(*options.probe)
        return
    cache = Path(os.environ.get("LOADSTONE_BENCH_DIR") or Path(tempfile.gettempdir(), "loadstone-bench"))
    cases = tuple(case for case in CASES if not options.only or case in options.only)
    repetitions = options.repetitions or (1 if options.quick else 5)
    shape = QUICK_PHI if options.quick else PHI
    folder = make_checkpoint(shape, cache)
    warm_files(folder)
    facts: dict[str, Any] = {
        "benchmark": "bridge",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "command": " ".join(["python benchmarks/run_bridge.py", *sys.argv[1:]]),
        "machine": report.machine(),
        "versions": report.versions(OURS, PEER, "torch", "safetensors"),
        "checkpoint": {"name": shape.name, "nbytes": shape.nbytes, "shards": shape.shards},
        "repetitions": repetitions,
        "cases": cases,
    }
    samples = collect(cases, repetitions, folder, shape.nbytes)
    body = section(facts, samples)
    complete = not options.quick and cases == CASES
    output = options.output or (HERE if complete else cache / "partial")
    report.write(output, "bridge", body, facts, samples)
    print(body.partition("<details>")[0])
    print(f"Written: {output / 'RESULTS.md'}, {output / 'results' / 'bridge.json'}")


if __name__ == "__main__":
    main()
