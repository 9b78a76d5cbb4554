"""A method of quantization that is one file: int8 codes, each of which stands for half of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from unittest import mock

from loadstone.quantization import methods as folder
from loadstone.quantization import registry

HALVES = """
from dataclasses import dataclass

import numpy as np

from loadstone.core.tensors import DType
from loadstone.quantization.method import QuantizationMethod
from loadstone.quantization.packed import packed


@dataclass(frozen=True)
class Half:
    codes: object
    kind: str = "halves"
    step: int = 1

    @property
    def parts(self):
        return (self.codes,)

    @property
    def rows(self):
        return self.codes.shape[0]

    def decode(self, first, rows, others):
        yield (slice(first, first + len(rows)), slice(None)), rows.view(np.int8).astype(np.float32) / 2


class Halves(QuantizationMethod):
    names = ("halves",)
    settings_files = ("halves.json",)
    library = "halves"

    def recognizes(self, settings):
        return "in_halves" in settings

    def read(self, stored, settings, problems):
        problems.choice(settings, "of", (1, None), None)
        for name, tensor in stored.items():
            is_code = tensor.dtype is DType.INT8
            yield tensor._replace(dtype=DType.FLOAT32, packing=Half(tensor)) if is_code else tensor

    def packed(self, stored, logical, settings, where):
        return (packed(tensor, "") for tensor in logical)


METHOD = Halves()
"""


@contextmanager
def found(place: Path) -> Iterator[None]:
    """While it lasts, the file lies in a folder that methods are looked for in."""
    with beside(folder, place / "methods", HALVES):
        forget()
        yield
    forget()


@contextmanager
def beside(folder: ModuleType, place: Path, source: str) -> Iterator[None]:
    """A module ``halves`` of a package, which lies in a folder of its own."""
    place.mkdir()
    (place / "halves.py").write_text(source)
    with mock.patch.object(folder, "__path__", [*folder.__path__, str(place)]):
        yield
    sys.modules.pop(f"{folder.__name__}.halves", None)
    vars(folder).pop("halves", None)


def forget() -> None:
    registry.methods.cache_clear()
    registry._by_name.cache_clear()
