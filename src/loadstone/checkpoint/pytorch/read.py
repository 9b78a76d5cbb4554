"""PyTorch's own files, read without PyTorch and without running anything in them.

Two formats: since PyTorch 1.6 a zip archive (``data.pkl`` and one stored record for each storage), before that a
sequence of pickles followed by the storages. In both a pickle says where each tensor lies; see ``pickle_machine``.

Accepted is a dict of names and tensors, and of plain values, which are ignored. Refused, beyond what
``torch.load(weights_only=True)`` refuses: every name and opcode that such a dict does not need, pickle protocols other
than 2, compressed records, tensors within further containers, storages whose bytes are not all there, and a tensor that
strides of 0 blow up beyond both its file's size and 16 MiB.

Source: ``torch/serialization.py`` of PyTorch 2.13.
"""

from __future__ import annotations

import logging
import math
import zlib
from collections.abc import Mapping
from pathlib import Path

from loadstone.checkpoint.faults import Faults, in_file, quoted
from loadstone.checkpoint.layouts import is_row_major
from loadstone.checkpoint.pytorch.tokens import MalformedPickle, RefusedPickle, StorageToken, TensorToken, storage, view
from loadstone.checkpoint.pytorch.unpickler import PickleMachine, TruncatedPickle
from loadstone.checkpoint.pytorch.zip_records import MAGIC, Record, read_records
from loadstone.core.tensors import DType, StoredTensor
from loadstone.transfer.regular_file import RegularFile, UnusableFile

logger = logging.getLogger(__name__)

_OLD_MAGIC = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
"""The pickle of the number 0x1950a86a20f9469cfc6c, with which every file of the old format starts."""
_OLD_PROTOCOL = 1001
_MAX_PICKLE = 100_000_000
_FIRST_READ = 2**20
_SPARE_EXPANSION = 16 * 2**20
_NO_WEIGHTS = frozenset({"complex128", "complex32"})
"""Dtypes that no slot of a model takes, and that have no name here."""
_SHOWN = 10
_FETCH_AGAIN = "Fetch the file again, or ask its author"
_SAFER = "Ask its author for safetensors, or convert it yourself where it can do no harm"

_Places = Mapping[str, tuple[int, int]]
"""Storage key → first byte in the file, number of bytes."""


def read_pytorch(path: Path, faults: Faults) -> tuple[list[StoredTensor], dict[str, str]]:
    """The tensors of one file, in the order of their bytes, and the plain values that stand beside them.

    Every fault found is added to ``faults``.
    """
    before = len(faults)
    try:
        with RegularFile(path) as file:
            file.refuse_lfs_pointer()
            head = file.read_head(len(_OLD_MAGIC))
            if head.startswith(MAGIC):
                value, places = _read_zip(file, faults)
            elif head == _OLD_MAGIC:
                value, places = _read_old(file)
            else:
                raise _unknown(head)
            nbytes = file.nbytes
    except UnusableFile as unusable:
        faults.damaged(path, unusable.expected, unusable.found, unusable.hint)
    except MalformedPickle as malformed:
        faults.damaged(path, malformed.expected, malformed.found, _FETCH_AGAIN)
    except RefusedPickle as refused:
        faults.unsafe(path, "tensors and nothing else", refused.found, _SAFER)
    else:
        tensors, metadata = _read_state_dict(path, value, places, nbytes, faults)
        if len(faults) == before:
            return tensors, metadata
    return [], {}


def _unknown(head: bytes) -> UnusableFile | RefusedPickle:
    if head.startswith(b"\x80"):
        return RefusedPickle("a pickle that torch.save did not write")
    return UnusableFile("a file that torch.save wrote", f"one that starts with {head!r}", _FETCH_AGAIN)


def _read_zip(file: RegularFile, faults: Faults) -> tuple[object, _Places]:
    records = read_records(file, faults)
    if not records or "/" not in records[0].name:
        raise UnusableFile("an archive that torch.save wrote", "a zip archive of something else", _FETCH_AGAIN)
    folder = records[0].name.partition("/")[0] + "/"
    inside = {record.name.removeprefix(folder): record for record in records if record.name.startswith(folder)}
    if "constants.pkl" in inside:
        raise RefusedPickle("a TorchScript program")
    if "data.pkl" not in inside:
        raise UnusableFile("a record data.pkl, as torch.save writes", "none", _FETCH_AGAIN)
    if "byteorder" in inside and (order := _read_record(file, inside["byteorder"])) != b"little":
        raise UnusableFile("little-endian tensors", f"byteorder {order[:16]!r}", "Save it on a little-endian machine")
    storages: dict[str, StorageToken] = {}

    def persistent_load(persistent_id: object) -> StorageToken:
        token, _ = storage(persistent_id, fields=5)
        return _once(storages, token)

    machine = PickleMachine(_read_record(file, inside["data.pkl"]), 0, persistent_load)
    try:
        value = machine.run()
    except TruncatedPickle:
        raise MalformedPickle("a whole pickle in data.pkl", "one that ends early") from None
    places = {
        name.removeprefix("data/"): (record.offset, record.nbytes)
        for name, record in inside.items()
        if name.startswith("data/")
    }
    for token in storages.values():
        _check_place(file.path, token, places, faults)
    return value, places


def _read_record(file: RegularFile, record: Record) -> bytes:
    if record.nbytes > _MAX_PICKLE:
        raise UnusableFile(f"at most {_MAX_PICKLE} bytes in {quoted(record.name)}", str(record.nbytes))
    data = bytes(file.read(record.offset, record.nbytes))
    if zlib.crc32(data) != record.crc:
        raise UnusableFile(f"the checksum of {quoted(record.name)}", "another: the bytes were altered", _FETCH_AGAIN)
    return data


def _check_place(path: Path, token: StorageToken, places: _Places, faults: Faults) -> None:
    where = f"{path}: storage {quoted(token.key)}"
    if token.key not in places:
        faults.damaged(where, "a record with its bytes", "none", _FETCH_AGAIN)
    elif isinstance(token.dtype, DType) and (nbytes := _nbytes(token.elements, token.dtype)) > places[token.key][1]:
        faults.damaged(where, f"{nbytes} bytes", f"{places[token.key][1]}", _FETCH_AGAIN)


def _read_old(file: RegularFile) -> tuple[object, _Places]:
    """The pickles stand at the start, and nothing says how long they are: read more until they are whole."""
    size = _FIRST_READ
    while True:
        data = bytes(file.read(0, min(size, file.nbytes)))
        try:
            value, storages, keys, position = _read_old_pickles(data)
            break
        except TruncatedPickle:
            if size >= file.nbytes:
                raise UnusableFile(
                    "whole pickles", "a file that ends in one", "The file was cut short; fetch it again"
                ) from None
            if size >= _MAX_PICKLE:
                raise UnusableFile(f"pickles of at most {_MAX_PICKLE} bytes", "longer ones") from None
            size *= 4
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys) or sorted(keys) != sorted(storages):
        raise MalformedPickle("a list of its storages", "another list")
    places: dict[str, tuple[int, int]] = {}
    for key in keys:
        token = storages[key]
        if not isinstance(token.dtype, DType):
            raise MalformedPickle("storages of a known dtype", token.dtype)
        nbytes = _nbytes(token.elements, token.dtype)
        elements = int.from_bytes(file.read(position, 8), "little")
        if elements != token.elements:
            raise UnusableFile(f"{token.elements} elements in storage {quoted(key)}", str(elements), _FETCH_AGAIN)
        if position + 8 + nbytes > file.nbytes:
            raise UnusableFile(
                f"{nbytes} bytes in storage {quoted(key)}",
                f"{file.nbytes - position - 8}: {position + 8 + nbytes - file.nbytes} bytes are missing",
                "The file was cut short; fetch it again",
            )
        places[key] = (position + 8, nbytes)
        position += 8 + nbytes
    return value, places


def _read_old_pickles(data: bytes) -> tuple[object, dict[str, StorageToken], object, int]:
    """The value, its storages by key, the list of their keys in file order, and where the first of them starts."""
    storages: dict[str, StorageToken] = {}

    def persistent_load(persistent_id: object) -> StorageToken:
        token, metadata = storage(persistent_id, fields=6)
        return view(_once(storages, token), metadata)

    position = len(_OLD_MAGIC)
    values = []
    for _ in range(4):
        machine = PickleMachine(data, position, persistent_load)
        values.append(machine.run())
        position = machine.position
    protocol, system, value, keys = values
    if protocol != _OLD_PROTOCOL:
        raise MalformedPickle(f"protocol version {_OLD_PROTOCOL}", "another")
    if not isinstance(system, dict) or system.get("little_endian") is not True:
        raise MalformedPickle("little-endian tensors", "big-endian ones, or no word on it")
    return value, storages, keys, position


def _once(storages: dict[str, StorageToken], token: StorageToken) -> StorageToken:
    """A storage is named once for each tensor in it, and always the same."""
    if storages.setdefault(token.key, token) != token:
        raise MalformedPickle(f"storage {quoted(token.key)} with one dtype and size", "two descriptions of it")
    return token


def _read_state_dict(
    path: Path, value: object, places: _Places, file_nbytes: int, faults: Faults
) -> tuple[list[StoredTensor], dict[str, str]]:
    if not isinstance(value, dict):
        found = "a single tensor" if isinstance(value, TensorToken) else f"a {type(value).__name__}"
        hint = "Save the model's state_dict(): torch.save(model.state_dict(), path)"
        faults.damaged(path, "a dict: name → tensor", found, hint)
        return [], {}
    tensors: list[StoredTensor] = []
    metadata: dict[str, str] = {}
    passed_over: list[str] = []
    before = len(faults)
    for name, item in value.items():
        if isinstance(item, TensorToken):
            if not isinstance(name, str):
                faults.damaged(path, "text as the name of a tensor", f"the key {name!r:.40}", _FETCH_AGAIN)
            elif item.dtype in _NO_WEIGHTS:
                passed_over.append(name)
            elif tensor := _place(path, name, item, places, file_nbytes, faults):
                tensors.append(tensor)
        elif _holds_tensor(item):
            hint = f"If these are the weights, save them alone: torch.save(checkpoint[{name!r:.120}], path)"
            faults.damaged(f"{path}: key {name!r:.120}", "a tensor", f"a {type(item).__name__} of tensors", hint)
        elif isinstance(name, str) and (item is None or type(item) in (bool, int, float, str)):
            metadata[name] = f"{item}"
    if passed_over and not tensors:
        for name in passed_over:
            faults.unsupported(in_file(path, name), "a dtype of the safetensors format", str(value[name].dtype))
    elif passed_over:
        more = f" and {len(passed_over) - _SHOWN} more" if len(passed_over) > _SHOWN else ""
        shown = ", ".join(map(quoted, passed_over[:_SHOWN]))
        logger.warning("%s: ignored tensors of %s: %s%s", path, " or ".join(sorted(_NO_WEIGHTS)), shown, more)
    if not tensors and value and len(faults) == before:
        faults.damaged(path, "a dict: name → tensor", "a dict without tensors", "Is this the file with the weights?")
    tensors.sort(key=lambda tensor: tensor[4])
    return tensors, metadata


def _holds_tensor(value: object) -> bool:
    """Whether a container has a tensor in it, however deep. Each container is looked at once."""
    seen: set[int] = set()
    rest = [value]
    while rest:
        nested = rest.pop()
        if isinstance(nested, TensorToken):
            return True
        if isinstance(nested, dict | list | tuple) and id(nested) not in seen:
            seen.add(id(nested))
            rest.extend(nested.values() if isinstance(nested, dict) else nested)
    return False


def _place(
    path: Path, name: str, token: TensorToken, places: _Places, file_nbytes: int, faults: Faults
) -> StoredTensor | None:
    """Where a tensor lies in the file; None, and a fault, if it lies not wholly within its storage."""
    where, dtype, storage = in_file(path, name), token.dtype, token.storage
    if not isinstance(dtype, DType):
        faults.unsupported(where, "a dtype of the safetensors format", dtype)
        return None
    if not isinstance(storage.dtype, DType) or (dtype is not storage.dtype and not storage.untyped):
        faults.damaged(where, "the dtype of its storage", dtype.value, _FETCH_AGAIN)
        return None
    if storage.key not in places:
        return None  # Its fault is on the list already.
    size = dtype.bits // 8
    elements = math.prod(token.shape)
    start = places[storage.key][0] + _nbytes(storage.view_offset, storage.dtype)
    if elements == 0:
        return StoredTensor(name, dtype, token.shape, path, start, 0)
    span = 1 + sum((count - 1) * step for count, step in zip(token.shape, token.strides, strict=True))
    reach, room = (token.offset + span) * size, _nbytes(storage.elements, storage.dtype)
    if reach > room:
        faults.damaged(where, f"at least {reach} bytes in storage {quoted(storage.key)}", str(room), _FETCH_AGAIN)
        return None
    if elements * size > max(file_nbytes, _SPARE_EXPANSION):
        faults.damaged(where, f"at most the file's {file_nbytes} bytes", f"{elements * size} bytes, by strides of 0")
        return None
    strides = None if is_row_major(token.shape, token.strides) else token.strides
    return StoredTensor(name, dtype, token.shape, path, start + token.offset * size, span * size, strides)


def _nbytes(elements: int, dtype: DType) -> int:
    return elements * dtype.bits // 8
