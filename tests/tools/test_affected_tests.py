"""``make quick`` runs the tests that a change can break soonest."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    path = ROOT / "tools" / "affected_tests.py"
    spec = importlib.util.spec_from_file_location("affected_tests", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of three rooms, one above the other, with tests: cli imports text, text imports core."""
    files = {
        "src/loadstone/__init__.py": "",
        "src/loadstone/core/words.py": "",
        "src/loadstone/text/tokens.py": "def f():\n    from ..core.words import x\n",
        "src/loadstone/cli/run.py": "from ..text import tokens\n",
        "src/loadstone/alone/island.py": "",
        "tests/core/test_words.py": "",
        "tests/text/test_tokens.py": "from loadstone.text.tokens import x\n",
        "tests/cli/helper.py": "from loadstone.cli import run\n",
        "tests/cli/test_run.py": "from .helper import x\n",
        "tests/cli/conftest.py": "",
        "tests/parity/test_all.py": "from loadstone.core import words\n",
        "tests/docs/test_pages.py": "",
        "tests/tools/test_stubs.py": "path = 'tools/make_stubs.py'\n",
        "tools/make_stubs.py": "",
        "docs/page.md": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    package, walker = tmp_path / "src" / "loadstone", sys.modules["test_arrows"]
    monkeypatch.setattr(walker, "PACKAGE", package)
    for name, path in (("ROOT", tmp_path), ("TESTS", tmp_path / "tests"), ("PACKAGE", package)):
        monkeypatch.setattr(tool, name, path)
    return tmp_path


def affected(tool: ModuleType, tree: Path, *changed: str) -> list[str]:
    files = tool.affected([tree / name for name in changed], tool.package_graph(), tool.tests_graph())
    return sorted(str(file.relative_to(tree / "tests")) for file in files)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ("src/loadstone/core/words.py", ["core/test_words.py", "text/test_tokens.py"]),
        ("src/loadstone/text/tokens.py", ["cli/test_run.py", "text/test_tokens.py"]),
        ("src/loadstone/alone/island.py", []),
        ("tests/cli/helper.py", ["cli/test_run.py"]),
        ("tests/cli/conftest.py", ["cli/test_run.py"]),
        ("tests/parity/test_all.py", ["parity/test_all.py"]),
        ("docs/page.md", ["docs/test_pages.py"]),
        ("tools/make_stubs.py", ["tools/test_stubs.py"]),
    ],
)
def test_what_is_near_a_changed_file_is_run(tool: ModuleType, tree: Path, changed: str, expected: list[str]) -> None:
    assert affected(tool, tree, changed) == expected


def test_where_too_many_tests_are_near_those_farther_away_are_left_out_and_said(
    tool: ModuleType, tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / "tests/faults/test_disk.py").parent.mkdir()
    (tree / "tests/faults/test_disk.py").write_text("from loadstone.core import words\n")
    expected = ["core/test_words.py", "faults/test_disk.py", "text/test_tokens.py"]
    assert affected(tool, tree, "src/loadstone/core/words.py") == expected
    monkeypatch.setattr(tool, "MANY", 2)
    assert affected(tool, tree, "src/loadstone/core/words.py") == expected[:2]
    assert "core/words.py is near 3 test files: the nearest 2" in capsys.readouterr().err
    monkeypatch.setattr(tool, "MANY", 1)
    assert affected(tool, tree, "src/loadstone/core/words.py") == expected[:1]


def test_where_no_test_is_near_the_nearest_are_run(tool: ModuleType, tree: Path) -> None:
    (tree / "tests/core/test_words.py").unlink()
    (tree / "tests/text/test_tokens.py").unlink()
    assert affected(tool, tree, "src/loadstone/core/words.py") == ["cli/test_run.py"]


def test_changed_files_are_those_that_git_sees_new_ones_too(tool: ModuleType, tree: Path) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "a"]):
        subprocess.run([*git, *command], cwd=tree, check=True)
    (tree / "docs/page.md").write_text("changed")
    (tree / "docs/new.md").write_text("new")
    (tree / "tools/make_stubs.py").unlink()
    assert tool.changed_files(None) == [tree / "docs/new.md", tree / "docs/page.md"]


def test_the_graph_of_the_package_itself_reaches_the_tests_of_a_room(tool: ModuleType) -> None:
    changed = ROOT / "src" / "loadstone" / "text" / "tokenizer.py"
    files = {str(file.relative_to(ROOT)) for file in tool.affected([changed], tool.package_graph(), tool.tests_graph())}
    assert {"tests/text/test_tokenizer.py", "tests/text/test_chat.py"} <= files
    assert not any(file.startswith("tests/parity/") for file in files)
