"""Keras's files, read without Keras: ``tf_model.h5`` and its shards, Keras 3's ``.weights.h5`` and ``.keras``.

Names and layouts become the Hub's:

- ``tf_model.h5`` has a group for each layer, and in it variables such as
  ``tf_bert_model/bert/encoder/layer_._0/attention/self/query/kernel:0``. The model's own name goes, ``_._`` is a level,
  of ``mlm___cls`` the end counts, and at the end ``kernel`` (its dimensions put in the Hub's order), ``embeddings`` and
  ``gamma`` become ``weight``, ``beta`` becomes ``bias``, ``moving_mean`` and ``moving_variance`` become
  ``running_mean`` and ``running_var``. A shard has the same without the model's name.
- A file of Keras 3 has ``…/vars/0``. That path is the name, unless the last part of it is a word: then the model
  gave its variables the Hub's names, and ``bert/encoder/…/query/vars/weight`` is ``bert.encoder.….query.weight``.
  Only ``output`` is ``output_`` there, since Keras's layers have an attribute of that name, and a number is ``_0``.

What an optimizer holds is ignored. A variable that several layers use is stored with each of them, and taken once.

Source: ``modeling_tf_utils.py`` and ``modeling_tf_pytorch_utils.py`` of Transformers 4.57.1, and
``saving/saving_lib.py`` of Keras 3.15.
"""

from __future__ import annotations

from pathlib import Path

from loadstone.checkpoint.faults import Faults, in_file, quoted
from loadstone.checkpoint.keras.hdf5 import Dataset, Hdf5, Tree
from loadstone.checkpoint.layouts import kernel_order, reordered
from loadstone.checkpoint.pytorch.zip_records import MAGIC, read_records
from loadstone.core.tensors import StoredTensor
from loadstone.transfer.regular_file import RegularFile, UnusableFile

_IN_ARCHIVE = "model.weights.h5"
_WHOLE_MODEL = "model_weights"
_OPTIMIZERS = frozenset({"optimizer", "optimizer_weights"})
_KERNEL = "kernel"
_LEAVES = {_KERNEL: "weight", "embeddings": "weight", "gamma": "weight", "beta": "bias"}
_LEAVES |= {"moving_mean": "running_mean", "moving_variance": "running_var"}
_SOME_MODEL = "model/"
_FETCH_AGAIN = "Fetch the file again, or ask its author"


def read_keras(path: Path, faults: Faults) -> tuple[list[StoredTensor], dict[str, str]]:
    """The tensors of one file, in the order of their bytes. Every fault found is added to ``faults``."""
    before = len(faults)
    try:
        with RegularFile(path) as file:
            file.refuse_lfs_pointer()
            start, nbytes = _within_archive(file, faults) if file.read_head(4) == MAGIC else (0, file.nbytes)
            tree = Hdf5(file, start, nbytes, faults).tree(_OPTIMIZERS) if len(faults) == before else Tree([], {})
    except UnusableFile as unusable:
        faults.damaged(path, unusable.expected, unusable.found, unusable.hint)
        return [], {}
    tensors: dict[str, StoredTensor] = {}
    variables: dict[str, str] = {}
    for dataset in sorted(tree.datasets, key=lambda dataset: dataset.offset):
        variable, is_transformers = _variable(dataset.path, tree)
        tensor = _tensor(path, dataset, variable, is_transformers)
        known = tensors.setdefault(tensor.name, tensor)
        # Each layer that uses a variable stores it, so a table that two layers share stands there twice.
        as_known = (variable, tensor.dtype, tensor.shape)
        if as_known != (variables.setdefault(tensor.name, variable), known.dtype, known.shape):
            found = f"{quoted(variables[tensor.name])} and {quoted(variable)}, or of two shapes"
            faults.damaged(in_file(path, tensor.name), "one variable of this name", found, _FETCH_AGAIN)
    return (list(tensors.values()), {}) if len(faults) == before else ([], {})


def name_of_variable(variable: str) -> str:
    """The Hub's name for a variable of Transformers' TensorFlow models.

    >>> name_of_variable("tf_bert_for_masked_lm/mlm___cls/predictions/transform/dense/kernel:0")
    'cls.predictions.transform.dense.weight'
    """
    levels = _levels(variable)
    return ".".join([*levels[:-1], _LEAVES.get(levels[-1], levels[-1])])


def _levels(variable: str) -> list[str]:
    model, *inner = variable.partition(":")[0].split("/")
    if not inner:
        return [model]
    leaf = inner.pop()
    # What stands before "___" only keeps apart what would have one name in TensorFlow.
    joined = "/".join([*(level.rpartition("___")[2] for level in inner), leaf])
    return [level for level in joined.replace("_._", "/").split("/") if level] or [leaf]


def _within_archive(file: RegularFile, faults: Faults) -> tuple[int, int]:
    """Where the weights lie in a ``.keras`` file."""
    records = read_records(file, faults)
    for record in records:
        if record.name == _IN_ARCHIVE:
            return record.offset, record.nbytes
    names = ", ".join(quoted(record.name) for record in records[:10]) or "nothing that can be read"
    faults.damaged(file.path, f"an archive with {_IN_ARCHIVE}, as Keras writes", names, "Save the model again")
    return 0, 0


def hub_tensor(tensor: StoredTensor, variable: str) -> StoredTensor:
    """The variable of Transformers' TensorFlow models that bears this name, with the Hub's name and layout."""
    tensor = tensor._replace(name=name_of_variable(variable))
    leaf = _levels(variable)[-1]
    if leaf == _KERNEL:
        return reordered(tensor, kernel_order(len(tensor.shape)))
    if leaf == "bias" and len(tensor.shape) == 2 and tensor.shape[0] == 1:
        return tensor._replace(shape=tensor.shape[1:])  # GPT-2's, which is a row there
    return tensor


def with_model_name(path: str) -> str:
    """The name of a variable as its model has it, for one that shards and safetensors files have without."""
    # Transformers leaves the model's name away, with this exception.
    return path if "model." in path else _SOME_MODEL + path


def _tensor(path: Path, dataset: Dataset, variable: str, is_transformers: bool) -> StoredTensor:
    tensor = StoredTensor(variable, dataset.dtype, dataset.shape, path, dataset.offset, dataset.nbytes)
    return hub_tensor(tensor, variable) if is_transformers else tensor._replace(name=_name_in_keras_3(variable))


def _name_in_keras_3(path: str) -> str:
    *outer, last = path.split("/")
    if outer and outer[-1] == "vars" and not last.isdigit():
        last = last.removeprefix("_") if last[1:].isdigit() else last
        return ".".join([*("output" if level == "output_" else level for level in outer[:-1]), last])
    return path


def _variable(path: str, tree: Tree) -> tuple[str, bool]:
    """A variable's own name, and whether it is of the kind that Transformers' TensorFlow models give.

    That name stands behind the group of a layer, and in a shard it is the whole path.
    """
    top = _WHOLE_MODEL if _WHOLE_MODEL in tree.groups else ""
    if not _has(tree, top, "layer_names"):
        return path, False
    at = path.find("/")
    while at >= 0:
        if path[:at] != top and _has(tree, path[:at], "weight_names"):
            return path[at + 1 :], True
        at = path.find("/", at + 1)
    return with_model_name(path), True


def _has(tree: Tree, group: str, attribute: str) -> bool:
    """Whether a group has this attribute, or its first part: Keras splits a long one into numbered ones."""
    return bool({attribute, f"{attribute}0"} & tree.groups.get(group, frozenset()))
