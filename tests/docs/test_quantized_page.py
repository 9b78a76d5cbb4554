"""The table of quantized formats: every cell is held by a test that exists."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "quantized.md").read_text("utf-8")
CELLS = ("read", "dequantize", "run packed", "write")


def test_every_cell_of_the_table_of_formats_names_a_test_that_exists() -> None:
    methods = set(re.findall(r"^\| `([\w-]+)` \|", PAGE, re.MULTILINE)) - {"quant_method"}
    listed = re.search(r"<!-- cells\n(.*?)-->", PAGE, re.DOTALL)
    assert listed is not None
    named: dict[tuple[str, str], str] = {}
    for line in listed[1].strip().splitlines():
        method, _, rest = line.partition(": ")
        cell, test = rest.rsplit(" ", 1)
        named[method, cell] = test
    assert named.keys() == {(method, cell) for method in methods for cell in CELLS}
    for test in named.values():
        file, _, function = test.partition("::")
        assert re.search(rf"^def {function}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE), test
