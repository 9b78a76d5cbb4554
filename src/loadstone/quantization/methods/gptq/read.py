"""``quant_method: "gptq"``: 2, 3, 4 or 8 bits, packed along the inputs, with a scale and a zero for groups of inputs.

Beside ``….qweight`` (words of codes, outputs) lie ``….scales`` (groups, outputs), ``….qzeros`` (groups, words of
codes) and ``….g_idx``, the group of each input, which are in no order where the inputs were sorted by their activations
(``desc_act``). Weight = (code − zero) × scale; ``checkpoint_format: "gptq"`` stores each zero less one, ``"gptq_v2"``
as it is. Codes of 3 bits cross from word to word. Sources: GPTQ, arXiv:2210.17323; what AutoGPTQ writes
(https://github.com/AutoGPTQ/AutoGPTQ/blob/main/auto_gptq/nn_modules/qlinear/qlinear_cuda_old.py, ``pack``); GPTQModel,
which takes the one off whole words, borrowing from neighbors
(https://github.com/ModelCloud/GPTQModel/blob/main/gptqmodel/utils/model.py, ``convert_gptq_v2_to_v1_format_module``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from loadstone.core.slices import Box
from loadstone.core.tensors import DType, StoredTensor
from loadstone.quantization.bitstream import Code, decoded
from loadstone.quantization.contents import Contents, lies_in_rows
from loadstone.quantization.group_index import order_of
from loadstone.quantization.grouped import Table, in_columns
from loadstone.quantization.problems import Problems

if TYPE_CHECKING:
    from loadstone.core.arrays import ByteArray, FloatArray

CODES, ZEROS, SCALES, ORDER = "qweight", "qzeros", "scales", "g_idx"
_BITS = (2, 3, 4, 8)
_MISSING = "Is a shard missing?"
_ONES = {
    2: (0x55555555,),
    3: (0x24924924, 0x92492492, 0x49249249),
    4: (0x11111111,),
    8: (0x01010101,),
}
"""What GPTQModel takes off each word of zeros, by turns. With 3 bits that is not a one off each code, but its way."""


@dataclass(frozen=True)
class Zeros(Table):
    """Zeros that are stored less one, each for itself or the whole word."""

    less_one: bool = True
    in_words: bool = False

    def numbers(self, raw: ByteArray, first: int, stop: int) -> FloatArray:
        if not self.less_one:
            return super().numbers(raw, first, stop)
        if not self.in_words or self.code is None:
            return super().numbers(raw, first, stop) + np.float32(1)
        words = raw.view("<u4").reshape(self.rows, -1)[first:stop]
        ones = np.resize(np.array(_ONES[self.code.bits], np.uint32), words.shape[1])
        return replace(self, rows=stop - first, less_one=False).numbers((words + ones).view(np.uint8), 0, stop - first)


@dataclass(frozen=True)
class Gptq:
    """``group``: inputs that share a scale, where ``order`` does not say which."""

    codes: StoredTensor
    code: Code
    group: int
    scale: Table
    zero: Zeros
    order: StoredTensor | None
    kind: str

    @property
    def parts(self) -> tuple[StoredTensor, ...]:
        tables = (self.codes, self.scale.tensor, self.zero.tensor)
        return tables if self.order is None else (*tables, self.order)

    @property
    def rows(self) -> int:
        return self.codes.shape[0]

    @property
    def step(self) -> int:
        """Words of 32 inputs: the fewest that begin and end with a code, and a cache line of what comes out. More where
        they are in no order, as each step then has to look at all groups."""
        return self.code.bits * (1 if self.order is None else min(max(-(-self.scale.rows // 8), 4), 8))

    def decode(self, first: int, rows: ByteArray, others: Sequence[ByteArray]) -> Iterable[tuple[Box, FloatArray]]:
        start, count = (number * 32 // self.code.bits for number in (first, len(rows)))
        # Words are turned before they become eight values each.
        lines = np.ascontiguousarray(rows.view("<u4").T).view(np.uint8)
        numbers = decoded(lines, self.code, count)
        groups = self.group if self.order is None else others[2].view("<i4")[start : start + count]
        with np.errstate(all="ignore"):
            in_columns(numbers, start, groups, (self.scale, self.zero), others)
        yield (slice(0, len(numbers)), slice(start, start + count)), numbers


def read(stored: Contents, settings: Mapping[str, object], problems: Problems) -> Iterator[StoredTensor]:
    """The tensors that the model has; those that are packed know how they come out."""
    reader = _Reader(stored, settings, problems)
    for name, tensor in stored.items():
        stem, leaf = name[: name.rfind(".") + 1], name[name.rfind(".") + 1 :]
        if leaf == CODES:
            if (weight := reader.weight(stem, tensor)) is not None:
                yield weight
        elif stem + CODES in stored and leaf in (ZEROS, SCALES, ORDER):
            continue
        elif leaf in (ZEROS, ORDER):
            problems.add(tensor, f"codes beside it, {stem}{CODES}", "none", _MISSING)
        elif leaf == "bias" and stem + CODES in stored and lies_in_rows(tensor):
            # Every layer gets one, whether or not it had one.
            yield tensor._replace(is_spare=not any(stored.read(name)))
        else:
            yield tensor


class _Reader:
    """Puts the parts of each weight together."""

    def __init__(self, stored: Contents, settings: Mapping[str, object], problems: Problems) -> None:
        self._stored, self._problems = stored, problems
        self._bits = problems.choice(settings, "bits", _BITS, 4)
        self._group: int | None = None
        if settings.get("group_size", 128) != -1:
            self._group = problems.size(settings, "group_size", 128)
        if settings.get("is_marlin_format"):
            problems.setting("is_marlin_format", "false", settings["is_marlin_format"], "That layout is not read.")
        layout = settings.get("checkpoint_format") or settings.get("format") or "gptq"
        layout = problems.choice({"checkpoint_format": layout}, "checkpoint_format", ("gptq", "gptq_v2"), "gptq")
        self._less_one = layout == "gptq"
        meta = settings.get("meta")
        self._in_words = "gptqmodel" in str(meta.get("quantizer") if isinstance(meta, Mapping) else "").lower()
        self._varies = bool(settings.get("dynamic"))

    def weight(self, stem: str, codes: StoredTensor) -> StoredTensor | None:
        """The weight whose codes those are; None, and a problem, where its parts do not belong together."""
        before, add = len(self._problems), self._problems.add
        scales, zeros = (self._stored.get(stem + leaf) for leaf in (SCALES, ZEROS))
        if codes.dtype is not DType.INT32 or len(codes.shape) != 2 or not lies_in_rows(codes):
            add(codes, "a matrix of int32 words", f"{codes.dtype}, shape {codes.shape}")
        for leaf, part in ((SCALES, scales), (ZEROS, zeros)):
            if part is None:
                add(codes, f"{stem}{leaf} beside it", "none", _MISSING)
            elif len(part.shape) != 2 or not lies_in_rows(part):
                add(part, "a matrix", f"shape {part.shape}")
        if scales is not None and (not scales.dtype.is_floating or scales.dtype.bits not in (16, 32)):
            add(scales, "scales of float16, bfloat16 or float32", str(scales.dtype))
        if zeros is not None and zeros.dtype is not DType.INT32:
            add(zeros, "int32 words", str(zeros.dtype))
        if len(self._problems) > before or scales is None or zeros is None:
            return None
        return self._put_together(stem, codes, scales, zeros)

    def _put_together(
        self, stem: str, codes: StoredTensor, scales: StoredTensor, zeros: StoredTensor
    ) -> StoredTensor | None:
        problems, (rows, outputs) = self._problems, codes.shape
        bits = self._bits
        if self._varies and 32 * zeros.shape[1] // outputs in _BITS:
            bits = 32 * zeros.shape[1] // outputs  # "dynamic" gives some layers others
        code = Code(bits)
        inputs, rest = divmod(32 * rows, bits)
        if rest:
            problems.add(codes, f"words of whole codes of {bits} bits", f"{rows} of them for each output")
            return None
        group = self._group or inputs
        if self._varies:
            group = -(-inputs // max(scales.shape[0], 1))
        groups = -(-inputs // group)
        why = f"{groups} groups of {group} of {inputs} inputs, {outputs} outputs, {bits} bits"
        fits = problems.shape(scales, (groups, outputs), why)
        if not problems.shape(zeros, (groups, code.words(outputs)), why) or not fits:
            return None
        order, is_right = order_of(self._stored, stem + ORDER, inputs, group, groups, problems)
        if not is_right:
            return None
        kind = f"GPTQ {bits}-bit" + (f" in groups of {group}" if self._group or self._varies else "")
        packing = Gptq(
            codes,
            code,
            group,
            Table(scales, groups, outputs),
            Zeros(zeros, groups, outputs, code, less_one=self._less_one, in_words=self._in_words),
            order,
            kind,
        )
        return codes._replace(name=f"{stem}weight", dtype=scales.dtype, shape=(outputs, inputs), packing=packing)
