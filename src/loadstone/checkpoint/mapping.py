"""The checkpoint that every format gives: a lazy mapping from names to stored tensors."""

from __future__ import annotations

import math
from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from dataclasses import field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from loadstone.checkpoint.faults import in_file
from loadstone.core.records import record
from loadstone.core.tensors import DType, StoredTensor
from loadstone.errors import CorruptCheckpoint, Fault, UnsupportedDType
from loadstone.transfer.regular_file import OpenFile, UnusableFile, open_file

if TYPE_CHECKING:
    import numpy as np

_NUMPY = {
    DType.FLOAT64: "<f8",
    DType.FLOAT32: "<f4",
    DType.FLOAT16: "<f2",
    DType.COMPLEX64: "<c8",
    DType.INT64: "<i8",
    DType.INT32: "<i4",
    DType.INT16: "<i2",
    DType.INT8: "i1",
    DType.UINT64: "<u8",
    DType.UINT32: "<u4",
    DType.UINT16: "<u2",
    DType.UINT8: "u1",
    DType.BOOL: "?",
}


@record
class CheckpointFiles:
    """The files of a checkpoint, and what they say besides tensors: see the attributes of :class:`Checkpoint`."""

    format: str
    files: tuple[Path, ...]
    index: Path | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    passed_over: tuple[str, ...] = ()
    absent: Mapping[str, str] = field(default_factory=dict)


class Checkpoint(Mapping[str, StoredTensor]):
    """The stored tensors of a checkpoint, by name, in the order of their bytes. Made by :func:`open_checkpoint`.

    It holds what the headers say, already checked against the files; no data and no open file. Safe to share
    between threads, and to pickle.

    ::

        checkpoint = open_checkpoint("path/to/folder")
        checkpoint["lm_head.weight"].shape      # reads nothing
        checkpoint.numpy("lm_head.weight")      # reads this tensor's bytes
    """

    format: str
    """``"safetensors"``, ``"pytorch"``, ``"flax"``, ``"tensorflow"`` or ``"gguf"``."""
    files: tuple[Path, ...]
    """The weight files: sorted by name, as shards number themselves."""
    index: Path | None
    """The file that says which shard holds which tensor; None if there is one weight file."""
    metadata: Mapping[str, str]
    """What the weight files say of themselves beside tensors: free text, often just ``{"format": "pt"}``."""
    absent: Mapping[str, str]
    """Name of a tensor that the index lists and that cannot be had → why. A load that needs it fails."""

    def __init__(self, tensors: Iterable[StoredTensor], about: CheckpointFiles) -> None:
        self._tensors = {tensor[0]: tensor for tensor in tensors}
        self._about = about
        self.format = about.format
        self.files = about.files
        self.index = about.index
        self.metadata = MappingProxyType(dict(about.metadata))
        self.absent = about.absent

    @property
    def passed_over(self) -> tuple[str, ...]:
        """A sentence for all that lies there, or that the index lists, and was not read, or not as the index has it."""
        return self._about.passed_over

    def pass_over(self, sentence: str) -> None:
        """Add to :attr:`passed_over`."""
        self._about = replace(self._about, passed_over=(*self.passed_over, sentence))

    def __getitem__(self, name: str) -> StoredTensor:
        return self._tensors[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tensors)

    def __len__(self) -> int:
        return len(self._tensors)

    # The mixins of Mapping would do, one Python call for each tensor slower.
    def __contains__(self, name: object) -> bool:
        return name in self._tensors

    def keys(self) -> KeysView[str]:
        return self._tensors.keys()

    def values(self) -> ValuesView[StoredTensor]:
        return self._tensors.values()

    def items(self) -> ItemsView[str, StoredTensor]:
        return self._tensors.items()

    def __repr__(self) -> str:
        where = self.index or (self.files[0] if self.files else "")
        return f"<Checkpoint {str(where)!r}: {self.format}, {len(self)} tensors, {self.nbytes} bytes>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Checkpoint, (tuple(self.values()), self._about)

    def holding(self, tensors: Iterable[StoredTensor]) -> Checkpoint:
        """Other tensors of the same files, such as those that are stored in several parts, put together."""
        return Checkpoint(tensors, self._about)

    def beside(self, others: Mapping[str, Checkpoint]) -> Checkpoint:
        """This one and others as one: their tensors under their names, a dot between, as those of modules are."""
        about, tensors = self._about, list(self.values())
        for prefix, other in others.items():
            tensors += [tensor._replace(name=f"{prefix}.{tensor.name}") for tensor in other.values()]
            about = replace(
                about,
                files=(*about.files, *other.files),
                passed_over=(*about.passed_over, *other.passed_over),
                absent={**about.absent, **{f"{prefix}.{name}": why for name, why in other.absent.items()}},
            )
        return Checkpoint(tensors, about)

    @cached_property
    def nbytes(self) -> int:
        """Bytes of all tensors together, each counted in full even where tensors share storage."""
        return sum(
            tensor.nbytes if tensor.strides is None and not tensor.slices else _elements_nbytes(tensor)
            for tensor in self.values()
        ) + sum(part.nbytes for tensor in self.values() if tensor.packing for part in tensor.packing.parts[1:])

    @cached_property
    def ends(self) -> Mapping[Path, int]:
        """Of each file with a tensor, the first byte after the last that any of them needs."""
        ends: dict[Path, int] = {}
        current: Path | None = None
        reached = 0
        others: list[StoredTensor] = []
        for _, _, _, file, offset, nbytes, _, _, packing, _ in self.values():
            if packing is not None:
                others += packing.parts[1:]
            # Neighbors lie in one file, and to look a path up costs more than all else here.
            if file is not current:
                current, reached = file, ends.setdefault(file, 0)
            if offset + nbytes > reached:
                ends[file] = reached = offset + nbytes
        for part in others:
            ends[part.file] = max(ends.get(part.file, 0), part.offset + part.nbytes)
        return ends

    def read(self, name: str) -> memoryview:
        """The bytes of one tensor, in row-major order without gaps, little-endian; writable and the caller's own.

        Costs the tensor's bytes and nothing else of the file.

        :raises KeyError: there is no tensor of this name
        :raises UnsupportedDType: the tensor is packed
        :raises CorruptCheckpoint: the file was cut short or taken away after the checkpoint was opened
        """
        tensor = self[name]
        if tensor.is_packed:
            where, hint = in_file(tensor.file, name), "Read its values with .numpy(name)"
            kind = "several stacks" if tensor.packing is None else tensor.packing.kind
            raise UnsupportedDType([Fault(where, "contiguous elements", kind, hint)])
        try:
            with open_file(tensor.file) as file:
                return _join(file, tensor) if tensor.slices else _read(file, tensor)
        except UnusableFile as unusable:
            fault = Fault(in_file(tensor.file, name), unusable.expected, unusable.found, unusable.hint)
            raise CorruptCheckpoint([fault]) from None

    def numpy(self, name: str) -> np.ndarray:
        """One tensor as a NumPy array of its own: reads the tensor's bytes.

        bfloat16 and the 8-bit floats are NumPy dtypes of the package ``ml_dtypes``. Of a packed tensor the values, as
        float32.

        :raises KeyError: there is no tensor of this name
        :raises UnsupportedDType: NumPy has no such dtype, even with ``ml_dtypes``; or that is not installed
        :raises CorruptCheckpoint: the file was cut short or taken away after the checkpoint was opened
        """
        import numpy as np

        tensor = self[name]
        if tensor.is_packed:
            return _decoded(tensor)
        dtype = _numpy_dtype(tensor)
        return np.frombuffer(self.read(name), dtype=dtype).reshape(tensor.shape)


def _elements_nbytes(tensor: StoredTensor) -> int:
    """Bytes of a tensor's elements, without what lies between them."""
    if tensor.slices and tensor.is_packed:
        return sum(part.nbytes for part, _ in tensor.slices)
    return math.prod(tensor.shape) * tensor.dtype.bits // 8


def _read(file: OpenFile, tensor: StoredTensor) -> memoryview:
    stored = memoryview(file.read(tensor.offset, tensor.nbytes))
    return stored if tensor.strides is None else _gather(stored, tensor)


def _join(file: OpenFile, tensor: StoredTensor) -> memoryview:
    """The elements of a tensor that lies in slices, row-major."""
    import numpy as np

    whole = memoryview(bytearray(_elements_nbytes(tensor)))
    elements = np.frombuffer(whole, dtype=f"V{tensor.dtype.bits // 8}").reshape(tensor.shape)
    for part, into in tensor.slices:
        elements[into] = np.frombuffer(_read(file, part), dtype=elements.dtype).reshape(part.shape)
    return whole


def _decoded(tensor: StoredTensor) -> np.ndarray:
    import numpy as np

    if tensor.packing is None:
        joined = np.empty(tensor.shape, np.float32)
        for part, into in tensor.slices:
            joined[into] = _decoded(part)
        return joined
    parts = []
    for part in tensor.packing.parts:
        try:
            with open_file(part.file) as file:
                parts.append(np.frombuffer(file.read(part.offset, part.nbytes), np.uint8))
        except UnusableFile as unusable:
            fault = Fault(in_file(part.file, part.name), unusable.expected, unusable.found, unusable.hint)
            raise CorruptCheckpoint([fault]) from None
    array = np.empty(tensor.shape, np.float32)
    with np.errstate(all="ignore"):  # what overflows is infinite, and needs no warning
        for box, values in tensor.packing.decode(0, parts[0].reshape(tensor.packing.rows, -1), parts[1:]):
            array[box] = values
    return array


def _gather(stored: memoryview, tensor: StoredTensor) -> memoryview:
    """The elements of a strided tensor, row-major. ``stored`` starts at its first element and ends with its last."""
    import numpy as np

    size = tensor.dtype.bits // 8
    elements = np.frombuffer(stored, dtype=f"V{size}")
    strides = [step * size for step in tensor.strides or ()]
    view = np.lib.stride_tricks.as_strided(elements, shape=tensor.shape, strides=strides, writeable=False)
    return memoryview(bytearray(view.tobytes()))


def _numpy_dtype(tensor: StoredTensor) -> np.dtype:
    import numpy as np

    if code := _NUMPY.get(tensor.dtype):
        return np.dtype(code)
    where = in_file(tensor.file, tensor.name)
    hint = "Read its bytes with .read(name)"
    if tensor.dtype.bits < 8:
        raise UnsupportedDType([Fault(where, "whole bytes for each element", tensor.dtype.value, hint)])
    try:
        import ml_dtypes  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError:
        hint = f"Run `pip install ml_dtypes`, or: {hint[0].lower()}{hint[1:]}"
        raise UnsupportedDType([Fault(where, "a dtype of NumPy", tensor.dtype.value, hint)]) from None
    dtype: np.dtype = np.dtype(getattr(ml_dtypes, tensor.dtype.value))
    return dtype
