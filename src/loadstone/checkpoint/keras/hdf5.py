"""Where the datasets of an HDF5 file lie. For files as h5py writes them unless told otherwise, and so Keras does.

That is HDF5's oldest layout: superblock 0, object headers of version 1, groups as B-trees over a heap of names. Of a
dataset are accepted those of numbers or bools whose bytes lie in one row. Refused are links of every kind that
HDF5 has beside names, storage in chunks, compressed, virtual, or in another file, and every newer structure.

It is read here, and not by the HDF5 library, since that library can be made to open other files, and since what
is read here is bounded: no object is entered twice, no number is believed before it is checked against the file.

Source: https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from loadstone.checkpoint.faults import Faults, quoted
from loadstone.checkpoint.keras.hdf5_messages import (
    BROKEN,
    OPAQUE,
    Attribute,
    Layout,
    Message,
    attribute,
    dataspace,
    datatype,
    global_heap_object,
    layout,
    messages,
)
from loadstone.core.tensors import DType
from loadstone.transfer.regular_file import RegularFile, UnusableFile
from loadstone.transfer.strict_json import MAX_NBYTES

SIGNATURE = b"\x89HDF\r\n\x1a\n"
UNDEFINED = 2**64 - 1

_SUPERBLOCK = struct.Struct("<8s8B2HI4Q")
_ENTRY = struct.Struct("<2Q2I2Q")
_HEADER = struct.Struct("<2BH2I")
_TREE = struct.Struct("<4s2BH2Q")
_HEAP = struct.Struct("<4sB3x3Q")
_NODE = struct.Struct("<4s2BH")
_MAX_DEPTH = 100
_MAX_FAULTS = 100
_OBJECT = 1000
_SOFT_LINK = 2
_NEWER = "Save the weights again with Keras, or with h5py.File(path, 'w'), whose files are in the older layout"
_PLAIN = "Write it without chunks, compression and links, as Keras does, or as safetensors"
_LINKS = {0: "a link of the newer kind", 1: "a soft link", 64: "an external link, to another file"}
_DATASPACE, _LINK_INFO, _DATATYPE, _LINK, _EXTERNAL = 0x1, 0x2, 0x3, 0x6, 0x7
_LAYOUT, _FILTERS, _ATTRIBUTE, _CONTINUATION, _SYMBOL_TABLE = 0x8, 0xB, 0xC, 0x10, 0x11


class Dataset(NamedTuple):
    """One dataset: what it is, and where its bytes lie in the file."""

    path: str
    dtype: DType
    shape: tuple[int, ...]
    offset: int
    nbytes: int


class Tree(NamedTuple):
    """What a file holds."""

    datasets: list[Dataset]
    groups: dict[str, frozenset[str]]
    """Path, ``""`` for the root, → names of the group's attributes."""


class Hdf5:
    """An HDF5 file, which may itself lie within another: ``nbytes`` bytes from ``start`` on.

    Faults in single datasets are added to ``faults``.
    """

    def __init__(self, file: RegularFile, start: int, nbytes: int, faults: Faults) -> None:
        self._file, self._start, self._nbytes, self._faults = file, start, nbytes, faults
        self._spent = 0
        self._entered: set[int] = set()
        self._tree = Tree([], {})
        self._already = len(faults)

    def tree(self, passed_over: frozenset[str] = frozenset()) -> Tree:
        """All datasets, but those in the groups of the root that are ``passed_over``.

        :raises UnusableFile: the structure is broken, or newer than is read here
        """
        self._object(self._root(), "", passed_over, 0)
        return self._tree

    def _root(self) -> int:
        head = self._read(0, 9)
        if head[:8] != SIGNATURE:
            raise UnusableFile(
                "an HDF5 file", f"one that starts with {head[:8]!r}", "Is this the file with the weights?"
            )
        if head[8] != 0:
            raise UnusableFile("HDF5's older layout (superblock 0)", f"superblock {head[8]}", _NEWER)
        fields = _SUPERBLOCK.unpack(self._read(0, _SUPERBLOCK.size))
        offset_nbytes, length_nbytes = fields[6], fields[7]
        base, _, end, _ = fields[12:]
        if (offset_nbytes, length_nbytes, base) != (8, 8, 0):
            raise UnusableFile("an HDF5 file with 64-bit offsets from its start", "another", BROKEN)
        if end > self._nbytes:
            found = f"{self._nbytes}: {end - self._nbytes} bytes are missing"
            raise UnusableFile(f"{end} bytes", found, "The file was cut short; fetch it again")
        _, header, _, _, _, _ = _ENTRY.unpack(self._read(_SUPERBLOCK.size, _ENTRY.size))
        return int(header)

    def _object(self, at: int, path: str, passed_over: frozenset[str], depth: int) -> None:
        """A group or a dataset, and all in it."""
        if depth > _MAX_DEPTH:
            raise UnusableFile(f"groups at most {_MAX_DEPTH} deep", "deeper ones", BROKEN)
        if len(self._faults) - self._already > _MAX_FAULTS:
            raise UnusableFile("sound datasets", f"more than {_MAX_FAULTS} others", BROKEN)
        if at in self._entered:
            raise UnusableFile("each group and dataset under one name", f"a second one, {quoted(path)}", _PLAIN)
        self._entered.add(at)
        # An object becomes several of Python's, with its whole path.
        self._spend(_OBJECT + len(path))
        messages = list(self._messages(at))
        kinds = {message.kind for message in messages}
        if _SYMBOL_TABLE in kinds:
            self._tree.groups[path] = frozenset(hdf5_attribute.name for hdf5_attribute in self._attributes(messages))
            tree, heap = struct.unpack_from("<2Q", self._one(messages, _SYMBOL_TABLE, 16))
            self._group(tree, heap, path, passed_over, depth)
        elif kinds & {_LINK, _LINK_INFO}:
            self._refuse_links(path, messages)
        else:
            self._dataset(path, messages, kinds)

    def _refuse_links(self, path: str, messages: list[Message]) -> None:
        for message in messages:
            if message.kind == _LINK and len(message.data) > 2:
                kind = message.data[2] if message.data[1] & 8 else 0
                what = _LINKS.get(kind, f"a link of kind {kind}")
                tell = self._faults.damaged if kind in (0, 1) else self._faults.unsafe
                tell(self._where(path), "names only", what, _PLAIN)
        if not any(message.kind == _LINK for message in messages):
            self._faults.damaged(self._where(path), "a group in HDF5's older layout", "one in the newer", _NEWER)

    def _group(self, tree: int, heap: int, path: str, passed_over: frozenset[str], depth: int) -> None:
        magic, version, nbytes, _, start = _HEAP.unpack(self._read(heap, _HEAP.size))
        if magic != b"HEAP" or version != 0:
            raise self._broken(f"a heap of names for {quoted(path)}")
        names = self._read(start, nbytes)
        seen: set[str] = set()
        for entry in self._entries(tree, None):
            name_at, header, cached, _, _, _ = _ENTRY.unpack(entry)
            stop = names.find(b"\0", name_at)
            if name_at >= len(names) or stop < 0:
                raise self._broken(f"a name in {quoted(path)}")
            try:
                name = names[name_at:stop].decode()
            except UnicodeDecodeError:
                raise self._broken(f"a name in UTF-8 in {quoted(path)}") from None
            if not name or "/" in name or name in seen:
                raise self._broken(f"names in {quoted(path)}, each once")
            seen.add(name)
            inner = f"{path}/{name}" if path else name
            if inner in passed_over:
                continue
            if cached == _SOFT_LINK:
                self._fault(inner, "a group or dataset", "a soft link", _PLAIN)
            else:
                self._object(header, inner, passed_over, depth + 1)

    def _entries(self, at: int, level: int | None) -> Iterator[bytes]:
        """What a B-tree of names lists. Levels fall from node to node, so that there is no going round."""
        magic, kind, own_level, count, _, _ = _TREE.unpack(self._read(at, _TREE.size))
        if magic != b"TREE" or kind != 0 or (level is not None and own_level != level - 1) or own_level > _MAX_DEPTH:
            raise self._broken("a B-tree of names")
        # A key before each child, and one behind the last.
        links = struct.unpack(f"<{2 * count + 1}Q", self._read(at + _TREE.size, 8 * (2 * count + 1)))
        for child in links[1::2]:
            if own_level:
                yield from self._entries(child, own_level)
                continue
            magic, version, _, listed = _NODE.unpack(self._read(child, _NODE.size))
            if magic != b"SNOD" or version != 1:
                raise self._broken("a node of names")
            data = self._read(child + _NODE.size, listed * _ENTRY.size)
            for start in range(0, len(data), _ENTRY.size):
                yield data[start : start + _ENTRY.size]

    def _dataset(self, path: str, messages: list[Message], kinds: set[int]) -> None:
        if not {_DATASPACE, _DATATYPE, _LAYOUT} <= kinds:
            self._fault(path, "a group or a dataset", "something else", _PLAIN)
            return
        if _EXTERNAL in kinds:
            self._faults.unsafe(self._where(path), "bytes in this file", "bytes in another file", _PLAIN)
            return
        if _FILTERS in kinds:
            self._fault(path, "bytes as they are", "compressed bytes", _PLAIN)
            return
        shape = dataspace(self._one(messages, _DATASPACE))
        dtype = datatype(self._one(messages, _DATATYPE))
        if dtype == OPAQUE and "bfloat16" in self._named_dtypes(messages):
            dtype = DType.BFLOAT16
        place = layout(next(message for message in messages if message.kind == _LAYOUT))
        if shape is None:
            self._fault(path, "numbers", "an empty dataspace", _PLAIN)
        elif not isinstance(dtype, DType):
            self._faults.unsupported(self._where(path), "numbers, little-endian", dtype, _PLAIN)
        elif isinstance(place, str):
            self._fault(path, "bytes in one row", place, _PLAIN)
        else:
            self._place(path, dtype, shape, place)

    def _place(self, path: str, dtype: DType, shape: tuple[int, ...], place: Layout) -> None:
        nbytes = dtype.bits // 8
        for size in shape:
            nbytes *= size
        if nbytes == 0:
            self._tree.datasets.append(Dataset(path, dtype, shape, self._start, 0))
        elif place.offset == UNDEFINED:
            self._fault(path, f"{nbytes} bytes", "none: it was never written", BROKEN)
        elif place.nbytes != nbytes:
            self._fault(path, f"{nbytes} bytes for {dtype.value} of shape {list(shape)}", f"{place.nbytes}", BROKEN)
        elif place.offset + nbytes > self._nbytes:
            missing = place.offset + nbytes - self._nbytes
            self._fault(path, f"{nbytes} bytes", f"{missing} of them beyond the end", BROKEN)
        else:
            self._tree.datasets.append(Dataset(path, dtype, shape, self._start + place.offset, nbytes))

    def _named_dtypes(self, messages: list[Message]) -> list[str]:
        """What the attribute ``dtype`` says: Keras names there a dtype that HDF5 does not have."""
        dtypes = []
        for hdf5_attribute in self._attributes(messages):
            if hdf5_attribute.name == "dtype":
                if hdf5_attribute.heap is not None:
                    heap, index = hdf5_attribute.heap
                    size = int.from_bytes(self._read(heap + 8, 8), "little")
                    dtypes.append(global_heap_object(self._read(heap, size), index))
                else:
                    dtypes.append(hdf5_attribute.text)
        return dtypes

    def _attributes(self, messages: list[Message]) -> list[Attribute]:
        return [attribute(message.data) for message in messages if message.kind == _ATTRIBUTE]

    def _messages(self, at: int) -> Iterator[Message]:
        """The messages of an object header, those of its continuations too."""
        version, _, count, _, nbytes = _HEADER.unpack(self._read(at, _HEADER.size))
        if version != 1:
            newer = bytes(self._read(at, 4)) == b"OHDR"
            raise (
                UnusableFile("HDF5's older layout", "an object in the newer", _NEWER)
                if newer
                else self._broken("an object")
            )
        # Its messages begin at the next multiple of 8.
        blocks = [(at + 16, nbytes)]
        for block, size in blocks:
            for message in messages(self._read(block, size), block):
                count -= 1
                if count < 0:
                    raise self._broken("an object with its count of messages")
                if message.kind == _CONTINUATION:
                    if len(message.data) < 16:
                        raise self._broken("a continuation of an object")
                    blocks.append(struct.unpack_from("<2Q", message.data))
                else:
                    yield message

    def _one(self, messages: list[Message], kind: int, nbytes: int = 0) -> bytes:
        """The one message of a kind."""
        chosen = [message for message in messages if message.kind == kind]
        if len(chosen) != 1 or chosen[0].shared or len(chosen[0].data) < nbytes:
            raise self._broken("an object with one message of each kind, in it")
        return chosen[0].data

    # Bytes

    def _read(self, at: int, nbytes: int) -> bytes:
        if at + nbytes > self._nbytes:
            raise UnusableFile(f"{nbytes} bytes from byte {at} on", f"a file of {self._nbytes} bytes", BROKEN)
        self._spend(nbytes)
        return bytes(self._file.read(self._start + at, nbytes))

    def _spend(self, nbytes: int) -> None:
        """All but the datasets' bytes is bounded, and so is how often the same bytes are looked at."""
        self._spent += nbytes
        if self._spent > MAX_NBYTES:
            raise UnusableFile(f"at most {MAX_NBYTES} bytes of names and descriptions", "more")

    def _fault(self, path: str, expected: str, found: str, hint: str) -> None:
        self._faults.damaged(self._where(path), expected, found, hint)

    def _where(self, path: str) -> str:
        return f"{self._file.path}: {quoted(path)}"

    def _broken(self, expected: str) -> UnusableFile:
        return UnusableFile(expected, "something else", BROKEN)
