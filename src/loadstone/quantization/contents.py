"""What a format may ask a checkpoint for besides where tensors lie: what its files say of themselves, and small notes
that are stored as tensors. All of it is a stranger's text, and read as such."""

from __future__ import annotations

import json
import math
from collections.abc import ItemsView, Mapping
from typing import Protocol

from loadstone.core.tensors import DType, StoredTensor
from loadstone.quantization.problems import Problems

_MOST_NBYTES = 1 << 16


class Contents(Protocol):
    """A checkpoint, as far as formats need one."""

    @property
    def metadata(self) -> Mapping[str, str]: ...

    def __contains__(self, name: object, /) -> bool: ...

    def get(self, name: str, /) -> StoredTensor | None: ...

    def items(self) -> ItemsView[str, StoredTensor]: ...

    def read(self, name: str, /) -> memoryview:
        """The bytes of one tensor."""
        ...


def note(stored: Contents, tensor: StoredTensor, problems: Problems) -> dict[str, object] | None:
    """The JSON object that the bytes of a tensor are, up to 64 KiB; None, and a problem, if they are none."""
    if tensor.dtype is not DType.UINT8 or tensor.strides or not 0 < tensor.nbytes <= _MOST_NBYTES:
        problems.add(tensor, f"1 to {_MOST_NBYTES} bytes of JSON", f"{tensor.dtype}, shape {tensor.shape}")
        return None
    parsed = json_object(bytes(stored.read(tensor.name)))
    if parsed is None:
        problems.add(tensor, "a JSON object", "something else")
    return parsed


def json_object(text: bytes | str) -> dict[str, object] | None:
    """The object that a text is in JSON, without doubled keys, ``NaN`` and infinities; None if it is no such text."""
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        return None
    return value if isinstance(value, dict) else None


def sizes(value: object) -> tuple[int, ...] | None:
    """A list of integers of at least 1, as a shape; None if it is no such list."""
    if not isinstance(value, list) or not 1 <= len(value) <= 8:
        return None
    if any(type(size) is not int or not 1 <= size < 1 << 40 for size in value):
        return None
    return tuple(value)


def lies_in_rows(tensor: StoredTensor) -> bool:
    """Whether the bytes of a tensor are its elements, one after the other, and there is at least one."""
    return tensor.strides is None and not tensor.slices and tensor.packing is None and tensor.nbytes > 0


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        raise ValueError("a key twice")
    return mapping


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError("out of range")
    return number


def _no_number(name: str) -> object:
    raise ValueError(name)
