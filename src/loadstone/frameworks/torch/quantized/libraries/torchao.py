"""Weights quantized by torchao: tensors that ``nn.Linear`` computes with as with any other.

What is quantized by rows is quantized some rows at a time, which gives the same values: what is computed in between
then takes little memory, however large the weight is.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Collection, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from loadstone.errors import ArgumentError, SaveError
from loadstone.frameworks.registry import require_library
from loadstone.frameworks.torch.dtypes import to_torch
from loadstone.frameworks.torch.quantized.library import PackageLibrary
from loadstone.frameworks.torch.quantized.pool import Pool
from loadstone.quantization.methods.torchao.config import TorchAoQuantization
from loadstone.quantization.packed import PackedTensor
from loadstone.quantization.requested import Quantization

_ELEMENTS = 1 << 21
"""Quantized at once: what is computed in between takes some 20 times as many bytes. Fewer at a time cost more waiting,
as PyTorch's threads meet after each step."""
_FORM = "torchao.prototype.safetensors.safetensors_utils"
_HOMES = {"PrototypeInt4WeightOnlyConfig": "torchao.prototype.quantization.int4"}
"""Where a config's class is if not in ``torchao.quantization``."""
_ENUMS = {"Int4PackingFormat", "Int4ChooseQParamsAlgorithm"}
_GRANULARITIES = {"PerRow", "PerTensor", "PerGroup"}


class TorchAo(PackageLibrary):
    """Quantizes by one of torchao's configs."""

    has_tensors = True

    def __init__(self, settings: Mapping[str, object], requested: Quantization | None) -> None:
        self._library = require_library("torchao.quantization", "torchao")
        self._pool = Pool()
        self._by_rows = isinstance(requested, TorchAoQuantization) and requested.goes_by_rows
        self._config: object = None
        if isinstance(requested, TorchAoQuantization):
            name, data = requested.torchao_type
            try:
                self._config = self._make_config(name, {**data, "set_inductor_config": False})
            except (TypeError, ValueError, AssertionError, AttributeError, KeyError) as error:
                raise ArgumentError(f"torchao does not take the quant_type {name} with {dict(data)}: {error}") from None

    @staticmethod
    def why_unreadable(tensor: Tensor) -> str:
        return _why_unreadable(tensor)

    @staticmethod
    def flattened(tensors: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, str]]:
        return _flattened(tensors)

    def _make_config(self, name: str, data: Mapping[str, object]) -> object:
        """A config of torchao. Without its advice to the compiler, which it would give by changing global settings."""
        home = importlib.import_module(_HOMES[name]) if name in _HOMES else self._library
        return getattr(home, name)(**{key: self._value(value) for key, value in data.items()})

    def _value(self, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        kind, data = value["_type"], value.get("_data", {})
        if kind == "torch.dtype":
            return to_torch(str(data))
        if kind in _ENUMS:
            workflows = importlib.import_module("torchao.quantization.quantize_.workflows")
            return getattr(workflows, kind)[data]
        if kind in _GRANULARITIES:
            return getattr(self._library, kind)(**data)
        raise ValueError(f"{kind} is unknown")

    def prepare(self, model: nn.Module, weights: Collection[str], compute_dtype: torch.dtype | None) -> None:
        """Nothing: the layers stay what they are."""

    def quantize(self, module: nn.Module, weight: Tensor, dtype: torch.dtype) -> nn.Parameter:
        """``weight`` (outputs, inputs), quantized; unquantized where its size does not suit the config. Of experts
        (experts, outputs, inputs), each row with a scale."""
        if not self._by_rows:
            return nn.Parameter(self._whole(weight.to(dtype)), requires_grad=False)
        *outer, columns = weight.shape
        lines = weight.reshape(-1, columns)
        rows = max(_ELEMENTS // max(columns, 1), 1)
        parts: dict[str, Tensor] = {}
        for start in range(0, len(lines), rows):
            some: Any = self._whole(lines[start : start + rows].to(dtype))
            names, about = some.__tensor_flatten__()
            for name in names:
                part = getattr(some, name)
                if start == 0:
                    parts[name] = self._pool.like(part, (len(lines), *part.shape[1:]))
                parts[name][start : start + rows].copy_(part)
        if len(outer) > 1:
            parts = {name: part.view(*outer, *part.shape[1:]) for name, part in parts.items()}
            about = {**about, "block_size": [1] * (len(outer) - 1) + list(about["block_size"])}
        quantized = type(some).__tensor_unflatten__(parts, about, weight.shape, weight.stride())
        return nn.Parameter(quantized, requires_grad=False)

    def _whole(self, weight: Tensor) -> Tensor:
        holder = nn.Linear(weight.shape[1], weight.shape[0], bias=False, device="meta")
        holder.weight = nn.Parameter(weight, requires_grad=False)
        self._library.quantize_(holder, self._config)
        return holder.weight.detach()

    def rebuild(
        self, module: nn.Module, packed: PackedTensor, parts: Mapping[str, Tensor], dtype: torch.dtype
    ) -> nn.Parameter:
        """A weight from its parts, such as ``_weight_qdata`` and ``_weight_scale``; it computes in ``dtype``."""
        support = importlib.import_module("torchao.prototype.safetensors.safetensors_support")
        note = json.loads(packed.note)
        if "dtype" in note["_data"]:
            note["_data"]["dtype"] = {"_type": "torch.dtype", "_data": str(dtype).removeprefix("torch.")}
        # `_gate_up_proj_qdata` is a part of `gate_up_proj`.
        own = "module." + next(name for name in parts if name.endswith("_qdata"))[1:].removesuffix("_qdata")
        told = {"tensor_names": json.dumps([own]), own: json.dumps(note)}
        named = {f"module.{name}": part for name, part in parts.items()}
        try:
            tensors, _ = support.unflatten_tensor_state_dict(named, told)
            return nn.Parameter(tensors[own], requires_grad=False)
        except (ValueError, TypeError, KeyError, AttributeError, AssertionError) as error:
            raise ArgumentError(f"torchao cannot use {packed.parts[0].name} as it is stored: {error}") from None


def _flattened(tensors: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors of torchao as the parts that they are made of, and what safetensors files then say of all of them.

    The form is that of ``torchao.prototype.safetensors`` (0.18), which Transformers reads: ``layer.weight`` becomes
    ``layer._weight_qdata``, ``layer._weight_scale``, … Nothing is copied. Raises :class:`SaveError` for a kind of
    tensor that torchao itself has no stored form for.
    """
    form = require_library(_FORM, "torchao")
    parts: dict[str, Tensor] = {}
    metadata = {"tensor_names": json.dumps(list(tensors))}
    for name, tensor in tensors.items():
        flatten = getattr(tensor, "__tensor_flatten__", None)
        if flatten is None:
            parts[name], metadata[name] = tensor, json.dumps({"_type": "Tensor"})
            continue
        if wrong := _why_unreadable(tensor):
            raise SaveError(
                f"{name} is {wrong}. Nothing was written. Torchao's int8 and float8 can be saved, and so can NF4 by "
                "bitsandbytes."
            )
        module, _, leaf = name.rpartition(".")
        parts |= {f"{module}._{leaf}_{part}": getattr(tensor, part) for part in flatten()[0]}
        metadata[name] = json.dumps(tensor, cls=form.TensorSubclassAttributeJSONEncoder)
    return parts, metadata


def _why_unreadable(tensor: Tensor) -> str:
    """What keeps a tensor of torchao from being read back once it is stored; nothing where it can be."""
    from loadstone.quantization.methods.torchao.read import READABLE  # only a save asks

    form = require_library(_FORM, "torchao")
    kind = type(tensor).__name__
    if kind not in form.ALLOWED_TENSORS_SUBCLASSES or kind not in READABLE:
        return f"a {kind}, for which there is no stored form that could be read back"
    if getattr(tensor, "act_pre_scale", None) is not None:
        return f"a {kind} with an act_pre_scale, which belongs to the layer's input"
    parts: Any = tensor
    names: Any = parts.__tensor_flatten__()[0]
    if tensor.dim() == 3 and len({getattr(parts, name).shape[:2] for name in names}) > 1:
        return f"a {kind} of stacked experts without a scale for each row of each"
    return ""


LIBRARY = TorchAo
