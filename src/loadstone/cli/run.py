"""``loadstone run``: loads a model and does with a text what its head is for."""

from __future__ import annotations

import gc
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from loadstone.architectures.registry import families
from loadstone.architectures.tasks import BARE, CAUSAL_LM, MASKED_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION
from loadstone.checkpoint.names import CONFIG_NAME
from loadstone.cli.console import Output
from loadstone.cli.tasks import HEADS, PERFORMED, Options
from loadstone.configs.read import read_values
from loadstone.core.json_values import JsonObject
from loadstone.errors import ArgumentError
from loadstone.frameworks.registry import require_framework
from loadstone.pipeline.tasks.base import Pipeline
from loadstone.pipeline.tasks.factory import OF_HEADS, pipeline
from loadstone.sources.private_folder import removing_folders
from loadstone.sources.request import files_asked_for
from loadstone.sources.resolve import resolve_config
from loadstone.sources.sentence_files import has_modules

_OF_FILES = ("revision", "subfolder", "gguf_file")
_OF_PIPELINES = (*_OF_FILES, "trust_remote_code")


@removing_folders()
def task_of(path: str | Path, head: str | None, loading: Mapping[str, object]) -> str:
    """The task that the caller names, else the one that ``architectures`` in the config stands for.

    The config is a folder's or a repository's ``config.json``, or what a GGUF file says. :class:`ArgumentError` for a
    task that nothing is done for here, and where the config names none; what looking for a config raises.
    """
    tasks = ", ".join(HEADS)
    if head is not None:
        if head not in HEADS:
            raise ArgumentError(f"--head {head}: expected one of {tasks}.")
        return head
    which, hub = files_asked_for({name: loading[name] for name in _OF_FILES if name in loading})
    if has_modules(path, which, hub):
        return BARE
    config = read_values(resolve_config(path, which, hub))
    model_type = str(config.get("model_type"))
    family = families().get(model_type)
    heads = {} if family is None else {spec.class_name: spec.task for spec in family.heads}
    named = config.get("architectures")
    names = [name for name in named if isinstance(name, str)] if isinstance(named, list) else []
    task = next((heads[name] for name in names if name in heads), None)
    if task in HEADS:
        return task
    if family is None:
        problem = f"is of a family that Loadstone does not have ({model_type})"
    elif task is not None:
        problem = f"names {', '.join(names)}, for {task}, which run has no use for"
    else:
        problem = f"names {', '.join(names)}, which is for no task here" if names else "names no architecture"
    where = path if which.gguf_file or Path(path).is_file() else Path(path) / CONFIG_NAME
    raise ArgumentError(f"{where} {problem}. Say what to do with --head: one of {tasks}.")


def check_request(task: str, texts: Sequence[str], options: Options, *, as_json: bool) -> None:
    """:class:`ArgumentError` for options that make no sense together, or for this task, before anything is loaded."""
    if not texts and task != CAUSAL_LM:
        raise ArgumentError(f"TEXT is needed: this model is for {task}, and conversations are for {CAUSAL_LM}.")
    if not texts and as_json:
        raise ArgumentError("TEXT is needed: --json prints results, and a conversation has none.")
    if options.chat and task != CAUSAL_LM:
        raise ArgumentError(f"--chat is for {CAUSAL_LM}, and this model is for {task}.")
    if options.system is not None and texts and not options.chat:
        raise ArgumentError("--system stands before a user's message: it goes with --chat, or without a TEXT.")
    if "" in options.stops:
        raise ArgumentError("--stop: expected at least one character.")


def import_framework() -> None:
    """Imports PyTorch, or raises :class:`FrameworkNotInstalled`.

    What it makes of itself stays: looking through that for garbage again and again, while it grows, would take a fifth
    of the import's time.
    """
    is_collecting = gc.isenabled()
    gc.disable()
    try:
        require_framework("torch")
    finally:
        if is_collecting:
            gc.enable()


def best_device() -> str:
    """The accelerator, where PyTorch finds one; otherwise the CPU. Imports PyTorch, if it is there."""
    import_framework()
    import torch

    accelerator = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    return str(accelerator or "cpu")


def placed(device: str | None, device_map: object, loading: Mapping[str, object]) -> object:
    """What ``device_map`` is: as the caller says; ``"auto"`` under a budget; else one device.

    :class:`ArgumentError` for both ``--device`` and ``--device-map``.
    """
    if device is not None and device_map is not None:
        raise ArgumentError("--device is one device for the whole model, --device-map spreads it: give one of them.")
    if device is not None:
        return device
    if device_map is None and any(loading.get(name) is not None for name in ("max_memory", "offload_folder")):
        return "auto"
    return best_device() if device_map is None else device_map


def load(path: str | Path, head: str, loading: Mapping[str, object]) -> Pipeline:
    """The pipeline for what the model has for a head, of a folder, a GGUF file, an address or a Hub id.

    ``loading``: keywords of ``from_pretrained``, of which those that are None count as absent.
    """
    given = {name: value for name, value in loading.items() if value is not None}
    import_framework()
    own: dict[str, Any] = {name: given.pop(name) for name in _OF_PIPELINES if name in given}
    return pipeline(OF_HEADS[head], path, model_kwargs=given, **own)


def perform(pipe: Pipeline, head: str, texts: Sequence[str], options: Options) -> list[JsonObject]:
    """One result for each text, as ``--json`` prints it, of a model that writes none."""
    return PERFORMED[head](pipe, texts, options)


def show(task: str, results: Sequence[Mapping[str, Any]], output: Output) -> None:
    """The results of :func:`perform` as a person reads them."""
    for index, result in enumerate(results):
        if index:
            output.line()
        if task == BARE:
            vector = result["embedding"]
            begin = " ".join(f"{value:+.4f}" for value in vector[:8])
            norm = sum(value * value for value in vector) ** 0.5
            output.line(f"{len(vector)} values, norm {norm:.4g}: {begin} …  (all of them: --json)")
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
