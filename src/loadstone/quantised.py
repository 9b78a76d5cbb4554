"""Checkpoints stored in fewer bits: from what the config says of them to tensors that know how they come out."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from loadstone.architectures import registry
from loadstone.checkpoint import Checkpoint
from loadstone.errors import Fault, InvalidConfig
from loadstone.packing.problems import Problems
from loadstone.tensors import StoredTensor

_FORMATS = {
    "fp8": "block_fp8",
    "compressed-tensors": "compressed",
    "gptq": "gptq",
    "awq": "awq",
    "bitsandbytes": "bitsandbytes",
    "bitsandbytes_4bit": "bitsandbytes",
    "bitsandbytes_8bit": "bitsandbytes",
    "mxfp4": "mxfp4",
    "torchao": "torchao",
}
"""``quant_method`` → the module of ``loadstone.packing`` that reads it."""


def dequantised(checkpoint: Checkpoint, settings: object, model_type: str = "") -> Checkpoint:
    """The checkpoint as the model has it: each tensor once, those that are packed with their ``packing``.

    ``settings``: the config's ``quantization_config``. ``model_type``: some families have weights as (inputs, outputs),
    which all formats pack as (outputs, inputs). Raises :class:`InvalidConfig` for a method that is not known, or
    settings that make no sense, and :class:`CorruptCheckpoint` where tensors contradict them; each lists all.
    """
    method = method_of(settings)
    if not isinstance(settings, Mapping) or method is None or method not in _FORMATS:
        known = ", ".join(map(repr, _FORMATS))
        raise InvalidConfig(
            [Fault("config key 'quantization_config'", f"a quant_method of {known}", f"quant_method {method!r}")],
            hint="Loadstone does not read these weights; load the model's unquantised version.",
        )
    problems = Problems()
    module: Any = importlib.import_module(f"loadstone.packing.{_FORMATS[method]}")
    tensors = list(module.read(checkpoint, settings, problems))
    problems.raise_if_any()
    inputs_first = registry.family(model_type).inputs_first if registry.is_family(model_type) else ()
    return checkpoint.holding(_turned(tensors, inputs_first) if inputs_first else tensors)


def _turned(tensors: list[StoredTensor], inputs_first: tuple[str, ...]) -> list[StoredTensor]:
    from loadstone.packing.turned import turned  # which needs NumPy

    return [turned(each) if each.packing and each.name.endswith(inputs_first) else each for each in tensors]


def method_of(settings: object) -> str | None:
    """The ``quant_method``; None where there is none. The oldest of bitsandbytes' configs say it by two flags alone."""
    if not isinstance(settings, Mapping):
        return None
    method = settings.get("quant_method")
    if method is None and (settings.get("load_in_4bit") is True or settings.get("load_in_8bit") is True):
        return "bitsandbytes"
    return method if isinstance(method, str) else None
