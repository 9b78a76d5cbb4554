"""Collects what is wrong with packed tensors, or with what the config says of them, so that one error can tell all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from loadstone.core.tensors import StoredTensor
from loadstone.errors import CorruptCheckpoint, Fault, InvalidConfig

T = TypeVar("T")

_HINT = "Fetch the checkpoint again, or ask its author"
_MOST = 1 << 31


class Problems:
    """Two lists of faults: in the settings, which stand at ``where``, and in the files."""

    def __init__(self, where: str = "config key 'quantization_config'") -> None:
        self._where = where
        self._config: list[Fault] = []
        self._files: list[Fault] = []

    def __len__(self) -> int:
        return len(self._config) + len(self._files)

    def raise_if_any(self) -> None:
        """:class:`InvalidConfig`, or else :class:`CorruptCheckpoint`, with all faults of the kind."""
        if self._config:
            raise InvalidConfig(self._config)
        if self._files:
            raise CorruptCheckpoint(self._files)

    def setting(self, key: str, expected: str, found: object, hint: str = "") -> None:
        """What the settings say makes no sense here."""
        self._config.append(Fault(f"{self._where}, its {key!r}", expected, _shown(found), hint))

    def add(self, tensor: StoredTensor, expected: str, found: str, hint: str = _HINT) -> None:
        """A tensor is not what its format asks for."""
        self._files.append(Fault(f"{tensor.file}: tensor {_shown(tensor.name)}", expected, found, hint))

    def shape(self, tensor: StoredTensor, expected: tuple[int, ...], why: str = "") -> bool:
        """Whether a tensor has that shape; if not, a fault."""
        if tensor.shape != expected:
            self.add(tensor, f"shape {expected}{f', {why}' if why else ''}", f"{tensor.shape}")
        return tensor.shape == expected

    def choice(self, settings: Mapping[str, object], key: str, known: tuple[T, ...], default: T) -> T:
        """One of the known values of a setting, the default where there is none."""
        value = settings.get(key, default)
        for option in known:
            if value is option or (type(value) is type(option) and value == option):
                return option
        self.setting(key, f"one of {', '.join(map(repr, known))}", value, "Is there a newer Loadstone?")
        return default

    def size(self, settings: Mapping[str, object], key: str, default: int) -> int:
        """An integer of at least 1, the default where there is none."""
        value = settings.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value < _MOST:
            self.setting(key, "an integer of at least 1", value)
            return default
        return value

    def size_pair(self, settings: Mapping[str, object], key: str) -> tuple[int, int] | None:
        """Two of them; None where there are none."""
        value = settings.get(key)
        if value is None:
            return None
        if not isinstance(value, list | tuple) or len(value) != 2:
            self.setting(key, "two integers", value)
            return None
        first, second = (self.size({key: size}, key, 1) for size in value)
        return first, second


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:120]}…"
