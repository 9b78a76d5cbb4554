"""``quant_method: "torchao"``: what torchao writes into safetensors files, and Transformers with it.

A weight ``m.weight`` lies as ``m._weight_qdata``, ``m._weight_scale`` and so on; the files' metadata says for each
tensor of what type it is (``{"_type": "Int8Tensor", "_data": {…}}``), under its name. Source: what torchao 0.18 writes
(``torchao.prototype.safetensors``), and how its types give their values back (``dequantize``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from loadstone.core.tensors import BY_NAME, DType, StoredTensor
from loadstone.quantization.blocks import IN_ORDER, TILED, TURNED, Blocks, blocks
from loadstone.quantization.contents import Contents, json_object, sizes
from loadstone.quantization.problems import Problems

_PARTS = ("qdata", "scale", "zero_point", "per_tensor_scale")
_IGNORED = ("act_quant_scale", "act_quant_zero_point", "act_per_tensor_scale")
"""Of values that go through a layer, not of its weights."""
_OTHERS = ("scale_and_zero", "act_pre_scale")
_FLOATS = (DType.BFLOAT16, DType.FLOAT16, DType.FLOAT32, DType.FLOAT64)
_HINT = "Load it with torchao, or ask its author for another form"


class _Weight(NamedTuple):
    """A weight's name, what the metadata say of it, and its stored parts."""

    name: str
    metadata: Mapping[str, object]
    parts: Mapping[str, StoredTensor]
    problems: Problems

    def refuse(self, expected: str, found: object) -> None:
        shown = repr(found)
        first = next(iter(self.parts.values()))
        text = shown if len(shown) <= 80 else f"{shown[:80]}…"
        self.problems.add(first, f"{expected} in the metadata of {self.name[:120]}", text, _HINT)

    def dtype(self, key: str) -> DType:
        """Of the weight before it was quantized."""
        name = _name_of(self.metadata.get(key))
        dtype = BY_NAME.get(name)
        if dtype not in _FLOATS:
            self.refuse(f"a floating-point {key}", self.metadata.get(key))
            return DType.BFLOAT16
        return dtype

    def box(self, key: str, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Of what the weight's scales are each for."""
        box = sizes(self.metadata.get(key))
        if box is None or len(box) != len(shape):
            self.refuse(f"a {key} for {len(shape)} dimensions", self.metadata.get(key))
            return shape
        return box

    def whole(self, key: str) -> int:
        size = self.metadata.get(key)
        if type(size) is not int or not 1 <= size < 1 << 31:
            self.refuse(f"a {key} of at least 1", size)
            return 1
        return size


def read(stored: Contents, settings: Mapping[str, object], problems: Problems) -> Iterator[StoredTensor]:
    """The tensors that the model has; those that are packed know how they come out."""
    if "tensor_names" not in stored.metadata:
        expected = "'torchao' only with safetensors files that describe its tensors in their metadata"
        problems.setting("quant_method", expected, settings.get("quant_method"), _HINT)
        return
    belongs: set[str] = set()
    for name, metadata in _described(stored).items():
        module, dot, last = name.rpartition(".")
        prefix = f"{module}{dot}_{last}_"
        names = {part: prefix + part for part in (*_PARTS, *_IGNORED, *_OTHERS)}
        parts = {part: tensor for part, stored_name in names.items() if (tensor := stored.get(stored_name)) is not None}
        if not parts:
            continue  # a plain tensor, or one that was not saved since it is tied to another
        belongs.update(names.values())
        if (packed := _weight(_Weight(name, metadata or {}, parts, problems))) is not None:
            yield packed
    for name, tensor in stored.items():
        if name not in belongs:
            yield tensor


def _described(stored: Contents) -> dict[str, dict[str, object] | None]:
    """What the files say of each tensor that was quantized: None where it cannot be understood."""
    described = {}
    for name, text in stored.metadata.items():
        if '"_type"' in text:
            metadata = json_object(text)
            if metadata is None or metadata.get("_type") != "Tensor":
                described[name] = metadata
    return described


def _weight(weight: _Weight) -> StoredTensor | None:
    kind, data = weight.metadata.get("_type"), weight.metadata.get("_data")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None or not isinstance(data, Mapping):
        weight.refuse(f"a type that is one of {', '.join(_READERS)}", kind)
        return None
    needed = ("qdata", "scale", *(("zero_point",) if kind in _WITH_ZERO else ()))
    missing = [part for part in needed if part not in weight.parts]
    first = next(iter(weight.parts.values()))
    for part in missing:
        weight.problems.add(first, f"the {part} of {weight.name} beside it", "none", "Is a shard missing?")
    if "act_pre_scale" in weight.parts:
        part = weight.parts["act_pre_scale"]
        weight.problems.add(part, "a weight alone", "what the layer's input is multiplied by", _HINT)
        return None
    if missing:
        return None
    before = len(weight.problems)
    packing, dtype = reader(weight._replace(metadata=data))
    if len(weight.problems) > before:
        return None
    return blocks(packing, weight.name, dtype, weight.problems)


def _int8(weight: _Weight) -> tuple[Blocks, DType]:
    codes, scales = weight.parts["qdata"], weight.parts["scale"]
    zero = weight.parts.get("zero_point")
    _expect(weight, codes, DType.INT8)
    _expect(weight, scales, *_FLOATS)
    if zero is not None:
        _expect(weight, zero, DType.INT8, *_FLOATS)
    box = weight.box("block_size", codes.shape)
    return Blocks(codes, scales, zero, None, codes.shape, box, "torchao int8"), weight.dtype("dtype")


def _float8(weight: _Weight) -> tuple[Blocks, DType]:
    codes, scales = weight.parts["qdata"], weight.parts["scale"]
    _expect(weight, codes, *(dtype for dtype in DType if dtype.is_floating and dtype.bits == 8))
    _expect(weight, scales, *_FLOATS)
    if weight.metadata.get("block_size"):
        box = weight.box("block_size", codes.shape)
    elif len(scales.shape) == len(codes.shape) and all(scales.shape):
        box = tuple(size // count or 1 for size, count in zip(codes.shape, scales.shape, strict=True))
    else:
        box = codes.shape
    return Blocks(codes, scales, None, None, codes.shape, box, "torchao float8"), weight.dtype("dtype")


def _int4(weight: _Weight) -> tuple[Blocks, DType]:
    codes, scales, zero = (weight.parts[part] for part in ("qdata", "scale", "zero_point"))
    _expect(weight, codes, DType.INT8, DType.UINT8)
    _expect(weight, scales, *_FLOATS)
    _expect(weight, zero, *_FLOATS)
    shape = weight.box("shape", codes.shape)
    box = weight.box("block_size", codes.shape)
    packing = Blocks(codes, scales, zero, None, shape, box, "torchao int4", "int4", TURNED, is_added=True)
    return packing, scales.dtype


def _mx(weight: _Weight) -> tuple[Blocks, DType]:
    codes, scales = weight.parts["qdata"], weight.parts["scale"]
    element = _name_of(weight.metadata.get("elem_dtype"))
    _expect(weight, scales, DType.FLOAT8_E8M0FNU)
    if element == "float4_e2m1fn_x2":
        shape = _of_halves(weight, codes)
    else:
        shape = codes.shape
        if BY_NAME.get(element) not in (DType.FLOAT8_E4M3FN, DType.FLOAT8_E5M2):
            weight.refuse("an elem_dtype of float4_e2m1fn_x2, float8_e4m3fn or float8_e5m2", element)
        _expect(weight, codes, BY_NAME.get(element, DType.FLOAT8_E4M3FN))
    return _in_groups(weight, shape, f"torchao MX {element}", None), weight.dtype("orig_dtype")


def _nvfp4(weight: _Weight) -> tuple[Blocks, DType]:
    over = weight.parts.get("per_tensor_scale")
    _expect(weight, weight.parts["scale"], DType.FLOAT8_E4M3FN)
    if over is not None:
        _expect(weight, over, *_FLOATS)
    shape = _of_halves(weight, weight.parts["qdata"])
    return _in_groups(weight, shape, "torchao NVFP4", over), weight.dtype("orig_dtype")


def _in_groups(weight: _Weight, shape: tuple[int, ...], kind: str, over: StoredTensor | None) -> Blocks:
    """Codes of which a part of each row shares a scale of eight bits."""
    codes, scales = weight.parts["qdata"], weight.parts["scale"]
    box = (*(1 for _ in shape[:-1]), weight.whole("block_size"))
    layout = TILED if weight.metadata.get("is_swizzled_scales") else IN_ORDER
    halves = "" if codes.dtype.is_floating and codes.dtype.bits == 8 else "fp4"
    return Blocks(codes, scales, None, over, shape, box, kind, halves, layout)


def _of_halves(weight: _Weight, codes: StoredTensor) -> tuple[int, ...]:
    """The shape of values that lie two in a byte: some files count them, some the bytes."""
    _expect(weight, codes, DType.UINT8, DType.FLOAT4_E2M1FN)
    if codes.dtype is DType.FLOAT4_E2M1FN or not codes.shape:
        return codes.shape
    return (*codes.shape[:-1], codes.shape[-1] * 2)


def _expect(weight: _Weight, part: StoredTensor, *dtypes: DType) -> None:
    if part.dtype not in dtypes:
        weight.problems.add(part, f"{' or '.join(map(str, dtypes))}", str(part.dtype))


def _name_of(value: object) -> str:
    """What ``{"_type": "torch.dtype", "_data": "bfloat16"}`` names."""
    return str(value.get("_data")) if isinstance(value, Mapping) else ""


_READERS = {
    "Int8Tensor": _int8,
    "IntxUnpackedToInt8Tensor": _int8,
    "Float8Tensor": _float8,
    "Int4Tensor": _int4,
    "MXTensor": _mx,
    "NVFP4Tensor": _nvfp4,
}
READABLE = frozenset(_READERS)
"""Torchao's types of weights that can be read."""
_WITH_ZERO = {"IntxUnpackedToInt8Tensor", "Int4Tensor"}
