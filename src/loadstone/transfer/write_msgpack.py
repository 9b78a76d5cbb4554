"""Writing one file as ``flax.serialization.to_bytes`` would, byte for byte, one tensor after another.

Names are paths: ``model/norm/weight`` is the entry ``weight`` in the map ``norm`` in the map ``model``. The layout
itself is told in ``loadstone.checkpoint.msgpack_walker``.

Source: https://github.com/msgpack/msgpack/blob/master/spec.md, and ``flax/serialization.py`` of Flax 0.12.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from loadstone.errors import ArgumentError
from loadstone.transfer.write import BlockFile, OutgoingTensor, bytes_of

CHUNK_NBYTES = 2**30
"""Flax keeps an array of more bytes in parts of at most so many."""

_NDARRAY = 1


class Cut(NamedTuple):
    """Some bytes of a tensor."""

    tensor: OutgoingTensor
    start: int
    stop: int


class MsgpackPlan(NamedTuple):
    """A file that is fully laid out and not yet written."""

    pieces: Sequence[bytes | Cut]
    """In the order of the file; all cuts of one tensor come one after another, with bytes between."""
    nbytes: int
    """Of the whole file."""


_Tree = dict[str, "OutgoingTensor | _Tree"]


def plan_msgpack(tensors: Iterable[OutgoingTensor], chunk_nbytes: int = CHUNK_NBYTES) -> MsgpackPlan:
    """Lays out a file. Reads no tensor.

    :raises ArgumentError: two tensors of one name, a name that is also the beginning of another, one that UTF-8
        cannot hold, or elements of less than a byte.
    """
    pieces: list[bytes | Cut] = []
    head = bytearray()
    for piece in _map(_tree(tensors), chunk_nbytes):
        if isinstance(piece, bytes):
            head += piece
        else:
            pieces += [bytes(head), piece]
            head.clear()
    pieces.append(bytes(head))
    return MsgpackPlan(pieces, sum(len(p) if isinstance(p, bytes) else p.stop - p.start for p in pieces))


def write_msgpack(path: Path, plan: MsgpackPlan, *, progress: Callable[[int], None] | None = None) -> None:
    """Creates ``path``, which must not exist, and returns when its bytes are on the disk.

    One tensor is held at a time. ``progress`` is told of bytes as they are written.

    :raises SaveError: a tensor gave other than the promised number of bytes.
    :raises OSError: the file could not be written; what there is of it stays for the caller to remove.
    """
    with BlockFile(path) as file:
        data = memoryview(b"")
        for piece in plan.pieces:
            if isinstance(piece, bytes):
                file.write(piece)
                continue
            if piece.start == 0:
                data = memoryview(b"")  # let go of the one before
                data = bytes_of(piece.tensor)
            file.write(data[piece.start : piece.stop])
            if progress:
                progress(piece.stop - piece.start)


def _tree(tensors: Iterable[OutgoingTensor]) -> _Tree:
    root: _Tree = {}
    for tensor in tensors:
        *modules, leaf = tensor.name.split("/")
        level = root
        for module in modules:
            inner = level.setdefault(module, {})
            if isinstance(inner, OutgoingTensor):
                raise ArgumentError(f"{inner.name!r} is a tensor to save, and so is {tensor.name!r} within it")
            level = inner
        if leaf in level:
            raise ArgumentError(f"two tensors to save are named {tensor.name!r}, or begin with it")
        level[leaf] = tensor
    return root


def _map(tree: _Tree, chunk_nbytes: int) -> Iterator[bytes | Cut]:
    yield _map_head(len(tree))
    for name, inner in tree.items():
        yield _text(name)
        if isinstance(inner, dict):
            yield from _map(inner, chunk_nbytes)
        elif inner.nbytes <= chunk_nbytes:
            yield from _array(inner, inner.shape, 0, inner.nbytes)
        else:
            yield from _chunks(inner, chunk_nbytes)


def _chunks(tensor: OutgoingTensor, chunk_nbytes: int) -> Iterator[bytes | Cut]:
    size = tensor.dtype.bits // 8
    step = max(1, chunk_nbytes // size) * size
    yield _map_head(3) + _text("__msgpack_chunked_array__") + b"\xc3" + _text("shape") + _map_head(len(tensor.shape))
    for axis, count in enumerate(tensor.shape):
        yield _text(str(axis)) + _number(count)
    starts = range(0, tensor.nbytes, step)
    yield _text("chunks") + _map_head(len(starts))
    for index, start in enumerate(starts):
        stop = min(start + step, tensor.nbytes)
        yield _text(str(index))
        yield from _array(tensor, ((stop - start) // size,), start, stop)


def _array(tensor: OutgoingTensor, shape: Sequence[int], start: int, stop: int) -> Iterator[bytes | Cut]:
    if tensor.dtype.bits < 8 or math.prod(tensor.shape) < 0:
        raise ArgumentError(f"tensor {tensor.name!r} of {tensor.dtype.value}: Flax's files have no such elements")
    inner = b"\x93" + _list_head(len(shape)) + b"".join(map(_number, shape)) + _text(tensor.dtype.value)
    inner += _head(stop - start, (), (0xC4, 0xC5, 0xC6))
    nbytes = len(inner) + stop - start
    fixed = {1: b"\xd4", 2: b"\xd5", 4: b"\xd6", 8: b"\xd7", 16: b"\xd8"}.get(nbytes)
    yield (fixed or _head(nbytes, (), (0xC7, 0xC8, 0xC9))) + bytes([_NDARRAY]) + inner
    yield Cut(tensor, start, stop)


# MessagePack: each number in the shortest form that holds it


def _head(number: int, short: tuple[int, ...], codes: tuple[int, ...]) -> bytes:
    """A count under the first code whose width holds it: the widths double from code to code and end with 4 bytes.

    ``short`` are the lowest and highest byte of a form that holds the count itself.
    """
    if short and number <= short[1] - short[0]:
        return bytes([short[0] + number])
    for back, code in zip(range(len(codes) - 1, -1, -1), codes, strict=True):
        width = 4 >> back
        if number < 1 << 8 * width:
            return bytes([code]) + number.to_bytes(width, "big")
    raise ArgumentError(f"{number} bytes or entries in one place: MessagePack counts to {2**32 - 1}")


def _map_head(count: int) -> bytes:
    return _head(count, (0x80, 0x8F), (0xDE, 0xDF))


def _list_head(count: int) -> bytes:
    return _head(count, (0x90, 0x9F), (0xDC, 0xDD))


def _text(text: str) -> bytes:
    try:
        raw = text.encode()
    except UnicodeEncodeError as error:
        raise ArgumentError(f"a name cannot be written as UTF-8: {text!r}") from error
    return _head(len(raw), (0xA0, 0xBF), (0xD9, 0xDA, 0xDB)) + raw


def _number(number: int) -> bytes:
    if number >= 1 << 32:
        return b"\xcf" + number.to_bytes(8, "big")
    return _head(number, (0x00, 0x7F), (0xCC, 0xCD, 0xCE))
