"""The layout of a file as ``flax.serialization.to_bytes`` would write it, byte for byte.

Names are paths: ``model/norm/weight`` is the entry ``weight`` in the map ``norm`` in the map ``model``. The layout
itself is told in ``loadstone.checkpoint.flax.msgpack``.

Source: https://github.com/msgpack/msgpack/blob/master/spec.md, and ``flax/serialization.py`` of Flax 0.12.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from loadstone.core.slices import ByteRange
from loadstone.errors import ArgumentError
from loadstone.transfer.outgoing import FilePlan, OutgoingTensor, TensorRange, nbytes_of

CHUNK_NBYTES = 2**30
"""Flax keeps an array of more bytes in parts of at most so many."""

_NDARRAY = 1


_Tree = dict[str, "OutgoingTensor | _Tree"]


def plan_msgpack(tensors: Iterable[OutgoingTensor], chunk_nbytes: int = CHUNK_NBYTES) -> FilePlan:
    """Lays out a file. Reads no tensor.

    :raises ArgumentError: two tensors of one name, a name that is also the beginning of another, one that UTF-8
        cannot hold, or elements of less than a byte.
    """
    pieces: list[bytes | TensorRange] = []
    head = bytearray()
    for piece in _map(_tree(tensors), chunk_nbytes):
        if isinstance(piece, bytes):
            head += piece
        else:
            pieces += [bytes(head), piece]
            head.clear()
    pieces.append(bytes(head))
    return FilePlan(pieces, sum(map(nbytes_of, pieces)))


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


def _map(tree: _Tree, chunk_nbytes: int) -> Iterator[bytes | TensorRange]:
    yield _map_head(len(tree))
    for name, inner in tree.items():
        yield _text(name)
        if isinstance(inner, dict):
            yield from _map(inner, chunk_nbytes)
        elif inner.nbytes <= chunk_nbytes:
            yield from _array(inner, inner.shape, inner.range)
        else:
            yield from _chunks(inner, chunk_nbytes)


def _chunks(tensor: OutgoingTensor, chunk_nbytes: int) -> Iterator[bytes | TensorRange]:
    size = tensor.dtype.bits // 8
    step = max(1, chunk_nbytes // size) * size
    yield _map_head(3) + _text("__msgpack_chunked_array__") + b"\xc3" + _text("shape") + _map_head(len(tensor.shape))
    for axis, count in enumerate(tensor.shape):
        yield _text(str(axis)) + _number(count)
    chunks = list(tensor.range.split(step))
    yield _text("chunks") + _map_head(len(chunks))
    for index, chunk in enumerate(chunks):
        yield _text(str(index))
        yield from _array(tensor, (chunk.nbytes // size,), chunk)


def _array(tensor: OutgoingTensor, shape: Sequence[int], part: ByteRange) -> Iterator[bytes | TensorRange]:
    if tensor.dtype.bits < 8 or math.prod(tensor.shape) < 0:
        raise ArgumentError(f"tensor {tensor.name!r} of {tensor.dtype.value}: Flax's files have no such elements")
    inner = b"\x93" + _list_head(len(shape)) + b"".join(map(_number, shape)) + _text(tensor.dtype.value)
    inner += _head(part.nbytes, (), (0xC4, 0xC5, 0xC6))
    nbytes = len(inner) + part.nbytes
    fixed = {1: b"\xd4", 2: b"\xd5", 4: b"\xd6", 8: b"\xd7", 16: b"\xd8"}.get(nbytes)
    yield (fixed or _head(nbytes, (), (0xC7, 0xC8, 0xC9))) + bytes([_NDARRAY]) + inner
    yield TensorRange(tensor, part)


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
