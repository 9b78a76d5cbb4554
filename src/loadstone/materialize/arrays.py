"""Load plan → NumPy arrays: what the frameworks that take arrays from NumPy share.

An array whose dtype and layout are the stored ones is a view of the mapped file. Everything else is cast, reordered
and stacked once, on all cores, straight into memory that is aligned for the framework to take over as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import ml_dtypes
import numpy as np

from loadstone.core.progress import Progress
from loadstone.core.slices import Box
from loadstone.core.tensors import BY_NAME, DType, StoredTensor
from loadstone.errors import ArgumentError, Fault, UnsupportedDType
from loadstone.materialize.decode import packed_bytes, unpack
from loadstone.materialize.moves import Moves
from loadstone.planning.match import LoadPlan
from loadstone.planning.recipes import Piece, Stored
from loadstone.planning.slot_dtypes import own_dtypes
from loadstone.quantization.decode import from_bfloat16
from loadstone.quantization.encode import to_bfloat16
from loadstone.transfer.array_bytes import of_array
from loadstone.transfer.copy import BufferPool, Extent, HostBuffer, copy, layout
from loadstone.transfer.memory import Arena
from loadstone.transfer.outgoing import OutgoingTensor
from loadstone.transfer.weight_files import Weights

Array = np.ndarray
_CHUNK_ELEMENTS = 1 << 16


def numpy_dtype(dtype: DType | str) -> np.dtype:
    """NumPy's dtype of that name, with ``ml_dtypes`` for bfloat16 and the 8-bit floats."""
    name = dtype if isinstance(dtype, str) else dtype.value
    if name not in BY_NAME or BY_NAME[name].bits < 8:
        raise UnsupportedDType([Fault(f"dtype {name!r}", "one that NumPy arrays can have", "none")])
    return np.dtype(getattr(ml_dtypes, name, name))


def from_numpy(dtype: np.dtype) -> DType:
    """The shared word for a NumPy dtype."""
    if dtype.name not in BY_NAME:
        raise UnsupportedDType([Fault(f"dtype {dtype}", "one that checkpoints can store", "none")])
    return BY_NAME[dtype.name]


def held(state_dict: object) -> dict[str, StoredTensor]:
    """Names and arrays in the words of a checkpoint; :class:`ArgumentError` for what is none."""
    if not isinstance(state_dict, Mapping):
        raise ArgumentError(f"state_dict is a {type(state_dict).__name__}, expected names and their arrays.")
    for name, array in state_dict.items():
        if not isinstance(name, str) or not hasattr(array, "dtype") or not hasattr(array, "shape"):
            raise ArgumentError(f"state_dict has {name!r}: {type(array).__name__}, expected a name and its array.")
    arrays = {name: np.asarray(array) for name, array in state_dict.items()}
    return {
        name: StoredTensor(name, from_numpy(a.dtype), a.shape, Path("<state_dict>"), 0, a.nbytes)
        for name, a in arrays.items()
    }


def outgoing_array(name: str, array: Array) -> OutgoingTensor:
    """An array to be saved, read where it lies."""
    return OutgoingTensor(
        name,
        from_numpy(array.dtype),
        array.shape,
        of_array(array),
        address=array.ctypes.data if array.flags.c_contiguous else None,
        read_transposed=of_array(array.T) if array.ndim == 2 else None,
    )


class ArraySource:
    """Stored tensors as NumPy arrays: views of mapped files, or arrays that the caller holds already."""

    def __init__(self, weights: Weights, held: Mapping[str, object] | None = None) -> None:
        self.weights, self.held = weights, held

    def is_at_hand(self, stored: StoredTensor) -> bool:
        """Whether it may stay where it is, as a view."""
        return self.held is not None or (stored.packing is None and self.weights.is_mapped(stored.file))

    def view(self, stored: StoredTensor) -> Array:
        """An array without a copy."""
        if self.held is not None:
            return np.asarray(self.held[stored.name])
        dtype = numpy_dtype(stored.dtype)
        if not stored.nbytes:
            return np.empty(stored.shape, dtype)
        flat = np.frombuffer(self.weights.bytes_of(stored), np.uint8).view(dtype)
        if stored.strides is None:
            return flat.reshape(stored.shape)
        steps = [step * dtype.itemsize for step in stored.strides]
        return np.lib.stride_tricks.as_strided(flat, stored.shape, steps)

    def taken(self, piece: Piece) -> Array:
        """What a piece takes of its stored tensor, as a view."""
        view = self.view(piece.tensor)
        return view if piece.rows is None else view[piece.rows]


class Arrays(NamedTuple):
    """The array of every slot that has a stored recipe, and what it took, in bytes."""

    arrays: dict[str, Array]
    viewed: int
    copied: int


def fill_arrays(
    plan: LoadPlan,
    shapes: Mapping[str, tuple[int, ...]],
    source: ArraySource,
    dtype_of: Callable[[StoredTensor], DType],
    *,
    may_view: bool = True,
    shared: bool = False,
) -> Arrays:
    """Make the array of every slot that is made of stored tensors, in its own dtype or the one that ``dtype_of`` says.

    ``may_view``: an array may be a view of the mapped file (64-byte aligned). ``shared``: two slots may be views
    of the same bytes, which is right where arrays never change. A copy is 64-byte aligned too.

    Raises :class:`UnsupportedDType` where integers are stored for a floating-point slot.
    """
    check_kinds(plan)
    own = own_dtypes(plan.slots)
    views: dict[str, Array] = {}
    jobs: list[_Job] = []
    seen: set[str] = set()
    for name, recipe in plan.recipes.items():
        if not isinstance(recipe, Stored):
            continue
        first = recipe.pieces[0]
        dtype = numpy_dtype(own.get(name) or dtype_of(first.tensor))
        if may_view and len(recipe.pieces) == 1 and first.into is None and source.is_at_hand(first.tensor):
            view = source.taken(first)
            taken_already = not shared and first.rows is None and first.tensor.name in seen
            seen.add(first.tensor.name)
            if view.dtype == dtype and not taken_already and _is_aligned(view):
                views[name] = view
                continue
        jobs.append(_Job(name, shapes[name], dtype, recipe.pieces))
    viewed = sum(array.nbytes for array in views.values())
    copied = _copy(jobs, source)
    return Arrays(views | copied, viewed, sum(array.nbytes for array in copied.values()))


def _is_aligned(array: Array) -> bool:
    return bool(array.flags.c_contiguous) and array.ctypes.data % Arena.ALIGNMENT == 0


def check_kinds(plan: LoadPlan) -> None:
    """:class:`UnsupportedDType` where integers are stored for a floating-point slot."""
    integers = {slot.name for slot in plan.slots if slot.dtype is not None and not slot.dtype.is_floating}
    faults = [
        Fault(f"{piece.tensor.file}, tensor {piece.tensor.name}", "a floating-point dtype", piece.tensor.dtype.value)
        for name, recipe in plan.recipes.items()
        if isinstance(recipe, Stored) and name not in integers
        for piece in recipe.pieces
        if not piece.tensor.dtype.is_floating
    ]
    if faults:
        raise UnsupportedDType(faults, hint="Are these quantized weights, and does config.json say so?")


class _Job(NamedTuple):
    """An array to make by copying."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype
    pieces: Sequence[Piece]


def _copy(jobs: Sequence[_Job], source: ArraySource) -> dict[str, Array]:
    """Cast, reorder and stack into one new allocation, all cores at once, a cache-friendly piece at a time."""
    if not jobs:
        return {}
    sizes = [int(np.prod(job.shape, dtype=np.int64)) * job.dtype.itemsize for job in jobs]
    arena = Arena(sizes)
    arrays = [
        np.frombuffer(arena.memory, np.uint8, size, offset).view(job.dtype).reshape(job.shape)
        for job, offset, size in zip(jobs, arena.offsets, sizes, strict=True)
    ]
    moves = Moves()
    for number, job in enumerate(jobs):
        if source.held is None:
            moves.add(number, job.shape, job.pieces)
        else:
            moves.loose += [(number, piece) for piece in job.pieces]
    _move(moves, arrays, source.weights)
    if moves.packed:

        def put(number: int, index: Box, values: Array) -> None:
            cast_into(arrays[number][(*index, ...)], values)

        with Progress("Unpacking", packed_bytes(moves.packed)) as progress:
            opened = source.weights.open_for_small_reads(piece.tensor for _, piece in moves.packed)
            unpack(moves.packed, opened, put, source.weights.threads, progress)
    for number, piece in moves.loose:
        # The dots keep an array where the index leaves one number.
        cast_into(arrays[number][(*(piece.into or ()), ...)], source.taken(piece))
    return {job.name: array for job, array in zip(jobs, arrays, strict=True)}


def _move(moves: Moves, arrays: Sequence[Array], weights: Weights) -> None:
    if not moves.by_file:
        return
    flat = [array.reshape(-1) for array in arrays]

    def put(buffer: HostBuffer, extent: Extent) -> None:
        for move in extent.moves:
            start = move.offset - extent.range.start
            values = np.frombuffer(buffer.memory, np.uint8, move.nbytes, start).view(numpy_dtype(move.dtype))
            if move.box is None or move.axes is None:
                cast_into(flat[move.target][move.start : move.start + len(values)], values)
            else:
                shape, order = layout(move.box, move.axes)
                cast_into(arrays[move.target][(*move.box, ...)].transpose(order), values.reshape(shape))

    def room_for(extent: Extent) -> memoryview | None:
        """Where all of an extent of a remote file goes as it is stored."""
        move, is_alone = extent.moves[0], len(extent.moves) == 1
        to = flat[move.target]
        if not weights.is_remote or not is_alone or move.box is not None or to.dtype != numpy_dtype(move.dtype):
            return None
        return to[move.start :].view(np.uint8).data[: move.nbytes]

    threads = weights.threads
    by_file = {path: moves.by_file[path] for path in sorted(moves.by_file)}
    with Progress("Loading", sum(move.nbytes for those in by_file.values() for move in those)) as progress:
        buffers = BufferPool(HostBuffer, threads, weights.extent_bytes, room_for)
        copy(by_file, weights.open, buffers, put, threads, progress)


def cast_into(to: Array, values: Array) -> None:
    """Copy with a cast; ``to`` and ``values`` have one shape. Rounds to nearest, ties to even, as frameworks do.

    bfloat16 goes by way of its bits, the upper half of a float32: ``ml_dtypes``' own casts hold the interpreter
    lock, and these do not.
    """
    wide, narrow = np.dtype(np.float32), np.dtype(ml_dtypes.bfloat16)
    if (values.dtype, to.dtype) not in ((narrow, wide), (wide, narrow)):
        np.copyto(to, values, casting="unsafe")
        return
    widen = values.dtype == narrow
    if to.flags.c_contiguous and values.flags.c_contiguous:
        to, values = to.reshape(-1), values.reshape(-1)
    rows = max(1, _CHUNK_ELEMENTS // max(values[:1].size, 1))
    for start in range(0, len(values), rows):  # what is needed in between stays in the caches
        part, numbers = to[start : start + rows], values[start : start + rows]
        if widen:
            from_bfloat16(numbers.view(np.uint16), part)
        else:
            to_bfloat16(numbers, part.view(np.uint16))
