"""The support table lists what the registry has, no more and no less."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_support_table", ROOT / "tools" / "make_support_table.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_lists_every_class_of_the_registry_in_every_framework(tool: ModuleType) -> None:
    assert tool.listed_classes(tool.PAGE.read_text()) == tool.expected_classes(), "run: make support-table"


def test_the_page_is_made_of_the_worst_that_the_tests_measured(tool: ModuleType, tmp_path: Path) -> None:
    cases = [
        f'<testcase><properties><property name="parity" value="{name} {difference}"/></properties></testcase>'
        for names in tool.expected_classes()
        for name in names
        for difference in ("0.0", "3.4e-07", "1.2e-07")
    ]
    junit = tmp_path / "parity.xml"
    junit.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")
    text = tool.page(tool.measured(junit))
    assert tool.listed_classes(text) == tool.expected_classes()
    assert "| causal lm | `LlamaForCausalLM` 3e-7 | `FlaxLlamaForCausalLM` 3e-7 | `TFLlamaForCausalLM` 3e-7 |" in text


def test_what_a_run_did_not_measure_keeps_its_number(tool: ModuleType) -> None:
    before = tool.PAGE.read_text()
    assert tool.page(tool.shown(before)) == before


def test_a_class_that_no_test_has_measured_is_named(tool: ModuleType) -> None:
    names = [name for row in tool.expected_classes() for name in row]
    with pytest.raises(SystemExit, match=r"measured FlaxBertModel\."):
        tool.page({name: 0.0 for name in names if name != "FlaxBertModel"})
