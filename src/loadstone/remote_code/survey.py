"""All the code that a config refers to, found and read without running any."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from loadstone.checkpoint.names import CONFIG_NAME
from loadstone.remote_code.fetch import resolve_code
from loadstone.remote_code.references import CodeReference
from loadstone.remote_code.tree import CodeTree
from loadstone.sources.request import HubOptions
from loadstone.sources.source import Source
from loadstone.transfer.json_file import read_json


def references(folder: Path) -> Iterator[tuple[str, CodeReference]]:
    """Key of ``auto_map`` and what it refers to, tokenizers and processors included."""
    auto_map = read_json(folder / CONFIG_NAME, "model").get("auto_map")
    for key, entry in auto_map.items() if isinstance(auto_map, dict) else ():
        for text in entry if isinstance(entry, list) else [entry]:
            if text is not None:
                yield key, CodeReference.parse(text, f"{folder / CONFIG_NAME}, key 'auto_map', {key!r}")


def trees(
    path_or_id: str | os.PathLike[str],
    references: Iterable[CodeReference],
    source: Source,
    subfolder: str,
    hub: HubOptions,
) -> list[CodeTree]:
    """The files that references need, of each repository together; the source's own first.

    What lies elsewhere is taken as it is there now.
    """
    own: list[str] = []
    elsewhere: dict[str, list[str]] = {}
    for reference in references:
        is_own = reference.repo_id in (None, source.repo_id)
        entries = own if is_own else elsewhere.setdefault(str(reference.repo_id), [])
        entries.append(reference.file)
    pinned, latest = hub._replace(revision=source.commit or hub.revision), hub._replace(revision=None)
    own_trees = [resolve_code(path_or_id, own, subfolder, pinned)] if own else []
    return own_trees + [resolve_code(repo_id, entries, hub=latest) for repo_id, entries in elsewhere.items()]
