"""What ``quantization_config=`` asks for: the two configs of ours, and any other in the form that the Hub stores.

The names of arguments and keys are those of Transformers 5 (``utils/quantization_config.py``), so that a config of
either library, or ``config.json``, says the same to both.
"""

from __future__ import annotations

import importlib
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from loadstone.core.dtypes import dtype_name
from loadstone.errors import ArgumentError

BITSANDBYTES, TORCHAO = "bitsandbytes", "torchao"
NF4_BLOCK = 64
"""Numbers that share a scale in bitsandbytes' 4 bits."""
_NESTED_BLOCK = 256
"""Scales that share a scale, with ``bnb_4bit_use_double_quant``."""
_KEYS = ("quant_method", "_load_in_4bit", "_load_in_8bit")

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

    quant_type: Any
    modules_to_not_convert: Sequence[str] | None = None
    include_input_output_embeddings: bool = False
    untie_embedding_weights: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The form that ``config.json`` has."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {"quant_method": TORCHAO, **values, "quant_type": {"default": _torchao_dict(self.quant_type)}}


@dataclass(frozen=True)
class BitsAndBytesConfig:
    """NF4 or FP4, or int8, weights by ``bitsandbytes``: ``load_in_4bit=True`` or ``load_in_8bit=True``.

    ``bnb_4bit_compute_dtype``: a dtype or its name; the model's own where it is not given.
    """

    load_in_8bit: bool = False
    load_in_4bit: bool = False
    llm_int8_threshold: float = 6.0
    llm_int8_skip_modules: Sequence[str] | None = None
    llm_int8_enable_fp32_cpu_offload: bool = False
    llm_int8_has_fp16_weight: bool = False
    bnb_4bit_compute_dtype: Any = None
    bnb_4bit_quant_type: str = "nf4"
    bnb_4bit_use_double_quant: bool = False
    bnb_4bit_quant_storage: Any = "uint8"

    def to_dict(self) -> dict[str, Any]:
        """The form that ``config.json`` has."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        for name in ("bnb_4bit_compute_dtype", "bnb_4bit_quant_storage"):
            values[name] = None if values[name] is None else dtype_name(values[name])
        return {"quant_method": BITSANDBYTES, **values}


_COMMON: dict[str, Callable[[Sequence[str] | None], TorchAoConfig | BitsAndBytesConfig]] = {
    "int8": lambda left: TorchAoConfig("int8", left),
    "int4": lambda left: TorchAoConfig("int4", left),
    "float8": lambda left: TorchAoConfig("float8", left),
    "nf4": lambda left: BitsAndBytesConfig(load_in_4bit=True, llm_int8_skip_modules=left),
    "fp4": lambda left: BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="fp4", llm_int8_skip_modules=left),
    "llm-int8": lambda left: BitsAndBytesConfig(load_in_8bit=True, llm_int8_skip_modules=left),
}


def named(name: str, left_alone: Sequence[str] = ()) -> TorchAoConfig | BitsAndBytesConfig:
    """The config that the command line means by a name; ``left_alone``: modules to keep as they are.

    Raises :class:`ArgumentError` that lists the names.
    """
    if name not in _COMMON:
        raise ArgumentError(f"--quantize {name}: expected one of {', '.join(_COMMON)}.")
    return _COMMON[name](list(left_alone) or None)


@dataclass(frozen=True)
class Quantisation:
    """A ``quantization_config`` that was checked."""

    method: str
    settings: Mapping[str, Any]
    """In the Hub's form."""
    left_alone: tuple[str, ...]
    """Patterns for names of modules that keep their dtype."""

    def leaves_alone(self, module: str) -> bool:
        """Whether a module is among those that keep their dtype: by its name, what it lies in, or how its name ends."""
        return any(
            module.endswith(pattern) or re.match(rf"(?:{pattern})(?:\.|$)", module) for pattern in self.left_alone
        )

    def packed_bytes(self, shape: tuple[int, ...], bits: int) -> int:
        """What a weight of that shape takes, scales and all, where the model has ``bits`` for a number. Stacked ones
        have the rows of all.

        Sizes by torchao 0.18 (``Int8Tensor``, ``Float8Tensor``, ``Int4Tensor``) and bitsandbytes 0.50 (``QuantState``).
        """
        rows, columns = math.prod(shape[:-1]), shape[-1]
        elements = rows * columns
        if self.method == BITSANDBYTES:
            if self.settings["load_in_8bit"]:
                return elements + 4 * rows
            blocks = -(-elements // NF4_BLOCK)
            scales = blocks + 4 * -(-blocks // _NESTED_BLOCK) + 4 * 256 + 4
            return -(-elements // 2) + 4 * 16 + (scales if self.settings["bnb_4bit_use_double_quant"] else 4 * blocks)
        name, data = self.torchao_type
        if name in ("Int4WeightOnlyConfig", _CPU_INT4):
            group = data.get("group_size", 128)
            return elements * bits // 8 if columns % group else elements // 2 + elements // group * 2 * bits // 8
        granularity = data.get("granularity") or {"_type": "PerRow"}
        scales = {"PerRow": rows, "PerTensor": 1}.get(granularity["_type"], 0)
        scales = scales or elements // granularity["_data"]["group_size"]
        return elements + scales * (5 if name == "Int8WeightOnlyConfig" else 4)

    @property
    def torchao_type(self) -> tuple[str, Mapping[str, Any]]:
        """The name of torchao's config, and its arguments as JSON has them."""
        found = self.settings["quant_type"]["default"]
        return found["_type"], found["_data"]

    @property
    def goes_by_rows(self) -> bool:
        """Whether each row's numbers depend on that row alone, and each part has a row for it."""
        if self.method == BITSANDBYTES:
            return False
        name, data = self.torchao_type
        granularity = data.get("granularity") or {"_type": "PerRow"}
        return name in TYPES[:2] and granularity["_type"] in ("PerRow", "PerGroup")

    @property
    def takes_experts(self) -> bool:
        """Whether stacked experts are quantised too: torchao's tensors with a scale for each row may have three
        dimensions, of which an expert's matrix is taken as it is of a plain tensor."""
        if not self.goes_by_rows:
            return False
        _, data = self.torchao_type
        granularity = data.get("granularity")
        return granularity is None or bool(granularity["_type"] == "PerRow")

    @property
    def takes_turned(self) -> bool:
        """Whether maps whose weight is (inputs, outputs), GPT-2's, are quantised too. Transformers has bitsandbytes'
        layers in their place, which hold (outputs, inputs); for torchao's tensors nobody has a form that is read."""
        return self.method == BITSANDBYTES

    @property
    def needs_accelerator(self) -> bool:
        """Whether the library has this for accelerators only."""
        return self.method == TORCHAO and self.torchao_type[0] == "Int4WeightOnlyConfig"


def read(asked: object) -> Quantisation:
    """What the caller gave, checked: a dict, one of our configs, or anything with ``to_dict()``.

    Raises :class:`ArgumentError` that says what is wrong and what is known.
    """
    to_dict = getattr(asked, "to_dict", None)
    given = to_dict() if callable(to_dict) else asked
    if not isinstance(given, Mapping):
        raise ArgumentError(
            f"quantization_config is {asked!r}, expected loadstone.TorchAoConfig(…), loadstone.BitsAndBytesConfig(…), "
            "or a dict with quant_method."
        )
    method = getattr(given.get("quant_method"), "value", given.get("quant_method"))
    if method is None and (given.get("load_in_4bit") or given.get("load_in_8bit")):
        method = BITSANDBYTES
    if method not in _READERS:
        raise ArgumentError(
            f"quantization_config has quant_method {method!r}. Weights can be quantised while they are loaded with "
            f"{' and '.join(map(repr, _READERS))}."
        )
    settings, left_alone = _READERS[method](given)
    for pattern in left_alone:
        try:
            re.compile(pattern)
        except (re.error, TypeError) as error:
            raise ArgumentError(f"quantization_config leaves out {pattern!r}, no module's name: {error}") from None
    return Quantisation(method, settings, left_alone)


def _torchao(given: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    _check_keys(given, TorchAoConfig)
    for name in ("include_input_output_embeddings", "untie_embedding_weights"):
        if given.get(name):
            raise ArgumentError(f"quantization_config has {name}={given[name]!r}: embeddings and heads are left alone.")
    settings = TorchAoConfig(_torchao_dict(given.get("quant_type")), given.get("modules_to_not_convert")).to_dict()
    chosen = settings["quant_type"]["default"]
    name, data = chosen["_type"], chosen["_data"]
    if name not in TYPES:
        raise ArgumentError(f"quant_type is {name!r}, expected one of torchao's {', '.join(TYPES)}.")
    granularity = data.get("granularity")
    if granularity is not None and not (
        isinstance(granularity, Mapping)
        and granularity.get("_type") in ("PerRow", "PerTensor", "PerGroup")
        and isinstance(granularity.get("_data", {}), Mapping)
    ):
        raise ArgumentError(f"quant_type has granularity {granularity!r}, expected PerRow, PerTensor or PerGroup.")
    sizes = [data.get("group_size"), (granularity or {}).get("_data", {}).get("group_size")]
    if granularity is not None and granularity["_type"] == "PerGroup" and sizes[1] is None:
        raise ArgumentError("quant_type has granularity PerGroup without a group_size.")
    for size in sizes:
        if size is not None and (not isinstance(size, int) or isinstance(size, bool) or not 0 < size <= 1 << 20):
            raise ArgumentError(f"quant_type has group_size {size!r}, expected a whole number of at least 1.")
    return settings, _names(settings["modules_to_not_convert"], "modules_to_not_convert")


def _torchao_dict(quant_type: Any) -> dict[str, Any]:
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
            return {"_version": 1, **quant_type, "_data": dict(quant_type["_data"])}
    elif type(quant_type).__module__.partition(".")[0] == "torchao":
        made: dict[str, Any] = importlib.import_module("torchao.core.config").config_to_dict(quant_type)
        return made
    raise ArgumentError(f"quant_type is {quant_type!r}, expected one of torchao's configs, or its name.")


def _bitsandbytes(given: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    _check_keys(given, BitsAndBytesConfig)
    names = {each.name for each in fields(BitsAndBytesConfig)}
    settings = BitsAndBytesConfig(**{name: value for name, value in given.items() if name in names}).to_dict()
    for name in ("load_in_8bit", "load_in_4bit", "bnb_4bit_use_double_quant"):
        if not isinstance(settings[name], bool):
            raise ArgumentError(f"quantization_config has {name}={settings[name]!r}, expected True or False.")
    if settings["load_in_8bit"] is settings["load_in_4bit"]:
        raise ArgumentError("quantization_config of bitsandbytes: give load_in_4bit=True or load_in_8bit=True.")
    expected: dict[str, tuple[Any, ...]] = {
        "bnb_4bit_quant_type": ("nf4", "fp4"),
        "bnb_4bit_compute_dtype": (None, "float32", "float16", "bfloat16"),
        "bnb_4bit_quant_storage": ("uint8",),
        "llm_int8_has_fp16_weight": (False,),
        "llm_int8_enable_fp32_cpu_offload": (False,),
    }
    for name, values in expected.items():
        if settings[name] not in values:
            known = " or ".join(map(repr, values))
            raise ArgumentError(f"quantization_config has {name}={settings[name]!r}, expected {known}.")
    threshold = settings["llm_int8_threshold"]
    if not isinstance(threshold, int | float) or isinstance(threshold, bool) or not threshold >= 0:
        raise ArgumentError(f"quantization_config has llm_int8_threshold={threshold!r}, expected a number from 0 on.")
    return settings, _names(settings["llm_int8_skip_modules"], "llm_int8_skip_modules")


_READERS: dict[str, Callable[[Mapping[str, Any]], tuple[dict[str, Any], tuple[str, ...]]]] = {
    TORCHAO: _torchao,
    BITSANDBYTES: _bitsandbytes,
}


def _check_keys(given: Mapping[str, Any], config: type[Any]) -> None:
    known = {each.name for each in fields(config)} | set(_KEYS)
    unknown = [str(name) for name in given if name not in known]
    if unknown:
        raise ArgumentError(
            f"quantization_config has {', '.join(sorted(unknown))}, which is unknown. It takes "
            f"{', '.join(sorted(known - set(_KEYS)))}."
        )


def _names(given: Any, name: str) -> tuple[str, ...]:
    if isinstance(given, str) or not isinstance(given, Sequence | None):
        raise ArgumentError(f"quantization_config has {name}={given!r}, expected a list of names.")
    return tuple(_each(given or (), name))


def _each(given: Sequence[Any], name: str) -> Iterator[str]:
    for each in given:
        if not isinstance(each, str) or not each:
            raise ArgumentError(f"quantization_config has {each!r} in {name}, expected the name of a module.")
        yield each
