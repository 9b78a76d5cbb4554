"""What a user gets by ``pip install loadstone``: the files, the metadata, and what importing costs."""

from __future__ import annotations

import email
import email.message
import json
import resource
import statistics
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOT_ON_IMPORT = {
    "accelerate", "flax", "huggingface_hub", "jax", "keras", "numpy", "pydantic", "rich", "safetensors", "tqdm",
    "obstore", "tensorflow", "tokenizers", "torch", "transformers", "typer",
}  # fmt: skip


NEEDS_NUMPY = {"loadstone.checkpoint.gguf.open"}
"""What only files of that format import: it undoes what llama.cpp's converter did to their tensors."""


def python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT).stdout


def spent_s(code: str) -> float:
    """Of a processor, whatever else the machine does."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    python(code)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_import_takes_under_50_ms_more_than_the_bare_interpreter() -> None:
    python("import loadstone")  # bytecode is written on the first import of an installation
    over = [spent_s("import loadstone") - spent_s("pass") for _ in range(9)]
    assert statistics.median(over) < 0.050


@pytest.mark.parametrize("module", ["loadstone", "loadstone.cli", "loadstone.errors"])
def test_import_brings_no_framework_and_no_heavy_library(module: str) -> None:
    loaded = json.loads(python(f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"))
    assert {name.partition(".")[0] for name in loaded} & NOT_ON_IMPORT == set()


@pytest.mark.parametrize("room", ["architectures", "checkpoint", "planning", "remote", "transfer"])
def test_a_room_without_a_framework_stays_so_when_all_of_it_is_imported(room: str) -> None:
    loaded = python(
        f"import importlib, pkgutil, sys, loadstone.{room} as room\n"
        "for module in pkgutil.walk_packages(room.__path__, room.__name__ + '.'):\n"
        f"    module.name in {NEEDS_NUMPY!r} or importlib.import_module(module.name)\n"
        "print(*sys.modules)"
    )
    assert f"loadstone.{room}." in loaded
    assert {name.partition(".")[0] for name in loaded.split()} & NOT_ON_IMPORT == set()


def test_version_is_the_one_that_the_metadata_says() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert python("import loadstone; print(loadstone.__version__)").strip() == declared


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one sdist and one wheel, built from this checkout."""
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(out)], check=True, capture_output=True, cwd=ROOT
    )
    return out


def metadata(built: Path) -> email.message.Message:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(wheel.read(name))


def test_wheel_holds_the_package_the_type_marker_and_the_license(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    sources = {
        str(file.relative_to(ROOT / "src"))
        for file in (ROOT / "src" / "loadstone").rglob("*.py*")
        if file.suffix in {".py", ".pyi"}
    }
    assert sources <= names
    assert "loadstone/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.partition("/")[0] for name in names} == {"loadstone", "loadstone-0.1.0.dist-info"}


def test_sdist_holds_what_a_packager_needs_to_build_and_test(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    wanted = {"LICENSE", "README.md", "Makefile", "constraints.txt", "pyproject.toml", "src/loadstone/py.typed"}
    assert wanted <= names
    assert {"tests/test_packaging.py", "examples/embed.py", "examples/notebooks/quickstart.ipynb"} <= names
    assert not any(part in {".venv", "__pycache__"} for name in names for part in name.split("/"))


def test_base_install_needs_no_framework_and_the_extras_bring_them(built: Path) -> None:
    def names(requirements: list[str]) -> set[str]:
        return {requirement.split(";")[0].partition(">=")[0].partition("<")[0].strip() for requirement in requirements}

    required = [str(each) for each in metadata(built).get_all("Requires-Dist", [])]
    assert names([each for each in required if "extra ==" not in each]) == {"huggingface-hub", "numpy", "tqdm"}
    assert names([each for each in required if "extra == 'torch'" in each]) == {"torch"}
    assert names([each for each in required if "extra == 'flax'" in each]) == {"flax", "jax", "ml-dtypes"}
    assert names([each for each in required if "extra == 'tensorflow'" in each]) == {"keras", "ml-dtypes", "tensorflow"}
    assert names([each for each in required if "extra == 'cli'" in each]) == {"jinja2", "rich", "tokenizers", "typer"}
    assert names([each for each in required if "extra == 'remote'" in each]) == {"obstore"}
    # CVE-2025-32434: before 2.6, PyTorch's own weights-only loading could be made to run code.
    assert any("torch>=2.6" in each for each in required)
    assert metadata(built)["Requires-Python"] == ">=3.11"


def test_peers_are_pinned_only_where_the_tests_need_them(built: Path) -> None:
    required = [str(each) for each in metadata(built).get_all("Requires-Dist", [])]
    assert any(each.startswith("transformers==5.23.0;") and "extra == 'test'" in each for each in required)
    others = [each for each in required if each.startswith("transformers") and "extra == 'test'" not in each]
    assert others == ["transformers>=5.20; extra == 'transformers'"], "for its classes, and in no plain install"
