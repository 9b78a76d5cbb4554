"""Writes the notebooks of examples/notebooks/ as they are stored: without outputs, so that a change shows what changed.

Outputs name folders and times of one machine, and differ with every run. What a cell says is checked where it is run
(tests/examples), and shown by whoever opens the notebook. Usage: clear_notebooks.py [NOTEBOOK …]
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat

NOTEBOOKS = Path(__file__).parents[1] / "examples" / "notebooks"


def cleared(text: str) -> str:
    """A notebook's text without outputs, counts, and whatever an editor noted; cells are named for their place."""
    notebook = nbformat.reads(text, as_version=4)
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for index, cell in enumerate(notebook.cells):
        cell.metadata = {}
        cell.id = f"cell-{index}"
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.validate(notebook)
    return str(nbformat.writes(notebook)) + "\n"


def main() -> None:
    for path in [Path(name) for name in sys.argv[1:]] or sorted(NOTEBOOKS.glob("*.ipynb")):
        path.write_text(cleared(path.read_text("utf-8")), "utf-8")
        print(path)


if __name__ == "__main__":
    main()
