"""Any range of a stored tensor, in row-major order, whatever the format keeps it in: as bytes, values, or rounded.

What converts and what compares checkpoints asks for a few MiB at a time, of many tensors, in several threads. So memory
stays bounded however large the tensors are:

===================================== =================================================================================
bytes in a row                        read as they are asked for
transposed, or in several slices     gathered from a map of the file
packed, rows in the tensor's order    the rows that are asked for are decoded
packed in another order               decoded once, into a scratch file that has no name, and read from there
===================================== =================================================================================
"""

from __future__ import annotations

import math
import mmap
import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from loadstone.checkpoint.layouts import reordered
from loadstone.core.byte_source import ByteSource
from loadstone.core.remote_path import RemotePath
from loadstone.core.slices import Box, boxes, normalize, overlap, relative, row_major, shape_of, start_of, within
from loadstone.core.tensors import DType, StoredTensor
from loadstone.errors import Fault, UnsupportedDType
from loadstone.materialize.decode import unpack
from loadstone.planning.recipes import Piece
from loadstone.quantization.decode import exact
from loadstone.quantization.encode import narrowed, overflows, recode
from loadstone.transfer.array_bytes import Read, elements, of_array
from loadstone.transfer.durable import reserve
from loadstone.transfer.machine import cores
from loadstone.transfer.mapped_file import MappedFile
from loadstone.transfer.memory import new_memory
from loadstone.transfer.probe import probe
from loadstone.transfer.weight_file import SECTOR_BYTES, WeightFile

if TYPE_CHECKING:
    from typing_extensions import Buffer

Array = np.ndarray
ValueT = TypeVar("ValueT")

_READ_ELEMENTS = 1 << 19
"""Read from a file at once."""
_CAST_ELEMENTS = 1 << 16
"""Rounded at once: what is needed in between stays in the processor's caches."""
_DIRECT_BYTES = 256 << 10
"""Of what is read past the page cache; less would wait for the disk too often."""
_MOST_FILES = 16
_MOST_TENSORS = 6
"""Packed tensors whose small parts or scratch files are held. Writers have four blocks under way, in the order of the
tensors."""


class TensorReader:
    """Reads stored tensors, from several threads at once. Use it in a ``with``.

    ``scratch``: the folder for scratch files. ``overflowed``: names of the tensors some of whose values were
    beyond what the dtype reaches that they were rounded to.

    Every method raises :class:`CorruptCheckpoint` where a file is cut short, or written to meanwhile, and OSError where
    a scratch file finds no room.
    """

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self.overflowed: dict[str, None] = {}
        self._stamps: dict[Path, tuple[int, int]] = {}
        self._files = _Recent[ByteSource](_MOST_FILES)
        self._rooms = _Rooms()
        self._maps = _Recent[MappedFile](_MOST_FILES)
        self._packed = _Recent[_Packed](_MOST_TENSORS)
        self._decoded = _Recent[Array](_MOST_TENSORS)

    def __enter__(self) -> TensorReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for cache in (self._files, self._maps, self._packed, self._decoded):
            cache.clear()

    def watch(self, files: Iterable[Path]) -> None:
        """From now on these are to stay as they are; else each is, from when it is first read."""
        for path in files:
            self.open(path)

    def check(self) -> None:
        """All files that were watched, or read, are as they were."""
        for path, stamp in self._stamps.items():
            file = WeightFile(path, cached=True)
            status = os.fstat(file.descriptor)
            if (status.st_size, status.st_mtime_ns) != stamp:
                raise file.fault("the bytes that it had a moment ago", "others")
            file.close()

    def stored(self, tensor: StoredTensor) -> Read:
        """The tensor's bytes as they are stored, but row-major. It is not packed."""
        if tensor.strides is None and not tensor.slices:
            return lambda start, stop: self._bytes(tensor, start, stop).data
        return elements(tensor.dtype.bits // 8, lambda first, last: self._gathered(tensor, first, last))

    def rounded(self, tensor: StoredTensor, dtype: DType, turned: bool = False) -> Read:
        """The tensor's values as bytes of ``dtype``; ``turned``: of the matrix with its rows as columns.

        As writers ask: what a thread gets is its own until it asks for rounded bytes again.
        """
        if tensor.is_packed:
            return self._decoded_read(tensor, dtype, turned)
        if turned:
            tensor = reordered(tensor, (1, 0))
        if tensor.dtype is dtype:
            return self.stored(tensor)
        self._check(tensor)
        return self._rounded_read(tensor, dtype)

    def _rounded_read(self, tensor: StoredTensor, dtype: DType) -> Read:
        width = dtype.bits // 8
        source = tensor.dtype
        is_looked_up = source.is_floating and max(source.bits, dtype.bits) <= 16

        def read(first: int, last: int) -> Array:
            rounded = self._rooms.take("rounded", (last - first) * width).view(f"<u{width}")
            for start in range(first, last, _READ_ELEMENTS):
                end = min(start + _READ_ELEMENTS, last)
                elements = (
                    self.numbers(tensor, start, end) if tensor.is_packed else self._codes(tensor, start, end, True)
                )
                for at in range(0, len(elements), _CAST_ELEMENTS):
                    part = elements[at : at + _CAST_ELEMENTS]
                    into = rounded[start - first + at :][: len(part)]
                    if tensor.is_packed:
                        into[...] = self._narrowed(tensor.name, part, dtype)
                    elif is_looked_up:
                        self._note(tensor.name, recode(part, source, dtype, into))
                    else:
                        into[...] = self._narrowed(tensor.name, exact(part.view(np.uint8), source), dtype)
            return rounded.view(np.uint8)

        return elements(width, read)

    def _codes(self, tensor: StoredTensor, first: int, last: int, is_passing: bool = False) -> Array:
        """Elements as they are stored, each a word. ``is_passing``: until the thread asks for others."""
        width = tensor.dtype.bits // 8
        if tensor.strides is None and not tensor.slices:
            return self._bytes(tensor, first * width, last * width, is_passing).view(f"<u{width}")
        return self._gathered(tensor, first, last).view(f"<u{width}")

    def _decoded_read(self, tensor: StoredTensor, dtype: DType, turned: bool) -> Read:
        in_order = self._rounded_read(tensor, dtype)

        def read(start: int, stop: int) -> Buffer:
            if not turned and self._is_in_order(tensor):
                return in_order(start, stop)
            words = self._whole(tensor, dtype)
            return of_array(words.T if turned else words)(start, stop)

        return read

    def numbers(self, tensor: StoredTensor, first: int, last: int) -> Array:
        """Elements ``first`` to ``last``, in one row: of a dtype that NumPy has of its own, else as float32."""
        if tensor.is_packed:
            decoded = self._opened(tensor).decode(self._bytes, first, last) if self._is_in_order(tensor) else None
            if decoded is None:
                decoded = self._whole(tensor, DType.FLOAT32).reshape(-1)[first:last].view(np.float32)
            return decoded
        self._check(tensor)
        return exact(self._codes(tensor, first, last).view(np.uint8), tensor.dtype)

    def open(self, path: Path) -> ByteSource:
        """A file; the same bytes whenever it is asked for."""
        return self._files.get(path, lambda: self._open(path))

    def _open(self, path: Path) -> ByteSource:
        if isinstance(path, RemotePath) and path.source is not None:
            return path.source
        file = WeightFile(path, cached=True)
        status = os.fstat(file.descriptor)
        stamp = (status.st_size, status.st_mtime_ns)
        if self._stamps.setdefault(path, stamp) != stamp:
            raise file.fault("the bytes that it had a moment ago", "others")
        # The page cache would take a copy of each byte, and has no use for it here.
        return WeightFile(path) if _is_cold(file) else file

    def _bytes(self, tensor: StoredTensor, start: int, stop: int, is_passing: bool = False) -> Array:
        count, offset = stop - start, tensor.offset + start
        if not count:
            return np.empty(0, np.uint8)
        file = self.open(tensor.file)
        head = offset % SECTOR_BYTES if file.takes_direct and count >= _DIRECT_BYTES else 0
        nbytes = -(-(head + count) // SECTOR_BYTES) * SECTOR_BYTES
        if is_passing:
            room = self._rooms.take("stored", nbytes)
        else:
            room = np.empty(nbytes + SECTOR_BYTES, np.uint8)
            room = room[-room.ctypes.data % SECTOR_BYTES :][:nbytes]
        wanted = min(nbytes, file.nbytes - offset + head) if file.takes_direct and count >= _DIRECT_BYTES else count
        file.read_into(offset - head, max(wanted, head + count), room.data)
        file.check()
        return room[head : head + count]

    def _gathered(self, tensor: StoredTensor, first: int, last: int) -> Array:
        """Elements of a tensor that does not lie in one row."""
        gathered = np.empty(last - first, f"V{tensor.dtype.bits // 8}")
        file = self.open(tensor.file)
        file.check()
        parts = tensor.slices or ((tensor, normalize((), tensor.shape)),)
        views = [(self._view(part), into) for part, into in parts]
        at = 0
        for box in boxes(tensor.shape, first, last):
            sizes = shape_of(box)
            room = gathered[at : at + math.prod(sizes)].reshape(sizes)
            for view, into in views:
                shared = overlap(box, into)
                if shared is not None:
                    room[relative(shared, box)] = view[relative(shared, into)]
            at += room.size
        return gathered.view(np.uint8)

    def _view(self, tensor: StoredTensor) -> Array:
        size = tensor.dtype.bits // 8
        if isinstance(tensor.file, RemotePath):
            flat = self._bytes(tensor, 0, tensor.nbytes).view(f"V{size}")
        else:
            mapped = self._maps.get(tensor.file, lambda: MappedFile(tensor.file, tensor.range.stop))
            flat = np.frombuffer(mapped.buffer, np.uint8, tensor.nbytes, tensor.offset).view(f"V{size}")
        if tensor.strides is None:
            return flat.reshape(tensor.shape)
        steps = [step * size for step in tensor.strides]
        return np.lib.stride_tricks.as_strided(flat, tensor.shape, steps, writeable=False)

    def _is_in_order(self, tensor: StoredTensor) -> bool:
        return tensor.packing is not None and self._opened(tensor).is_in_order

    def _opened(self, tensor: StoredTensor) -> _Packed:
        return self._packed.get(_key(tensor), lambda: _Packed(tensor, self._bytes))

    def _whole(self, tensor: StoredTensor, dtype: DType) -> Array:
        return self._decoded.get((_key(tensor), dtype), lambda: self._decode(tensor, dtype))

    def _decode(self, tensor: StoredTensor, dtype: DType) -> Array:
        """All of a packed tensor, as words of ``dtype``, in a file that is gone when nobody holds the array."""
        width = dtype.bits // 8
        nbytes = math.prod(tensor.shape) * width
        with tempfile.TemporaryFile(dir=self._scratch, prefix=".loadstone-scratch-") as file:
            reserve(file.fileno(), nbytes)
            memory = mmap.mmap(file.fileno(), nbytes)
        words = np.frombuffer(memory, f"<u{width}").reshape(tensor.shape)

        def put(_: int, index: Box, values: Array) -> None:
            words[(*index, ...)] = self._narrowed(tensor.name, values, dtype)

        pieces = Piece(tensor).spread()
        unpack([(0, piece) for piece in pieces if piece.tensor.packing], self.open, put, max(cores(), 2))
        for piece in pieces:
            if piece.tensor.packing is None:
                self._round_into(words, piece, dtype)
        return words

    def _round_into(self, words: Array, piece: Piece, dtype: DType) -> None:
        """Plain values among the parts of a tensor others of which are packed."""
        part = piece.tensor
        count = math.prod(part.shape)
        for first in range(0, count, _CAST_ELEMENTS):
            values = self.numbers(part, first, min(first + _CAST_ELEMENTS, count))
            at = 0
            for box in boxes(part.shape, first, first + len(values)):
                sizes = shape_of(box)
                room = values[at : at + math.prod(sizes)].reshape(sizes)
                words[(*within(piece.into, box), ...)] = self._narrowed(part.name, room, dtype)
                at += room.size

    def _narrowed(self, name: str, values: Array, dtype: DType) -> Array:
        words = narrowed(values, dtype)
        self._note(name, overflows(values, words, dtype))
        return words

    def _note(self, name: str, is_lost: bool) -> None:
        if is_lost:
            self.overflowed[name] = None

    @staticmethod
    def _check(tensor: StoredTensor) -> None:
        if tensor.dtype.bits < 8:
            where = f"{tensor.file}: tensor {tensor.name!r}"
            raise UnsupportedDType([Fault(where, "whole bytes for each element", tensor.dtype.value)])


class _Packed:
    """A packed tensor with its small parts at hand."""

    def __init__(self, tensor: StoredTensor, read: Callable[[StoredTensor, int, int], Array]) -> None:
        assert tensor.packing is not None
        self.tensor, self.packing = tensor, tensor.packing
        self.main, *others = self.packing.parts
        self.others = [read(part, 0, part.nbytes) for part in others]
        count = math.prod(tensor.shape)
        self.values_per_row, rest = divmod(count, max(self.packing.rows, 1))
        """Values that come out of one row."""
        # A step whose values are many is better decoded once than for each range that is asked for.
        self.is_in_order = not rest and 0 < self.values_per_row * self.packing.step <= _READ_ELEMENTS
        if self.is_in_order:
            self.is_in_order = self._fill(read, 0, min(self.packing.step, self.packing.rows)) is not None

    def decode(self, read: Callable[[StoredTensor, int, int], Array], first: int, last: int) -> Array | None:
        """Values ``first`` to ``last``, as float32; None, and no longer in order, if they do not lie in one row."""
        step = self.packing.step
        start = first // (self.values_per_row * step) * step
        stop = min(-(-last // (self.values_per_row * step)) * step, self.packing.rows)
        decoded = self._fill(read, start, stop)
        if decoded is None:  # the first rows are in order, and others are not
            self.is_in_order = False
            return None
        return decoded[first - start * self.values_per_row : last - start * self.values_per_row]

    def _fill(self, read: Callable[[StoredTensor, int, int], Array], start: int, stop: int) -> Array | None:
        """Some rows, decoded; None if what comes out of them does not lie in one row of the tensor."""
        width = self.main.nbytes // self.packing.rows
        steps = row_major(self.tensor.shape)
        decoded = np.empty((stop - start) * self.values_per_row, np.float32)
        done = 0
        # A few rows at a time, for the packing makes arrays of its own.
        step = max(_CAST_ELEMENTS // (self.values_per_row * self.packing.step), 1) * self.packing.step
        for row in range(start, stop, step):
            end = min(row + step, stop)
            raw = read(self.main, row * width, end * width).reshape(end - row, width)
            with np.errstate(all="ignore"):  # what overflows is infinite, and needs no warning
                for box, values in self.packing.decode(row, raw, self.others):
                    at = start_of(box, self.tensor.shape, steps)
                    if at is None or not 0 <= (at := at - start * self.values_per_row) <= len(decoded) - values.size:
                        return None
                    decoded[at : at + values.size] = values.reshape(-1)
                    done += values.size
        return decoded if done == len(decoded) else None


class _Rooms(threading.local):
    """Memory that a thread uses over and over: new memory costs as much as what is done with it here."""

    def __init__(self) -> None:
        self._held: dict[str, Array] = {}

    def take(self, use: str, nbytes: int) -> Array:
        """So many bytes that begin a page; until the thread takes some for the same use again."""
        held = self._held.get(use)
        if held is None or len(held) < nbytes:
            held = self._held[use] = np.frombuffer(new_memory(nbytes), np.uint8)
        return held[:nbytes]


class _Recent(Generic[ValueT]):
    """The last few things that were asked for; several threads may ask, and each thing is made once."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.RLock()
        self._held: OrderedDict[Hashable, ValueT] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], ValueT]) -> ValueT:
        with self._lock:
            if key not in self._held:
                self._held[key] = make()
                if len(self._held) > self._most:
                    self._held.popitem(last=False)
            self._held.move_to_end(key)
            return self._held[key]

    def clear(self) -> None:
        with self._lock:
            self._held.clear()


def _is_cold(file: WeightFile) -> bool:
    facts = probe(file.descriptor, file.nbytes)
    return facts.cached_share < 0.5 and not facts.is_remote


def _key(tensor: StoredTensor) -> Hashable:
    return tensor.name, tensor.file, tensor.offset
