"""What a caller asks a method to make of plain weights, once it was checked; and the checks that all methods share."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, ClassVar

from loadstone.core.tensors import DType
from loadstone.errors import ArgumentError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_KEYS = ("quant_method", "_load_in_4bit", "_load_in_8bit")


@dataclass(frozen=True)
class Quantization(ABC):
    """A ``quantization_config`` that was checked; each method that quantizes has a class of its own."""

    settings: Mapping[str, object]
    """In the Hub's form."""
    left_alone: tuple[str, ...]
    """Patterns for names of modules that keep their dtype."""

    @property
    def method(self) -> str:
        """The ``quant_method``."""
        return str(self.settings["quant_method"])

    def leaves_alone(self, module: str) -> bool:
        """Whether a module is among those that keep their dtype: by its name, what it lies in, or how its name ends."""
        return any(
            module.endswith(pattern) or re.match(rf"(?:{pattern})(?:\.|$)", module) for pattern in self.left_alone
        )

    @property
    def takes_experts(self) -> bool:
        """Whether stacked experts are quantized too."""
        return False

    @property
    def takes_turned(self) -> bool:
        """Whether maps whose weight is (inputs, outputs), GPT-2's, are quantized too."""
        return False

    @property
    def needs_accelerator(self) -> str:
        """That the library has this for accelerators only, and what to take instead; nothing where it has not."""
        return ""

    dtypes: ClassVar[frozenset[DType]] = frozenset(dtype for dtype in DType if dtype.is_floating)
    """What weights can be quantized from."""

    def check_dtype(self, dtype: DType) -> None:
        """:class:`ArgumentError` for a dtype that weights cannot be quantized from."""
        if dtype not in self.dtypes:
            known = ", ".join(sorted(supported.value for supported in self.dtypes))
            raise ArgumentError(f"{self.method} quantizes from {known}; the dtype is {dtype.value}.")

    @abstractmethod
    def packed_bytes(self, shape: tuple[int, ...], bits: int) -> int:
        """What a weight of that shape takes, scales and all, where the model has ``bits`` for a number. Stacked ones
        have the rows of all."""

    @abstractmethod
    def described(self, left_alone: Sequence[str], compute_dtype: str | None) -> dict[str, object]:
        """The ``quantization_config`` of a model that was quantized so. ``left_alone``: names of all modules that were;
        ``compute_dtype``: of the model's other weights, if they have one."""


def check_keys(given: Mapping[str, object], config: type[DataclassInstance]) -> None:
    """:class:`ArgumentError` for keys that are no fields of a config's class."""
    known = {field.name for field in fields(config)} | set(_KEYS)
    unknown = [str(name) for name in given if name not in known]
    if unknown:
        raise ArgumentError(
            f"quantization_config has {', '.join(sorted(unknown))}, which is unknown. It takes "
            f"{', '.join(sorted(known - set(_KEYS)))}."
        )


def checked_names(given: object, name: str) -> tuple[str, ...]:
    """The names of modules that were given under a key; :class:`ArgumentError` if they are none."""
    if isinstance(given, str) or not isinstance(given, Sequence | None):
        raise ArgumentError(f"quantization_config has {name}={given!r}, expected a list of names.")
    return tuple(_module_names(given or (), name))


def _module_names(given: Sequence[object], name: str) -> Iterator[str]:
    for module_name in given:
        if not isinstance(module_name, str) or not module_name:
            raise ArgumentError(f"quantization_config has {module_name!r} in {name}, expected the name of a module.")
        yield module_name
