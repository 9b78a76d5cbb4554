"""What a GGUF file says of its model, key by key, with everything that is missing or makes no sense collected."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from loadstone.errors import Fault, InvalidConfig

logger = logging.getLogger(__name__)

Values = dict[str, Any]
"""What ``config.json`` would hold."""
_T = TypeVar("_T")
_MOST_FACTORS = 1 << 16


class Facts:
    """Metadata, shapes of tensors, and the values of the small ones that a config is made of."""

    def __init__(
        self,
        where: str,
        metadata: Mapping[str, object],
        shapes: Mapping[str, tuple[int, ...]],
        read: Callable[[str], Sequence[float]],
    ) -> None:
        self.metadata, self.shapes = metadata, shapes
        self._where, self._read = where, read
        self._prefix = str(metadata.get("general.architecture"))
        self._faults: list[Fault] = []

    def raise_if_any(self) -> None:
        """:class:`InvalidConfig` with all that was wrong."""
        if self._faults:
            raise InvalidConfig(
                self._faults, hint="Is this the file of a whole model, as llama.cpp's converter makes it?"
            )

    def refuse(self, key: str, expected: str, found: object) -> None:
        """What a key says makes no sense."""
        self._faults.append(Fault(f"{self._where}: key {key!r}", expected, repr(found)[:120]))

    def size(self, key: str) -> int:
        """An integer that must be there: ``{architecture}.{key}``."""
        value = self._find(key, int, "an integer")
        if value is None:
            self._missing(key, "an integer")
        return 1 if value is None else value

    def number(self, key: str, default: _T) -> int | _T:
        """An integer, if there is one."""
        value = self._find(key, int, "an integer")
        return default if value is None else value

    def real(self, key: str, default: _T) -> float | _T:
        """A number, if there is one; what float32 made of a decimal becomes that decimal again."""
        value = self._find(key, (int, float), "a number")
        return default if value is None else decimal(value)

    def need_real(self, key: str) -> float:
        """A number that must be there."""
        value = self.real(key, None)
        if value is None:
            self._missing(key, "a number")
        return 1.0 if value is None else value

    def flag(self, key: str, default: bool) -> bool:
        """Yes or no, if there is either."""
        value = self._find(key, bool, "true or false")
        return default if value is None else bool(value)

    def flags(self, key: str) -> list[bool] | None:
        """Yes or no for each layer, if the file says it layer by layer."""
        value = self.metadata.get(f"{self._prefix}.{key}")
        if not isinstance(value, list) or not all(isinstance(each, bool | int) for each in value):
            return None
        return [bool(each) for each in value]

    def word(self, key: str) -> str | None:
        """A string, if there is one."""
        value: str | None = self._find(key, str, "a string")
        return value

    def rows(self, name: str) -> int:
        """How many rows a tensor has that must be there."""
        shape = self.shapes.get(name)
        if not shape:
            self._faults.append(Fault(f"{self._where}: tensor {name!r}", "a matrix", "none"))
        return shape[0] if shape else 1

    def factors(self, name: str) -> list[float] | None:
        """The values of a small tensor, if it is there."""
        shape = self.shapes.get(name)
        if shape is None:
            return None
        if len(shape) != 1 or not 1 <= shape[0] <= _MOST_FACTORS:
            self._faults.append(
                Fault(f"{self._where}: tensor {name!r}", "a factor for each frequency", f"shape {shape}")
            )
            return None
        return [decimal(value) for value in self._read(name)]

    def token(self, name: str, count: int) -> int | None:
        """The id of a special token; None, and a line in the log, where it is none of ``count`` tokens'."""
        key = f"tokenizer.ggml.{name}_token_id"
        value = self.metadata.get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        if 0 <= value < count:
            return value
        logger.warning("%s: key %r is %d, and there are %d tokens: ignored", self._where, key, value, count)
        return None

    def _find(self, key: str, kind: type[_T] | tuple[type[_T], ...], what: str) -> _T | None:
        full = f"{self._prefix}.{key}"
        value = self.metadata.get(full)
        if isinstance(value, list) and value and all(element == value[0] for element in value):
            value = value[0]  # some converters write it for each layer
        if value is not None and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)):
            self.refuse(full, what, value)
            return None
        return value

    def _missing(self, key: str, what: str) -> None:
        full = f"{self._prefix}.{key}"
        if full not in self.metadata:
            self._faults.append(Fault(f"{self._where}: key {full!r}", what, "none"))


def decimal(value: float) -> float:
    """The shortest decimal that float32 rounds to this number: 9.999999747378752e-06 is 1e-05.

    What float32 cannot hold stays as it is.
    """
    import numpy as np  # here, since this room is read by those who need no arrays

    if isinstance(value, int):
        return value
    with np.errstate(over="ignore"):
        single = np.float32(value)
    return float(str(single)) if float(single) == value else value
