"""``quant_method: "bitsandbytes"``: four bits (NF4, FP4) in blocks that share a largest magnitude, or int8 in rows.

Four bits: beside ``weight`` lie ``weight.absmax``, one for each block of the values in row-major order,
``weight.quant_map``, the 16 values that codes stand for, and ``weight.quant_state.bitsandbytes__nf4``, JSON that tells
shape and block. The higher half of a byte is the first of its two values. Where the magnitudes are quantized too
("double quantization"), ``weight.absmax`` has codes of ``weight.nested_quant_map``, whose blocks
``weight.nested_absmax`` scales, and all have an offset. Int8: beside ``weight`` lies ``SCB``, the largest magnitude of
each row, which stands for 127. Sources: QLoRA, arXiv:2305.14314, section 3; LLM.int8(), arXiv:2208.07339, section 2;
what bitsandbytes 0.50 writes (``QuantState.as_dict``, ``Linear8bitLt``).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from loadstone.core.slices import Box
from loadstone.core.tensors import BY_NAME, DType, StoredTensor
from loadstone.quantization.contents import Contents, lies_in_rows, note, sizes
from loadstone.quantization.decode import floats
from loadstone.quantization.nibbles import looked_up
from loadstone.quantization.problems import Problems
from loadstone.quantization.row_boxes import in_boxes

if TYPE_CHECKING:
    from loadstone.core.arrays import ByteArray, FloatArray

STATE = ".quant_state.bitsandbytes__"
ABSMAX, MAP, NESTED_ABSMAX, NESTED_MAP = ".absmax", ".quant_map", ".nested_absmax", ".nested_quant_map"
MAGNITUDES, LAYOUT = "SCB", "weight_format"
_TYPES = ("nf4", "fp4")
_DTYPES = (DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16)
_LAYOUTS = ("row", "col32", "col_turing", "col_ampere")
_INT8 = np.float32(1 / 127)
_MISSING = "Is a shard missing?"


def read(stored: Contents, settings: Mapping[str, object], problems: Problems) -> Iterator[StoredTensor]:
    """The tensors that the model has; those that are packed know how they come out."""
    types: dict[str, str] = {}
    for name, tensor in stored.items():
        whole, separator, kind = name.partition(STATE)
        if separator and (kind not in _TYPES or whole in types):
            problems.add(tensor, f"one state of a type that is one of {', '.join(_TYPES)}", kind[:40])
        if separator:
            types[whole] = kind
    for name, tensor in stored.items():
        if name in types:
            if types[name] in _TYPES and (packed := _four_bits(stored, tensor, types[name], problems)) is not None:
                yield packed
        elif (companion := _companion_of(name)) is not None:
            if companion not in stored:
                problems.add(tensor, f"the tensor that it belongs to, {companion}", "none", _MISSING)
            elif STATE not in name and name.endswith((ABSMAX, MAP)) and companion not in types:
                problems.add(tensor, f"a state, {companion}{STATE}…", "none", _MISSING)
        elif tensor.dtype in (DType.INT8, DType.UINT8) and name.rpartition(".")[2] == "weight":
            if (packed := _int8(stored, tensor, problems)) is not None:
                yield packed
        else:
            yield tensor


def _companion_of(name: str) -> str | None:
    """The weight that a tensor only says something about; None for a tensor that stands for itself."""
    if STATE in name:
        return name.partition(STATE)[0]
    for suffix in (NESTED_ABSMAX, NESTED_MAP, ABSMAX, MAP):
        if name.endswith(suffix):
            return name.removesuffix(suffix)
    module, dot, last = name.rpartition(".")
    return f"{module}{dot}weight" if last in (MAGNITUDES, LAYOUT) else None


@dataclass(frozen=True)
class FourBits:
    """``nested``: the block's size and the offset of magnitudes that are quantized too."""

    codes: StoredTensor
    magnitudes: StoredTensor
    values: StoredTensor
    nested_magnitudes: StoredTensor | None
    nested_values: StoredTensor | None
    shape: tuple[int, ...]
    block: int
    nested: tuple[int, float] | None
    kind: str

    @property
    def parts(self) -> tuple[StoredTensor, ...]:
        tensors = (self.codes, self.magnitudes, self.values, self.nested_magnitudes, self.nested_values)
        return tuple(part for part in tensors if part is not None)

    @property
    def rows(self) -> int:
        # Where a byte has values of two rows, nothing but the whole is a range of whole bytes.
        return 1 if self.shape[-1] % 2 else math.prod(self.shape[:-1])

    @property
    def step(self) -> int:
        return 1

    def decode(self, first: int, rows: ByteArray, others: Sequence[ByteArray]) -> Iterable[tuple[Box, FloatArray]]:
        elements = math.prod(self.shape) // self.rows
        count, start = len(rows) * elements, first * elements
        values = floats(others[1], self.values.dtype)
        numbers = looked_up(rows.reshape(-1), values, high_first=True)[:count]
        low, high = start // self.block, -(-(start + count) // self.block)
        magnitudes = self._magnitudes(low, high, others)
        if start % self.block:
            numbers *= np.repeat(magnitudes, self.block)[start - low * self.block :][:count]
        else:
            whole = count // self.block
            numbers[: whole * self.block].reshape(whole, self.block)[...] *= magnitudes[:whole, None]
            numbers[whole * self.block :] *= magnitudes[whole:]
        yield from in_boxes(self.shape, first, numbers.reshape(-1, self.shape[-1]))

    def _magnitudes(self, low: int, high: int, others: Sequence[ByteArray]) -> FloatArray:
        """Of some blocks, as float32."""
        size = self.magnitudes.dtype.bits // 8
        stored = others[0][low * size : high * size]
        if self.nested is None:
            return floats(stored, self.magnitudes.dtype)
        block, offset = self.nested
        scales, values = others[2].view("<f4"), others[3].view("<f4")
        magnitudes = np.take(values, stored)
        magnitudes *= scales[np.arange(low, high) // block]
        return magnitudes + np.float32(offset)


@dataclass(frozen=True)
class Int8Rows:
    """``magnitudes``: of each row, float32."""

    codes: StoredTensor
    magnitudes: StoredTensor
    kind: str = "bitsandbytes INT8"

    @property
    def parts(self) -> tuple[StoredTensor, ...]:
        return self.codes, self.magnitudes

    @property
    def rows(self) -> int:
        return math.prod(self.codes.shape[:-1])

    @property
    def step(self) -> int:
        return 1

    def decode(self, first: int, rows: ByteArray, others: Sequence[ByteArray]) -> Iterable[tuple[Box, FloatArray]]:
        numbers = floats(rows, self.codes.dtype)
        numbers *= others[0].view("<f4")[first : first + len(rows), None]
        numbers *= _INT8
        yield from in_boxes(self.codes.shape, first, numbers)


class _State(NamedTuple):
    """What the JSON beside a weight says of it."""

    shape: tuple[int, ...]
    block: int
    dtype: DType
    nested: tuple[int, float] | None


def _four_bits(stored: Contents, codes: StoredTensor, kind: str, problems: Problems) -> StoredTensor | None:
    before = len(problems)
    name = codes.name
    suffixes = [ABSMAX, MAP]
    if is_nested := name + NESTED_ABSMAX in stored or name + NESTED_MAP in stored:
        suffixes += [NESTED_ABSMAX, NESTED_MAP]
    state = _state(stored, f"{name}{STATE}{kind}", kind, is_nested, problems)
    parts = [stored.get(name + suffix) for suffix in suffixes]
    for suffix, part in zip(suffixes, parts, strict=True):
        if part is None:
            problems.add(codes, f"its {suffix[1:]}, {name + suffix}", "none", _MISSING)
    if state is None or len(problems) > before:
        return None
    elements = math.prod(state.shape)
    nbytes = -(-elements // 2)
    if codes.nbytes != nbytes or not lies_in_rows(codes):
        problems.add(codes, f"{nbytes} bytes, two codes of shape {state.shape} in each", f"{codes.nbytes} bytes")
    blocks = -(-elements // state.block)
    single = (DType.FLOAT32,)
    expected = [(blocks, (DType.UINT8,) if state.nested else _DTYPES), (16, single)]
    if state.nested:
        expected += [(-(-blocks // state.nested[0]), single), (256, single)]
    present = [part for part in parts if part is not None]
    for part, (count, dtypes) in zip(present, expected, strict=True):
        _vector(part, count, dtypes, problems)
    if len(problems) > before:
        return None
    absmax, values, nested_absmax, nested_values = (*present, None, None)[:4]
    assert absmax is not None and values is not None
    kind = f"bitsandbytes {kind.upper()}"
    shape, block, dtype, nested = state
    packing = FourBits(codes, absmax, values, nested_absmax, nested_values, shape, block, nested, kind)
    return codes._replace(dtype=dtype, shape=shape, packing=packing)


def _state(stored: Contents, name: str, kind: str, is_nested: bool, problems: Problems) -> _State | None:
    """What the JSON of that name says; None, and problems, where it makes no sense."""
    before = len(problems)
    tensor = stored.get(name)
    quant_state = None if tensor is None else note(stored, tensor, problems)
    if tensor is None or quant_state is None:
        return None

    def size(key: str) -> int:
        value = quant_state.get(key)
        if type(value) is not int or not 1 <= value <= 1 << 16:
            problems.add(tensor, f"a {key} from 1 to 65536", _of(quant_state, key))
            return 1
        return value

    shape, block, dtype = sizes(quant_state.get("shape")), size("blocksize"), BY_NAME.get(str(quant_state.get("dtype")))
    if shape is None:
        problems.add(tensor, "a shape of integers of at least 1", _of(quant_state, "shape"))
    if dtype not in _DTYPES:
        problems.add(tensor, f"a dtype that is one of {', '.join(map(str, _DTYPES))}", _of(quant_state, "dtype"))
    if quant_state.get("quant_type") != kind:
        problems.add(tensor, f"quant_type {kind!r}, as its name says", _of(quant_state, "quant_type"))
    nested = None
    if is_nested or "nested_offset" in quant_state:
        nested = size("nested_blocksize"), _offset(tensor, quant_state, problems)
        if quant_state.get("nested_dtype") != "float32":
            problems.add(tensor, "nested_dtype 'float32'", _of(quant_state, "nested_dtype"))
        if not is_nested:
            problems.add(tensor, "magnitudes that are quantized too, as its nested_offset says", "none", _MISSING)
    if shape is None or dtype is None or len(problems) > before:
        return None
    return _State(shape, block, dtype, nested)


def _offset(tensor: StoredTensor, quant_state: Mapping[str, object], problems: Problems) -> float:
    """What all magnitudes that are quantized too have added to them."""
    value = quant_state.get("nested_offset")
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 3e38:
        problems.add(tensor, "a nested_offset that is a number", _of(quant_state, "nested_offset"))
        return 0.0
    return float(value)


def _vector(part: StoredTensor, count: int, dtypes: tuple[DType, ...], problems: Problems) -> None:
    if math.prod(part.shape) != count or part.dtype not in dtypes or not lies_in_rows(part):
        problems.add(part, f"{count} × {' or '.join(map(str, dtypes))}", f"{part.dtype}, shape {part.shape}")


def _int8(stored: Contents, codes: StoredTensor, problems: Problems) -> StoredTensor | None:
    """An int8 weight with the magnitudes of its rows."""
    module = codes.name.removesuffix("weight")
    magnitudes, layout = stored.get(module + MAGNITUDES), stored.get(module + LAYOUT)
    if magnitudes is None or codes.dtype is not DType.INT8:
        needed = module + MAGNITUDES if codes.dtype is DType.INT8 else f"{codes.name}{STATE}…"
        problems.add(codes, f"what it is scaled by, {needed}", "none", _MISSING)
        return None
    if layout is not None and not _is_in_rows(stored, layout, problems):
        return None
    if len(codes.shape) < 2 or not lies_in_rows(codes):
        problems.add(codes, "a matrix", f"shape {codes.shape}")
        return None
    before = len(problems)
    _vector(magnitudes, math.prod(codes.shape[:-1]), (DType.FLOAT32,), problems)
    if len(problems) > before:
        return None
    return codes._replace(dtype=DType.FLOAT16, packing=Int8Rows(codes, magnitudes))


def _is_in_rows(stored: Contents, layout: StoredTensor, problems: Problems) -> bool:
    """Whether a weight is laid out in rows, and not as some old graphics processors took it."""
    if layout.dtype is not DType.UINT8 or layout.nbytes != 1:
        problems.add(layout, "one byte", f"{layout.dtype}, shape {layout.shape}")
        return False
    number = stored.read(layout.name)[0]
    if number:
        shown = _LAYOUTS[number] if number < len(_LAYOUTS) else number
        hint = "Ask its author to save it again with bitsandbytes 0.45 or newer"
        problems.add(layout, "a weight in rows (0)", f"{number} ({shown})", hint)
    return not number


def _of(quant_state: Mapping[str, object], key: str) -> str:
    shown = repr(quant_state.get(key, "none"))
    return f"{key} {shown if len(shown) <= 80 else shown[:80] + '…'}"
