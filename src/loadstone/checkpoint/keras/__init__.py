"""Keras' HDF5 files (``.h5``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from loadstone.checkpoint.format import Format

if TYPE_CHECKING:
    from loadstone.checkpoint.faults import Faults
    from loadstone.core.tensors import StoredTensor


class Keras(Format):
    """What TensorFlow's classes in Transformers write, and Keras itself."""

    name = "tensorflow"
    rank = 40
    suffixes = (".h5", ".keras")
    stem = "tf_model"
    other_names = ("model.keras", "model.weights.h5")

    def read(self, path: Path, faults: Faults) -> tuple[list[StoredTensor], dict[str, str]]:
        from loadstone.checkpoint.keras.read import read_keras

        return read_keras(path, faults)

    def hub_names(self, metadata: Mapping[str, str]) -> Callable[[str], str]:
        from loadstone.checkpoint.keras.read import name_of_variable

        return name_of_variable


FORMAT = Keras()
