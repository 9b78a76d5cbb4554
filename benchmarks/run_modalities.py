"""First loads of models of many kinds, beside transformers: ``python benchmarks/run_modalities.py``.

ViT, Whisper, T5, BART, wav2vec 2.0, Falcon and DeepSeek-V3 with random weights, in the dtype that the Hub has them in.
Fresh processes take turns; each loads the same folder twice and touches every page of it.
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
from children import finish, warm_files
from probe import memory_bytes
from report import Goal, Row, Sample, Series

HERE = Path(__file__).resolve().parent
OURS, PEER = "loadstone", "transformers"
_LARGE = {"hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24, "num_attention_heads": 16}
_DEEPSEEK = {"num_hidden_layers": 2, "torch_dtype": "bfloat16"}
SHAPES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "vit-base": ("AutoModelForImageClassification", "ViT", {"num_labels": 1000}),
    "whisper-small": (
        "AutoModelForSpeechSeq2Seq",
        "Whisper",
        {"d_model": 768, "encoder_layers": 12, "decoder_layers": 12, "vocab_size": 51865}
        | {"encoder_attention_heads": 12, "decoder_attention_heads": 12}
        | {"encoder_ffn_dim": 3072, "decoder_ffn_dim": 3072},
    ),
    "t5-base": ("AutoModelForSeq2SeqLM", "T5", {"d_model": 768, "d_ff": 3072, "num_layers": 12, "num_heads": 12}),
    "vit-large": ("AutoModelForImageClassification", "ViT", {"num_labels": 1000} | _LARGE),
    "bart-large": ("AutoModelForSeq2SeqLM", "Bart", {}),
    "wav2vec2-large": (
        "AutoModelForCTC",
        "Wav2Vec2",
        {"feat_extract_norm": "layer", "do_stable_layer_norm": True, "conv_bias": True} | _LARGE,
    ),
    "falcon-7b, 8 layers": (
        "AutoModelForCausalLM",
        "Falcon",
        {"num_attention_heads": 71, "num_hidden_layers": 8, "torch_dtype": "bfloat16"},
    ),
    "deepseek-v3, 2 layers": ("AutoModelForCausalLM", "DeepseekV3", _DEEPSEEK),
    "deepseek-v3, 2 layers, one of 32 experts": (
        "AutoModelForCausalLM",
        "DeepseekV3",
        _DEEPSEEK | {"first_k_dense_replace": 1, "n_routed_experts": 32},
    ),
}
"""Name → Auto class, family, and what of its config is not the default. Of DeepSeek-V3 the first three layers have no
experts; 256 of them, 22 GB in one layer, are more than the machine of these figures holds, and 32 have no goal."""
_CLASSES = {
    "ViT": "ViTForImageClassification",
    "Wav2Vec2": "Wav2Vec2ForCTC",
    "Falcon": "FalconForCausalLM",
    "DeepseekV3": "DeepseekV3ForCausalLM",
}
ROWS = tuple(
    Row(f"{shape}: {what}", shape, figure)
    for shape in SHAPES
    for what, figure in (
        ("load, first in its process", "load_first_s"),
        ("load + touch every page, first", "total_first_s"),
        ("load + touch every page, again", "total_again_s"),
        ("private memory that the first load added", "private_added_first_bytes"),
    )
)
PREDICTED_ON = "2026-11-30"
PREDICTED = {
    "vit-base": 60,
    "whisper-small": 35,
    "t5-base": 45,
    "vit-large": 40,
    "bart-large": 35,
    "wav2vec2-large": 35,
    "falcon-7b, 8 layers": 25,
    "deepseek-v3, 2 layers": 20,
}
GOALS = tuple(
    Goal(f"{shape}: first load + touch every page", shape, "total_first_s", at_least=10, predicted=predicted)
    for shape, predicted in PREDICTED.items()
)


def make(shape: str, cache: Path) -> Path:
    """The checkpoint of a shape, made if it is not there yet."""
    import torch

    import loadstone

    _, family, sizes = SHAPES[shape]
    dtype = sizes.get("torch_dtype", "float32")
    folder = cache / f"{shape.replace(', ', '-').replace(' ', '-')}-{dtype}"
    if not (folder / "config.json").is_file():
        config = getattr(loadstone, f"{family}Config")(**sizes)
        name = _CLASSES.get(family, f"{family}ForConditionalGeneration")
        torch.set_default_dtype(getattr(torch, dtype))
        getattr(loadstone, name)(config).save_pretrained(folder)
        torch.set_default_dtype(torch.float32)
        os.sync()
    return folder


def probe(library: str, auto: str, folder: str) -> None:
    """The measured process. PyTorch and the Auto class are imported before the clock starts."""
    import torch

    auto_class = getattr(importlib.import_module(library), auto)
    if library == PEER:
        importlib.import_module("transformers.utils.logging").disable_progress_bar()
    figures, answers = {}, []
    before = memory_bytes()["private"]
    for turn in ("first", "again"):
        begin = time.perf_counter()
        model = auto_class.from_pretrained(folder, dtype="auto")
        loaded = time.perf_counter()
        pages = (weight.detach().view(-1).view(torch.uint8)[3::4096] for weight in model.parameters())
        answers.append(sum(int(heads.sum()) for heads in pages))
        used = time.perf_counter()
        figures[f"private_added_{turn}_bytes"] = memory_bytes()["private"] - before
        figures |= {f"load_{turn}_s": loaded - begin, f"total_{turn}_s": used - begin}
        del model
    print(json.dumps({"figures": figures, "answer": answers}))


def collect(folders: dict[str, Path], repetitions: int) -> list[Sample]:
    """All samples, the libraries taking turns at going first."""
    samples = []
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent / "src"), "HF_HUB_OFFLINE": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    for repetition in range(-1, repetitions):  # the first pair only warms
        for shape, folder in folders.items():
            warm_files(folder)
            answers = {}
            for library in (PEER, OURS) if repetition % 2 == 0 else (OURS, PEER):
                command = [sys.executable, __file__, "--probe", library, SHAPES[shape][0], str(folder)]
                result = finish(command, environment, folder, f"{library}, {shape}").result
                answers[library] = result["answer"]
                if repetition >= 0:
                    samples.append(Sample(shape, library, repetition, result["figures"]))
            if answers[OURS] != answers[PEER]:
                sys.exit(f"{shape}: {OURS} and {PEER} did not load the same ({answers})")
            print(f"{repetition + 1}/{repetitions} {shape}", file=sys.stderr, flush=True)
    return samples


def section(facts: dict[str, Any], samples: list[Sample]) -> str:
    """The text of this benchmark's part of RESULTS.md."""
    series, host = Series(samples), facts["machine"]
    return "\n\n".join(
        [
            "## Loading in PyTorch: image models, speech models, encoder-decoders, Falcon, DeepSeek",
            f"{facts['date']} · {host['cpu']}, {host['cores']} cores, {host['memory_bytes'] / 2**30:.0f} GiB, "
            f"{host['kernel']}, load average before {host['load_average_before']} · "
            + ", ".join(f"{name} {number}" for name, number in facts["versions"].items()),
            f"Reproduce with `{facts['command']}`. Medians of {facts['repetitions']} fresh processes for each library, "
            "which take turns; page cache warm. Random weights in float32, Falcon and DeepSeek in bfloat16. The clock "
            "starts after `import torch` and the import of the Auto class. *Touch* reads a byte of each 4 KiB page "
            "of every weight; *again* is a second load in the same process.",
            report.goals_table(GOALS, series, OURS, PEER, PREDICTED_ON),
            report.table(ROWS, series, OURS, PEER),
            report.raw(samples),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=SHAPES, help=f"one of {', '.join(SHAPES)}")
    parser.add_argument("--repetitions", type=int, default=5, help="processes for each shape and library")
    parser.add_argument("--probe", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.probe:
        probe(*options.probe)
        return
    cache = Path(os.environ.get("LOADSTONE_BENCH_DIR") or Path(tempfile.gettempdir(), "loadstone-bench"))
    shapes = [shape for shape in SHAPES if not options.only or shape in options.only]
    folders = {shape: make(shape, cache) for shape in shapes}
    facts: dict[str, Any] = {
        "benchmark": "modalities",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "command": " ".join(["python benchmarks/run_modalities.py", *sys.argv[1:]]),
        "machine": report.machine(),
        "versions": report.versions(OURS, PEER, "torch", "safetensors"),
        "repetitions": options.repetitions,
    }
    samples = collect(folders, options.repetitions)
    body = section(facts, samples)
    output = HERE if len(shapes) == len(SHAPES) else cache / "partial"
    report.write(output, "modalities", body, facts, samples)
    print(body.partition("<details>")[0])


if __name__ == "__main__":
    main()
