"""What must be the same on every rank that loads a part of one model, in words: what ranks compare before they read.

Paths are left out, and what only says where a rank gets its files from: each machine may have a copy of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType

from loadstone.checkpoint import Checkpoint
from loadstone.configs.load_options import Options
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.remote_path import RemotePath
from loadstone.core.tensors import StoredTensor
from loadstone.frameworks.ranks import Facts
from loadstone.planning.match import LoadPlan
from loadstone.planning.recipes import Recipe, Stored

_OPTIONS = (
    *("torch_dtype", "dtype", "attn_implementation", "ignore_mismatched_sizes", "strict", "key_mapping"),
    *("dequantize", "quantization_config"),
)
"""The options that decide what a model is, beside those that say which files."""
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_NOT_OF_CONFIGS = ("_name_or_path", "_commit_hash", "transformers_version")


def checkpoint_facts(checkpoint: Checkpoint | None, commit: str | None = None) -> dict[str, Mapping[str, str]]:
    """Which commit, which files, how large, and what their headers say."""
    if checkpoint is None:
        return {}
    return {
        "commit": {"": commit or "no commit"},
        "file sizes": {file.name: f"{nbytes} bytes" for file, nbytes in checkpoint.ends.items()},
        "remote files": {file.name: file.version for file in checkpoint.ends if isinstance(file, RemotePath)},
        "stored tensors": {name: _tensor(tensor) for name, tensor in checkpoint.items()},
    }


def load_facts(
    checkpoint: Checkpoint | None, commit: str | None, config: PretrainedConfig, options: Options
) -> dict[str, Mapping[str, str]]:
    """Those of the checkpoint, and what the config and the options ask for."""
    asked = {name: _value(getattr(options, name)) for name in _OPTIONS}
    asked["mesh"] = _value(options.mesh_sizes())
    keys = {key: _value(value) for key, value in config.to_dict().items() if key not in _NOT_OF_CONFIGS}
    return {**checkpoint_facts(checkpoint, commit), "config": keys, "options": asked}


def module_facts(checkpoint: Checkpoint, options: Mapping[str, object]) -> dict[str, Mapping[str, str]]:
    """Those of the checkpoint, and what a module is asked to be filled as."""
    return {**checkpoint_facts(checkpoint), "options": {name: _value(value) for name, value in options.items()}}


def plan_facts(plan: LoadPlan, placements: Mapping[str, str] = MappingProxyType({})) -> Facts:
    """What fills each slot, and how each is cut. Which part of that a rank takes follows from these and its number."""
    return {"plan": {name: _recipe(recipe) for name, recipe in plan.recipes.items()}, "placements": placements}


def _tensor(tensor: StoredTensor) -> str:
    form = f"{tensor.dtype}{list(tensor.shape)} at {tensor.offset} of {tensor.file.name}"
    return form if tensor.packing is None else f"{form}, {tensor.packing.kind}"


def _recipe(recipe: Recipe) -> str:
    if not isinstance(recipe, Stored):
        return str(recipe)
    return ", ".join(f"{tensor.name} {rows or ''}{into or ''}".rstrip() for tensor, rows, into in recipe.pieces)


def _value(value: object) -> str:
    """As JSON, so that a dict and an object that says the same as a dict are alike. What JSON has not is shown as it
    shows itself, without the address that it has in this process."""
    if hasattr(value, "to_dict"):
        value = value.to_dict()
    return json.dumps(value, sort_keys=True, default=lambda other: _ADDRESS.sub("", str(other)))
