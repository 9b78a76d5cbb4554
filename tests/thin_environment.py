"""A virtual environment with a few of the packages that are installed here, linked: nothing is fetched or copied."""

from __future__ import annotations

import venv
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement

SOURCES = Path(__file__).parents[1] / "src"


def make(folder: Path, requirements: Iterable[str]) -> Path:
    """The interpreter of a new environment in ``folder``: this checkout, ``requirements`` and what all these need."""
    venv.create(folder, symlinks=True)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "loadstone.pth").write_text(f"{SOURCES}\n")
    for name in closure(["loadstone", *requirements]):
        package = distribution(name)
        for file in package.files or ():
            # Not the commands, what Python makes itself, and what would run whenever it starts.
            if ".." in file.parts or "__pycache__" in file.parts or file.suffix == ".pth":
                continue
            top = Path(str(package.locate_file(file.parts[0])))
            # A folder without __init__.py is one that several packages may put files into.
            shared = top.is_dir() and not (top / "__init__.py").is_file()
            link = site.joinpath(*file.parts if shared else file.parts[:1])
            if not link.is_symlink():
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(package.locate_file(file) if shared else top)
    return folder / "bin" / "python"


def closure(requirements: Iterable[str]) -> set[str]:
    """The names of all packages that are needed for ``requirements``, by what their metadata say."""
    seen: set[tuple[str, str]] = set()
    left = [Requirement(text) for text in requirements]
    while left:
        requirement = left.pop()
        for extra in {"", *requirement.extras}:
            if (requirement.name, extra) in seen:
                continue
            seen.add((requirement.name, extra))
            needed = [Requirement(text) for text in distribution(requirement.name).requires or ()]
            left += [each for each in needed if each.marker is None or each.marker.evaluate({"extra": extra})]
    return {name for name, _ in seen}
