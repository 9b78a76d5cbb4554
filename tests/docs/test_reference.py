"""``make reference``: every public name is described, and nothing in it leads nowhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sphinx.util.inventory import InventoryFile

import loadstone

ROOT = Path(__file__).parents[2]


def build(target: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT / "tools")}
    return subprocess.run(
        [sys.executable, "-m", "reference", target], cwd=ROOT, env=env, capture_output=True, text=True
    )


@pytest.mark.long
def test_the_reference_is_built_without_a_warning_and_describes_every_public_name(tmp_path: Path) -> None:
    done = build(tmp_path / "html")
    assert done.returncode == 0, done.stderr
    inventory = InventoryFile.loads((tmp_path / "html" / "objects.inv").read_bytes(), uri="")
    described = {name for names in inventory.data.values() for name in names}
    public = set(dir(loadstone)) - {"__version__"}
    assert {name for name in public if not {f"loadstone.{name}", f"loadstone.errors.{name}"} & described} == set()
    assert {f"loadstone.{name}" for name in ("Forecast.totals", "PreTrainedModel.save_pretrained")} <= described
    pages = {page.name for page in (tmp_path / "html" / "docs").glob("*.html")}
    assert {f"{page.stem}.html" for page in (ROOT / "docs").glob("*.md")} <= pages


def test_a_name_that_nobody_has_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text("def odd() -> None:\n    '''See :class:`NobodyHasThis`, :class:`int`.'''\n")
    (tmp_path / "index.rst").write_text("Odd\n===\n\n.. automodule:: odd\n   :members:\n")
    (tmp_path / "conf.py").write_text("extensions = ['sphinx.ext.autodoc', 'reference.names']\n")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-n", "-W", "--keep-going", tmp_path, tmp_path / "html"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT / "tools")])},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if "not found" in line and "NobodyHasThis" in line]
    assert "not found: int" not in done.stderr
