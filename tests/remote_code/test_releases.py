"""A release's own model files as code that comes with a checkpoint: the reduced form of ``make releases``, offline."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Any:
    path = Path(__file__).parents[2] / "tools" / "remote_code_releases.py"
    spec = importlib.util.spec_from_file_location("remote_code_releases", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "remote_code_releases", module)
    spec.loader.exec_module(module)
    return module


@pytest.mark.long
def test_model_files_of_the_installed_release_give_its_numbers_and_write_its_tokens(tool: Any, tmp_path: Path) -> None:
    families = ["bloom", "camembert", "falcon", "phi", "squeezebert"]
    assert tool.run(tool.INSTALLED, families, tmp_path) == dict.fromkeys(families, tool.SAME)


def test_relative_imports_become_absolute(tool: Any) -> None:
    source = (
        "from ...utils import a\nfrom ... import b\nif x:\n    from ..bert.modeling_bert import c\nfrom .one import d\n"
    )
    assert tool.absolute(source) == (
        "from transformers.utils import a\nfrom transformers import b\n"
        "if x:\n    from transformers.models.bert.modeling_bert import c\nfrom .one import d\n"
    )
