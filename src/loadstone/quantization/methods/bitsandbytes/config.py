"""Quantizing by bitsandbytes: what ``quantization_config=`` may say of it, and what weights then take."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from loadstone.core.dtypes import dtype_name
from loadstone.core.tensors import DType
from loadstone.errors import ArgumentError
from loadstone.quantization.requested import Quantization, check_keys, checked_names

_BLOCK = 64
"""Values that share a scale in four bits."""
_NESTED_BLOCK = 256
"""Scales that share a scale, with ``bnb_4bit_use_double_quant``."""


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
    bnb_4bit_compute_dtype: object = None
    bnb_4bit_quant_type: str = "nf4"
    bnb_4bit_use_double_quant: bool = False
    bnb_4bit_quant_storage: object = "uint8"

    def to_dict(self) -> dict[str, object]:
        """The form that ``config.json`` has."""
        return _settings({field.name: getattr(self, field.name) for field in fields(self)})


class BitsAndBytesQuantization(Quantization):
    """NF4, FP4 or int8."""

    dtypes = frozenset((DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16))

    @property
    def takes_turned(self) -> bool:
        """Transformers has bitsandbytes' layers in their place, which hold (outputs, inputs)."""
        return True

    def packed_bytes(self, shape: tuple[int, ...], bits: int) -> int:
        """Sizes by bitsandbytes 0.50 (``QuantState``)."""
        rows = math.prod(shape[:-1])
        elements = rows * shape[-1]
        if self.settings["load_in_8bit"]:
            return elements + 4 * rows
        blocks = -(-elements // _BLOCK)
        scales = blocks + 4 * -(-blocks // _NESTED_BLOCK) + 4 * 256 + 4
        return -(-elements // 2) + 4 * 16 + (scales if self.settings["bnb_4bit_use_double_quant"] else 4 * blocks)

    def described(self, left_alone: Sequence[str], compute_dtype: str | None) -> dict[str, object]:
        settings = {**self.settings, "llm_int8_skip_modules": list(left_alone)}
        if settings["bnb_4bit_compute_dtype"] is None and compute_dtype is not None:
            settings["bnb_4bit_compute_dtype"] = compute_dtype
        return settings


def _settings(values: Mapping[str, object]) -> dict[str, object]:
    """A value for each field of :class:`BitsAndBytesConfig`, in the form that ``config.json`` has."""
    names = {
        name: None if values[name] is None else dtype_name(values[name])
        for name in ("bnb_4bit_compute_dtype", "bnb_4bit_quant_storage")
    }
    return {"quant_method": "bitsandbytes", **values, **names}


def requested(given: Mapping[str, object]) -> BitsAndBytesQuantization:
    """What a ``quantization_config=`` of bitsandbytes asks for; :class:`ArgumentError` where it makes no sense."""
    check_keys(given, BitsAndBytesConfig)
    settings = _settings({field.name: given.get(field.name, field.default) for field in fields(BitsAndBytesConfig)})
    for name in ("load_in_8bit", "load_in_4bit", "bnb_4bit_use_double_quant"):
        if not isinstance(settings[name], bool):
            raise ArgumentError(f"quantization_config has {name}={settings[name]!r}, expected True or False.")
    if settings["load_in_8bit"] is settings["load_in_4bit"]:
        raise ArgumentError("quantization_config of bitsandbytes: give load_in_4bit=True or load_in_8bit=True.")
    expected: dict[str, tuple[object, ...]] = {
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
    return BitsAndBytesQuantization(settings, checked_names(settings["llm_int8_skip_modules"], "llm_int8_skip_modules"))
