"""Two checkpoints, tensor by tensor: names, shapes, dtypes, values. No framework, a few MiB of each at a time."""

from __future__ import annotations

import math
import os
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from loadstone.conversion.origin import Origin, open_origin
from loadstone.core.progress import Progress
from loadstone.core.tensors import StoredTensor
from loadstone.errors import ArgumentError
from loadstone.materialize.reader import TensorReader
from loadstone.quantization.decode import exact
from loadstone.sources.request import FileChoice, HubOptions
from loadstone.transfer.machine import cores
from loadstone.transfer.threads import WorkerPool

Array = np.ndarray
_ELEMENTS = 1 << 19
"""Read at once, of each of the two."""
_COMPARED = 1 << 16
"""Compared at once where they are not the same bytes."""


@dataclass(frozen=True)
class TensorDifference:
    """A tensor that both have, and that is not the same in both."""

    name: str
    shapes: tuple[tuple[int, ...], tuple[int, ...]]
    """In the first and in the second; values are compared only where they agree."""
    kinds: tuple[str, str]
    """Dtypes, or what packed weights are called: ``"bfloat16"``, ``"GGUF Q4_K"``."""
    elements: int
    differing: int
    """Elements whose values differ by more than was tolerated. NaN is the same as NaN, and differs from all else."""
    max_abs: float
    """Of the distances between values, whether tolerated or not; infinite where an infinity meets another number. NaN
    where the dtype has elements of less than a byte, whose values are not known here."""
    max_rel: float
    """Of the distances divided by the larger magnitude of the two."""
    nan: int
    """Elements that are NaN in one and a number in the other."""

    @property
    def has_same_shape(self) -> bool:
        return self.shapes[0] == self.shapes[1]

    @property
    def has_same_kind(self) -> bool:
        return self.kinds[0] == self.kinds[1]

    def to_json(self) -> dict[str, Any]:
        """As JSON has it: what is infinite is a text there, and what is not known is null."""
        return {
            "name": self.name,
            "shapes": [list(shape) for shape in self.shapes],
            "dtypes": list(self.kinds),
            "elements": self.elements,
            "differing": self.differing,
            "max_abs": _shown(self.max_abs),
            "max_rel": _shown(self.max_rel),
            "nan": self.nan,
        }


@dataclass(frozen=True)
class Difference:
    """What two checkpoints differ in."""

    sources: tuple[str, str]
    only_in_first: tuple[str, ...]
    only_in_second: tuple[str, ...]
    tensors: tuple[TensorDifference, ...]
    """Those that differ, in the order of the first."""
    compared: int
    """Tensors that both have."""

    @property
    def is_empty(self) -> bool:
        """Whether there is none."""
        return not (self.only_in_first or self.only_in_second or self.tensors)

    def to_json(self) -> dict[str, Any]:
        """Everything, as JSON has it."""
        return {
            "sources": list(self.sources),
            "same": self.is_empty,
            "compared": self.compared,
            "only_in_first": list(self.only_in_first),
            "only_in_second": list(self.only_in_second),
            "tensors": [tensor.to_json() for tensor in self.tensors],
        }


def diff(
    first: str | os.PathLike[str],
    second: str | os.PathLike[str],
    *,
    tolerance: float = 0.0,
    relative_tolerance: float = 0.0,
    ignore_dtype: bool = False,
    bits: bool = False,
    stored: bool = False,
    subfolder: str | Sequence[str] = "",
    variant: str | Sequence[str | None] | None = None,
    gguf_file: str | Sequence[str | None] | None = None,
    revision: str | Sequence[str | None] | None = None,
    cache_dir: str | os.PathLike[str] | None = None,
    local_files_only: bool = False,
    token: str | bool | None = None,
) -> Difference:
    """Compare two checkpoints: folders, weight files, indexes or Hub ids, in any formats and dtypes.

    Names and layouts are the Hub's, whatever the format, and packed weights are compared by their decoded
    values; a bias of zeros that a quantizer added may be missing in the other. ``==`` holds between values of
    different dtypes as it does in mathematics.

    :param tolerance: absolute tolerance; values that differ by no more are equal
    :param relative_tolerance: the same, times the larger magnitude of the two
    :param ignore_dtype: another dtype, or another packing, alone is no difference
    :param bits: 0.0 and −0.0 differ, and so do NaNs of different bits
    :param stored: compare the parts that packed weights are stored in, not their decoded values
    :param subfolder: the folder inside both to look in; or two, for the first and for the second
    :param variant: files such as ``model.VARIANT.safetensors`` of both; or two, of which one may be None
    :param gguf_file: the GGUF file to use in both; or two, of which one may be None
    :param revision: the branch, tag or commit of both on the Hub; or two, of which one may be None
    :raises ArgumentError: a tolerance that is none, or one together with ``bits``
    :raises CheckpointError, InvalidConfig, HubError: one of the two cannot be read
    """
    for name, value in (("tolerance", tolerance), ("relative_tolerance", relative_tolerance)):
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < math.inf:
            raise ArgumentError(f"{name}={value!r}: expected a number of at least 0.")
    if bits and (tolerance or relative_tolerance):
        raise ArgumentError("bits=True compares bits, and a tolerance compares values: give one of them.")
    hubs = [HubOptions(each, cache_dir, False, local_files_only, token) for each in _sides("revision", revision)]
    which = {"subfolder": subfolder, "variant": variant, "gguf_file": gguf_file}
    sides = [FileChoice(**{name: _sides(name, choice)[side] for name, choice in which.items()}) for side in range(2)]
    origins = [open_origin(*each) for each in zip((first, second), sides, hubs, strict=True)]
    one, other = (_tensors(origin, stored) for origin in origins)
    rules = _Rules(float(tolerance), float(relative_tolerance), bits)
    common = [(tensor, other[name]) for name, tensor in one.items() if name in other]
    tallies = _compare([pair for pair in common if pair[0].shape == pair[1].shape], rules)
    differences = (_difference(pair, tallies.get(pair[0].name, _Tally()), ignore_dtype) for pair in common)
    return Difference(
        (os.fspath(first), os.fspath(second)),
        tuple(name for name, tensor in one.items() if name not in other and not tensor.is_spare),
        tuple(name for name, tensor in other.items() if name not in one and not tensor.is_spare),
        tuple(difference for difference in differences if difference is not None),
        len(common),
    )


def _sides(name: str, choice: object) -> tuple[Any, Any]:
    """What an option says of the first and of the second."""
    if choice is None or isinstance(choice, str):
        return choice, choice
    if isinstance(choice, Sequence) and len(choice) == 2 and all(isinstance(side, str | None) for side in choice):
        return choice[0], choice[1]
    raise ArgumentError(f"{name}={choice!r}: expected one for both, or two: for the first and for the second.")


class _Rules(NamedTuple):
    tolerance: float
    relative: float
    bits: bool


class _Tally:
    """What is known of a tensor's values so far."""

    def __init__(self) -> None:
        self.differing = self.nan = 0
        self.max_abs = self.max_rel = 0.0

    def add(self, other: _Tally) -> None:
        self.differing += other.differing
        self.nan += other.nan
        self.max_abs, self.max_rel = _larger(self.max_abs, other.max_abs), _larger(self.max_rel, other.max_rel)


_Pair = tuple[StoredTensor, StoredTensor]


class _Task(NamedTuple):
    pair: _Pair
    first: int
    last: int


def _tensors(origin: Origin, stored: bool) -> Mapping[str, StoredTensor]:
    return origin.checkpoint if stored else origin.unpacked()


def _compare(pairs: Sequence[_Pair], rules: _Rules) -> dict[str, _Tally]:
    """Name → what was found, of tensors of the same shape."""
    tallies: dict[str, _Tally] = {}
    lock = threading.Lock()
    total = sum(2 * pair[0].dtype.bits // 8 * math.prod(pair[0].shape) for pair in pairs)
    with TensorReader(Path(tempfile.gettempdir())) as reader, Progress("Comparing", total) as progress:
        reader.watch({tensor.file: None for pair in pairs for tensor in pair})

        def compare(task: _Task) -> None:
            tally = _compared(task, rules, reader)
            if tally is not None:
                with lock:
                    tallies.setdefault(task.pair[0].name, _Tally()).add(tally)
            progress((task.last - task.first) * 2 * task.pair[0].dtype.bits // 8)

        WorkerPool(_tasks(pairs), compare, "loadstone-diff").run(max(cores(), 2))
    return tallies


def _tasks(pairs: Sequence[_Pair]) -> Iterator[_Task]:
    for pair in pairs:
        count = math.prod(pair[0].shape)
        for first in range(0, count, _ELEMENTS):
            yield _Task(pair, first, min(first + _ELEMENTS, count))


def _compared(task: _Task, rules: _Rules, reader: TensorReader) -> _Tally | None:
    """What differs in a range; None for nothing."""
    (one, other), first, last = task
    if not one.is_packed and not other.is_packed and one.dtype is other.dtype:
        raw = [_raw(tensor, first, last, reader) for tensor in (one, other)]
        if np.array_equal(raw[0], raw[1]):
            return None
        if one.dtype.bits < 8:
            return _in_small(raw[0] != raw[1], one.dtype.bits)
        numbers = [exact(array, one.dtype) for array in raw]
    else:
        numbers = [reader.numbers(tensor, first, last) for tensor in (one, other)]
    tally = _Tally()
    for at in range(0, last - first, _COMPARED):
        tally.add(_counted(numbers[0][at : at + _COMPARED], numbers[1][at : at + _COMPARED], rules))
    return tally if tally.differing else None


def _raw(tensor: StoredTensor, first: int, last: int, reader: TensorReader) -> Array:
    """Bytes of a range. Where elements take less than a byte, :data:`_ELEMENTS` of them fill whole ones."""
    bits = tensor.dtype.bits
    return np.frombuffer(memoryview(reader.stored(tensor)(first * bits // 8, last * bits // 8)), np.uint8)


def _in_small(differs: Array, bits: int) -> _Tally:
    """Of elements of less than a byte, which have no values here: as many as are touched by bytes that differ."""
    tally = _Tally()
    tally.differing = -(-int(differs.sum()) * 8 // bits)
    tally.max_abs = tally.max_rel = math.nan
    return tally


def _counted(one: Array, other: Array, rules: _Rules) -> _Tally:
    tally = _Tally()
    differs = _differ_in_bits(one, other) if rules.bits else one != other
    if not differs.any():
        return tally
    one, other = _wide(one[differs]), _wide(other[differs])
    nans = np.isnan(one), np.isnan(other)
    tally.nan = int((nans[0] ^ nans[1]).sum())
    is_number = ~(nans[0] | nans[1])
    one, other = one[is_number], other[is_number]
    with np.errstate(invalid="ignore", over="ignore"):
        distances = np.abs(one - other)
        larger = np.maximum(np.abs(one), np.abs(other))
        # An infinity is infinitely far from all else; its distance from itself, which only bits tell apart, is NaN.
        ratios = np.where(np.isinf(larger), distances, distances / np.where(larger == 0, 1, larger))
        within = (distances <= rules.tolerance) | (np.isfinite(larger) & (distances <= rules.relative * larger))
    tally.max_abs, tally.max_rel = float(distances.max(initial=0.0)), float(ratios.max(initial=0.0))
    if rules.bits:
        tally.differing = int(differs.sum())
    elif rules.tolerance or rules.relative:
        tally.differing = int((~within).sum()) + tally.nan
    else:  # integers may be too large for their distance to be told exactly, and still they differ
        tally.differing = len(distances) + tally.nan
    return tally


def _differ_in_bits(one: Array, other: Array) -> Array:
    common = np.result_type(one, other)
    words = [np.ascontiguousarray(array, common).view(np.uint8).reshape(-1, common.itemsize) for array in (one, other)]
    differs: Array = (words[0] != words[1]).any(1)
    return differs


def _wide(numbers: Array) -> Array:
    """Of a dtype in which the distance between any two is told well."""
    if numbers.dtype.kind == "c":
        return numbers.astype(np.complex128)
    return numbers.astype(np.longdouble if numbers.dtype.kind in "iu" else np.float64)


def _difference(pair: _Pair, tally: _Tally, ignore_dtype: bool) -> TensorDifference | None:
    one, other = pair
    kinds = (_kind(one), _kind(other))
    if one.shape == other.shape and not tally.differing and (ignore_dtype or kinds[0] == kinds[1]):
        return None
    return TensorDifference(
        one.name,
        (one.shape, other.shape),
        kinds,
        math.prod(one.shape),
        tally.differing,
        tally.max_abs,
        tally.max_rel,
        tally.nan,
    )


def _kind(tensor: StoredTensor) -> str:
    packings = [part.packing for part, _ in tensor.slices] if tensor.slices else [tensor.packing]
    return " and ".join(dict.fromkeys(packing.kind if packing else tensor.dtype.value for packing in packings))


def _larger(one: float, other: float) -> float:
    """The larger of the two; NaN, if one is not known."""
    return one if one >= other or math.isnan(one) else other


def _shown(number: float) -> float | str | None:
    return None if math.isnan(number) else number if math.isfinite(number) else "infinity"
