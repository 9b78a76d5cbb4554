"""``make test-core``: the rooms that promise to need no framework, tested where there is none.

A pytest plugin (``-p no_framework``) that makes the import of every framework, and of every library that tests compare
with, fail, as it does in ``.venv-core``; and that collects, of the rooms below the frameworks, the test files which
import none of them, themselves or through helpers. A test in such a file that still needs one fails, and belongs into
another file. The tests below are collected only where this file is named.
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

import pytest

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "src" / "loadstone"
FRAMEWORKS = ("torch", "jax", "flax", "tensorflow", "keras")
BLOCKED = {
    *FRAMEWORKS,
    *("accelerate", "bitsandbytes", "compressed_tensors", "gguf", "h5py", "jaxlib", "jinja2", "llvmlite", "ml_dtypes"),
    *("msgpack", "obstore", "optax", "peft", "rich", "safetensors", "timm", "tokenizers", "torchao", "torchvision"),
    *("transformers", "typer"),
}
"""What an installation of Loadstone without extras has not."""

ROOMS = (
    *("architectures", "checkpoint", "configs", "core", "lockfile", "materialize", "pictures", "planning"),
    *("quantization", "remote_code", "reporting", "saving", "sources", "text", "transfer"),
)
"""The rooms that need no framework."""

FOLDERS = (*ROOMS, "faults", "hostile")
"""Where their tests are."""


class _Blind(PathFinder):
    """Finds what Python does, but for what is blocked: who imports it fails, and who asks for it hears that it is not
    there."""

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return None if fullname.partition(".")[0] in BLOCKED else super().find_spec(fullname, path, target)


WITH_EXTRAS = {
    "loadstone.materialize.arrays": "ml_dtypes",
    "loadstone.text.chat.sandbox": "jinja2",
}
"""Modules that want what an extra brings, though no framework: NumPy's bfloat16, and chat templates."""


def block() -> None:
    """From now on nothing that is in ``BLOCKED`` can be imported."""
    sys.meta_path[:] = [_Blind if finder is PathFinder else finder for finder in sys.meta_path]


def pytest_configure(config: pytest.Config) -> None:
    block()


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    parts = collection_path.relative_to(TESTS).parts if collection_path.is_relative_to(TESTS) else ()
    if not parts or collection_path == Path(__file__):
        return None
    if parts[0] not in FOLDERS:
        return True
    return True if collection_path.suffix == ".py" and _needs(collection_path) & BLOCKED else None


def _needs(file: Path) -> set[str]:
    """The top names of all that a test file imports, itself or through helpers that lie beside the tests."""
    names: set[str] = set()
    seen, left = {file}, [file]
    while left:
        current = left.pop()
        for name in _imported(current):
            names.add(name.partition(".")[0])
            helper = TESTS.joinpath(*name.split(".")).with_suffix(".py")
            if helper.is_file() and helper not in seen:
                seen.add(helper)
                left.append(helper)
    return names


def _imported(file: Path) -> set[str]:
    """The modules that a file imports, wherever in it; ``from frameworks.torch import tiny`` is two of them."""
    package = file.relative_to(TESTS).parts[:-1]
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*start, *([node.module] if node.module else [])])
            names |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return names


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_no_framework_can_be_imported(name: str) -> None:
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(name)


@pytest.mark.parametrize("room", ROOMS)
def test_every_module_of_the_room_can_be_imported_or_wants_its_extra(room: str) -> None:
    modules = [file.relative_to(PACKAGE.parent).with_suffix("").parts for file in (PACKAGE / room).rglob("*.py")]
    assert modules
    missing: dict[str, str | None] = {}
    for name in (".".join(parts).removesuffix(".__init__") for parts in modules):
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            missing[name] = error.name
    assert missing == {name: extra for name, extra in WITH_EXTRAS.items() if name.split(".")[1] == room}
