"""Stored tensors that are codes and no weights: few bits, with the scales beside them that make values of them.

Quantized checkpoints say in their settings how codes are read. Where those are missing, what is stored still tells: a
float8 tensor is a weight of its own only if nothing scales it. Names as compressed-tensors, ModelOpt, DeepSeek, vLLM,
GPTQ, AWQ, bitsandbytes, MLX, gpt-oss, torchao, Quanto, EETQ and ComfyUI write them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from loadstone.core.tensors import DType, Slot, StoredTensor
from loadstone.errors import Fault, InvalidConfig

_CODES = {dtype for dtype in DType if dtype.bits <= 8 and dtype is not DType.BOOL} | {DType.INT32, DType.UINT32}
_BEHIND = ("_scale_inv", "_scale", "_scale_2", "_scales", ".scale", ".scale_inv", ".scales", ".absmax")
"""What the name of scales has behind that of the codes."""
_BESIDE = ("scale", "scale_inv", "scales", "scale_weight", "weight_scale", "weight_scales", "_scale", "SCB")
"""The name of scales in the module that the codes are in."""
_ENDINGS = ("_packed", "_blocks", "_qdata")
"""What the name of codes may have behind that of their weight, which the scales' name then has not."""
_PARTS = frozenset(
    {"qweight", "qzeros", "SCB", "scale_weight", "weight_scales", "weight_packed", "absmax", "quant_map"}
)
_PART_ENDINGS = tuple(suffix for suffix in _BEHIND if suffix not in (".scale", ".scales"))


class Codes(NamedTuple):
    """Codes, and one tensor that scales them."""

    tensor: StoredTensor
    scale: StoredTensor

    def fault(self) -> Fault:
        """What is wrong with taking them for a weight."""
        return Fault(
            f"{self.tensor.file}: tensor {self.tensor.name}",
            "unquantized values, or settings that say how they are quantized",
            f"{self.tensor.dtype} codes, which {self.scale.name} scales",
        )


def codes_in(stored: Mapping[str, StoredTensor], slots: Iterable[Slot] = ()) -> list[Codes]:
    """Every such pair. What some slot of the model is called is no scale beside codes but a parameter of its own."""
    # One quick look for all: hardly any checkpoint of plain weights has such a dtype.
    if _CODES.isdisjoint({tensor[1] for tensor in stored.values()}):
        return []
    own = {slot.name.rpartition(".")[2] for slot in slots}
    return [
        Codes(tensor, scale)
        for tensor in stored.values()
        if tensor.dtype in _CODES and tensor.packing is None and (scale := _scale_of(tensor, stored, own)) is not None
    ]


def refuse(codes: Iterable[Codes]) -> InvalidConfig:
    """The error that names them."""
    return InvalidConfig(
        [pair.fault() for pair in codes],
        hint="These weights are quantized, and no settings in config.json or beside it tell how to read them. Add "
        "the quantization_config that their author gave to config.json, and dequantize=True dequantizes "
        "them; or load the model's unquantized version.",
    )


def is_part(name: str) -> bool:
    """Whether a name is that of codes, or of what scales them, as far as a name tells."""
    return name.rpartition(".")[2] in _PARTS or name.endswith(_PART_ENDINGS)


def _scale_of(codes: StoredTensor, stored: Mapping[str, StoredTensor], own: set[str]) -> StoredTensor | None:
    for name in _names_of_scales(codes.name):
        scale = stored.get(name)
        if scale is not None and name.rpartition(".")[2] not in own and _may_scale(scale, codes):
            return scale
    return None


def _names_of_scales(name: str) -> Iterator[str]:
    weight = name
    for ending in _ENDINGS:
        weight = weight.removesuffix(ending)
    yield from (weight + suffix for suffix in _BEHIND)
    stem = name[: name.rfind(".") + 1]
    yield from (stem + leaf for leaf in _BESIDE)


def _may_scale(scale: StoredTensor, codes: StoredTensor) -> bool:
    """Whether there are fewer scales than codes, and codes that may be a matrix's."""
    count, elements = math.prod(scale.shape), math.prod(codes.shape)
    return len(codes.shape) >= 2 and scale.name != codes.name and 0 < count < elements
