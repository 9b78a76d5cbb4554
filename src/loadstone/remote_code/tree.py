"""The files that a reference needs: its own, and those that they import from beside them."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
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
    certain: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)
    """File → those that run whenever it does. What it imports under a guard, or in a function, is not among them."""
    entries: tuple[str, ...] = ()
    """The files that were asked for; the others are there because these import them."""

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

    def needs(self, *entries: str) -> dict[str, list[str]]:
        """Package that files cannot do without → the files that import it; not what Python itself brings.

        Of all files that were asked for, or of these ``entries``. What only a guarded import reaches needs nothing.
        """
        importers: dict[str, list[str]] = {}
        for name in self._certain_from(entries or self.entries):
            for module in self.facts[name].absolute:
                root = module.partition(".")[0]
                if root not in sys.stdlib_module_names and name not in importers.setdefault(root, []):
                    importers[root].append(name)
        return {root: importers[root] for root in sorted(importers)}

    def taken(self, package: str, entry: str) -> list[tuple[str, tuple[str, ...]]]:
        """What a file, and those that run with it, take for certain from a package: module and names."""
        files = (self.facts[name].taken for name in self._certain_from([entry]))
        found = (one for taken in files for one in taken if one[0].partition(".")[0] == package)
        return list(dict.fromkeys(found))

    def _certain_from(self, entries: Iterable[str]) -> list[str]:
        """The files that run when these do."""
        found: dict[str, None] = {}
        waiting = list(entries)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found[name] = None
                waiting += self.certain[name]
        return sorted(found)

    def require_packages(self, standing_in: Iterable[str], entry: str) -> None:
        """:class:`CustomCodeError` that lists all packages that a file needs and that are not installed; those
        ``standing_in`` need not be."""
        missing = {
            root: files
            for root, files in self.needs(entry).items()
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


def collect(
    entries: Sequence[str], read: Read, source: str, commit: str | None = None, beside: Iterable[str] = ()
) -> CodeTree:
    """The files named, and all that they import from beside them, however far; and those ``beside``, where they are.

    Raises :class:`CustomCodeError` for a file that is not there, is too large, or reaches out of the repository. A file
    that only guarded imports reach, or only those beside, need not be there, nor be whole.
    """
    found = _Found(read, source)
    for entry in entries:
        found.take(entry, "auto_map")
    found.follow(strict=True)
    for entry in beside:
        found.may_take(entry)
    found.follow(strict=False)
    files = {name: found.files[name] for name in sorted(found.files)}
    certain = {name: tuple(dict.fromkeys(found.certain[name])) for name in files}
    return CodeTree(files, source, commit, found.facts, certain, tuple(entries))


class _Found:
    """The files of a tree that is being collected."""

    def __init__(self, read: Read, source: str) -> None:
        self._read, self._source = read, source
        self.files: dict[str, bytes] = {}
        self.facts: dict[str, Facts] = {}
        self.certain: dict[str, list[str]] = {}
        self._waiting: list[str] = []
        """Files that are there, and whose imports have not been followed."""
        self._perhaps: list[str] = []
        """Files that guarded imports name."""

    def take(self, name: str, wanted_by: str) -> None:
        """A file that must be there."""
        if name in self.files:
            return
        content = self._read(name)
        if content is None:
            raise CustomCodeError(f"{self._source} has no {name}, which {wanted_by} names")
        self._check_size(name, content)
        self.facts[name] = read_facts(content, name)
        self._add(name, content)

    def may_take(self, name: str) -> None:
        """A file that need be neither there nor Python, as long as nothing imports it."""
        if name in self.files or (content := self._read(name)) is None:
            return
        self._check_size(name, content)
        try:
            self.facts[name] = read_facts(content, name)
        except CustomCodeError:
            self.facts[name] = Facts((), (), (), ())
        self._add(name, content)

    def follow(self, *, strict: bool) -> None:
        """Take what the files import, however far. Where it is ``strict``, all that is not guarded must be there."""
        while self._waiting or (not strict and self._perhaps):
            if not self._waiting:
                self.may_take(self._perhaps.pop())
                continue
            name = self._waiting.pop()
            for folder in PurePosixPath(name).parents:
                # The root's own __init__.py is for those who install the repository; Transformers passes it over too.
                package = f"{folder}/__init__.py"
                if str(folder) != "." and package != name and self._read(package) is not None:
                    self._import(name, package, strict)
            for relative in self.facts[name].relative:
                targets = _targets(name, relative, self._read, self._source, strict and not relative.is_guarded)
                for target in targets:
                    if relative.is_guarded:
                        self._perhaps.append(target)
                    else:
                        self._import(name, target, strict)

    def _import(self, name: str, target: str, strict: bool) -> None:
        self.certain[name].append(target)
        if strict:
            self.take(target, name)
        else:
            self.may_take(target)

    def _add(self, name: str, content: bytes) -> None:
        self.files[name] = content
        self.certain[name] = []
        self._waiting.append(name)

    def _check_size(self, name: str, content: bytes) -> None:
        if len(content) > LARGEST_FILE_BYTES or len(self.files) == _MOST_FILES:
            raise CustomCodeError(
                f"{self._source}: {name}: expected at most {_MOST_FILES} files of {LARGEST_FILE_BYTES} bytes, "
                "found more"
            )


def _targets(name: str, relative: Relative, read: Read, source: str, strict: bool) -> list[str]:
    """The files that a relative import means; where it is not ``strict``, those of them that are there."""
    folder = PurePosixPath(name).parent.parts
    if relative.level - 1 > len(folder):
        if not strict:
            return []
        raise CustomCodeError(f"{source}: {name} imports {_shown(relative)}, which lies outside the repository")
    base = folder[: len(folder) - relative.level + 1]
    module = (*base, *relative.module.split(".")) if relative.module else base
    paths = [path for path in _spellings(module) if read(path) is not None]
    # `from . import a` and `from .package import a` may name files too.
    if not relative.module or (paths and paths[0].endswith("__init__.py")):
        for submodule in relative.names:
            inner = [path for path in _spellings((*module, submodule)) if submodule != "*" and read(path) is not None]
            if not inner and not paths and strict:
                raise CustomCodeError(f"{source}: {name} imports {_shown(relative)}, and there is no {submodule}.py")
            paths += inner[:1]
        return paths
    if not paths and strict:
        raise CustomCodeError(f"{source}: {name} imports {_shown(relative)}, and there is no {'/'.join(module)}.py")
    return paths[:1]


def _spellings(module: tuple[str, ...]) -> list[str]:
    stem = "/".join(module)
    return [f"{stem}.py", f"{stem}/__init__.py"] if module else []


def _shown(relative: Relative) -> str:
    return f"from {'.' * relative.level}{relative.module} import {', '.join(relative.names)}"
