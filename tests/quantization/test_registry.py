"""Methods are found in their folder, each by its own file, and nothing else names them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from loadstone.checkpoint import open_checkpoint
from loadstone.errors import InvalidConfig
from loadstone.pipeline.quantized_checkpoint import dequantised, settings_of
from loadstone.quantization import methods as folder
from loadstone.quantization import registry

HALVES = """
from dataclasses import dataclass

import numpy as np

from loadstone.core.tensors import DType
from loadstone.quantization.method import QuantizationMethod


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
    why_not_packed = "nothing computes with halves"

    def recognizes(self, settings):
        return "in_halves" in settings

    def read(self, stored, settings, problems):
        problems.choice(settings, "of", (1, None), None)
        for name, tensor in stored.items():
            is_code = tensor.dtype is DType.INT8
            yield tensor._replace(dtype=DType.FLOAT32, packing=Half(tensor)) if is_code else tensor


METHOD = Halves()
"""


def forget() -> None:
    registry.methods.cache_clear()
    registry._by_name.cache_clear()


@pytest.fixture
def halves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A method that is one file, in a folder of its own."""
    (tmp_path / "methods").mkdir()
    (tmp_path / "methods" / "halves.py").write_text(HALVES)
    monkeypatch.setattr(folder, "__path__", [*folder.__path__, str(tmp_path / "methods")])
    forget()
    yield
    forget()
    sys.modules.pop(f"{folder.__name__}.halves", None)
    vars(folder).pop("halves", None)


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    tensors = {"a.weight": torch.tensor([[1, -2], [3, 4]], dtype=torch.int8), "a.weight_scale": torch.ones(1)}
    save_file(tensors, tmp_path / "model.safetensors")
    return tmp_path


@pytest.mark.parametrize("settings", [{"quant_method": "halves"}, {"in_halves": True}], ids=str)
def test_a_method_that_is_one_file_is_found_by_name_and_by_its_settings(
    settings: dict[str, object], halves: None, stored: Path
) -> None:
    found = dequantised(open_checkpoint(stored), settings)["a.weight"]
    assert found.packing is not None and found.packing.kind == "halves"
    numbers = dequantised(open_checkpoint(stored), settings).numpy("a.weight")
    np.testing.assert_array_equal(numbers, np.array([[0.5, -1], [1.5, 2]], np.float32))


def test_its_file_of_settings_and_its_problems_are_its_own(halves: None, stored: Path) -> None:
    (stored / "halves.json").write_text(json.dumps({"in_halves": True, "of": 2}))
    settings = settings_of(open_checkpoint(stored), {}.get)
    assert settings is not None and settings.method == "halves" and settings.where == str(stored / "halves.json")
    with pytest.raises(InvalidConfig, match=r"halves\.json, its 'of'"):
        dequantised(open_checkpoint(stored), settings.values, where=settings.where)


def test_without_its_file_there_is_no_such_method(stored: Path) -> None:
    with pytest.raises(InvalidConfig, match="found quant_method 'halves'"):
        dequantised(open_checkpoint(stored), {"quant_method": "halves"})


def test_no_two_methods_share_a_name_or_a_place_of_settings() -> None:
    for attribute in ("names", "settings_files", "settings_keys"):
        counts = Counter(each for method in registry.methods() for each in getattr(method, attribute))
        assert counts and set(counts.values()) == {1}


def test_looking_a_method_up_imports_no_numpy_and_no_reader() -> None:
    code = (
        "import sys; from loadstone.quantization import registry; assert registry.method_of({'quant_algo': 'FP8'});"
        "print([name for name in sys.modules if name == 'numpy' or name.endswith('.read')])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
