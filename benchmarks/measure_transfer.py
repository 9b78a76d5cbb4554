"""The cases of ``run_transfer.py``, and how each is measured: one process for one figure of one subject."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import system_calls
from children import Finished, finish, warm_files, warm_memory
from growth import Panel, Point
from page_cache import make_cold
from shapes import Stored, make_checkpoint
from yardsticks import dd_read, dd_write

HERE = Path(__file__).resolve().parent
OURS, PEER, SAFETENSORS, FAST, RUNAI = (
    "loadstone", "transformers", "safetensors", "fastsafetensors", "runai-model-streamer",
)  # fmt: skip
DD, MEMORY, NEW, BARE = "dd", "from memory", "new memory", "bare loop"
YARDSTICKS = (DD, MEMORY, NEW, BARE)
SUBJECTS = (OURS, PEER, SAFETENSORS, FAST, RUNAI, *YARDSTICKS)
_BOTH, _READERS = (OURS, PEER), (OURS, PEER, SAFETENSORS, FAST, RUNAI)
WITHOUT_MODEL = (SAFETENSORS, FAST, RUNAI)
"""Those that load tensors and make no model: measured once, to be set beside the others."""
_COPIES = (FAST, RUNAI)
"""Those whose tensors are in memory of their own whatever they load."""
_SAVED = "saved"


@dataclass(frozen=True)
class Case:
    """What is measured of whom."""

    subjects: Sequence[str]
    kind: str
    """How: a key of :meth:`Measure.case`."""
    options: Mapping[str, Any]
    """For the measured process."""
    shape: str = "llama"
    fills: int = 0
    """How often the checkpoint's bytes go to memory of its own, or to the page cache: so much is warmed before."""
    disk: bool = False
    """Whether the disk is what is measured."""
    once: bool = False
    """Whether one repetition is enough: what is counted does not vary."""


CASES: Mapping[str, Case] = {
    "warm": Case((*_READERS, BARE), "warm", {}),
    "read": Case((OURS, PEER, SAFETENSORS), "warm", {"use": "read"}),
    "float32": Case((*_READERS, NEW, BARE), "warm", {"dtype": "float32"}, fills=2),
    "mixtral": Case((*_BOTH, BARE), "warm", {}, "mixtral", fills=2),
    "qwen3-moe": Case(_BOTH, "warm", {}, "qwen3-moe", fills=2),
    "cold": Case(_READERS, "cold", {"turns": 1, "torch_first": False}, disk=True),
    "cold-load": Case((*_READERS, DD), "cold", {"turns": 1}, disk=True),
    "save": Case((OURS, PEER, DD, MEMORY), "save", {"changed": True}, fills=1, disk=True),
    "save-fresh": Case((OURS, PEER, DD), "save", {"changed": True}, disk=True),
    "save-back": Case(_BOTH, "save", {"changed": False}, fills=1, disk=True),
    "save-onto": Case(_BOTH, "onto", {"changed": False}, fills=1, disk=True),
    "traced": Case(_BOTH, "traced", {"changed": False}, once=True),
}


def missing(package: str) -> bool:
    """Whether a package, or a subject that is one, is not installed. Loadstone runs from its source tree."""
    if package in (OURS, *YARDSTICKS):
        return False
    try:
        version(package)
    except PackageNotFoundError:
        return True
    return False


class Measure:
    """Measured processes, on checkpoints that lie in ``cache``."""

    def __init__(self, shapes: Mapping[str, Stored], cache: Path) -> None:
        self._shapes = shapes
        self._cache = cache
        shard = max(shapes["llama"].nbytes * 9 // 40, 1 << 20)  # 500 MB of 2.2 GB
        self._resharded = {"max_shard_size": "500MB" if shard > 490e6 else f"{shard // 1000}KB"}

    def compile_everything(self) -> None:
        """Every byte-code file, before the first clock."""
        for subject in _READERS:
            if not missing(subject):
                self._probe("load", subject, self._folder("llama"), {"turns": 1})

    def case(self, name: str, subject: str) -> dict[str, Any] | None:
        """Figures, and the answer in which all subjects have to agree. None where they cannot be had here."""
        case = CASES[name]
        nbytes = self._shapes[case.shape].nbytes
        options = dict(case.options)
        options["warm_bytes"] = (case.fills + 2 * (subject in _COPIES)) * nbytes
        kinds = {"warm": self._warm, "cold": self._cold, "save": self._save, "onto": self._onto, "traced": self._traced}
        return kinds[case.kind](subject, self._folder(case.shape), nbytes, options)

    def point(self, panel: Panel, point: Point, library: str) -> dict[str, Any]:
        """A load at one point of a plot."""
        folder = make_checkpoint(point.shape, self._cache)
        warm_files(folder)
        options: dict[str, Any] = {"dtype": panel.dtype}
        if panel.fills:
            options["warm_bytes"] = 2 * point.shape.nbytes
        if point.threads is not None:
            options["threads"] = point.threads
        return self._probe("load", library, folder, options).result

    def _warm(self, subject: str, folder: Path, nbytes: int, options: dict[str, Any]) -> dict[str, Any]:
        if subject == NEW:
            command = [sys.executable, "-P", str(HERE / "yardsticks.py"), "touch", str(options["warm_bytes"])]
            return finish(command, self._environment(), self._cache, subject).result
        warm_files(folder)
        if subject == BARE:
            arguments = [str(folder), options.get("dtype", "auto"), str(options["warm_bytes"])]
            command = [sys.executable, "-P", str(HERE / "yardsticks.py"), "load", *arguments]
            return finish(command, self._environment(), self._cache, subject).result
        return self._probe("load", subject, folder, options).result

    def _cold(self, subject: str, folder: Path, nbytes: int, options: dict[str, Any]) -> dict[str, Any]:
        warm_files(folder)  # so that the host has memory for them; dropping them leaves it warm
        if warm_bytes := options.pop("warm_bytes"):
            warm_memory(warm_bytes)  # here: the process's clock has started when it could do so itself
        make_cold(folder)
        if subject == DD:
            return {"figures": {"total_first_s": dd_read(folder)}}
        done = self._probe("load", subject, folder, options)
        done.result["figures"]["start_to_touched_s"] = done.result["done"] - done.begin_s
        return done.result

    def _save(self, subject: str, folder: Path, nbytes: int, options: dict[str, Any]) -> dict[str, Any]:
        with tempfile.TemporaryDirectory(prefix=f"{_SAVED}-", dir=self._cache) as made:
            target = Path(made, "model")
            if subject == DD:
                os.sync()
                elapsed_s = dd_write(target, nbytes)
                return {"figures": {"save_s": elapsed_s, "durable_s": elapsed_s}}
            if subject == MEMORY:
                command = [sys.executable, "-P", str(HERE / "yardsticks.py"), "write", str(target), str(nbytes)]
                return finish(command, self._environment(), self._cache, subject).result
            warm_files(folder)
            sizes = {} if options["changed"] else self._resharded
            return self._probe("save", subject, folder, {**options, **sizes, "target": str(target)}).result

    def _onto(self, subject: str, folder: Path, nbytes: int, options: dict[str, Any]) -> dict[str, Any]:
        with tempfile.TemporaryDirectory(prefix=f"{_SAVED}-", dir=self._cache) as made:
            copy = Path(made, "model")
            shutil.copytree(folder, copy)
            return self._probe("save", subject, copy, {**options, **self._resharded, "target": str(copy)}).result

    def _traced(self, subject: str, folder: Path, nbytes: int, options: dict[str, Any]) -> dict[str, Any] | None:
        with tempfile.TemporaryDirectory(prefix=f"{_SAVED}-", dir=self._cache) as made:
            log = Path(made, "strace.log")
            prefix = system_calls.traced(log)
            if not prefix:
                print("no strace here: case 'traced' is left out", file=sys.stderr)
                return None
            keywords = {**options, **self._resharded, "target": str(Path(made, "model"))}
            done = self._probe("save", subject, folder, keywords, prefix)
            moved = system_calls.written(log)
        figures = {
            "from_user_bytes": sum(moved.get(call, 0) for call in system_calls.FROM_MEMORY),
            "in_kernel_bytes": sum(moved.get(call, 0) for call in system_calls.IN_KERNEL),
        }
        return {"figures": figures, "answer": done.result["answer"]}

    def _probe(
        self, kind: str, subject: str, folder: Path, options: Mapping[str, Any], prefix: Sequence[str] = ()
    ) -> Finished:
        probe = [sys.executable, "-P", str(HERE / "probe_transfer.py"), kind, subject, str(folder), json.dumps(options)]
        return finish([*prefix, *probe], self._environment(), self._cache, f"{subject}: {kind} {folder} {options}")

    def _environment(self) -> dict[str, str]:
        environment = dict(os.environ, HF_HUB_OFFLINE="1")  # else a peer may ask the network first
        paths = [str(HERE.parent / "src"), str(HERE), environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        return environment

    def _folder(self, shape: str) -> Path:
        return make_checkpoint(self._shapes[shape], self._cache)
