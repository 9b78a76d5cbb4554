"""The notebooks run in a kernel as they are stored, and bars show there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "examples" / "notebooks").glob("*.ipynb"))


def run(notebook: Any, folder: Path) -> Any:
    """The notebook with its outputs; an error in a cell is the test's. The kernel is gone in the end."""
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient

    # Sockets in a folder, so that two runs do not fight over ports; their names may not be long.
    with tempfile.TemporaryDirectory() as sockets:
        kernel = AsyncKernelManager(kernel_name="python3", transport="ipc", ip=f"{sockets}/kernel")
        client = NotebookClient(notebook, km=kernel, timeout=300, resources={"metadata": {"path": str(folder)}})
        done = client.execute(cleanup_kc=True, env={**os.environ, "IPYTHONDIR": str(folder / "ipython")})
        assert not kernel.has_kernel
    return done


def outputs(notebook: Any) -> list[Any]:
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def printed(notebook: Any) -> str:
    return "".join(output.text for output in outputs(notebook) if output.get("name") == "stdout")


def stored(name: str) -> Any:
    import nbformat

    return nbformat.read(ROOT / "examples" / "notebooks" / f"{name}.ipynb", as_version=4)


@pytest.mark.long
def test_quickstart_answers_and_saves_and_loads(tmp_path: Path) -> None:
    shown = printed(run(stored("quickstart"), tmp_path))
    assert "Paris" in shown and "red, blue" in shown
    assert "classifier.weight classifier.bias" in shown
    assert "100 % mapped" in shown and "False" not in shown


@pytest.mark.long
def test_what_a_load_did_shows_a_plan_and_a_load_that_agree(tmp_path: Path) -> None:
    done = run(stored("what_a_load_did"), tmp_path)
    shown = printed(done)
    assert "of 16.00 MB" in shown and "A map that fits" in shown and "on disk" in shown
    assert "True" in shown and "False" not in shown
    pictures = [output.data["text/html"] for output in outputs(done) if output.output_type == "execute_result"]
    assert len(pictures) == 2 and all("<svg" in picture or "srcdoc" in picture for picture in pictures)


BAR = """
import threading
from loadstone.core import progress
progress._PATIENCE_S = 0
with progress.Progress("Loading", 1000) as tell:
    threads = [threading.Thread(target=tell, args=(250,)) for _ in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    bar = tell._view._bar
    tell.expect(1000)
    tell(500)
    print(type(bar).__mro__[1].__module__, bar.n, bar.total)
"""


def cells(*codes: str) -> Any:
    from nbformat.v4 import new_code_cell, new_notebook

    return new_notebook(cells=[new_code_cell(code) for code in codes])


def test_a_bar_in_a_notebook_is_a_widget_where_ipywidgets_is_installed(tmp_path: Path) -> None:
    done = run(cells(BAR, "*_, middle, _ = bar.container.children; print(middle.value, middle.max)"), tmp_path)
    assert printed(done).split() == ["tqdm.notebook", "1500", "2000", "1500.0", "2000.0"]
    assert any("application/vnd.jupyter.widget-view+json" in output.get("data", {}) for output in outputs(done))


def test_a_bar_in_a_notebook_is_text_where_it_is_not(tmp_path: Path) -> None:
    done = run(cells("import sys; sys.modules['ipywidgets'] = None", BAR), tmp_path)
    assert printed(done).split()[1:] == ["1500", "2000"]
    assert any("Loading" in output.text for output in outputs(done) if output.get("name") == "stderr")


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_every_link_of_a_notebook_leads_to_a_file(notebook: Path) -> None:
    texts = [cell.source for cell in stored(notebook.stem).cells if cell.cell_type == "markdown"]
    targets = re.findall(r"\]\(([^)#]+)\)", "\n".join(texts))
    assert targets and [target for target in targets if not (notebook.parent / target).exists()] == []


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_a_notebook_is_stored_as_the_tool_writes_it_and_is_in_the_index(notebook: Path, tmp_path: Path) -> None:
    copy = tmp_path / notebook.name
    copy.write_bytes(notebook.read_bytes())
    subprocess.run([sys.executable, ROOT / "tools" / "clear_notebooks.py", copy], check=True, capture_output=True)
    assert copy.read_text("utf-8") == notebook.read_text("utf-8"), "run `make format`"
    assert f"(notebooks/{notebook.name})" in (ROOT / "examples" / "README.md").read_text("utf-8")
