"""Methods are found in their folder, each by its own file, and nothing else names them."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from quantization import halves as toy
from safetensors.torch import save_file

import loadstone
from loadstone.checkpoint import open_checkpoint
from loadstone.errors import InvalidConfig
from loadstone.pipeline.quantized_checkpoint import dequantized, settings_of
from loadstone.quantization import registry


@pytest.fixture
def halves(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with toy.found(tmp_path_factory.mktemp("halves")):
        yield


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    tensors = {"a.weight": torch.tensor([[1, -2], [3, 4]], dtype=torch.int8), "a.weight_scale": torch.ones(1)}
    save_file(tensors, tmp_path / "model.safetensors")
    return tmp_path


@pytest.mark.parametrize("settings", [{"quant_method": "halves"}, {"in_halves": True}], ids=str)
def test_a_method_that_is_one_file_is_found_by_name_and_by_its_settings(
    settings: dict[str, object], halves: None, stored: Path
) -> None:
    found = dequantized(open_checkpoint(stored), settings)["a.weight"]
    assert found.packing is not None and found.packing.kind == "halves"
    numbers = dequantized(open_checkpoint(stored), settings).numpy("a.weight")
    np.testing.assert_array_equal(numbers, np.array([[0.5, -1], [1.5, 2]], np.float32))


def test_its_file_of_settings_and_its_problems_are_its_own(halves: None, stored: Path) -> None:
    (stored / "halves.json").write_text(json.dumps({"in_halves": True, "of": 2}))
    settings = settings_of(open_checkpoint(stored), {}.get)
    assert settings is not None and settings.method == "halves" and settings.where == str(stored / "halves.json")
    with pytest.raises(InvalidConfig, match=r"halves\.json, its 'of'"):
        dequantized(open_checkpoint(stored), settings.values, where=settings.where)


def test_without_its_file_there_is_no_such_method(stored: Path) -> None:
    with pytest.raises(InvalidConfig, match="found quant_method 'halves'"):
        dequantized(open_checkpoint(stored), {"quant_method": "halves"})


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


PACKAGE = Path(loadstone.__file__).parent
THEIR_OWN = ("quantization/methods/", "frameworks/torch/quantized/libraries/")
ELSEWHERE = {
    "__init__.py": "the homes of public classes",
    "checkpoint/not_models.py": "advice to use mlx-lm, a program",
    "cli/options.py": "the help of --quantize",
    "quantization/ggml_types.py": "a type of GGML that bears the same name",
}


def words(tree: ast.AST) -> Iterator[str]:
    """All that a module's code says, but for docstrings and comments."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in docstrings:
                yield text
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.alias(name=name):
                yield name
            case ast.ImportFrom(module=str(name)) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name


def test_the_name_of_a_method_stands_in_its_own_files_only() -> None:
    names = {name.replace("_", "-") for method in registry.methods() for name in method.names}
    pattern = re.compile(rf"(?<![a-z0-9])({'|'.join(names)})(?![a-z0-9])")
    naming = {
        where: said
        for file in sorted(PACKAGE.rglob("*.py"))
        if not (where := file.relative_to(PACKAGE).as_posix()).startswith(THEIR_OWN)
        and (said := [w for w in words(ast.parse(file.read_text())) if pattern.search(w.lower().replace("_", "-"))])
    }
    assert naming.keys() == ELSEWHERE.keys(), naming
