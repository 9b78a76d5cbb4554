"""Where a test run spent its time, from the JUnit files that ``make unit`` and ``make test-long`` write.

    python tools/test_times.py build/quick.xml build/long.xml

prints the twenty slowest tests, the seconds of each folder, and those of each family of models with their median: what
one family more adds to a run. A family's first tests also pay for imports and first compilations, so the median counts,
not the largest. Times are of a test with its fixtures, summed over all workers.
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from loadstone.architectures import registry

SLOWEST = 20


class Test(NamedTuple):
    file: str
    """``tests/parity/test_loss.py``"""
    name: str
    """``test_loss_equals_pytorch[flax-llama-plain-causal_lm-right]``"""
    elapsed_s: float

    @property
    def folder(self) -> str:
        """``tests/parity``; ``tests`` for what lies there itself."""
        return "/".join(self.file.split("/")[:2]) if self.file.count("/") > 1 else "tests"


def read(files: Iterable[Path]) -> list[Test]:
    """The tests of all files; a file attribute comes with pytest's ``junit_family = "xunit1"``."""
    return [
        Test(case.attrib["file"], case.attrib["name"], float(case.attrib["time"]))
        for file in files
        for case in ET.parse(file).iterfind(".//testcase")
        if "file" in case.attrib
    ]


def by_folder(tests: Iterable[Test]) -> dict[str, list[Test]]:
    """Folder → its tests."""
    folders: defaultdict[str, list[Test]] = defaultdict(list)
    for test in tests:
        folders[test.folder].append(test)
    return folders


def by_family(tests: Iterable[Test], families: Iterable[str]) -> dict[str, list[Test]]:
    """Family → the tests with its name in their parameters, in the folders that try every family."""
    longest_first = sorted(families, key=len, reverse=True)
    named = re.compile(rf"[\[-]({'|'.join(map(re.escape, longest_first))})[-\]]")
    grouped: defaultdict[str, list[Test]] = defaultdict(list)
    for test in tests:
        if test.folder in ("tests/parity", "tests/architectures") and (match := named.search(test.name)):
            grouped[match[1]].append(test)
    return grouped


def report(tests: Sequence[Test], families: Iterable[str]) -> str:
    """The three tables as text."""
    slowest = sorted(tests, key=lambda test: -test.elapsed_s)[:SLOWEST]
    lines = [f"The {len(slowest)} slowest tests"]
    lines += [f"{test.elapsed_s:9.1f} s  {test.file}::{test.name}" for test in slowest]
    lines += ["", "Each folder", *_sums(by_folder(tests))]
    grouped = by_family(tests, families)
    lines += ["", "Each family", *_sums(grouped)]
    if grouped:
        lines.append(f"{median(map(_seconds, grouped.values())):9.1f} s  median: what one family more adds")
    return "\n".join(lines)


def _sums(groups: Mapping[str, list[Test]]) -> list[str]:
    largest_first = sorted(groups.items(), key=lambda group: -_seconds(group[1]))
    return [f"{_seconds(tests):9.1f} s  {len(tests):6d} tests  {name}" for name, tests in largest_first]


def _seconds(tests: Iterable[Test]) -> float:
    return sum(test.elapsed_s for test in tests)


if __name__ == "__main__":
    print(report(read(map(Path, sys.argv[1:])), registry.families()))
