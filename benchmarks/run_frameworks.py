"""Flax and TensorFlow beside transformers 4.57.1 and beside plain memory: ``python benchmarks/run_frameworks.py``.

Two checkpoints: all-MiniLM-L6-v2 against the last transformers that had these frameworks, and the shape of
TinyLlama-1.1B in bfloat16 against yardsticks that make the same memory in the plainest way. Every figure comes from
fresh processes that take turns. A full run writes the sections ``flax`` and ``tensorflow`` of ``benchmarks/RESULTS.md``
and their raw data; a run that leaves something out writes into the cache folder, as ``run.py`` does.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import report
from children import finish, warm_files
from peers import PEERS, cache_folder, minilm_folder, peer_python
from probe_frameworks import LARGE, SMALL
from report import Goal, Row, Sample, Series
from shapes import QUICK, TINYLLAMA, make_checkpoint

HERE = Path(__file__).resolve().parent
OURS, PEER = "loadstone", "transformers"
PREDICTED_ON = "2026-11-23"

TITLES = {"flax": "Flax", "tensorflow": "TensorFlow"}
SUBJECTS = {
    ("flax", SMALL): (PEER, OURS, "memcpy", "start"),
    ("flax", LARGE): ("memcpy", OURS),
    ("tensorflow", SMALL): (PEER, OURS, "tf.Variable", "keras.Variable", "keras.Layer", "start"),
    ("tensorflow", LARGE): ("tf.Variable", OURS, "keras.Layer"),
}
PREPARED = {"flax": ("jax", "jaxlib", "flax"), "tensorflow": ("tensorflow-cpu", "keras")}

_ROWS = (
    ("`import` of the framework", "import_framework_s"),
    ("`import` of the library's class after it", "import_library_s"),
    ("load, first in its process", "load_first_s"),
    ("load, again", "load_again_s"),
    ("load + read every byte, first", "total_first_s"),
    ("load + read every byte, again", "total_again_s"),
    ("of the first, Python's garbage collector", "collector_first_s"),
    ("the same copies, both sides present, best of 5", "warm_s"),
    ("first forward, 8 tokens", "forward_first_s"),
    ("first forward of the second model", "forward_again_s"),
    ("process start → loaded and read", "start_to_read_s"),
    ("process start → first forward", "start_to_forward_s"),
    ("private memory added by the first load", "private_added_first_bytes"),
    ("the most during it, added to what the imports took", "peak_added_bytes"),
    ("the same, beyond what the framework's own start takes", "peak_beyond_start_bytes"),
    ("peak private memory of the process, both models and all", "peak_private_bytes"),
)
ROWS = {checkpoint: tuple(Row(title, checkpoint, figure) for title, figure in _ROWS) for checkpoint in (SMALL, LARGE)}

GOALS = {
    "flax": (
        Goal("MiniLM: load + read, first", SMALL, "total_first_s", at_least=10, predicted=17),
        Goal("MiniLM: load + read, again", SMALL, "total_again_s", at_least=5, predicted=7),
        Goal("TinyLlama: load, first", LARGE, "load_first_s", at_most=1.5, against="memcpy", predicted=0.8),
        Goal("TinyLlama: load + read, first", LARGE, "total_first_s", at_most=1.5, against="memcpy", predicted=0.8),
        Goal("TinyLlama: load, again", LARGE, "load_again_s", at_most=1.5, against="memcpy", predicted=1.2),
        Goal("TinyLlama: peak private memory added", LARGE, "peak_added_bytes", at_most=1.05, predicted=0.05),
    ),
    "tensorflow": (
        Goal("MiniLM: load + read, first", SMALL, "total_first_s", at_most=2, against="tf.Variable", predicted=4),
        Goal("MiniLM: load + read, again", SMALL, "total_again_s", at_most=2, against="tf.Variable", predicted=2.5),
        Goal("MiniLM: load + read, first", SMALL, "total_first_s", at_most=2, against="keras.Layer"),
        Goal("MiniLM: load + read, again", SMALL, "total_again_s", at_most=2, against="keras.Layer"),
        Goal("TinyLlama: load + read, first", LARGE, "total_first_s", at_most=2, against="tf.Variable", predicted=1.3),
        Goal("TinyLlama: load + read, again", LARGE, "total_again_s", at_most=2, against="tf.Variable", predicted=1.3),
        Goal("TinyLlama: peak private memory added", LARGE, "peak_added_bytes", at_most=1.05, predicted=1.02),
        Goal("MiniLM: peak private memory added", SMALL, "peak_added_bytes", at_most=1.05, predicted=1.1),
        Goal("the same, beyond TensorFlow's start", SMALL, "peak_beyond_start_bytes", at_most=1.05),
    ),
}
"""``at_least``: the peer's figure over ours. ``at_most``: ours over that of ``against``, or over the model's bytes."""


@dataclass(frozen=True)
class Checkpoint:
    """One of the two, with the bytes of its weights."""

    name: str
    title: str
    folder: Path
    nbytes: int


def measure(framework: str, subject: str, checkpoint: Checkpoint, python: Path) -> dict[str, Any]:
    """Runs one process to its end and returns what it printed, with the figures that only a parent can take."""
    environment = dict(os.environ)
    environment |= {
        "HF_HUB_OFFLINE": "1",  # else the peer may ask the network first
        "JAX_PLATFORMS": "cpu",
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONPATH": str(HERE.parent / "src"),
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    script = str(HERE / "probe_frameworks.py")
    command = [str(python), script, framework, subject, checkpoint.name, str(checkpoint.folder), str(checkpoint.nbytes)]
    what = f"{subject} in {TITLES[framework]}, {checkpoint.title}"
    done = finish(command, environment, checkpoint.folder, what, watch=True)
    figures, moments = done.result["figures"], done.result["moments"]
    for reached in ("read", "forward"):
        if reached in moments:
            figures[f"start_to_{reached}_s"] = moments[reached] - done.begin_s - moments["paused_s"]
    loading = done.peak_private_bytes(until_s=moments["read"])
    figures["peak_added_bytes"] = loading - figures["private_before_bytes"]
    figures["peak_private_bytes"] = done.peak_private_bytes()
    figures["process_s"] = done.end_s - done.begin_s
    return done.result


def check(what: str, answers: dict[str, dict[str, Any]]) -> None:
    """Stops the run where two subjects do not hold, or compute, the same: such a race has no winner."""
    bits = {subject: answer["bits"] for subject, answer in answers.items()}
    if len(set(bits.values())) > 1:
        sys.exit(f"{what}: the subjects do not hold the same weights ({bits})")
    hidden = {subject: answer["hidden"] for subject, answer in answers.items() if "hidden" in answer}
    for subject, numbers in hidden.items():
        away = [abs(x - y) for x, y in zip(numbers, hidden[OURS], strict=True)]
        if not all(distance < 1e-4 for distance in away):  # not a number is no agreement either
            sys.exit(f"{what}: {subject} and {OURS} do not agree on the model's output: {away}")


def collect(framework: str, checkpoint: Checkpoint, repetitions: int, peer: Path | None) -> list[Sample]:
    """All samples of one framework and checkpoint, the subjects taking turns at going first."""
    subjects = [subject for subject in SUBJECTS[framework, checkpoint.name] if peer is not None or subject != PEER]
    pythons = {subject: Path(sys.executable) for subject in subjects}
    if peer is not None:
        pythons[PEER] = peer
    warm_files(checkpoint.folder)
    for subject in (OURS, PEER):  # every byte-code file, before the first timing
        if subject in subjects:
            measure(framework, subject, checkpoint, pythons[subject])
    samples = []
    for repetition in range(repetitions):
        first = repetition % len(subjects)
        answers = {}
        for subject in subjects[first:] + subjects[:first]:
            result = measure(framework, subject, checkpoint, pythons[subject])
            if result["answer"]:
                answers[subject] = result["answer"]
            samples.append(Sample(checkpoint.name, subject, repetition, result["figures"]))
        note_beyond_start(samples, repetition)
        check(f"{TITLES[framework]}, {checkpoint.title}", answers)
        print(f"{repetition + 1}/{repetitions} {TITLES[framework]} {checkpoint.title}", file=sys.stderr, flush=True)
    return samples


def note_beyond_start(samples: list[Sample], repetition: int) -> None:
    """Where the framework's own start was measured: what each subject's load took beyond it, at its peak."""
    now = [sample for sample in samples if sample.repetition == repetition]
    for start in (sample for sample in now if sample.library == "start"):
        for sample in now:
            beyond = sample.figures["peak_added_bytes"] - start.figures["private_added_first_bytes"]
            sample.figures["peak_beyond_start_bytes"] = beyond if sample is not start else 0.0


def section(framework: str, facts: dict[str, Any], samples: list[Sample]) -> str:
    """The text of one framework's part of RESULTS.md."""
    series = Series(samples)
    host = facts["machine"]
    nbytes = {checkpoint["name"]: checkpoint["nbytes"] for checkpoint in facts["checkpoints"]}
    parts = [
        f"## Loading in {TITLES[framework]}",
        f"{facts['date']} · {host['cpu']}, {host['cores']} cores, {host['memory_bytes'] / 2**30:.0f} GiB, "
        f"{host['kernel']}, load average before {host['load_average_before']} · "
        + ", ".join(f"{name} {number}" for name, number in facts["versions"].items())
        + (f" · peer: {', '.join(facts['peer'])}" if facts["peer"] else ""),
        f"Reproduce with `{facts['command']}`. Medians of {facts['repetitions']} fresh processes for each subject, "
        "which take turns; page cache warm, and the host's memory is warmed right before each load. The clock of a "
        "load is that of `from_pretrained` alone: the framework and the library's class are imported before it, each "
        "with a row of its own; whatever the library imports later is part of its first load. *Read* reads every byte "
        "of every weight with NumPy, through views that copy nothing. *Again* is a second load in the same process "
        "after the first model was deleted. Every process is checked to hold the same bits, and the small model to "
        "give the same output within 1e-4. *start* is the framework's first array, of one number: its runtime starts "
        "with it, and so it does in the first load of every other subject. Private memory is RssAnon + RssShmem, "
        "looked at from outside every 2 ms for its peak. A comparison that was added after a first look at the figures "
        "has no prediction; those for Flax were written down after one such look. " + _YARDSTICKS[framework],
        report.limits_table(GOALS[framework], series, OURS, PEER, nbytes, PREDICTED_ON),
    ]
    for checkpoint in facts["checkpoints"]:
        subjects = [OURS, *(each for each in SUBJECTS[framework, checkpoint["name"]] if each != OURS)]
        parts.append(f"### {checkpoint['title']}, {checkpoint['nbytes'] / 1e6:,.0f} MB")
        parts.append(report.medians_table(ROWS[checkpoint["name"]], series, subjects))
        stages = report.stages(series, OURS, checkpoint["name"])
        if stages:
            parts.append(f"Of Loadstone's loads, by its load report: first {stages[0]}; again {stages[1]}.")
    return "\n\n".join([*parts, report.raw(samples)])


_YARDSTICKS = {
    "flax": "*memcpy* copies each tensor with NumPy, one thread, from a mapped file whose pages are all present into "
    "new memory, first and again; its process knows no framework. JAX shares memory of NumPy's that is aligned to 64 "
    "bytes, and copies the rest: so does Loadstone where a file's tensors lie otherwise, as here.",
    "tensorflow": "*tf.Variable* and *keras.Variable* make a variable of each ready NumPy array, a view of a mapped "
    "file whose pages are all present. *keras.Layer* also puts them into layers, one for each part of a stored name: "
    "the least that any Keras model is made of, though nothing in it can compute. What it takes beyond *tf.Variable* "
    "is Keras's own overhead, with the run of Python's garbage collector over what `import tensorflow` left, which "
    "layers set off and bare variables do not. transformers 4.57.1 cannot iterate over the archive that it opens (its "
    "issue 40318); the probe gives it one that can.",
}


def _peer_versions(python: Path, packages: tuple[str, ...]) -> list[str]:
    """What is installed in the peer's environment of its requirements."""
    names = [package.partition("==")[0] for package in packages]
    ask = f"from importlib.metadata import version\nprint('\\n'.join(n + ' ' + version(n) for n in {names!r}))"
    return subprocess.run([python, "-c", ask], check=True, capture_output=True, text=True).stdout.splitlines()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a large model of 100 MB and two repetitions")
    parser.add_argument("--framework", action="append", choices=TITLES, help="only this one")
    parser.add_argument("--checkpoint", action="append", choices=(SMALL, LARGE), help="only this one")
    parser.add_argument("--without-peer", action="store_true", help="leave transformers out (needs no package index)")
    parser.add_argument("--repetitions", type=int, help="processes for each subject (default 5)")
    parser.add_argument("--output", type=Path, help="where RESULTS.md and results/ go")
    options = parser.parse_args()
    repetitions = (2 if options.quick else 5) if options.repetitions is None else options.repetitions
    if repetitions < 1:
        parser.error("--repetitions must be at least 1")
    frameworks = [name for name in TITLES if not options.framework or name in options.framework]
    wanted = [name for name in (SMALL, LARGE) if not options.checkpoint or name in options.checkpoint]
    complete = not options.quick and not options.without_peer and len(wanted) == 2
    cache = cache_folder()
    output = options.output or (HERE if complete else cache / "partial")

    checkpoints = []
    if SMALL in wanted:
        folder = minilm_folder(cache)
        checkpoints.append(Checkpoint(SMALL, "all-MiniLM-L6-v2, float32", folder, weights_nbytes(folder)))
    if LARGE in wanted:
        shape = QUICK if options.quick else TINYLLAMA
        folder = make_checkpoint(shape, cache)
        checkpoints.append(Checkpoint(LARGE, f"{shape.name}, bfloat16, {shape.shards} shards", folder, shape.nbytes))
    for framework in frameworks:
        peer = None if options.without_peer or SMALL not in wanted else peer_python(framework, cache)
        facts: dict[str, Any] = {
            "benchmark": framework,
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "command": " ".join(["python benchmarks/run_frameworks.py", *sys.argv[1:]]),
            "machine": report.machine(),
            "versions": report.versions(OURS, *PREPARED[framework], "numpy"),
            "peer": [] if peer is None else _peer_versions(peer, PEERS[framework]),
            "checkpoints": [
                {"name": checkpoint.name, "title": checkpoint.title, "nbytes": checkpoint.nbytes}
                for checkpoint in checkpoints
            ],
            "repetitions": repetitions,
            "predicted": {f"{goal.title} {goal.against}".strip(): goal.predicted for goal in GOALS[framework]},
        }
        samples = [sample for checkpoint in checkpoints for sample in collect(framework, checkpoint, repetitions, peer)]
        body = section(framework, facts, samples)
        report.write(output, framework, body, facts, samples)
        print(body.partition("<details>")[0])
    print(f"Written: {output / 'RESULTS.md'} and its data in {output / 'results'}")


def weights_nbytes(folder: Path) -> int:
    """Bytes of all floating-point tensors of a folder's safetensors files."""
    total = 0
    for file in folder.glob("*.safetensors"):
        with file.open("rb") as opened:
            header = json.loads(opened.read(int.from_bytes(opened.read(8), "little")))
        for name, entry in header.items():
            if name != "__metadata__" and entry["dtype"].startswith(("F", "BF")):
                total += entry["data_offsets"][1] - entry["data_offsets"][0]
    return total


if __name__ == "__main__":
    main()
