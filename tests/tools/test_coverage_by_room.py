"""What is covered, by room."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    path = Path(__file__).parents[2] / "tools" / "coverage_by_room.py"
    spec = importlib.util.spec_from_file_location("coverage_by_room", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def file(lines: int, covered_lines: int, branches: int = 0, covered_branches: int = 0) -> dict[str, Any]:
    counts = {"num_statements": lines, "covered_lines": covered_lines}
    return {"summary": {**counts, "num_branches": branches, "covered_branches": covered_branches, "percent_covered": 1}}


def test_lines_and_branches_of_a_room_are_summed_and_the_least_covered_comes_first(tool: ModuleType) -> None:
    files = {
        "src/loadstone/core/sizes.py": file(10, 10, 4, 4),
        "src/loadstone/frameworks/torch/save.py": file(6, 4, 2, 1),
        "src/loadstone/frameworks/torch/loading/fill.py": file(2, 2),
        "src/loadstone/__init__.py": file(0, 0),
    }
    assert tool.table(tool.by_room(files)).splitlines() == [
        " 70.00%       8 lines,     2 missed       2 branches,     1 missed  frameworks.torch",
        "100.00%      10 lines,     0 missed       4 branches,     0 missed  core",
        "100.00%       0 lines,     0 missed       0 branches,     0 missed  __init__",
        " 87.50%      18 lines,     2 missed       6 branches,     1 missed  total",
    ]
