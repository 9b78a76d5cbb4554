"""``quant_method: "awq"``: 4 bits with a scale and a zero for groups of inputs, in two layouts.

``version: "gemm"`` stores ``….qweight`` as (inputs, words of eight outputs), the outputs in the order 0 2 4 6 1 3 5 7
from the lowest bits up, ``….qzeros`` (groups, words) alike, and ``….scales`` (groups, outputs). ``"gemv"`` stores
(outputs, words of eight inputs) in plain order, zeros (outputs, words of groups) and scales (outputs, groups), both
padded to whole words. Weight = (code − zero) × scale. Sources: AWQ, arXiv:2306.00978; what AutoAWQ writes
(https://github.com/casper-hansen/AutoAWQ/tree/main/awq/modules/linear, ``gemm.py`` and ``gemv.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from loadstone.core.slices import Box
from loadstone.core.tensors import DType, Packing, StoredTensor
from loadstone.quantization.bitstream import Code
from loadstone.quantization.contents import Contents, lies_in_rows
from loadstone.quantization.grouped import Grouped, Table, in_columns
from loadstone.quantization.problems import Problems

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loadstone.core.arrays import ByteArray, FloatArray

CODES, ZEROS, SCALES = "qweight", "qzeros", "scales"
_LAYOUTS = ("gemm", "gemv")
_OUTPUTS = (0, 2, 4, 6, 1, 3, 5, 7)
"""The output of each four bits of a word, from the lowest up."""
_CODE = Code(4)
_INPUTS = 32
"""Decoded together: their columns are then a cache line of what comes out."""
_MISSING = "Is a shard missing?"


@dataclass(frozen=True)
class Interleaved(Table):
    """A table whose words have eight outputs each, out of order."""

    def numbers(self, raw: ByteArray, first: int, stop: int) -> FloatArray:
        words = raw.view("<u4").reshape(self.rows, -1)[first:stop]
        return _outputs_of(np.ascontiguousarray(words.T)).T


@dataclass(frozen=True)
class Gemm:
    """``group``: inputs that share a scale."""

    codes: StoredTensor
    group: int
    scale: Table
    zero: Interleaved
    kind: str

    @property
    def parts(self) -> tuple[StoredTensor, ...]:
        return self.codes, self.scale.tensor, self.zero.tensor

    @property
    def rows(self) -> int:
        return self.codes.shape[0]

    @property
    def step(self) -> int:
        return _INPUTS

    def decode(self, first: int, rows: ByteArray, others: Sequence[ByteArray]) -> Iterable[tuple[Box, FloatArray]]:
        # Words are turned before they become eight values each.
        numbers = _outputs_of(np.ascontiguousarray(rows.view("<u4").T))
        with np.errstate(all="ignore"):
            in_columns(numbers, first, self.group, (self.scale, self.zero), others)
        yield (slice(0, len(numbers)), slice(first, first + len(rows))), numbers


def _outputs_of(words: NDArray[np.uint32]) -> FloatArray:
    """Words (outputs / 8, n) → float32 (outputs, n)."""
    numbers = np.empty((len(words), 8, words.shape[1]), np.float32)
    for place, output in enumerate(_OUTPUTS):
        numbers[:, output] = (words >> np.uint32(4 * place)) & np.uint32(15)
    return numbers.reshape(-1, words.shape[1])


def read(stored: Contents, settings: Mapping[str, object], problems: Problems) -> Iterator[StoredTensor]:
    """The tensors that the model has; those that are packed know how they come out."""
    version = settings.get("version") or settings.get("checkpoint_format") or settings.get("format") or "gemm"
    version = version.lower() if isinstance(version, str) else version
    layout = problems.choice({"version": version}, "version", _LAYOUTS, "gemm")
    problems.choice(settings, "w_bit" if "w_bit" in settings else "bits", (4,), 4)
    problems.choice(settings, "zero_point", (True,), True)
    problems.choice(settings, "backend", ("autoawq", None), None)
    key = "q_group_size" if "q_group_size" in settings else "group_size"
    group = None if settings.get(key, 128) == -1 else problems.size(settings, key, 128)
    for name, tensor in stored.items():
        stem, leaf = name[: name.rfind(".") + 1], name[name.rfind(".") + 1 :]
        if leaf == CODES:
            if (weight := _weight(stored, stem, tensor, layout, group, problems)) is not None:
                yield weight
        elif stem + CODES in stored and leaf in (ZEROS, SCALES):
            continue
        elif leaf == ZEROS:
            problems.add(tensor, f"codes beside it, {stem}{CODES}", "none", _MISSING)
        elif leaf == "bias" and stem + CODES in stored and lies_in_rows(tensor):
            yield tensor._replace(is_spare=not any(stored.read(name)))
        else:
            yield tensor


def _weight(
    stored: Contents, stem: str, codes: StoredTensor, layout: str, group: int | None, problems: Problems
) -> StoredTensor | None:
    """The weight whose codes those are; None, and a problem, where its parts do not belong together."""
    before = len(problems)
    scales, zeros = (stored.get(stem + leaf) for leaf in (SCALES, ZEROS))
    for leaf, part in ((SCALES, scales), (ZEROS, zeros)):
        if part is None:
            problems.add(codes, f"{stem}{leaf} beside it", "none", _MISSING)
    for part in (codes, scales, zeros):
        if part is None:
            continue
        is_scale = part is scales
        is_right = part.dtype.is_floating and part.dtype.bits in (16, 32) if is_scale else part.dtype is DType.INT32
        if len(part.shape) != 2 or not lies_in_rows(part) or not is_right:
            what = "a matrix of float16, bfloat16 or float32" if is_scale else "a matrix of int32 words"
            problems.add(part, what, f"{part.dtype}, shape {part.shape}")
    if len(problems) > before or scales is None or zeros is None:
        return None
    outputs, inputs = (codes.shape[1] * 8, codes.shape[0]) if layout == "gemm" else (codes.shape[0], codes.shape[1] * 8)
    width = group or inputs
    if inputs % width:
        problems.add(codes, f"inputs in whole groups of {width}", f"{inputs} inputs")
        return None
    groups = inputs // width
    kind = "AWQ 4-bit" + (f" in groups of {group}" if group else "")
    packing: Packing
    if layout == "gemm":
        why = f"{groups} groups of {width} of {inputs} inputs, {outputs} outputs"
        fits = problems.shape(scales, (groups, outputs), why)
        if not problems.shape(zeros, (groups, outputs // 8), why) or not fits:
            return None
        packing = Gemm(codes, width, Table(scales, groups, outputs), Interleaved(zeros, groups, outputs, _CODE), kind)
    else:
        words = _words_of(groups, width)
        why = f"{groups} groups of {width} inputs, padded"
        fits = problems.shape(scales, (outputs, 8 * words), why)
        if not problems.shape(zeros, (outputs, words), why) or not fits:
            return None
        scale, zero = Table(scales, outputs, groups), Table(zeros, outputs, groups, _CODE)
        packing = Grouped(codes, inputs, (1, width), scale, kind, _CODE, zero)
    return codes._replace(name=f"{stem}weight", dtype=scales.dtype, shape=(outputs, inputs), packing=packing)


def _words_of(groups: int, width: int) -> int:
    """Words of zeros for each output in the layout ``gemv``, for groups of ``width`` inputs."""
    several = {64: 2, 32: 4}.get(width, 1)
    words = -(-groups // 8)
    return -(-words // several) * several
