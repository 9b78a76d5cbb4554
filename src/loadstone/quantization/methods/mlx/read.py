"""MLX's ``quantization``: 2, 4 or 8 bits in 32-bit words, with a scale and a bias for each group of a row.

Beside ``….weight`` (outputs, words) lie ``….scales`` and ``….biases`` (outputs, groups); the lowest bits of a word are
its first code. Weight = code × scale + bias. Embeddings are packed alike. ``config.json`` has ``group_size`` and
``bits``, and under the name of a module what differs there. Source: the documentation of ``mlx.core.quantize``, and
``quantize_model`` of https://github.com/ml-explore/mlx-lm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadstone.core.slices import Box
from loadstone.core.tensors import DType, StoredTensor
from loadstone.quantization.bitstream import Code, decoded
from loadstone.quantization.contents import Contents, lies_in_rows
from loadstone.quantization.decode import floats
from loadstone.quantization.problems import Problems

if TYPE_CHECKING:
    from loadstone.core.arrays import ByteArray, FloatArray

_SCALES, _BIASES = "scales", "biases"
_BITS = (2, 4, 8)
_DTYPES = (DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32)


@dataclass(frozen=True)
class Affine:
    """``codes`` (outputs, words); ``scale`` and ``bias`` (outputs, groups)."""

    codes: StoredTensor
    scale: StoredTensor
    bias: StoredTensor
    code: Code
    group: int

    @property
    def kind(self) -> str:
        return f"MLX {self.code.bits}-bit in groups of {self.group}"

    @property
    def parts(self) -> tuple[StoredTensor, ...]:
        return self.codes, self.scale, self.bias

    @property
    def rows(self) -> int:
        return self.codes.shape[0]

    @property
    def step(self) -> int:
        return 1

    def decode(self, first: int, rows: ByteArray, others: Sequence[ByteArray]) -> Iterable[tuple[Box, FloatArray]]:
        groups, count = self.scale.shape[1], len(rows)
        numbers = decoded(rows, self.code, groups * self.group)
        scales, biases = (
            floats(raw, part.dtype).reshape(-1, groups)[first : first + count]
            for raw, part in zip(others, self.parts[1:], strict=True)
        )
        grouped = numbers.reshape(count, groups, self.group)
        grouped *= scales[..., None]
        grouped += biases[..., None]
        yield (slice(first, first + count), slice(0, groups * self.group)), numbers


def read(stored: Contents, settings: Mapping[str, object], problems: Problems) -> Iterator[StoredTensor]:
    """The tensors that the model has; those that are packed know how they come out."""
    problems.choice(settings, "mode", ("affine",), "affine")
    for name, tensor in stored.items():
        module, _, leaf = name.rpartition(".")
        if leaf in (_SCALES, _BIASES) and f"{module}.weight" in stored:
            continue
        if leaf == "weight" and tensor.dtype is DType.UINT32:
            own = settings.get(module)
            if packed := _weight(stored, module, tensor, own if isinstance(own, Mapping) else settings, problems):
                yield packed
        else:
            yield tensor


def _weight(
    stored: Contents, module: str, codes: StoredTensor, settings: Mapping[str, object], problems: Problems
) -> StoredTensor | None:
    before = len(problems)
    problems.choice(settings, "mode", ("affine",), "affine")
    bits = problems.choice(settings, "bits", _BITS, 4)
    group = problems.size(settings, "group_size", 64)
    scale, bias = stored.get(f"{module}.{_SCALES}"), stored.get(f"{module}.{_BIASES}")
    if scale is None or bias is None:
        problems.add(codes, f"{module}.{_SCALES} and {module}.{_BIASES} beside it", "not both", "Is a shard missing?")
    if len(codes.shape) != 2 or not lies_in_rows(codes):
        problems.add(codes, "a matrix", f"shape {codes.shape}", "Loadstone reads quantized matrices only.")
    if scale is None or bias is None or len(problems) > before:
        return None
    rows, words = codes.shape
    columns = words * 32 // bits
    if columns % group:
        problems.add(codes, f"columns in whole groups of {group}", f"{columns} columns")
        return None
    for part in (scale, bias):
        if part.dtype not in _DTYPES or not lies_in_rows(part):
            problems.add(part, f"one of {', '.join(map(str, _DTYPES))}, in rows", str(part.dtype))
        problems.shape(part, (rows, columns // group), f"one for each {group} of {columns} columns")
    if len(problems) > before:
        return None
    return codes._replace(
        dtype=scale.dtype, shape=(rows, columns), packing=Affine(codes, scale, bias, Code(bits), group)
    )
