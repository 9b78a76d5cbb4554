"""Quantizing by torchao: what ``quantization_config=`` may say of it, and what weights then take."""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import NotRequired, TypedDict, cast

from loadstone.errors import ArgumentError
from loadstone.quantization.requested import Quantization, check_keys, checked_names

_SHORT = {
    "int8": "Int8WeightOnlyConfig",
    "int8_weight_only": "Int8WeightOnlyConfig",
    "int4": "Int4WeightOnlyConfig",
    "int4_weight_only": "Int4WeightOnlyConfig",
    "float8": "Float8WeightOnlyConfig",
    "float8_weight_only": "Float8WeightOnlyConfig",
}
"""Names that ``quant_type`` may have in place of torchao's own config."""
_CPU_INT4 = "PrototypeInt4WeightOnlyConfig"
TYPES = ("Int8WeightOnlyConfig", "Float8WeightOnlyConfig", "Int4WeightOnlyConfig", _CPU_INT4)


@dataclass(frozen=True)
class TorchAoConfig:
    """int8, int4 or float8 weights by ``torchao``.

    ``quant_type``: one of torchao's configs (``Int8WeightOnlyConfig()``), or ``"int8"``, ``"int4"``, ``"float8"``.
    ``modules_to_not_convert``: names of modules, or of what they lie in, or how these end. Embeddings and heads are
    left alone in any case.
    """

    quant_type: object
    modules_to_not_convert: Sequence[str] | None = None
    include_input_output_embeddings: bool = False
    untie_embedding_weights: bool = False

    def to_dict(self) -> dict[str, object]:
        """The form that ``config.json`` has."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {"quant_method": "torchao", **values, "quant_type": {"default": _torchao_dict(self.quant_type)}}


class _TorchAoType(TypedDict):
    """One of torchao's configs, as JSON has it; its arguments are not checked."""

    _type: str
    _version: int
    _data: Mapping[str, object]


class _GroupSize(TypedDict, total=False):
    group_size: int


class _Granularity(TypedDict):
    """What part of a weight has a scale."""

    _type: str
    _data: NotRequired[_GroupSize]


class TorchAoArguments(TypedDict, total=False):
    """Of one of torchao's configs, as JSON has them: those that sizes depend on. There may be others."""

    group_size: int
    granularity: _Granularity | None


@dataclass(frozen=True)
class TorchAoQuantization(Quantization):
    """int8, int4 or float8 by one of torchao's configs."""

    torchao_type: tuple[str, TorchAoArguments]
    """The name of torchao's config, and its arguments."""

    @property
    def goes_by_rows(self) -> bool:
        """Whether each row's values depend on that row alone, and each part has a row for it."""
        name, data = self.torchao_type
        granularity: _Granularity = data.get("granularity") or {"_type": "PerRow"}
        return name in TYPES[:2] and granularity["_type"] in ("PerRow", "PerGroup")

    @property
    def takes_experts(self) -> bool:
        """Tensors with a scale for each row may have three dimensions, of which an expert's matrix is taken as it is of
        a plain tensor."""
        if not self.goes_by_rows:
            return False
        _, data = self.torchao_type
        granularity = data.get("granularity")
        return granularity is None or bool(granularity["_type"] == "PerRow")

    @property
    def needs_accelerator(self) -> str:
        return _INT4_ON_CPU if self.torchao_type[0] == "Int4WeightOnlyConfig" else ""

    def packed_bytes(self, shape: tuple[int, ...], bits: int) -> int:
        """Sizes by torchao 0.18 (``Int8Tensor``, ``Float8Tensor``, ``Int4Tensor``)."""
        rows, columns = math.prod(shape[:-1]), shape[-1]
        elements = rows * columns
        name, data = self.torchao_type
        if name in ("Int4WeightOnlyConfig", _CPU_INT4):
            group = data.get("group_size", 128)
            return elements * bits // 8 if columns % group else elements // 2 + elements // group * 2 * bits // 8
        granularity: _Granularity = data.get("granularity") or {"_type": "PerRow"}
        scales = {"PerRow": rows, "PerTensor": 1}.get(granularity["_type"], 0)
        scales = scales or elements // granularity["_data"]["group_size"]
        return elements + scales * (5 if name == "Int8WeightOnlyConfig" else 4)

    def described(self, left_alone: Sequence[str], compute_dtype: str | None) -> dict[str, object]:
        return {**self.settings, "modules_to_not_convert": list(left_alone)}


_INT4_ON_CPU = (
    "torchao's Int4WeightOnlyConfig needs an accelerator. On the CPU there are its "
    "PrototypeInt4WeightOnlyConfig, and BitsAndBytesConfig(load_in_4bit=True)."
)


def requested(given: Mapping[str, object]) -> TorchAoQuantization:
    """What a ``quantization_config=`` of torchao asks for; :class:`ArgumentError` where it makes no sense."""
    check_keys(given, TorchAoConfig)
    for name in ("include_input_output_embeddings", "untie_embedding_weights"):
        if given.get(name):
            raise ArgumentError(f"quantization_config has {name}={given[name]!r}: embeddings and heads are left alone.")
    chosen = _torchao_dict(given.get("quant_type"))
    name = chosen["_type"]
    if name not in TYPES:
        raise ArgumentError(f"quant_type is {name!r}, expected one of torchao's {', '.join(TYPES)}.")
    arguments = _checked(chosen["_data"])
    left_alone = checked_names(given.get("modules_to_not_convert"), "modules_to_not_convert")
    return TorchAoQuantization(TorchAoConfig(chosen, left_alone or None).to_dict(), left_alone, (name, arguments))


def _checked(data: Mapping[str, object]) -> TorchAoArguments:
    """The arguments of one of torchao's configs; :class:`ArgumentError` for sizes that make no sense."""
    sizes = [data.get("group_size")]
    granularity = data.get("granularity")
    if granularity is not None:
        if (
            not isinstance(granularity, Mapping)
            or granularity.get("_type") not in ("PerRow", "PerTensor", "PerGroup")
            or not isinstance(granularity.get("_data", {}), Mapping)
        ):
            raise ArgumentError(f"quant_type has granularity {granularity!r}, expected PerRow, PerTensor or PerGroup.")
        sizes.append(granularity.get("_data", {}).get("group_size"))
        if granularity["_type"] == "PerGroup" and sizes[1] is None:
            raise ArgumentError("quant_type has granularity PerGroup without a group_size.")
    for size in sizes:
        if size is not None and (not isinstance(size, int) or isinstance(size, bool) or not 0 < size <= 1 << 20):
            raise ArgumentError(f"quant_type has group_size {size!r}, expected an integer of at least 1.")
    return cast("TorchAoArguments", data)


def _torchao_dict(quant_type: object) -> _TorchAoType:
    """``"int8"``, ``{"default": {…}}``, ``{"_type": …}`` or a config of torchao → ``{"_type": …}``."""
    if isinstance(quant_type, str):
        name = _SHORT.get(quant_type, quant_type)
        if name not in TYPES:
            raise ArgumentError(f"quant_type is {quant_type!r}, expected one of {', '.join((*_SHORT, *TYPES))}.")
        return {"_type": name, "_version": 2 if name != _CPU_INT4 else 1, "_data": {}}
    if isinstance(quant_type, Mapping):
        if set(quant_type) == {"default"} and isinstance(quant_type["default"], str | Mapping):
            return _torchao_dict(quant_type["default"])
        if isinstance(quant_type.get("_type"), str) and isinstance(quant_type.get("_data"), Mapping):
            return cast("_TorchAoType", {"_version": 1, **quant_type, "_data": dict(quant_type["_data"])})
    elif type(quant_type).__module__.partition(".")[0] == "torchao":
        config_dict: _TorchAoType = importlib.import_module("torchao.core.config").config_to_dict(quant_type)
        return config_dict
    raise ArgumentError(f"quant_type is {quant_type!r}, expected one of torchao's configs, or its name.")
