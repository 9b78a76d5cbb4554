"""A walk over the MessagePack file that ``flax.serialization`` writes: maps within maps, with arrays as leaves.

Only what such a file needs is taken: maps with text as keys, and ext values that hold an array. An array is the ext
type 1, or 3 for a NumPy scalar, whose payload is in MessagePack again: the list of shape, dtype name and bytes. One
of more than 2³⁰ bytes is a map of three keys: a mark, its shape, and its parts, flattened, under ``"0"``, ``"1"``, …

Nothing is believed before it is checked against the file, and an array's bytes are stepped over, not read.

Source: https://github.com/msgpack/msgpack/blob/master/spec.md, and ``flax/serialization.py`` of Flax 0.12.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from loadstone.checkpoint.faults import Faults, in_file, quoted
from loadstone.core.slices import ByteRange
from loadstone.core.tensors import BY_NAME, DType
from loadstone.transfer.regular_file import RegularFile, UnusableFile
from loadstone.transfer.strict_json import MAX_NBYTES

CHUNKED = "__msgpack_chunked_array__"
NDARRAY, NUMPY_SCALAR = 1, 3

_MAX_DEPTH = 100
_MAX_RANK = 64
_MAX_KEY = 4096
_MAX_CHUNKS = 4096
_MAX_ODD_LEAVES = 100
_ENTRY = 100
_WINDOW = 4096
_FETCH_AGAIN = "Fetch the file again, or ask its author"
_WEIGHTS_ALONE = "If the weights are among it, save them alone: flax.serialization.to_bytes(state.params)"

# First byte → what follows, and in how many bytes its length (or, of a number, its value) is told.
_HEADS = {
    **{0xC4 + step: ("bytes", 1 << step) for step in range(3)},
    **{0xC7 + step: ("ext", 1 << step) for step in range(3)},
    **{0xCC + step: ("an integer", 1 << step) for step in range(4)},
    **{0xD9 + step: ("text", 1 << step) for step in range(3)},
    **{0xDC + step: ("a list", 2 << step) for step in range(2)},
    **{0xDE + step: ("a map", 2 << step) for step in range(2)},
}
# First byte → what it is, and how many bytes follow.
_PLAIN = {
    0xC0: ("nil", 0),
    0xC2: ("a bool", 0),
    0xC3: ("a bool", 0),
    0xCA: ("a float", 4),
    0xCB: ("a float", 8),
    **{0xD0 + step: ("an integer", 1 << step) for step in range(4)},
}


class Array(NamedTuple):
    """An array in the file: its path, what it is, and where its elements lie, flattened, row-major."""

    path: tuple[str, ...]
    dtype: DType
    shape: tuple[int, ...]
    runs: tuple[ByteRange, ...]
    """Of the file; more than one for an array that is stored in parts."""


class Walker:
    """Reads one file from its start to its end. Faults in single leaves are added to ``faults``."""

    def __init__(self, file: RegularFile, faults: Faults) -> None:
        self._file, self._faults = file, faults
        self._at = 0
        self._end = file.nbytes
        self._spent = 0
        self._odd = 0
        self._window = b""
        self._window_at = 0

    def arrays(self) -> list[Array]:
        """Every array, in the order of the file.

        :raises UnusableFile: the file ends early, or is not what Flax writes
        """
        kind, count = self._head()
        if kind != "a map":
            raise UnusableFile("a file that flax.serialization wrote: a map at its start", kind, _FETCH_AGAIN)
        arrays: list[Array] = []
        self._walk(count, (), arrays)
        if self._at != self._end:
            raise UnusableFile(f"{self._at} bytes", f"{self._end - self._at} more behind the map", _FETCH_AGAIN)
        return arrays

    def _walk(self, count: int, path: tuple[str, ...], arrays: list[Array]) -> None:
        """The entries of a map."""
        if len(path) > _MAX_DEPTH:
            raise self._broken(f"maps at most {_MAX_DEPTH} deep", "deeper ones", path)
        self._expect(2 * count, path)
        keys: set[str] = set()
        for _ in range(count):
            key = self._key(path)
            if key in keys:
                raise self._broken("each key once in a map", f"{quoted(key)} twice", path)
            if key == CHUNKED and not keys and count == 3:
                self._chunked(path, arrays)
                return
            keys.add(key)
            inner = (*path, key)
            kind, number = self._head()
            if kind == "a map":
                self._walk(number, inner, arrays)
            elif kind == "ext":
                if array := self._ext(number, inner):
                    arrays.append(array)
            else:
                self._odd_leaf(kind, number if kind in ("text", "bytes") else 0, inner)

    def _key(self, path: tuple[str, ...]) -> str:
        kind, nbytes = self._head()
        if kind != "text":
            raise self._broken("text as the key of a map", kind, path)
        if nbytes > _MAX_KEY:
            raise self._broken(f"a key of at most {_MAX_KEY} bytes", f"one of {nbytes}", path)
        raw = self._take(nbytes)
        # Each leaf becomes objects, with its whole path: these count too.
        self._spend(_ENTRY + sum(map(len, path)))
        try:
            return raw.decode()
        except UnicodeDecodeError:
            raise self._broken("a key in UTF-8", f"{raw[:40]!r}", path) from None

    def _odd_leaf(self, kind: str, nbytes: int, path: tuple[str, ...]) -> None:
        """A leaf that is no array: ``nbytes`` of it are still to come."""
        if kind == "a list":
            raise self._broken("an array", "a list", path, _WEIGHTS_ALONE)
        self._skip(nbytes)
        self._odd += 1
        if self._odd > _MAX_ODD_LEAVES:
            raise self._broken("arrays and nothing else", f"more than {_MAX_ODD_LEAVES} other values", path)
        self._faults.damaged(in_file(self._file.path, "/".join(path)), "an array", kind, _WEIGHTS_ALONE)

    def _ext(self, nbytes: int, path: tuple[str, ...]) -> Array | None:
        code = self._take(1)[0]
        self._expect(nbytes, path)
        if code in (NDARRAY, NUMPY_SCALAR):
            return self._array(nbytes, path)
        self._odd_leaf(f"a value of ext type {code}", nbytes, path)
        return None

    def _array(self, nbytes: int, path: tuple[str, ...]) -> Array | None:
        """The payload of an ext: it must be used up to its last byte."""
        outer, self._end = self._end, self._at + nbytes
        if self._head() != ("a list", 3):
            raise self._broken("shape, dtype and bytes of an array", "something else", path)
        shape = self._shape(path)
        name = self._dtype_name(path)
        kind, count = self._head()
        if kind != "bytes":
            raise self._broken("the bytes of an array", kind, path)
        start = self._at
        if start + count != self._end:
            raise self._broken(f"{self._end - start} bytes in the array, as its ext says", f"{count}", path)
        self._at, self._end = self._end, outer
        dtype = BY_NAME.get(name)
        where = in_file(self._file.path, "/".join(path))
        # NumPy gives each element of fewer than 8 bits a byte of its own, as no other format does.
        if dtype is None or dtype.bits < 8:
            self._faults.unsupported(where, "a dtype of the safetensors format", quoted(name))
            return None
        elements = math.prod(shape)
        if elements * dtype.bits // 8 != count:
            expected = f"{elements * dtype.bits // 8} bytes for {name} of shape {list(shape)}"
            self._faults.damaged(where, expected, f"{count}", _FETCH_AGAIN)
            return None
        return Array(path, dtype, shape, (ByteRange(start, start + count),))

    def _shape(self, path: tuple[str, ...]) -> tuple[int, ...]:
        kind, rank = self._head()
        if kind != "a list" or rank > _MAX_RANK:
            raise self._broken(f"a shape: a list of at most {_MAX_RANK} sizes", f"{kind} of {rank}", path)
        return self._sizes([self._head() for _ in range(rank)], path)

    def _sizes(self, heads: list[tuple[str, int]], path: tuple[str, ...]) -> tuple[int, ...]:
        shape = tuple(size for _, size in heads)
        if any(kind != "an integer" or size < 0 for kind, size in heads) or math.prod(filter(None, shape)) >= 2**63:
            raise self._broken("a shape: integers from 0 on, fewer than 2⁶³ elements", "something else", path)
        return shape

    def _dtype_name(self, path: tuple[str, ...]) -> str:
        kind, nbytes = self._head()
        if kind != "text" or nbytes > _MAX_KEY:
            raise self._broken("the name of a dtype", kind, path)
        return self._take(nbytes).decode("ascii", "backslashreplace")

    def _chunked(self, path: tuple[str, ...], arrays: list[Array]) -> None:
        """The value of the mark, and the two entries that follow it."""
        if self._head() != ("a bool", 1) or self._key(path) != "shape":
            raise self._broken(f"true, then the shape, behind {CHUNKED}", "something else", path)
        kind, rank = self._head()
        if kind != "a map" or rank > _MAX_RANK:
            raise self._broken(f"a shape: a map of at most {_MAX_RANK} sizes", f"{kind} of {rank}", path)
        shape = self._sizes([self._numbered(axis, path) for axis in range(rank)], path)
        if self._key(path) != "chunks":
            raise self._broken("the chunks of an array", "something else", path)
        kind, count = self._head()
        if kind != "a map" or not 1 <= count <= _MAX_CHUNKS:
            raise self._broken(f"a map of 1 to {_MAX_CHUNKS} chunks", f"{kind} of {count}", path)
        before, chunks = len(self._faults), []
        for index in range(count):
            kind, nbytes = self._numbered(index, path)
            if kind != "ext" or self._take(1)[0] != NDARRAY:
                raise self._broken(f"an array as chunk {index}", kind, path)
            self._expect(nbytes, path)
            chunk = self._array(nbytes, path)
            if chunk is not None:
                chunks.append(chunk)
        if len(self._faults) > before:
            return
        dtype, held = chunks[0].dtype, sum(math.prod(chunk.shape) for chunk in chunks)
        if any(chunk.dtype is not dtype or len(chunk.shape) != 1 or 0 in chunk.shape for chunk in chunks):
            raise self._broken("flat chunks of one dtype", "others", path)
        if held != math.prod(shape):
            raise self._broken(f"{math.prod(shape)} elements for shape {list(shape)}", f"{held} in its chunks", path)
        arrays.append(Array(path, dtype, shape, tuple(run for chunk in chunks for run in chunk.runs)))

    def _numbered(self, index: int, path: tuple[str, ...]) -> tuple[str, int]:
        """The head of a value whose key must be ``index``."""
        if (key := self._key(path)) != str(index):
            raise self._broken(f"the key '{index}'", quoted(key), path)
        return self._head()

    # Bytes

    def _head(self) -> tuple[str, int]:
        """What comes next, and its number: value, truth, count of entries, or bytes that follow."""
        first = self._take(1)[0]
        if first < 0x80:
            return "an integer", first
        if first < 0x90:
            return "a map", first & 0x0F
        if first < 0xA0:
            return "a list", first & 0x0F
        if first < 0xC0:
            return "text", first & 0x1F
        if first >= 0xE0:
            return "an integer", first - 0x100
        if 0xD4 <= first <= 0xD8:
            return "ext", 1 << (first - 0xD4)
        if first in _HEADS:
            kind, width = _HEADS[first]
            return kind, int.from_bytes(self._take(width), "big")
        if first in _PLAIN:
            kind, width = _PLAIN[first]
            value = int.from_bytes(self._take(width), "big", signed=True)
            return kind, value if kind == "an integer" else first & 1
        raise self._broken("MessagePack", f"the byte {first:#x}", ())

    def _take(self, nbytes: int) -> bytes:
        self._expect(nbytes, ())
        self._spend(nbytes)
        start = self._at - self._window_at
        if start < 0 or start + nbytes > len(self._window):
            take = min(max(nbytes, _WINDOW), self._file.nbytes - self._at)
            self._window, self._window_at, start = bytes(self._file.read(self._at, take)), self._at, 0
        self._at += nbytes
        return self._window[start : start + nbytes]

    def _skip(self, nbytes: int) -> None:
        self._expect(nbytes, ())
        self._at += nbytes

    def _expect(self, nbytes: int, path: tuple[str, ...]) -> None:
        missing = self._at + nbytes - self._end
        if missing > 0:
            if self._end == self._file.nbytes:
                hint = "The file was cut short; fetch it again"
                found = f"{self._end} bytes in all: at least {missing} are missing"
                raise UnusableFile(f"{nbytes} bytes from byte {self._at} on", found, hint)
            raise self._broken(f"at least {nbytes} bytes more in the array", f"{nbytes - missing}", path)

    def _spend(self, nbytes: int) -> None:
        """What describes arrays, as against their bytes, is bounded: it becomes objects in memory."""
        self._spent += nbytes
        if self._spent > MAX_NBYTES:
            raise UnusableFile(f"at most {MAX_NBYTES} bytes of names and shapes", "more")

    def _broken(self, expected: str, found: str, path: tuple[str, ...], hint: str = _FETCH_AGAIN) -> UnusableFile:
        inside = f" in {quoted('/'.join(path))}" if path else ""
        return UnusableFile(f"{expected}{inside}, up to byte {self._at}", found, hint)
