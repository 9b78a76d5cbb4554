"""The files that a reference needs: its own, and those that they import from beside them."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from functools import cached_property
from pathlib import PurePosixPath

from loadstone.core.records import record
from loadstone.errors import CustomCodeError
from loadstone.remote_code.reading import Facts, Relative, read_facts

LARGEST_FILE_BYTES = 8 << 20
_MOST_FILES = 500

Read = Callable[[str], bytes | None]
"""A file's content by its name in the repository; None if there is none."""

# Packages whose import name is not the name to install.
_DISTRIBUTIONS = {
    "cv2": "opencv-python",
    "PIL": "pillow",
    "sklearn": "scikit-learn",
    "skimage": "scikit-image",
    "yaml": "pyyaml",
    "flash_attn": "flash-attn",
    "bs4": "beautifulsoup4",
}


@record
class CodeTree:
    """Files of code that belong together, by name, and where they come from."""

    files: Mapping[str, bytes]
    source: str
    """The folder or repository."""
    commit: str | None = None
    facts: Mapping[str, Facts] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def hashes(self) -> dict[str, str]:
        """File → SHA-256 of its content."""
        return {name: hashlib.sha256(self.files[name]).hexdigest() for name in sorted(self.files)}

    @cached_property
    def digest(self) -> str:
        """SHA-256 over names and contents: two trees with the same one are the same code."""
        lines = "".join(f"{content} {name}\n" for name, content in self.hashes.items())
        return hashlib.sha256(lines.encode()).hexdigest()

    def file_of(self, module: str) -> str | None:
        """The file of a dotted module: ``a/b.py``, else ``a/b/__init__.py``."""
        stem = module.replace(".", "/")
        return next((name for name in (f"{stem}.py", f"{stem}/__init__.py") if name in self.files), None)

    def needs(self) -> dict[str, list[str]]:
        """Package that the code cannot do without → the files that import it; not what Python itself brings."""
        importers: dict[str, list[str]] = {}
        for name, facts in self.facts.items():
            for module in facts.absolute:
                root = module.partition(".")[0]
                if root not in sys.stdlib_module_names and name not in importers.setdefault(root, []):
                    importers[root].append(name)
        return {root: importers[root] for root in sorted(importers)}

    def require_packages(self, standing_in: Iterable[str]) -> None:
        """:class:`CustomCodeError` that lists all packages that are not installed; ``standing_in`` need not be."""
        missing = {
            root: files
            for root, files in self.needs().items()
            if root not in standing_in and importlib.util.find_spec(root) is None
        }
        if missing:
            lines = [f"  - {root}, for {', '.join(files)}" for root, files in missing.items()]
            names = " ".join(_DISTRIBUTIONS.get(root, root) for root in missing)
            raise CustomCodeError(
                f"The code of {self.source} needs packages that are not installed:\n"
                + "\n".join(lines)
                + f"\nInstall them with: pip install {names}"
            )


def collect(entries: Iterable[str], read: Read, source: str, commit: str | None = None) -> CodeTree:
    """The files named, and all that they import from beside them, however far.

    Raises :class:`CustomCodeError` for a file that is not there, is too large, or reaches out of the repository.
    """
    files: dict[str, bytes] = {}
    facts: dict[str, Facts] = {}
    waiting = [(entry, "auto_map") for entry in entries]
    while waiting:
        name, wanted_by = waiting.pop()
        if name in files:
            continue
        content = read(name)
        if content is None:
            raise CustomCodeError(f"{source} has no {name}, which {wanted_by} names")
        if len(content) > LARGEST_FILE_BYTES or len(files) == _MOST_FILES:
            raise CustomCodeError(
                f"{source}: {name}: expected at most {_MOST_FILES} files of {LARGEST_FILE_BYTES} bytes, found more"
            )
        files[name] = content
        facts[name] = read_facts(content, name)
        for folder in PurePosixPath(name).parents:
            # The root's own __init__.py is for those who install the repository; Transformers passes it over too.
            package = f"{folder}/__init__.py"
            if str(folder) != "." and package not in files and read(package) is not None:
                waiting.append((package, name))
        for relative in facts[name].relative:
            waiting += [(target, name) for target in _targets(name, relative, read, source)]
    return CodeTree({name: files[name] for name in sorted(files)}, source, commit, facts)


def _targets(name: str, relative: Relative, read: Read, source: str) -> list[str]:
    """The files that a relative import means; none where it is guarded and they are not there."""
    folder = PurePosixPath(name).parent.parts
    if relative.level - 1 > len(folder):
        raise CustomCodeError(f"{source}: {name} imports {_shown(relative)}, which lies outside the repository")
    base = folder[: len(folder) - relative.level + 1]
    module = (*base, *relative.module.split(".")) if relative.module else base
    paths = [path for path in _spellings(module) if read(path) is not None]
    # `from . import a` and `from .package import a` may name files too.
    if not relative.module or (paths and paths[0].endswith("__init__.py")):
        for submodule in relative.names:
            inner = [path for path in _spellings((*module, submodule)) if submodule != "*" and read(path) is not None]
            if not inner and not paths and not relative.is_guarded:
                raise CustomCodeError(f"{source}: {name} imports {_shown(relative)}, and there is no {submodule}.py")
            paths += inner[:1]
        return paths
    if not paths and not relative.is_guarded:
        raise CustomCodeError(f"{source}: {name} imports {_shown(relative)}, and there is no {'/'.join(module)}.py")
    return paths[:1]


def _spellings(module: tuple[str, ...]) -> list[str]:
    stem = "/".join(module)
    return [f"{stem}.py", f"{stem}/__init__.py"] if module else []


def _shown(relative: Relative) -> str:
    return f"from {'.' * relative.level}{relative.module} import {', '.join(relative.names)}"
