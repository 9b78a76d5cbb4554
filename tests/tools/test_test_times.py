"""Where the time of a test run goes, by folder and by family."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

FAMILIES = ("llama", "roberta", "xlm-roberta", "qwen3", "qwen3_moe")


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    path = Path(__file__).parents[2] / "tools" / "test_times.py"
    spec = importlib.util.spec_from_file_location("test_times", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def junit(tmp_path: Path) -> Path:
    cases = [
        ("tests/parity/test_loss.py", "test_a[flax-xlm-roberta-plain-base]", 4.0),
        ("tests/parity/test_loss.py", "test_a[roberta-plain-base]", 1.0),
        ("tests/parity/test_loss.py", "test_a[qwen3_moe-plain-base]", 2.5),
        ("tests/architectures/test_b.py", "test_b[qwen3]", 0.5),
        ("tests/cli/test_run.py", "test_c[llama]", 9.0),
        ("tests/test_arrows.py", "test_d", 0.25),
    ]
    lines = [f'<testcase file="{file}" name="{name}" time="{time}"/>' for file, name, time in cases]
    path = tmp_path / "quick.xml"
    path.write_text(f"<testsuites><testsuite>{''.join(lines)}</testsuite></testsuites>")
    return path


def test_the_time_of_each_folder_and_of_each_family_is_summed(tool: ModuleType, junit: Path) -> None:
    lines = tool.report(tool.read([junit, junit]), FAMILIES).splitlines()
    assert "     15.0 s       6 tests  tests/parity" in lines
    assert "      0.5 s       2 tests  tests" in lines
    assert "      8.0 s       2 tests  xlm-roberta" in lines
    assert "      2.0 s       2 tests  roberta" in lines
    assert "      5.0 s       2 tests  qwen3_moe" in lines
    assert "      1.0 s       2 tests  qwen3" in lines
    assert not any(line.endswith("  llama") for line in lines), "only folders that try every family count"
    assert lines[-1] == "      3.5 s  median: what one family more adds"


def test_the_slowest_test_comes_first(tool: ModuleType, junit: Path) -> None:
    lines = tool.report(tool.read([junit]), FAMILIES).splitlines()
    assert lines[1] == "      9.0 s  tests/cli/test_run.py::test_c[llama]"
