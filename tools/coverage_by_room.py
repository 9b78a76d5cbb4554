"""Branch coverage of each room and of all, from the file that ``coverage json`` writes: ``make coverage``.

    python tools/coverage_by_room.py build/coverage.json

A line for each room: covered share of its lines and branches together, as the ``coverage`` package counts them, and
how many of both are there and are missed.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from test_arrows import PACKAGE, room_of  # noqa: E402 (found once its folder is on the path)

COUNTS = ("num_statements", "covered_lines", "num_branches", "covered_branches")


def by_room(files: Mapping[str, Mapping[str, Any]]) -> dict[str, Counter[str]]:
    """Room → the sums of COUNTS over its files; ``files`` by their paths from the root of the repository."""
    rooms: dict[str, Counter[str]] = {}
    for name, file in files.items():
        counts = {key: file["summary"][key] for key in COUNTS}
        rooms.setdefault(room_of(ROOT / name), Counter()).update(counts)
    return rooms


def table(rooms: Mapping[str, Counter[str]]) -> str:
    """The rooms, least covered first, then all together."""
    total = sum(rooms.values(), Counter[str]())
    ordered = sorted(rooms.items(), key=lambda room: _share(room[1]))
    return "\n".join(
        f"{_share(counts):7.2%}  {counts['num_statements']:6d} lines, {_missed(counts, 'lines'):5d} missed"
        f"  {counts['num_branches']:6d} branches, {_missed(counts, 'branches'):5d} missed  {name}"
        for name, counts in [*ordered, ("total", total)]
    )


def _share(counts: Counter[str]) -> float:
    there = counts["num_statements"] + counts["num_branches"]
    return (counts["covered_lines"] + counts["covered_branches"]) / there if there else 1.0


def _missed(counts: Counter[str], what: str) -> int:
    return counts["num_statements" if what == "lines" else "num_branches"] - counts[f"covered_{what}"]


if __name__ == "__main__":
    report = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    files = {name: file for name, file in report["files"].items() if (ROOT / name).is_relative_to(PACKAGE)}
    print(table(by_room(files)))
