"""``quant_method: "compressed-tensors"``: what vLLM's llm-compressor writes, int and float, from 1 to 8 bits.

Beside ``….weight`` (int8, float8) or ``….weight_packed`` (int32 words of codes, bytes of float4 and float6) lie
``….weight_scale``, where there are any ``….weight_zero_point``, ``….weight_g_idx`` and ``….weight_global_scale``, and
``….weight_shape``. Weight = (code − zero) × scale, of NVFP4 the scale divided by the global one. ``config_groups``
tells what schemes there are, and what is stored tells which of them a weight has: its dtype, shape and scales. So
``targets`` and ``ignore`` are not needed, and a stranger's regular expressions never run. Source: what the package
compressed-tensors 0.20 writes and reads (https://github.com/vllm-project/compressed-tensors), whose values these are
once rounded to the dtype of the scales, in which it computes; of float4 and float6, to bfloat16.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from loadstone.core.tensors import DType, StoredTensor
from loadstone.quantization.bitstream import Code
from loadstone.quantization.contents import Contents, lies_in_rows
from loadstone.quantization.group_index import order_of
from loadstone.quantization.grouped import Grouped, Table
from loadstone.quantization.methods.compressed_tensors.schemes import Scheme, schemes_of
from loadstone.quantization.problems import Problems

WEIGHT, PACKED, SCALE, ZERO = "weight", "weight_packed", "weight_scale", "weight_zero_point"
SHAPE, ORDER, DIVISOR = "weight_shape", "weight_g_idx", "weight_global_scale"
OF_WEIGHTS = {SCALE, ZERO, SHAPE, ORDER, DIVISOR}
OF_ACTIVATIONS = {
    f"{what}_{part}" for what in ("input", "output", "q", "k", "v") for part in ("scale", "zero_point", "global_scale")
}
_FLOAT8 = (DType.FLOAT8_E4M3FN,)
_SCALES = (DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32, DType.FLOAT8_E4M3FN, DType.UINT8, DType.FLOAT8_E8M0FNU)
_MISSING = "Is a shard missing?"


@dataclass(frozen=True, kw_only=True)
class Compressed(Grouped):
    """Such a weight, and the scheme that it was told to be of."""

    scheme: Scheme = field(compare=False)


def read(stored: Contents, settings: Mapping[str, object], problems: Problems) -> Iterator[StoredTensor]:
    """The tensors that the model has; those that are packed know how they come out."""
    schemes = schemes_of(settings, problems)
    if len(problems):
        return
    for name, tensor in stored.items():
        stem, leaf = name[: name.rfind(".") + 1], name[name.rfind(".") + 1 :]
        if leaf in OF_ACTIVATIONS:
            continue
        if leaf in OF_WEIGHTS:
            if stem + WEIGHT not in stored and stem + PACKED not in stored:
                problems.add(tensor, f"a weight beside it, {stem}{WEIGHT} or {stem}{PACKED}", "none", _MISSING)
        elif leaf == PACKED or (leaf == WEIGHT and (tensor.dtype is DType.INT8 or tensor.dtype in _FLOAT8)):
            if (weight := _weight(stored, stem, tensor, schemes, problems)) is not None:
                yield weight
        else:
            yield tensor


def _weight(
    stored: Contents, stem: str, codes: StoredTensor, schemes: tuple[Scheme, ...], problems: Problems
) -> StoredTensor | None:
    """The weight that those codes are of, by the one scheme that fits; None, and a problem, where none or two do."""
    if len(codes.shape) != 2 or not lies_in_rows(codes):
        problems.add(codes, "a matrix", f"shape {codes.shape}", "Loadstone reads quantized matrices only.")
        return None
    likely = [scheme for scheme in schemes if _may_be(scheme, codes)]
    if len(likely) == 1:
        return _by(likely[0], stored, stem, codes, problems)
    weights = [weight for scheme in likely if (weight := _by(scheme, stored, stem, codes, Problems())) is not None]
    distinct = set(weights)
    if len(distinct) == 1:
        return min(weights, key=_has_zeros_unlike_its_scheme)
    number = "none" if not distinct else "several"
    expected = f"one of config_groups that fits {codes.dtype} of shape {codes.shape} and its scales"
    problems.add(codes, expected, number, "Do config.json and the weights belong together?")
    return None


def _has_zeros_unlike_its_scheme(weight: StoredTensor) -> bool:
    packing = weight.packing
    return isinstance(packing, Compressed) and packing.scheme.is_symmetric is not (packing.zero is None)


def _may_be(scheme: Scheme, codes: StoredTensor) -> bool:
    """Whether a scheme stores codes in such a dtype."""
    if codes.name.endswith(PACKED):
        return codes.dtype is (DType.UINT8 if scheme.is_float else DType.INT32) and (
            scheme.bits in (4, 6) if scheme.is_float else True
        )
    return scheme.is_float is codes.dtype.is_floating and (scheme.bits == 8 if scheme.is_float else True)


def _by(scheme: Scheme, stored: Contents, stem: str, codes: StoredTensor, problems: Problems) -> StoredTensor | None:
    """The weight, if what is stored is what the scheme stores."""
    is_packed = codes.name.endswith(PACKED)
    code = Code(scheme.bits, "float" if scheme.is_float else "offset") if is_packed else None
    shape: tuple[int, ...] | None = codes.shape
    if code is not None:
        shape = _shape(stored, stem, codes, code, problems)
    if shape is None:
        return None
    rows, columns = shape
    height, width = scheme.block(rows, columns)
    if scheme.is_in_whole_groups and columns % width:
        problems.add(codes, f"columns in whole groups of {width}", f"{columns} columns")
        return None
    table = (-(-rows // height), -(-columns // width))
    scale = stored.get(stem + SCALE)
    if scale is None:
        problems.add(codes, f"its scale, {stem}{SCALE}", "none", _MISSING)
        return None
    if not _is_table(scale, table, _SCALES, problems):
        return None
    zero, is_right = _zero(stored.get(stem + ZERO), scheme, scale, rows, table, problems)
    order, is_ordered = None, True
    if scheme.is_in_whole_groups:
        order, is_ordered = order_of(stored, stem + ORDER, columns, width, table[1], problems)
    divisor = stored.get(stem + DIVISOR)
    if divisor is not None and (divisor.dtype is not DType.FLOAT32 or divisor.nbytes != 4):
        problems.add(divisor, "one float32 value", f"{divisor.dtype}, shape {divisor.shape}")
        return None
    if not is_right or not is_ordered:
        return None
    dtype = DType.BFLOAT16 if scale.dtype.bits == 8 else scale.dtype
    exponents = DType.FLOAT8_E8M0FNU if scale.dtype is DType.UINT8 else None
    packing = Compressed(
        codes,
        columns,
        (height, width),
        Table(scale, *table, read_as=exponents),
        scheme.kind,
        code,
        zero,
        order,
        divisor,
        scheme=scheme,
    )
    return codes._replace(name=stem + WEIGHT, dtype=dtype, shape=(rows, columns), packing=packing)


def _shape(stored: Contents, stem: str, codes: StoredTensor, code: Code, problems: Problems) -> tuple[int, int] | None:
    """Rows and columns of packed codes: the last word of a row may have room left, so they are stored beside it."""
    rows, words = codes.shape
    nbits = words * codes.dtype.bits
    if codes.dtype is DType.UINT8:
        if nbits % code.bits:
            problems.add(codes, f"whole {code.bits}-bit codes in each row", f"{words} bytes")
            return None
        return rows, nbits // code.bits
    shape = stored.get(stem + SHAPE)
    if shape is None:
        if nbits % code.bits == 0:
            return rows, nbits // code.bits
        problems.add(codes, f"its shape, {stem}{SHAPE}", "none", _MISSING)
        return None
    if shape.dtype not in (DType.INT64, DType.INT32) or shape.shape != (2,) or not lies_in_rows(shape):
        problems.add(shape, "two int64 values", f"{shape.dtype}, shape {shape.shape}")
        return None
    dimensions = np.frombuffer(stored.read(shape.name), "<i8" if shape.dtype is DType.INT64 else "<i4").tolist()
    if dimensions[0] != rows or dimensions[1] < 1 or code.words(dimensions[1]) != words:
        most = nbits // code.bits
        problems.add(
            shape, f"{rows} rows and at most {most} columns of {code.bits} bits in {words} words", f"{dimensions}"
        )
        return None
    return rows, dimensions[1]


def _zero(
    tensor: StoredTensor | None,
    scheme: Scheme,
    scale: StoredTensor,
    rows: int,
    table: tuple[int, int],
    problems: Problems,
) -> tuple[Table | None, bool]:
    """The zeros, if there are any; and whether they make sense. Packed ones lie down the columns."""
    if tensor is None:
        if not scheme.is_symmetric:
            problems.add(scale, f"zeros beside it, {scale.name.removesuffix(SCALE)}{ZERO}", "none", _MISSING)
        return None, scheme.is_symmetric
    if scheme.is_float:  # written by old versions, all of them 0
        return None, True
    if tensor.dtype is DType.INT32:
        code = Code(scheme.bits, "offset")
        is_right = problems.shape(tensor, (code.words(rows), table[1]), f"zeros of {rows} rows")
        return Table(tensor, *table, code=code, is_down=True), is_right and lies_in_rows(tensor)
    return Table(tensor, *table), _is_table(tensor, table, (DType.INT8,), problems)


def _is_table(tensor: StoredTensor, table: tuple[int, int], dtypes: tuple[DType, ...], problems: Problems) -> bool:
    """Whether a tensor has a number for each block: of one column, or of one in all, it may have fewer dimensions."""
    if tensor.dtype not in dtypes:
        problems.add(tensor, f"one of {', '.join(map(str, dtypes))}", str(tensor.dtype))
        return False
    shapes = {table, *([table[:1]] if table[1] == 1 else []), *([(), (1,)] if table == (1, 1) else [])}
    if tensor.shape not in shapes or not lies_in_rows(tensor):
        problems.add(tensor, f"shape {table}, one value for each block", f"{tensor.shape}")
        return False
    return True
