"""Builds the reference into a folder, ``build/reference`` unless one is given: ``python -m reference [FOLDER]``.

Every warning of Sphinx is an error: a reference that leads nowhere, a docstring that is no reStructuredText, a page
that no list names.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from sphinx.cmd.build import build_main

from reference.pages import write_pages

ROOT = Path(__file__).parents[2]


def main() -> int:
    target = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "reference")
    source = target.with_name(f"{target.name}-source")
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir(parents=True)
    write_pages(ROOT, source)
    options = ["-b", "html", "-c", str(Path(__file__).parent), "-q", "-E", "-W", "--keep-going", "-n"]
    return build_main([*options, str(source), str(target)])


if __name__ == "__main__":
    sys.exit(main())
