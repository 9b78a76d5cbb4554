"""Checkpoints stored in fewer bits: from what the config says of them to tensors that know how they come out."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from loadstone.checkpoint import Checkpoint
from loadstone.errors import Fault, InvalidConfig
from loadstone.packing.kept import Kept
from loadstone.packing.problems import Problems
from loadstone.tensors import StoredTensor

_FORMATS = {
    "fp8": "block_fp8",
}
"""``quant_method`` → the module of ``loadstone.packing`` that reads it."""


RUN_BY = {"torchao": "torchao", "bitsandbytes": "bitsandbytes"}
"""``quant_method`` → the library that computes with such weights as they are stored."""

_STATE = ".quant_state.bitsandbytes__"


def dequantised(checkpoint: Checkpoint, settings: object) -> Checkpoint:
    """The checkpoint as the model has it: each tensor once, those that are packed with their ``packing``.

    ``settings``: the config's ``quantization_config``. Raises :class:`InvalidConfig` for a method that is not known,
    or settings that make no sense, and :class:`CorruptCheckpoint` where tensors contradict them; each lists all.
    """
    method = settings.get("quant_method") if isinstance(settings, Mapping) else None
    if not isinstance(settings, Mapping) or method not in _FORMATS:
        known = ", ".join(map(repr, _FORMATS))
        raise InvalidConfig(
            [Fault("config key 'quantization_config'", f"a quant_method of {known}", f"quant_method {method!r}")],
            hint="Loadstone does not read these weights; load the model's unquantised version.",
        )
    problems = Problems()
    module: Any = importlib.import_module(f"loadstone.packing.{_FORMATS[str(method)]}")
    tensors = list(module.read(checkpoint, settings, problems))
    problems.raise_if_any()
    return Checkpoint(
        tensors,
        format=checkpoint.format,
        files=checkpoint.files,
        index=checkpoint.index,
        metadata=checkpoint.metadata,
    )


def kept(checkpoint: Checkpoint, logical: Checkpoint) -> Checkpoint:
    """What :func:`dequantised` gave for a method of ``RUN_BY``, with packed tensors that are to stay so."""
    states = {name.partition(_STATE)[0]: name for name in checkpoint if _STATE in name}
    tensors = (_kept(tensor, checkpoint, states) for tensor in logical.values())
    return Checkpoint(
        tensors,
        format=checkpoint.format,
        files=checkpoint.files,
        index=checkpoint.index,
        metadata=checkpoint.metadata,
    )


def _kept(tensor: StoredTensor, checkpoint: Checkpoint, states: Mapping[str, str]) -> StoredTensor:
    if tensor.packing is None:
        return tensor
    if tensor.name in states:
        note = bytes(checkpoint.read(states[tensor.name])).decode()
    else:
        note = checkpoint.metadata.get(tensor.name, "")
    module = tensor.name[: tensor.name.rfind(".") + 1]
    return tensor._replace(packing=Kept(tensor.packing, note, module))
