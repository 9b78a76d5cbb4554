"""What a path holds that is no model's folder, as sentences: an adapter, one file of a folder, a folder too high up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from loadstone.checkpoint.faults import Faults, printable
from loadstone.checkpoint.index import read_weight_map
from loadstone.checkpoint.names import subfolders_with
from loadstone.checkpoint.registry import suffixes
from loadstone.errors import ConfigNotFound
from loadstone.transfer.regular_file import RegularFile, UnusableFile
from loadstone.transfer.strict_json import MalformedJson, parse

if TYPE_CHECKING:
    from loadstone.core.json_values import JsonObject

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
_MOST_INDEXES = 20
_AUTO_CLASSES = {
    "CAUSAL_LM": "AutoModelForCausalLM",
    "SEQ_2_SEQ_LM": "AutoModelForSeq2SeqLM",
    "SEQ_CLS": "AutoModelForSequenceClassification",
    "TOKEN_CLS": "AutoModelForTokenClassification",
    "QUESTION_ANS": "AutoModelForQuestionAnswering",
}
"""PEFT's ``task_type`` → the class of the base model."""


def describe_missing_config(path: Path) -> str:
    """Sentences on a folder in which a ``config.json`` was looked for and is not."""
    if not path.is_dir():
        return f"{path}: no {_CONFIG} there. That folder does not exist."
    if (adapter := describe_adapter(path)) is not None:
        return adapter
    inner = subfolders_with(path, _CONFIG)
    hint = f"There is one in {inner}." if inner else "Give the folder that holds the model."
    return f"{path}: no {_CONFIG} there. {hint}"


def refuse_file(path: Path) -> None:
    """:class:`ConfigNotFound` for a file that no model is loaded from: one that holds no weights, one of several
    shards, an adapter's, or one without a ``config.json`` beside it."""
    is_index = path.suffix == ".json" and ".index." in path.name
    if path.name in (ADAPTER_CONFIG, *_ADAPTER_WEIGHTS) and (adapter := describe_adapter(path.parent, str(path))):
        raise ConfigNotFound(adapter)
    if path.suffix not in suffixes() and not is_index:
        raise ConfigNotFound(f"{path} is a file, and a model is loaded from a folder. {_of_file(path)}")
    if not is_index and (why := describe_shard(path)) is not None:
        raise ConfigNotFound(why)
    if not (path.parent / _CONFIG).is_file():
        raise ConfigNotFound(
            f"{path}: no {_CONFIG} beside it, which says of what model these weights are. Put it there, or give "
            "config=; open_checkpoint and load_into read the file alone."
        )


def describe_shard(path: Path) -> str | None:
    """A sentence on a weight file that holds a part of a model only, as an index beside it says; None for a whole."""
    for index in sorted(path.parent.glob("*.index*.json"))[:_MOST_INDEXES]:
        weight_map = read_weight_map(index, Faults())
        if weight_map is not None and path.name in weight_map and len(weight_map) > 1:
            return (
                f"{path} is one of the {len(weight_map)} shards that {index.name} lists, and a model needs them all. "
                f"Give the index, {index}, or the folder; open_checkpoint and load_into read the shard alone."
            )
    return None


def describe_adapter(folder: Path, name: str = "") -> str | None:
    """Sentences on a folder that holds an adapter; None where it holds none. ``name``: what the caller calls it."""
    name = name or str(folder)
    config = _adapter_config(folder)
    if config is None:
        weights = [filename for filename in _ADAPTER_WEIGHTS if (folder / filename).is_file()]
        if not weights:
            return None
        return (
            f"{name} holds the weights of an adapter, {weights[0]}, and not a model; its {ADAPTER_CONFIG}, which names "
            "the base model, is not there. Load the base model's folder or Hub id, and put the adapter on it."
        )
    base = config.get("base_model_name_or_path") or config.get("model_name") or config.get("model")
    of = (
        f"an adapter of {base!r}"
        if isinstance(base, str)
        else f"an adapter, whose {ADAPTER_CONFIG} names no base model"
    )
    shown = repr(base) if isinstance(base, str) else "BASE"
    if "fine_tune_type" in config:
        return printable(
            f"{name} holds {of}, made with mlx-lm, and not a model. `mlx_lm.fuse` merges the two into one; load that."
        )
    if "model_class" in config and "peft_type" not in config:
        return printable(
            f"{name} holds {of}, made with the package adapters, and not a model. Loadstone does not read those; load "
            f"the base model {shown} with transformers, and the adapter with adapters."
        )
    auto = _AUTO_CLASSES.get(str(config.get("task_type")), "AutoModel")
    return printable(f"{name} holds {of}, and not a model. Load the base, then put the adapter on it:") + (
        f"\n    model = loadstone.{auto}.from_pretrained({printable(shown)})"
        f"\n    model = peft.PeftModel.from_pretrained(model, {printable(repr(str(name)))})"
    )


def _adapter_config(folder: Path) -> JsonObject | None:
    """What is said of the adapter in a folder: nothing, where its file says nothing that can be read."""
    path = folder / ADAPTER_CONFIG
    if not path.is_file():
        return None
    try:
        with RegularFile(path) as file:
            config = parse(bytes(file.read_head(_LARGEST_NBYTES)))
    except (UnusableFile, MalformedJson):
        return {}
    return config if isinstance(config, dict) else {}


def _of_file(path: Path) -> str:
    """What to do with a file."""
    if path.name.endswith(_ARCHIVES):
        return "It looks like an archive: unpack it, and give the folder."
    if not (path.parent / _CONFIG).is_file():
        return "Give the folder that holds the model."
    return f"Give its folder: {path.parent}"
