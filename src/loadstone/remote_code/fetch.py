"""The Python files of a repository, which nobody has agreed to run yet."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from loadstone.errors import (
    CheckpointNotFound,
    CustomCodeError,
    HubError,
)
from loadstone.remote_code.tree import LARGEST_FILE_BYTES, CodeTree, collect
from loadstone.sources.hub_files import Files, HubRequest
from loadstone.sources.repository import from_hub
from loadstone.sources.request import MAIN, HubOptions, check_subfolder, prefix_of
from loadstone.sources.resolve import local_folder
from loadstone.transfer.regular_file import RegularFile, UnusableFile


def resolve_code(
    path_or_id: str | os.PathLike[str],
    entries: Sequence[str],
    subfolder: str = "",
    hub: HubOptions = MAIN,
    beside: Sequence[str] = (),
) -> CodeTree:
    """Files of code, and those that they import from beside them, fetched and read; none of them runs.

    Those ``beside`` come too, where they are there.

    They lie in the ``subfolder``, as Loadstone saves them, or in the root, as Transformers looks for them. Of a path to
    a weight file, they lie beside it.

    :raises CustomCodeError: a file is missing, too large, no Python, or reaches out of the repository.
    :raises HubError: the Hub knows no such model or revision, wants a token or an agreement, or cannot be reached.
    """
    check_subfolder(subfolder)
    local = local_folder(path_or_id, CheckpointNotFound)
    if local is not None:
        root = local if os.path.isdir(local) else local.parent
        folder = _home_of_code(entries, subfolder, lambda name: _content(root / name) is not None)
        return collect(entries, lambda name: _content(root / f"{folder}{name}"), str(path_or_id), beside=beside)
    requested = HubRequest.of(path_or_id, hub)

    def take(files: Files) -> CodeTree:
        folder = _home_of_code(entries, subfolder, files.has)

        roots: list[Path] = []

        def read(name: str) -> bytes | None:
            path = folder + name
            if not files.has(path):
                return None
            roots.append(files.fetch([path]))
            return _content(roots[-1] / path)

        tree = collect(entries, read, requested.repo_id, beside=beside)
        if len(set(roots)) != 1:
            raise HubError(f"{files.where} changed while its code was read. Try again")
        return replace(tree, commit=roots[0].name)

    return from_hub(requested, take)


def _home_of_code(entries: Sequence[str], subfolder: str, has: Callable[[str], bool]) -> str:
    """What the names of the files begin with."""
    prefix = prefix_of(subfolder)
    return prefix if all(has(prefix + name) for name in entries) else ""


def _content(path: Path) -> bytes | None:
    """What a file of code holds; None if it is not there. :class:`CustomCodeError` if it is no file, or too large."""
    if not os.path.lexists(path):
        return None
    try:
        with RegularFile(path) as file:
            return file.read_head(LARGEST_FILE_BYTES + 1)
    except UnusableFile as unusable:
        raise CustomCodeError(f"{path}: expected {unusable.expected}, found {unusable.found}") from None
