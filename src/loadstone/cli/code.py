"""``loadstone code``: what would run, were it allowed to."""

from __future__ import annotations

from typing import Any

from loadstone.cli.console import Output
from loadstone.remote_code.survey import references, trees
from loadstone.remote_code.tree import CodeTree
from loadstone.sources.request import FileChoice, HubOptions
from loadstone.sources.resolve import resolve_config


def survey(path_or_id: str, *, revision: str | None, subfolder: str) -> dict[str, Any]:
    """What a config refers to, as JSON can hold it. Nothing runs."""
    hub = HubOptions(revision)
    source = resolve_config(path_or_id, FileChoice(subfolder), hub)
    auto_map = list(references(source.configs)) if source.configs is not None else []
    code = trees(path_or_id, (reference for _, reference in auto_map), source, subfolder, hub)
    return {
        "source": path_or_id,
        "commit": source.commit,
        "auto_map": [{"key": key, "class": str(reference)} for key, reference in auto_map],
        "code": [_described(tree) for tree in code],
    }


def _described(tree: CodeTree) -> dict[str, Any]:
    return {
        "source": tree.source,
        "commit": tree.commit,
        "sha256": tree.digest,
        "needs": list(tree.needs()),
        "files": [
            {
                "name": name,
                "bytes": len(tree.files[name]),
                "sha256": digest,
                "imports": list(tree.facts[name].absolute),
                "may_import": sorted(tree.facts[name].optional),
                "notable": [use._asdict() for use in tree.facts[name].notable],
            }
            for name, digest in tree.hashes.items()
        ],
    }


def show(listing: dict[str, Any], output: Output) -> None:
    """The references, then for each repository its files with hashes, and the calls worth a look."""
    commit = f" at commit {listing['commit']}" if listing["commit"] else ""
    if not listing["code"]:
        output.line(f"{listing['source']}{commit} has no code of its own.")
        return
    output.line(f"{listing['source']}{commit} would run code, if trust_remote_code allowed it", "bold")
    output.line()
    output.table(["auto_map", "class"], [[entry["key"], entry["class"]] for entry in listing["auto_map"]])
    for tree in listing["code"]:
        output.line()
        output.line(f"{tree['source']}{' at commit ' + tree['commit'] if tree['commit'] else ''}", "bold")
        output.line(f"needs {', '.join(tree['needs']) or 'nothing but Python'}")
        output.table(
            ["file", "bytes", "SHA-256"],
            [[file["name"], str(file["bytes"]), file["sha256"]] for file in tree["files"]],
            numbers=(1,),
        )
        notable = [
            [f"{file['name']}:{use['line']}", use["kind"], use["name"]]
            for file in tree["files"]
            for use in file["notable"]
        ]
        output.line()
        if notable:
            output.table(["place", "kind", "name"], notable)
        else:
            output.line("No calls that reach a network, a process, files or other code, as far as reading shows.")
