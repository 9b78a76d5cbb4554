"""Safetensors files in the names and layouts of Flax or TensorFlow, which their header names: ``format: flax``, ``tf``.

Transformers 4's classes for these frameworks wrote such files with ``safe_serialization=True``. Flax's have the path of
an array with dots (``encoder.layer.0.attention.self.query.kernel``), TensorFlow's the name of a variable without that
of its model (``bert/encoder/layer_._0/attention/self/query/kernel:0``), which an index of shards has in front. Any
other ``format`` (``"pt"``, ``"mlx"``, none) has the Hub's names.

Source: ``save_pretrained`` in ``modeling_flax_utils.py`` and ``modeling_tf_utils.py`` of Transformers 4.57.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from loadstone.checkpoint.faults import Faults, in_file, quoted
from loadstone.checkpoint.flax.read import hub_tensor as from_flax
from loadstone.checkpoint.flax.read import name_of as name_of_path
from loadstone.checkpoint.keras.read import hub_tensor as from_variable
from loadstone.checkpoint.keras.read import name_of_variable, with_model_name
from loadstone.core.tensors import StoredTensor


def name_in_index(writer: str) -> Callable[[str], str]:
    """How a name in the index of such shards becomes the Hub's. ``writer``: ``"flax"`` or ``"tf"``."""
    return _name_of_dotted if writer == "flax" else name_of_variable


def as_on_the_hub(path: Path, writer: str, tensors: Iterable[StoredTensor], faults: Faults) -> list[StoredTensor]:
    """The tensors of such a file with the Hub's names and layouts; a fault for each two that have one name there."""
    converted: dict[str, StoredTensor] = {}
    stored_names: dict[str, str] = {}
    for tensor in tensors:
        hub = _from_flax(tensor) if writer == "flax" else from_variable(tensor, with_model_name(tensor.name))
        if hub.name in converted:
            found = f"{quoted(stored_names[hub.name])} and {quoted(tensor.name)}"
            faults.damaged(in_file(path, hub.name), "one tensor of this name", found, "Rename one of them in the file")
        converted[hub.name], stored_names[hub.name] = hub, tensor.name
    return list(converted.values())


def _from_flax(tensor: StoredTensor) -> StoredTensor:
    return from_flax(tensor, tensor.name.replace(".", "/"))


def _name_of_dotted(name: str) -> str:
    return name_of_path(name.replace(".", "/"))
