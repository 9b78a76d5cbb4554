"""Writes ``docs/support.md``: every family and head in every framework, with what the parity tests measured.

``make support-table`` runs those tests and then this, with the JUnit file in which they say what they measured. What a
run did not measure keeps the number that the page has: after adding a family, its own tests are enough
(``make support-table FAMILIES="bart or mbart"``). A test compares the classes that the page lists with the registry.
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

from loadstone.architectures import registry
from loadstone.frameworks.registry import PREFIXES

PAGE = Path(__file__).parents[1] / "docs" / "support.md"
_TEXT = """\
# Families, heads and frameworks

Every family works with each of its heads in PyTorch, Flax and TensorFlow. A cell has the class, and the largest
absolute difference of any output in float32 that the tests measured over all of the family's test configs, with and
without padding: logits, hidden states and attention probabilities. PyTorch is compared with
transformers 5.23.0, Flax and TensorFlow with Loadstone's PyTorch, each time on the same checkpoint. 1e-4 is allowed.
In bfloat16 the mean error against float32 may be three times that of PyTorch in bfloat16, plus 1e-3.

Made by `make support-table` from the registry and the parity tests; do not edit.
"""


def expected_classes() -> list[list[str]]:
    """For each family and head the names of the classes, in the order of ``PREFIXES``."""
    return [
        [prefix + head.class_name for prefix in PREFIXES]
        for family in registry.families().values()
        for head in family.heads
    ]


def listed_classes(page: str) -> list[list[str]]:
    """The names of the classes in each row of a page."""
    return [re.findall(r"`(\w+)` \d", line) for line in page.splitlines() if line.startswith("| ") and "`" in line]


def measured(junit: Path) -> dict[str, float]:
    """Name of a class → largest difference, from the properties ``parity`` of a test run."""
    worst: dict[str, float] = {}
    for each in ET.parse(junit).iterfind(".//property[@name='parity']"):
        name, difference = each.attrib["value"].split()
        worst[name] = max(worst.get(name, 0.0), float(difference))
    return worst


def shown(page: str) -> dict[str, float]:
    """Name of a class → the number beside it on a page."""
    return {name: float(difference) for name, difference in re.findall(r"`(\w+)` ([\d.e-]+)", page)}


def page(worst: dict[str, float]) -> str:
    """The text of the page; :class:`SystemExit` names the classes that no test has measured."""
    missing = [name for names in expected_classes() for name in names if name not in worst]
    if missing:
        raise SystemExit(f"No parity test has measured {', '.join(missing)}.")
    lines = [_TEXT]
    for family in registry.families().values():
        lines += [f"## {family.model_type}", "", "| head | PyTorch | Flax | TensorFlow |", "| --- | --- | --- | --- |"]
        for head in family.heads:
            cells = [f"`{name}` {_short(worst[name])}" for name in (prefix + head.class_name for prefix in PREFIXES)]
            lines.append(f"| {' | '.join([head.task.replace('-', ' '), *cells])} |")
        lines.append("")
    return "\n".join(lines)


def _short(difference: float) -> str:
    return f"{difference:.0e}".replace("e-0", "e-") if difference else "0"


if __name__ == "__main__":
    PAGE.write_text(page({**shown(PAGE.read_text()), **measured(Path(sys.argv[1]))}))
