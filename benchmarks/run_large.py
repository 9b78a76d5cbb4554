"""Models larger than memory: Loadstone beside transformers with accelerate: ``python benchmarks/run_large.py``.

All layers on the disk, embeddings and head on the CPU, with the page cache warm and in a memory control group that is
smaller than the model. A full run writes its section of ``benchmarks/RESULTS.md`` and its raw data into
``benchmarks/results/``; a run with ``--quick`` or ``--only`` writes into the cache folder.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import shutil
import struct
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import report
from children import finish, warm_files
from control_group import limited
from page_cache import forget
from probe_large import NEW_TOKENS
from report import Goal, Row, Sample, Series
from run import check
from shapes import QUICK, TINYLLAMA, Shape, make_checkpoint

HERE = Path(__file__).resolve().parent
OURS, PEER = "loadstone", "transformers"
MEMORY, DISK, DISK2, BF16 = "in memory", "disk, into 8 MiB", "disk, into two layers", "from bfloat16"


class Case(NamedTuple):
    """What is measured: how the model is placed, and how much memory there is."""

    subjects: tuple[str, ...]
    capped: bool = False
    keeps: bool = False
    """Whether what room is left keeps a part of the disk's layers in memory."""
    cast: bool = False
    """Whether the checkpoint is float32 and the model bfloat16."""
    generates: bool = False


CASES = {
    "warm": Case((OURS, PEER, MEMORY)),
    "capped": Case((OURS, PEER, DISK, DISK2), capped=True),
    "kept": Case((OURS, DISK, DISK2), capped=True, keeps=True),
    "cast": Case((OURS, PEER, BF16), cast=True),
    "cast-cap": Case((OURS, PEER, BF16), capped=True, cast=True),
    "gen": Case((OURS, PEER), generates=True),
    "gen-cap": Case((OURS, PEER), capped=True, generates=True),
    "plan": Case((OURS,)),
}
ROWS = (
    Row("warm: load, first in its process", "warm", "load_first_s"),
    Row("warm: load, again", "warm", "load_again_s"),
    Row("warm: load + first forward, first", "warm", "total_first_s"),
    Row("warm: forward, first of a model", "warm", "forward_first_s"),
    Row("warm: forward", "warm", "forward_s"),
    Row("capped: load, first in its process", "capped", "load_first_s"),
    Row("capped: load + first forward, first", "capped", "total_first_s"),
    Row("capped: forward", "capped", "forward_s"),
    Row("capped, a part kept in memory: forward", "kept", "forward_s"),
    Row("float32 → bfloat16, warm: load, first in its process", "cast", "load_first_s"),
    Row("float32 → bfloat16, warm: load, again", "cast", "load_again_s"),
    Row("float32 → bfloat16, warm: forward", "cast", "forward_s"),
    Row("float32 → bfloat16, capped: forward", "cast-cap", "forward_s"),
    Row(f"half of the layers on disk, warm: {NEW_TOKENS} tokens", "gen", "generate_s"),
    Row(f"half of the layers on disk, capped: {NEW_TOKENS} tokens", "gen-cap", "generate_s"),
    Row("plan of 100,000 tensors, first in its process", "plan", "plan_first_s"),
    Row("plan of 100,000 tensors, again", "plan", "plan_again_s"),
    Row("plan of 100,000 tensors, peak resident", "plan", "peak_resident_bytes"),
)
PREDICTED_ON = "2026-11-24"
GOALS = (
    Goal("warm: forward", "warm", "forward_s", at_most=1.15, against=MEMORY, predicted=1.05),
    Goal("warm: load", "warm", "load_first_s", at_least=10, predicted=13),
    *(
        Goal(title, case, "forward_s", at_most=1.11, against=disk, predicted=1.05)
        for title, case in (("capped: forward", "capped"), ("capped, a part kept: forward", "kept"))
        for disk in (DISK, DISK2)
    ),
    Goal("float32 → bfloat16, warm: forward", "cast", "forward_s", at_most=1.1, against=BF16, predicted=1.0),
    Goal("float32 → bfloat16, capped: forward", "cast-cap", "forward_s", at_most=1.1, against=BF16, predicted=1.0),
)  # fmt: skip
PLAN_GOALS = (
    Goal("plan of 100,000 tensors", "plan", "plan_first_s", below=1.0, predicted=0.95),
    Goal("the same, peak resident memory", "plan", "peak_resident_bytes", below=200e6, predicted=94e6),
)


def device_map(shape: Shape, case: Case) -> dict[str, str]:
    """All layers on the disk, or the second half of them; what lies around them on the CPU."""
    first = shape.num_hidden_layers // 2 if case.generates else 0
    layers = {f"model.layers.{n}": "disk" if n >= first else "cpu" for n in range(shape.num_hidden_layers)}
    return {"model.embed_tokens": "cpu", **layers, "model.norm": "cpu", "lm_head": "cpu"}


class Checkpoints(NamedTuple):
    """What the measured processes find on the disk, and how much memory a capped one has."""

    shape: Shape
    folders: Mapping[str, Path]
    limit_bytes: int


def prepare(shape: Shape, cache: Path, names: Sequence[str], limit_bytes: int) -> Checkpoints:
    """The folders that these cases need, made where they are not there."""
    stored = make_checkpoint(shape, cache)
    folders = {"bfloat16": stored, "offload": cache / "offload"}
    if any(CASES[name].cast for name in names):
        folders["float32"] = make_float32(stored, cache / stored.name.replace("bf16", "float32"))
    if "plan" in names:
        folders["plan"] = make_headers(cache / "headers-only")
    return Checkpoints(shape, folders, limit_bytes)


def measure(name: str, subject: str, made: Checkpoints, disk_bytes: int = 0, source: Path = HERE.parent / "src") -> Any:
    """Runs one process to its end and returns what it printed; Loadstone is that of ``source``."""
    case = CASES[name]
    shape, folders, limit = made
    folder = folders["float32" if case.cast and subject != BF16 else "bfloat16"]
    offload = folders["offload"] / subject
    library = PEER if subject == PEER else OURS
    options: dict[str, Any] = {
        "folder": str(folder),
        "forwards": 2 if case.generates else 4,
        "generates": case.generates,
        "dtype": "bfloat16" if case.cast else "auto",
        "device_map": "cpu" if subject == MEMORY else device_map(shape, case),
    }
    if subject != MEMORY:
        options["offload_folder"] = str(offload)
    if library == OURS and case.capped and not case.keeps and not case.generates:
        # Room for what is on the CPU and for two layers at work: nothing of the disk's can stay.
        around = 2 * 2 * shape.vocab_size * shape.hidden_size + 2 * shape.hidden_size
        options["max_memory"] = {"cpu": around + 2 * (shape.nbytes - around) // shape.num_hidden_layers + 4096}
    arguments = ["load", library, json.dumps(options)]
    if subject in (DISK, DISK2):
        layer = shape.nbytes // shape.num_hidden_layers >> 23 << 23  # whole reads of 8 MiB
        buffers = [8 << 20] if subject == DISK else [max(layer, 8 << 20)] * 2
        arguments = ["disk", json.dumps(buffers), str(disk_bytes), str(folder)]
    if name == "plan":
        arguments = ["plan", str(folders["plan"])]
    if case.capped:
        forget(folder)
    paths = os.pathsep.join(map(str, (source, HERE)))
    environment = dict(os.environ, PYTHONPATH=paths, HF_HUB_OFFLINE="1")
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with limited(limit if case.capped else None) as prefix:
        command = [*prefix, sys.executable, "-P", str(HERE / "probe_large.py"), *arguments]
        return finish(command, environment, folder, f"{subject}, case {name!r}").result


def collect(names: Sequence[str], repetitions: int, made: Checkpoints) -> list[Sample]:
    """All samples: each repetition goes through all cases, the libraries taking turns at going first."""
    samples = []
    for repetition in range(repetitions):
        for name in names:
            case, answers, streamed = CASES[name], {}, 0
            order = [*case.subjects]
            if repetition % 2 and PEER in order:
                order[:2] = order[1::-1]
            if not case.capped and name != "plan":
                warm_files(made.folders["float32" if case.cast else "bfloat16"])
            for subject in order:
                if subject in (DISK, DISK2) and not streamed:
                    continue  # all of a small model is kept
                result = measure(name, subject, made, streamed)
                samples.append(Sample(name, subject, repetition, result["figures"]))
                answers[subject] = result.get("answer")
                streamed = result.get("streamed") or streamed
            if PEER in answers and not case.generates:
                check(name, answers)
            print(f"{repetition + 1}/{repetitions} {name}", file=sys.stderr, flush=True)
    return samples


def make_float32(source: Path, folder: Path) -> Path:
    """The same checkpoint in float32."""
    if not (folder / "config.json").is_file():
        import torch
        from safetensors.torch import load_file, save_file

        draft = folder.with_name(f"{folder.name}.{os.getpid()}.tmp")
        shutil.copytree(source, draft, ignore=shutil.ignore_patterns("*.safetensors", "config.json"))
        for path in source.glob("*.safetensors"):
            tensors = {name: tensor.to(torch.float32) for name, tensor in load_file(path).items()}
            save_file(tensors, draft / path.name, metadata={"format": "pt"})
        config = json.loads((source / "config.json").read_text()) | {"torch_dtype": "float32"}
        (draft / "config.json").write_text(json.dumps(config))
        draft.rename(folder)
        os.sync()
    return folder


def make_headers(folder: Path) -> Path:
    """A mixture of experts with 100,000 tensors and 400 GB in sparse files, of which only the headers take room."""
    if (folder / "config.json").is_file():
        return folder
    layers, experts, width, inner, vocab = 256, 128, 2048, 1024, 151_936
    shapes: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (vocab, width)}
    for layer in range(layers):
        block = f"model.layers.{layer}"
        for name, rows, columns in (("q", 4096, width), ("k", 512, width), ("v", 512, width), ("o", width, 4096)):
            shapes[f"{block}.self_attn.{name}_proj.weight"] = (rows, columns)
        shapes |= {f"{block}.self_attn.{name}_norm.weight": (128,) for name in "qk"}
        shapes |= {f"{block}.{name}_layernorm.weight": (width,) for name in ("input", "post_attention")}
        shapes[f"{block}.mlp.gate.weight"] = (experts, width)
        for expert in range(experts):
            stem = f"{block}.mlp.experts.{expert}"
            shapes |= {f"{stem}.{name}_proj.weight": (inner, width) for name in ("gate", "up")}
            shapes[f"{stem}.down_proj.weight"] = (width, inner)
    shapes |= {"model.norm.weight": (width,), "lm_head.weight": (vocab, width)}
    folder.mkdir(parents=True, exist_ok=True)
    names, shards, weight_map, total = list(shapes), 80, {}, 0
    for shard in range(shards):
        file = f"model-{shard + 1:05d}-of-{shards:05d}.safetensors"
        header, at = {}, 0
        for name in names[shard * len(names) // shards : (shard + 1) * len(names) // shards]:
            shape = shapes[name]
            nbytes = 2 * shape[0] * (shape[1] if len(shape) > 1 else 1)
            header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [at, at + nbytes]}
            at += nbytes
            weight_map[name] = file
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        with (folder / file).open("wb") as out:
            out.write(struct.pack("<Q", len(text)) + text)
            out.truncate(8 + len(text) + at)
        total += at
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    config = {
        "architectures": ["Qwen3MoeForCausalLM"], "model_type": "qwen3_moe", "hidden_size": width,
        "moe_intermediate_size": inner, "num_hidden_layers": layers, "num_attention_heads": 32,
        "num_key_value_heads": 4, "head_dim": 128, "num_experts": experts, "vocab_size": vocab,
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def section(facts: dict[str, Any], samples: list[Sample]) -> str:
    """The text of this benchmark's part of RESULTS.md."""
    series, host, shape = Series(samples), facts["machine"], facts["checkpoint"]
    parts = [
        f"## Larger than memory: {shape['name']}, {shape['nbytes'] / 1e9:.2f} GB, bfloat16, its layers on the disk",
        f"{facts['date']} · {host['cpu']}, {host['cores']} cores, {host['memory_bytes'] / 2**30:.0f} GiB, "
        f"{host['kernel']}, load average before {host['load_average_before']} · "
        + ", ".join(f"{name} {number}" for name, number in facts["versions"].items()),
        f"Reproduce with `{facts['command']}`. Medians of {facts['repetitions']} fresh processes for each subject, "
        "which take turns; both libraries run the same lines (`benchmarks/probe_large.py`) and must compute the same "
        "logits. *Warm*: the page cache holds the files. *Capped*: a memory control group of "
        f"{facts['limit_bytes'] / 1e9:.1f} GB, in which the page cache counts, entered before Python starts; nothing "
        f"is cached before. `{MEMORY}` is Loadstone with the whole model on the CPU; `{DISK}` reads as many bytes as "
        "the forward pass does and nothing else, in order, past the page cache, 8 MiB at a time into one buffer of "
        f"8 MiB in huge pages, over and over (best of three); `{DISK2}` with two threads into as much memory as two "
        "layers take, which is what a program needs that computes with what it read. "
        f"`{BF16}` is Loadstone on the bfloat16 "
        "checkpoint. *forward* takes eight tokens, median of those after the first. *First* is the first load in a "
        "fresh process, *again* the second.",
        report.limits_table(GOALS, series, OURS, PEER, {}, PREDICTED_ON),
        report.goals_table(PLAN_GOALS, series, OURS, PEER, PREDICTED_ON) if "plan" in facts["cases"] else "",
        report.medians_table(ROWS, series, (OURS, PEER, MEMORY, DISK, DISK2, BF16)),
    ]
    rates = []
    for case in ("gen", "gen-cap"):
        if case in facts["cases"]:
            speeds = [NEW_TOKENS / series.median(who, case, "generate_s") for who in (OURS, PEER)]
            rates.append(f"{'capped' if 'cap' in case else 'warm'} {speeds[0]:.1f} against {speeds[1]:.1f}")
    if rates:
        parts.append(f"Tokens per second with half of the layers on the disk: {', '.join(rates)}.")
    return "\n\n".join([*filter(None, parts), report.raw(samples)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a model of 100 MB and one repetition")
    parser.add_argument("--only", action="append", choices=CASES, metavar="CASE", help=f"one of {', '.join(CASES)}")
    parser.add_argument("--repetitions", type=int, help="processes for each case and subject (default 5)")
    parser.add_argument("--limit", type=float, help="gigabytes of the memory control group (default 1.2)")
    parser.add_argument("--output", type=Path, help="where RESULTS.md and results/ go")
    options = parser.parse_args()
    names = [name for name in CASES if not options.only or name in options.only]
    repetitions = (1 if options.quick else 5) if options.repetitions is None else options.repetitions
    if repetitions < 1:
        parser.error("--repetitions must be at least 1")
    cache = Path(os.environ.get("LOADSTONE_BENCH_DIR") or Path(tempfile.gettempdir(), "loadstone-bench"))
    output = options.output or (cache / "partial" if options.quick or options.only else HERE)
    shape = QUICK if options.quick else TINYLLAMA
    limit = int(1e9 * (options.limit or 1.2))
    facts: dict[str, Any] = {
        "benchmark": "large",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "command": " ".join(["python benchmarks/run_large.py", *sys.argv[1:]]),
        "machine": report.machine(),
        "versions": report.versions(OURS, PEER, "accelerate", "torch", "safetensors"),
        "checkpoint": {"name": shape.name, "nbytes": shape.nbytes, "shards": shape.shards},
        "repetitions": repetitions,
        "limit_bytes": limit,
        "cases": names,
    }
    made = prepare(shape, cache, names, limit)
    shutil.rmtree(made.folders["offload"], ignore_errors=True)
    samples = collect(names, repetitions, made)
    shutil.rmtree(made.folders["offload"], ignore_errors=True)
    body = section(facts, samples)
    report.write(output, "large", body, facts, samples)
    print(body.partition("<details>")[0])
    print(f"Written: {output / 'RESULTS.md'}, {output / 'results' / 'large.json'}")


if __name__ == "__main__":
    main()
