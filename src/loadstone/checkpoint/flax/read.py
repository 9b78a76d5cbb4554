"""Flax's own files, read without Flax: what ``flax.serialization`` wrote, for ``flax_model.msgpack`` and its shards.

Names and layouts become the Hub's, so that a slot finds its tensor whichever framework wrote the file: the path is
joined with dots, and at its end ``kernel`` (whose dimensions are also put in the Hub's order), ``embedding`` and
``scale`` become ``weight``. Of a model with running statistics the levels ``params`` and ``batch_stats`` go, and
``mean`` and ``var`` become ``running_mean`` and ``running_var``.

Source: ``modeling_flax_utils.py`` and ``modeling_flax_pytorch_utils.py`` of Transformers 4.57.1.
"""

from __future__ import annotations

from pathlib import Path

from loadstone.checkpoint.faults import Faults, in_file, quoted
from loadstone.checkpoint.flax.layout import PARAMETERS, STATISTIC_NAMES, STATISTICS
from loadstone.checkpoint.flax.msgpack import Walker
from loadstone.checkpoint.layouts import in_runs, kernel_order, reordered
from loadstone.core.tensors import StoredTensor
from loadstone.transfer.regular_file import RegularFile, UnusableFile

_STATISTICS = {flax: hub for hub, flax in STATISTIC_NAMES.items()}
_KERNEL = "kernel"
_WEIGHTS = (_KERNEL, "embedding", "scale")


def read_msgpack(path: Path, faults: Faults) -> tuple[list[StoredTensor], dict[str, str]]:
    """The tensors of one file, in the order of their bytes. Every fault found is added to ``faults``."""
    before = len(faults)
    try:
        with RegularFile(path) as file:
            file.refuse_lfs_pointer()
            arrays = Walker(file, faults).arrays()
    except UnusableFile as unusable:
        faults.damaged(path, unusable.expected, unusable.found, unusable.hint)
        return [], {}
    tensors: dict[str, StoredTensor] = {}
    paths: dict[str, str] = {}
    for array in arrays:
        stored = "/".join(array.path)
        name = name_of(stored)
        if name in tensors:
            found = f"{quoted(paths[name])} and {quoted(stored)}"
            faults.damaged(in_file(path, name), "one array of this name", found, "Rename one of them in the file")
        tensors[name] = hub_tensor(in_runs(name, array.dtype, array.shape, path, array.runs), stored)
        paths[name] = stored
    return (list(tensors.values()), {}) if len(faults) == before else ([], {})


def name_of(path: str) -> str:
    """The Hub's name for a path in a Flax file.

    >>> name_of("model/layers/0/self_attn/q_proj/kernel")
    'model.layers.0.self_attn.q_proj.weight'
    """
    *modules, leaf = path.split("/")
    if modules and modules[0] in (PARAMETERS, STATISTICS):
        collection = modules.pop(0)
        leaf = _STATISTICS.get(leaf, leaf) if collection == STATISTICS else leaf
    return ".".join([*modules, "weight" if leaf in _WEIGHTS else leaf])


def hub_tensor(tensor: StoredTensor, path: str) -> StoredTensor:
    """The array of that path in a Flax file, with the Hub's name and layout."""
    tensor = tensor._replace(name=name_of(path))
    is_kernel = path.rpartition("/")[2] == _KERNEL
    return reordered(tensor, kernel_order(len(tensor.shape))) if is_kernel else tensor
