"""What a path holds that is no model's folder, as sentences: an adapter, one file of a folder, a folder too high up."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from loadstone.checkpoint.faults import printable
from loadstone.checkpoint.names import candidates, subfolders_with
from loadstone.checkpoint.registry import suffixes
from loadstone.transfer.regular_file import RegularFile, UnusableFile
from loadstone.transfer.strict_json import MalformedJson, parse

ADAPTER_CONFIG = "adapter_config.json"
_CONFIG = "config.json"
_ADAPTER_WEIGHTS = (
    "adapter_model.safetensors",
    "adapter_model.bin",
    "pytorch_adapter.bin",
    "pytorch_lora_weights.safetensors",
)
_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar")
_LARGEST_NBYTES = 1 << 20
_AUTO_CLASSES = {
    "CAUSAL_LM": "AutoModelForCausalLM",
    "SEQ_2_SEQ_LM": "AutoModelForSeq2SeqLM",
    "SEQ_CLS": "AutoModelForSequenceClassification",
    "TOKEN_CLS": "AutoModelForTokenClassification",
    "QUESTION_ANS": "AutoModelForQuestionAnswering",
}
"""PEFT's ``task_type`` → the class of the base model."""


def describe_missing_config(path: Path) -> str:
    """Sentences on a path in which a ``config.json`` was looked for and is not."""
    adapter = describe_adapter(path if path.is_dir() else path.parent, str(path))
    if path.is_dir():
        if adapter is not None:
            return adapter
        inner = subfolders_with(path, _CONFIG)
        hint = f"There is one in {inner}." if inner else "Give the folder that holds the model."
        return f"{path}: no {_CONFIG} there. {hint}"
    if not os.path.lexists(path):
        return f"{path}: no {_CONFIG} there. That folder does not exist."
    if adapter is not None and path.name in (ADAPTER_CONFIG, *_ADAPTER_WEIGHTS):
        return adapter
    return f"{path} is a file, and a model is loaded from a folder. {_of_file(path)}"


def describe_adapter(folder: Path, name: str = "") -> str | None:
    """Sentences on a folder that holds an adapter; None where it holds none. ``name``: what the caller calls it."""
    name = name or str(folder)
    said = _adapter_config(folder)
    if said is None:
        weights = [each for each in _ADAPTER_WEIGHTS if (folder / each).is_file()]
        if not weights:
            return None
        return (
            f"{name} holds the weights of an adapter, {weights[0]}, and not a model; its {ADAPTER_CONFIG}, which names "
            "the base model, is not there. Load the base model's folder or Hub id, and put the adapter on it."
        )
    base = said.get("base_model_name_or_path") or said.get("model_name") or said.get("model")
    of = (
        f"an adapter of {base!r}"
        if isinstance(base, str)
        else f"an adapter, whose {ADAPTER_CONFIG} names no base model"
    )
    shown = repr(base) if isinstance(base, str) else "BASE"
    if "fine_tune_type" in said:
        return printable(
            f"{name} holds {of}, made with mlx-lm, and not a model. `mlx_lm.fuse` merges the two into one; load that."
        )
    if "model_class" in said and "peft_type" not in said:
        return printable(
            f"{name} holds {of}, made with the package adapters, and not a model. Loadstone does not read those; load "
            f"the base model {shown} with transformers, and the adapter with adapters."
        )
    auto = _AUTO_CLASSES.get(str(said.get("task_type")), "AutoModel")
    return printable(f"{name} holds {of}, and not a model. Load the base, then put the adapter on it:") + (
        f"\n    model = loadstone.{auto}.from_pretrained({printable(shown)})"
        f"\n    model = peft.PeftModel.from_pretrained(model, {printable(repr(str(name)))})"
    )


def _adapter_config(folder: Path) -> dict[str, Any] | None:
    """What is said of the adapter in a folder: nothing, where its file says nothing that can be read."""
    path = folder / ADAPTER_CONFIG
    if not path.is_file():
        return None
    try:
        with RegularFile(path) as file:
            said = parse(bytes(file.read_head(_LARGEST_NBYTES)))
    except (UnusableFile, MalformedJson):
        return {}
    return said if isinstance(said, dict) else {}


def _of_file(path: Path) -> str:
    """What to do with a file."""
    if path.name.endswith(_ARCHIVES):
        return "It looks like an archive: unpack it, and give the folder."
    is_weights = path.suffix in suffixes() or path.name.endswith(".index.json")
    if not (path.parent / _CONFIG).is_file():
        if not is_weights:
            return "Give the folder that holds the model."
        return f"There is no {_CONFIG} beside it, which a model needs; open_checkpoint reads the file alone."
    if is_weights and path.name not in {each.name for each in candidates(None, None)}:
        return (
            f"Its folder has a {_CONFIG}, but a load takes no file of this name from it: rename it to one that it does "
            "take (model.safetensors, pytorch_model.bin), or take its tensors: open_checkpoint, load_into."
        )
    return f"Give its folder: {path.parent}"
