"""``loadstone run``: loads a model and does with a text what its head is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from loadstone.architectures.registry import family
from loadstone.architectures.tasks import (
    BARE,
    CAUSAL_LM,
    MASKED_LM,
    SEQUENCE_CLASSIFICATION,
    TASKS,
    TOKEN_CLASSIFICATION,
)
from loadstone.checkpoint.names import CONFIG_NAME
from loadstone.cli.console import Output
from loadstone.cli.tasks import PERFORMED, Options
from loadstone.configs.read import read_values
from loadstone.core.json_values import JsonObject
from loadstone.errors import ArgumentError
from loadstone.frameworks.registry import require_framework
from loadstone.pipeline.tasks.base import Pipeline
from loadstone.pipeline.tasks.factory import OF_HEADS, pipeline
from loadstone.sources.resolve import resolve_files


def task_of(path: Path, head: str | None) -> str:
    """The task that the caller names, else the one that ``architectures`` in the config stands for.

    The config is a folder's ``config.json``, or what a GGUF file says.
    """
    if head is not None:
        if head not in TASKS:
            raise ArgumentError(f"--head {head}: expected one of {', '.join(TASKS)}.")
        return head
    config = read_values(resolve_files(path))
    heads = {head_spec.class_name: head_spec.task for head_spec in family(str(config.get("model_type"))).heads}
    named = config.get("architectures")
    names = [name for name in named if isinstance(name, str)] if isinstance(named, list) else []
    task = next((heads[name] for name in names if name in heads), None)
    if task is not None:
        return task
    problem = f"names {', '.join(names)}, which is for no task here" if names else "names no architecture"
    where = path if path.is_file() else path / CONFIG_NAME
    raise ArgumentError(f"{where} {problem}. Say what to do with --head: one of {', '.join(TASKS)}.")


def best_device() -> str:
    """The accelerator, where PyTorch finds one; otherwise the CPU. Imports PyTorch, if it is there."""
    require_framework("torch")
    import torch

    accelerator = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    return str(accelerator or "cpu")


def load(path: Path, head: str, *, dtype: str, device: str | None) -> Pipeline:
    """The pipeline for what the model has for a head, of a folder or a GGUF file."""
    return pipeline(OF_HEADS[head], path, torch_dtype=dtype, device_map=device or best_device())


def perform(pipe: Pipeline, head: str, texts: Sequence[str], options: Options) -> list[JsonObject]:
    """One result for each text, as ``--json`` prints it."""
    return PERFORMED[head](pipe, texts, options)


def show(task: str, results: Sequence[Mapping[str, Any]], output: Output) -> None:
    """The results as a person reads them."""
    for index, result in enumerate(results):
        if index:
            output.line()
        if task == CAUSAL_LM:
            output.line(result["text"])
        elif task == BARE:
            vector = result["embedding"]
            begin = " ".join(f"{value:+.4f}" for value in vector[:8])
            output.line(f"{len(vector)} values, norm 1: {begin} …  (all of them: --json)")
        elif task == MASKED_LM:
            for candidates in result["masks"]:
                output.table(
                    ["token", "score"],
                    [[candidate["token"], f"{candidate['score']:.4f}"] for candidate in candidates],
                    numbers=(1,),
                )
        elif task == SEQUENCE_CLASSIFICATION:
            output.table(
                ["label", "score"],
                [[prediction["label"], f"{prediction['score']:.4f}"] for prediction in result["labels"]],
                numbers=(1,),
            )
        elif task == TOKEN_CLASSIFICATION:
            rows = [
                [prediction["token"], prediction["label"], f"{prediction['score']:.4f}"]
                for prediction in result["tokens"]
            ]
            output.table(["token", "label", "score"], rows, numbers=(2,))
        else:
            output.line(f"{result['answer']}  ({result['score']:.4f})")
