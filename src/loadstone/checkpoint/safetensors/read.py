"""The safetensors format: an 8-byte length, a JSON header, and the tensors' bytes one after another.

Source: https://github.com/huggingface/safetensors#format; the behavior of the ``safetensors`` library 0.8.0.

A file is accepted if and only if that library accepts it and these stricter rules hold:

1. No JSON object in the header holds a key twice (the library takes the last).
2. A tensor's entry is a JSON object (the library also takes an array ``[dtype, shape, data_offsets]``).
3. A dtype is a string (the library also takes an object ``{"F32": null}``).

A differential test holds this.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from loadstone.checkpoint.faults import Faults, in_file, quoted
from loadstone.checkpoint.safetensors.fast_header import read_columns
from loadstone.core.tensors import BY_CODE, StoredTensor
from loadstone.transfer.regular_file import OpenFile, UnusableFile, open_file
from loadstone.transfer.strict_json import MAX_NBYTES, MalformedJson, check_depth, check_numbers, parse

_LIMIT = 2**64
_METADATA = "__metadata__"
_FETCH_AGAIN = "Fetch the file again, or ask its author"
_WRITERS = ("flax", "tf")


class Header(NamedTuple):
    """What one file says of itself."""

    tensors: list[StoredTensor]
    """In the order of their bytes."""
    metadata: dict[str, str]


def writer_of(metadata: Mapping[str, str]) -> str | None:
    """The framework in whose names and layouts a file is, by what its header says; None for those of the Hub."""
    writer = metadata.get("format")
    return writer if writer in _WRITERS else None


def read_header(path: Path, faults: Faults) -> Header | None:
    """Reads and checks the header of one file; the tensors' bytes are not touched.

    Every fault found is added to ``faults``; the answer is None if there was one.
    """
    before = len(faults)
    try:
        with open_file(path) as file:
            file.refuse_lfs_pointer()
            nbytes = file.nbytes
            text = _read_text(file)
        columns = read_columns(path, text, nbytes)
        if columns is not None:
            return Header(*columns)
        header = parse(text)
    except UnusableFile as unusable:
        faults.damaged(path, unusable.expected, unusable.found, unusable.hint)
        return None
    except MalformedJson as malformed:
        faults.damaged(path, "a header in JSON", str(malformed), _FETCH_AGAIN)
        return None
    if not isinstance(header, dict):
        faults.damaged(path, "a header that is a JSON object", f"a JSON {type(header).__name__}", _FETCH_AGAIN)
        return None
    metadata = _read_metadata(path, header.pop(_METADATA, None), faults)
    data_start = 8 + len(text)
    tensors = []
    for name in list(header):
        # Taken out, so that it is freed at once: fewer live objects, fewer rounds of the garbage collector.
        tensor = _read_entry(path, data_start, name, header.pop(name), faults)
        if tensor:
            tensors.append(tensor)
    if len(faults) > before:
        return None
    # By offset; of those with one offset, the empty ones first. An int as key, as a tuple costs the collector.
    tensors.sort(key=lambda tensor: 2 * tensor[4] + (tensor[5] > 0))
    _check_layout(path, tensors, data_start, nbytes, faults)
    return Header(tensors, metadata) if len(faults) == before else None


def _read_text(file: OpenFile) -> bytes:
    if file.nbytes < 8:
        raise UnusableFile("at least 8 bytes", f"{file.nbytes}", _FETCH_AGAIN)
    length = int.from_bytes(file.read(0, 8), "little")
    if length > MAX_NBYTES:
        raise UnusableFile(
            f"a header of at most {MAX_NBYTES} bytes",
            f"one of {length} bytes; the file starts with {file.read_head(16)!r}",
            "Is this a safetensors file?",
        )
    if 8 + length > file.nbytes:
        raise UnusableFile(
            f"a header of {length} bytes",
            f"{file.nbytes - 8}: {8 + length - file.nbytes} bytes are missing",
            "The file was cut short; fetch it again",
        )
    return bytes(file.read(8, length))


def _read_metadata(path: Path, value: object, faults: Faults) -> dict[str, str]:
    if value is None:
        return {}
    if isinstance(value, dict) and all(isinstance(text, str) for text in value.values()):
        return value
    faults.damaged(f"{path}: {_METADATA}", "an object of strings", "something else", _FETCH_AGAIN)
    return {}


def _read_entry(path: Path, data_start: int, name: str, value: object, faults: Faults) -> StoredTensor | None:
    """One tensor's entry, with its size checked against its dtype and shape; not yet against the file.

    One function, though a long one: it runs once for each of perhaps 100,000 tensors.
    """
    if type(value) is not dict:
        faults.damaged(in_file(path, name), "a JSON object", f"a JSON {type(value).__name__}", _FETCH_AGAIN)
        return None
    code, shape, offsets = value.get("dtype"), value.get("shape"), value.get("data_offsets")
    if len(value) > 3 and not _check_unknown_keys(path, name, value, faults):
        return None
    dtype = BY_CODE.get(code) if type(code) is str else None
    if dtype is None:
        if type(code) is str:
            faults.unsupported(in_file(path, name), "a dtype of the safetensors format", quoted(code))
        else:
            faults.damaged(in_file(path, name), "a dtype", f"a JSON {type(code).__name__}", _FETCH_AGAIN)
        return None
    if type(shape) is not list or not _are_sizes(shape):
        faults.damaged(in_file(path, name), "a shape: a list of sizes", "something else", _FETCH_AGAIN)
        return None
    if type(offsets) is not list or len(offsets) != 2 or not _are_sizes(offsets) or offsets[1] < offsets[0]:
        faults.damaged(in_file(path, name), "data_offsets: a start and an end", "something else", _FETCH_AGAIN)
        return None
    start, end = offsets
    elements = _product(shape)
    if elements is None:
        faults.damaged(in_file(path, name), "fewer than 2⁶⁴ elements", f"shape {_shown(shape)}", _FETCH_AGAIN)
        return None
    nbits = elements * dtype.bits
    if nbits != 8 * (end - start):
        faults.damaged(
            in_file(path, name),
            f"{nbits / 8:g} bytes for {dtype.value} of shape {_shown(shape)}",
            f"{end - start} bytes between its offsets",
            _FETCH_AGAIN,
        )
        return None
    return StoredTensor(name, dtype, tuple(shape), path, data_start + start, end - start)


def _check_unknown_keys(path: Path, name: str, entry: dict[str, object], faults: Faults) -> bool:
    """Keys that the format does not know are ignored, but what they hold must be JSON to the library too."""
    try:
        for key in entry.keys() - {"dtype", "shape", "data_offsets"}:
            check_depth(entry[key], above=2)
            check_numbers(entry[key])
    except MalformedJson as malformed:
        faults.damaged(in_file(path, name), "JSON", str(malformed), _FETCH_AGAIN)
        return False
    return True


def _are_sizes(values: list[object]) -> bool:
    for value in values:  # noqa: SIM110  (a generator would cost as much again)
        # `type`, not isinstance: True is an int to Python.
        if type(value) is not int or not 0 <= value < _LIMIT:
            return False
    return True


def _product(sizes: list[int]) -> int | None:
    """The product, taken from the left as the library does; None if it passes 2⁶⁴ before a zero comes.

    It stops there: a header has room for millions of sizes, whose product would take hours.
    """
    product = 1
    for size in sizes:
        product *= size
        if product >= _LIMIT:
            return None
    return product


def _shown(shape: list[int]) -> str:
    return str(shape) if len(shape) <= 16 else f"{str(shape[:16])[:-1]}, …]"


def _check_layout(path: Path, tensors: list[StoredTensor], data_start: int, nbytes: int, faults: Faults) -> None:
    """The tensors, in order, must cover the file from ``data_start`` on without holes or overlaps, to its end."""
    reached = data_start
    for name, _, _, _, offset, size, *_ in tensors:
        if offset != reached:
            what = "overlaps the one before" if offset < reached else "leaves a hole"
            expected = f"its bytes to start at byte {reached - data_start} of the data"
            faults.damaged(in_file(path, name), expected, f"{offset - data_start}, which {what}", _FETCH_AGAIN)
        reached = max(reached, offset + size)
    if reached > nbytes:
        faults.damaged(
            path,
            f"{reached} bytes",
            f"{nbytes}: {reached - nbytes} bytes are missing",
            "The file was cut short; fetch it again",
        )
    elif reached < nbytes:
        faults.damaged(path, f"{reached} bytes", f"{nbytes - reached} more that no tensor claims", _FETCH_AGAIN)
