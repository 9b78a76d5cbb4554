"""What computes with weights as they are stored is found by the name of its package."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch
from frameworks.torch import tiny
from quantization import halves
from safetensors.torch import load_file, save_file

from loadstone import AutoModelForCausalLM as Auto
from loadstone.errors import FrameworkNotInstalled
from loadstone.frameworks.torch.quantized import libraries
from loadstone.frameworks.torch.quantized.library import library_named
from loadstone.quantization.registry import methods

LIBRARY = """
from torch import nn

from loadstone.frameworks.registry import require_library
from loadstone.frameworks.torch.quantized.library import PackageLibrary


class Halves(PackageLibrary):
    def __init__(self, settings, asked):
        self._package = require_library("halves", "halves")

    def prepare(self, model, weights, compute_dtype):
        pass

    def quantize(self, module, weight, dtype):
        raise NotImplementedError

    def rebuild(self, module, kept, parts, dtype):
        return nn.Parameter(self._package.half_of(parts["weight"].to(dtype)), requires_grad=False)


LIBRARY = Halves
"""


def test_a_library_that_is_one_file_runs_the_weights_of_its_method(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tiny.saved(tiny.llama(), tmp_path / "model")
    config = json.loads((model / "config.json").read_text())
    (model / "config.json").write_text(json.dumps(config | {"quantization_config": {"quant_method": "halves"}}))
    stored = load_file(model / "model.safetensors")
    codes = {name: (each * 64).round().to(torch.int8) for name, each in stored.items() if "proj" in name}
    save_file(stored | codes, model / "model.safetensors")
    with halves.found(tmp_path), halves.beside(libraries, tmp_path / "libraries", LIBRARY):
        with pytest.raises(FrameworkNotInstalled, match="This needs halves"):
            Auto.from_pretrained(model)
        package = ModuleType("halves")
        vars(package)["half_of"] = lambda weight: weight / 2
        monkeypatch.setitem(sys.modules, "halves", package)
        weights = Auto.from_pretrained(model).state_dict()
    assert len(codes) > 7
    assert all(torch.equal(weights[name], code.to(weights[name].dtype) / 2) for name, code in codes.items())


def test_every_method_that_runs_packed_has_its_librarys_file() -> None:
    found = {method.library: library_named(method.library) for method in methods() if method.library is not None}
    assert len(set(found.values())) == len(found) >= 3
