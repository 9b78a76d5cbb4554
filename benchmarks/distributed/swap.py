"""A model in use gets the weights of another checkpoint: rebound to views, written over, and by Transformers."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from children import warm_files
from report import Goal, Row

from distributed.part import measured, touch

TITLE = "Swapping the weights of a running model"
ABOUT = (
    "One process, on the CPU, from one checkpoint to another of the same shape, both in the page cache; until the "
    "model has its new weights and every page of them has been touched. `private` is what is added to the process's "
    "own memory at most; a small model has been swapped, and the large one has run, before. `load_sharded_checkpoint` "
    "is Transformers' own, on its own model, whose weights are views of files too."
)
PREDICTED_ON = "2026-11-29"
OURS, IN_PLACE, TRANSFORMERS = "loadstone", "loadstone, in place", "load_sharded_checkpoint"
CASE = "swap"
CASES: Mapping[str, Sequence[str]] = {CASE: (OURS, IN_PLACE, TRANSFORMERS)}
RANKS: Mapping[str, int] = {CASE: 1}
ROWS = (
    Row("swap and touch", CASE, "seconds_s"),
    Row("processor time", CASE, "cpu_s"),
    Row("private", CASE, "private_bytes"),
)
GOALS = (
    Goal("beside, against in place", CASE, "seconds_s", at_most=0.25, against=IN_PLACE, predicted=0.1),
    Goal("beside, against Transformers", CASE, "seconds_s", at_most=0.25, against=TRANSFORMERS, predicted=0.1),
    Goal("beside, private memory", CASE, "private_bytes", below=16e6, predicted=1e6),
)


def prepare(folder: Path, case: str) -> None:
    """A second checkpoint beside the first, and both in the page cache."""
    if not _other(folder).exists():
        shutil.copytree(folder, _other(folder))
    warm_files(folder)
    warm_files(_other(folder))


def probe(subject: str, case: str, folder: Path) -> dict[str, float]:
    """One swap, after one of a small model."""
    import torch.distributed.tensor

    swap = {OURS: _swap, IN_PLACE: _swap_in_place, TRANSFORMERS: _load_sharded}[subject]
    with tempfile.TemporaryDirectory() as small:
        _small_model().save_pretrained(small, max_shard_size="1KB")
        swap(_loaded(subject, Path(small)), Path(small))
    model = _loaded(subject, folder)
    with torch.no_grad():
        model(input_ids=torch.arange(1, 9)[None])
    with measured() as found:
        swap(model, _other(folder))
        touch(model)
    return found


def _other(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}-other")


def _small_model() -> Any:
    from loadstone import LlamaConfig, LlamaForCausalLM

    sizes = {"vocab_size": 8, "hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1}
    return LlamaForCausalLM(LlamaConfig(num_attention_heads=1, **sizes))


def _loaded(subject: str, folder: Path) -> Any:
    if subject == TRANSFORMERS:
        from transformers import AutoModelForCausalLM

        return AutoModelForCausalLM.from_pretrained(folder, dtype="auto")
    import loadstone

    return loadstone.AutoModelForCausalLM.from_pretrained(folder, torch_dtype="auto")


def _swap(model: Any, folder: Path) -> None:
    model.swap_weights(folder)


def _swap_in_place(model: Any, folder: Path) -> None:
    model.swap_weights(folder, in_place=True)


def _load_sharded(model: Any, folder: Path) -> None:
    from transformers.trainer_utils import load_sharded_checkpoint

    load_sharded_checkpoint(model, str(folder))
