"""Runs the tests that a change can break soonest, and a smoke set: ``make quick``, or this with a base to compare with.

What changed since BASE (by default where the branch left main; uncommitted and new files count) is looked up in the
graph of imports, lazy ones among them. Nearly every test reaches nearly every module, so nearness decides. Run are

- the tests of the changed file's own room (tests/<room>/),
- every other test file that imports the changed module, then those that import a module that does: two imports away at
  most, or the nearest where none is so near; as long as all are no more than twenty files: what half of the package
  imports, only the whole suite can try,
- a changed test file; with a changed helper, the test files that import it; with a changed conftest.py, its folder,
- for docs/, examples/, benchmarks/ and tools/: tests/docs, …, tests/benchmarks, and the tests that name the tool,
- the tests marked smoke: three families in three frameworks are loaded, compute and are saved.

The rest of tests/parity, the slow tests and those that need an accelerator are left to `make test` and
`make test-long`. Options after -- go to pytest.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests"
sys.path.insert(0, str(TESTS))

from test_arrows import PACKAGE, imports, room_of  # noqa: E402 (found once its folder is on the path)

SMOKE = [f"tests/parity/test_{name}.py" for name in ("outputs", "round_trips")]
SMOKE += [f"tests/parity/test_frameworks_{name}.py" for name in ("outputs", "round_trips")]
"""Where the tests marked smoke are: collecting every test for a few is slow."""

MANY = 20
"""Test files near a module beyond which those farther away are left out: they would take more than a minute."""

Graph = Mapping[Path, set[Path]]


def changed_files(base: str | None) -> list[Path]:
    """What differs from ``base``, and what git does not know yet; absolute paths of files that exist."""
    if base is None:
        base = _git("merge-base", "HEAD", "main")[0]
    names = {*_git("diff", "--name-only", "--relative", base), *_git("ls-files", "--others", "--exclude-standard")}
    return [ROOT / name for name in sorted(names) if (ROOT / name).is_file()]


def _git(*command: str) -> list[str]:
    return subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()


def package_graph() -> Graph:
    """Module → the modules of the package that it imports, wherever in it."""
    return {file: _resolved(imports(file), "loadstone", PACKAGE) for file in PACKAGE.rglob("*.py")}


def tests_graph() -> Graph:
    """Test file or helper → the modules of the package that it imports, itself or through helpers, and the helpers."""
    own: dict[Path, set[Path]] = {}
    helpers: dict[Path, set[Path]] = {}
    for file in TESTS.rglob("*.py"):
        names = list(imports(file, package=file.relative_to(TESTS).parts[:-1]))
        own[file] = _resolved(names, "loadstone", PACKAGE)
        helpers[file] = set().union(*(_resolved([name], "", TESTS) for name in names))
    return {file: set().union(used := _reached(file, helpers), *(own[each] for each in used)) for file in own}


def _resolved(names: Iterable[str], package: str, root: Path) -> set[Path]:
    """Dotted names → the files below ``root`` that they lead to: the module, or the package that has the name."""
    files = set()
    for name in names:
        parts = name.split(".")
        if package:
            if parts[0] != package:
                continue
            parts = parts[1:]
        for end in range(len(parts), -1, -1):
            stem = root.joinpath(*parts[:end])
            candidates = (stem.with_suffix(".py"), stem / "__init__.py") if end else (root / "__init__.py",)
            if file := next((each for each in candidates if each.is_file()), None):
                files.add(file)
                break
    return files


def _reached(start: Path, graph: Graph) -> set[Path]:
    reached, left = {start}, [start]
    while left:
        new = graph[left.pop()] - reached
        reached |= new
        left += new
    return reached


def affected(changed: Iterable[Path], package: Graph, tests: Graph) -> set[Path]:
    """The test files to run for the changed files; see the module's docstring."""
    tests = {test: used for test, used in tests.items() if test.name.startswith("test_")}
    selected: set[Path] = set()
    for file in changed:
        if file.is_relative_to(PACKAGE):
            selected |= _near(file, package, tests)
        elif file.is_relative_to(TESTS) and file.suffix == ".py":
            folder = file.parent if file.name == "conftest.py" else None
            selected |= {test for test in tests if file in tests[test] or test.parent == folder}
        elif file.is_relative_to(ROOT / "tools"):
            selected |= {test for test in tests if file.stem in test.read_text(encoding="utf-8")}
        else:
            top = file.relative_to(ROOT).parts[0]
            selected |= {test for test in tests if test.is_relative_to(TESTS / top)}
    return selected


def _near(changed: Path, package: Graph, tests: Graph) -> set[Path]:
    """The test files near a module of the package."""
    selected = {test for test in tests if _room(test) == room_of(changed)}
    others = {test for test in tests if _room(test) != "parity"}
    nearest, distance = {changed}, 0
    while nearest and (distance < 2 or not selected):
        wider = selected | {test for test in others if tests[test] & nearest}
        if wider != selected and len(wider) > MANY:
            print(
                f"{changed.relative_to(PACKAGE)} is near {len(wider)} test files: the nearest {len(selected)} and the "
                "smoke set run; `make unit` runs all.",
                file=sys.stderr,
            )
            break
        selected, distance = wider, distance + 1
        nearest = {module for module in package if package[module] & nearest} - nearest
    return selected


def _room(test: Path) -> str:
    """The room whose tests lie where this one does: ``checkpoint``, ``frameworks.torch``."""
    parts = test.relative_to(TESTS).parts[:-1]
    return ".".join(parts[:2] if parts[:1] == ("frameworks",) else parts[:1])


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", nargs="?", metavar="BASE", help="a commit; by default where the branch left main")
    parser.add_argument("--list", action="store_true", help="print the test files and run nothing")
    place = arguments.index("--") if "--" in arguments else len(arguments)
    options, for_pytest = parser.parse_args(arguments[:place]), arguments[place + 1 :]

    files = sorted(affected(changed_files(options.base), package_graph(), tests_graph()))
    names = [str(file.relative_to(ROOT)) for file in files]
    if options.list:
        print("\n".join(names))
        return 0
    parity_too = any(name.startswith("tests/parity/") for name in names)
    of_parity = "" if parity_too else "(smoke or not parity) and "
    paths = names if parity_too else [*names, *SMOKE]
    command = [sys.executable, "-m", "pytest", "-q", "-m", f"{of_parity}not long and not gpu", *for_pytest, *paths]
    return subprocess.run(command, cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
